/** The process: runs the command line on its streams, listens for Ctrl-C, and ends with the exit code. */
import { setMaxListeners } from "node:events";
import { asTyped } from "./commands/as-typed.ts";
import type { GlobalOptions, Program } from "./commands/program.ts";
import { EXIT, Interrupted } from "./lab/error.ts";
import { runCommandLine } from "./run.ts";

// Written in by build.js; the second has a line for each client.
declare const VPCLAB_VERSION: string;
declare const SDK_VERSIONS: string;

// The SDK warns on every start on Node 20, which it supports.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

const interruption = new AbortController();
// Every wait, call and prompt of a long walk listens to it.
setMaxListeners(0, interruption.signal);

async function programFor(options: GlobalOptions): Promise<Program> {
  const [{ openTerminal }, { homeFolder }] = await Promise.all([
    import("./ui/terminal.ts"),
    import("./lab/home.ts"),
  ]);
  return {
    terminal: openTerminal({
      stdout: process.stdout,
      stderr: process.stderr,
      stdin: process.stdin,
      env: process.env,
      color: options.color,
      json: options.json,
      rephrase: asTyped(options, process.env),
    }),
    signal: interruption.signal,
    env: process.env,
    // Looked up when it is asked for: where there is none, that is an error like any other.
    get home() {
      return homeFolder();
    },
  };
}

/** What a report of a defect should name. */
function allVersions(): string {
  const { version, platform, arch } = process;
  return [`vpclab ${VPCLAB_VERSION}`, `Node ${version} on ${platform} ${arch}`, SDK_VERSIONS].join("\n");
}

/** 128 and the signal's number, as shells have it. */
let interruptedCode: number = EXIT.interrupted;

/** Why some of the result, or of what was said, could not be written. */
let unwritten: Error | undefined;

// Ctrl-C, `kill` or a process manager, a terminal that was closed.
const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };
for (const [name, number] of Object.entries(SIGNALS))
  process.on(name, () => {
    interruptedCode = 128 + number;
    const isSecond = interruption.signal.aborted;
    process.stderr.write(
      isSecond ? "\n" : "\nStopping, once any call in flight has ended (Ctrl-C again: out at once).\n",
    );
    if (isSecond) process.exit(interruptedCode);
    interruption.abort(new Interrupted());
  });

for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    // Whoever reads may stop reading (`vpclab logs --follow | head`): then we stop as at Ctrl-C, no lab is left half-way
    // without a word.
    if (error.code === "EPIPE") {
      if (!interruption.signal.aborted) interruptedCode = EXIT.nobodyReads;
      return interruption.abort(new Interrupted());
    }
    // The terminal is gone, as SIGHUP says too: what was begun is ended in order, if unseen.
    if (error.code === "EIO") return;
    // A full disk, say. What was begun is stopped in order.
    unwritten ??= error;
    interruption.abort(new Interrupted());
  });

// Should everything end without an answer, as where a question's terminal is gone, then nothing was done. Not set until
// then: commander's `help` ends with the code that stands.
process.once("beforeExit", () => {
  process.exitCode = EXIT.failed;
});
const words = process.argv.slice(2);
void runCommandLine(words, {
  programFor,
  // commander ends at --version, whatever follows it.
  version: words.includes("--verbose") ? allVersions() : VPCLAB_VERSION,
  writeOut: (text) => process.stdout.write(text),
  writeErr: (text) => process.stderr.write(text),
}).then(async (code) => {
  await Promise.all([process.stdout, process.stderr].map(written));
  // Also where it was all written at the end, to nobody.
  const isUnread = code === 0 && interruptedCode === EXIT.nobodyReads;
  process.exitCode = code === EXIT.interrupted || isUnread ? interruptedCode : code;
  if (unwritten !== undefined) {
    process.stderr.write(`error: Not all could be written: ${unwritten.message}\n`);
    process.exitCode = EXIT.failed;
  }
  // Not left to Node, which would first wait for V8 to end what it compiles and sweeps in the background.
  process.exit();
});

/** What was written to it has gone out, or never will. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed) resolve();
    else stream.write("", () => resolve());
  });
}
