/**
 * The shell of an instance. It knows simple scripts: commands one after another, joined by newlines, `;`, `&&` or
 * `||`, with quotes and comments. Programs it does not have are "command not found", syntax it does not know is
 * refused by name.
 */
import { curl } from "./curl.ts";
import { nc } from "./nc.ts";
import { ping } from "./ping.ts";
import type { Machine, Program } from "./program.ts";
import { type Command, parseScript } from "./script.ts";
import { echo, failing, hostname, sleep, succeed } from "./small-programs.ts";
import { ssh } from "./ssh.ts";
import { tracepath } from "./tracepath.ts";

/** A script being run, as plain JSON: it is saved with the world between two turns. */
export interface Process {
  readonly commands: readonly Command[];
  /** Index of the command that runs, or runs next. */
  at: number;
  /** Exit status of the last command that ran. */
  status: number;
  stdout: string;
  stderr: string;
  /** What the running program remembers. */
  memory?: unknown;
}

const PROGRAMS: ReadonlyMap<string, Program> = new Map([
  ["ping", ping],
  ["curl", curl],
  ["nc", nc],
  ["ncat", nc],
  ["ssh", ssh],
  ["tracepath", tracepath],
  ["echo", echo],
  ["true", succeed],
  [":", succeed],
  ["false", failing],
  ["sleep", sleep],
  ["hostname", hostname],
]);

/** How much a program may print: what Run Command would cut off anyway is not kept in the world. */
const KEPT_CHARACTERS = 48_000;

/** Begins a script; nothing has run yet. */
export function startScript(script: string): Process {
  const { commands, complaint } = parseScript(script);
  if (complaint === undefined) return { commands, at: 0, status: 0, stdout: "", stderr: "" };
  return { commands: [], at: 0, status: 2, stdout: "", stderr: `sh: ${complaint}\n` };
}

/**
 * Runs the script until it has to wait or ends.
 * @returns ms of world time until it wants to go on; undefined once it has ended, with `status` as its exit code
 */
export function advance(machine: Machine, process: Process): number | undefined {
  for (let command = process.commands[process.at]; command; command = process.commands[++process.at]) {
    const isResumed = process.memory !== undefined;
    if (!isResumed && !applies(command, process.status)) continue;
    const [name = "", ...args] = command.words;
    const program = PROGRAMS.get(name);
    if (!program) {
      process.status = 127;
      print(process, command.stderr, `sh: line ${command.line}: ${name}: command not found\n`);
      continue;
    }
    const turn = program(machine, args, process.memory);
    delete process.memory;
    print(process, command.stdout, turn.stdout);
    print(process, command.stderr, turn.stderr);
    if ("waitMs" in turn.next) {
      process.memory = turn.next.memory;
      return turn.next.waitMs;
    }
    process.status = turn.next.exit;
  }
  return undefined;
}

function applies(command: Command, status: number): boolean {
  return command.when === "always" || (command.when === "success") === (status === 0);
}

function print(process: Process, stream: Command["stdout"], text = ""): void {
  if (stream !== "null") process[stream] = (process[stream] + text).slice(0, KEPT_CHARACTERS);
}
