/** The process: runs the command line on its streams, listens for Ctrl-C, and ends with the exit code. */
import { setMaxListeners } from "node:events";
import { EXIT_INTERRUPTED, runCommandLine } from "./command-line.ts";
import { asTyped } from "./commands/as-typed.ts";
import type { GlobalOptions, Program } from "./commands/program.ts";
import { Interrupted } from "./lab/error.ts";
import { homeFolder } from "./lab/home.ts";
import { openTerminal } from "./ui/terminal.ts";

// Written in by build.js; the second a line for each client.
declare const VPCLAB_VERSION: string;
declare const SDK_VERSIONS: readonly string[];

// The SDK warns on every start on Node 20, which it supports.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

const interruption = new AbortController();
// Every wait, call and prompt of a long walk listens to it.
setMaxListeners(0, interruption.signal);

function programFor(options: GlobalOptions): Program {
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
    home: homeFolder(),
  };
}

/** What a report of a defect should name. */
function allVersions(): string {
  const { version, platform, arch } = process;
  return [`vpclab ${VPCLAB_VERSION}`, `Node ${version} on ${platform} ${arch}`, ...SDK_VERSIONS].join("\n");
}

process.on("SIGINT", () => {
  // A second Ctrl-C: out at once.
  if (interruption.signal.aborted) process.exit(EXIT_INTERRUPTED);
  process.stderr.write("\nStopping: the call in flight is let finish (Ctrl-C again: out at once).\n");
  interruption.abort(new Interrupted());
});

// Whoever reads may stop reading (`vpclab status | head`): that is no error of ours.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });

const words = process.argv.slice(2);
process.exitCode = await runCommandLine(words, {
  programFor,
  // commander ends at --version, whatever follows it.
  version: words.includes("--verbose") ? allVersions() : VPCLAB_VERSION,
  writeOut: (text) => process.stdout.write(text),
  writeErr: (text) => process.stderr.write(text),
});
