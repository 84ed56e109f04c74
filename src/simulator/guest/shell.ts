/**
 * The shell of an instance. It knows simple scripts: commands one after another, joined by newlines, `;`, `&&` or
 * `||`, with quotes and comments. Programs it does not have are "command not found", syntax it does not know is
 * refused by name.
 */
import { ping } from "./ping.ts";
import type { Machine, Program } from "./program.ts";

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

export interface Command {
  readonly words: readonly string[];
  /** Whether it runs whatever the one before did, only after its success (`&&`), or only after its failure (`||`). */
  readonly when: "always" | "success" | "failure";
}

const PROGRAMS: ReadonlyMap<string, Program> = new Map([["ping", ping]]);

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
      print(process, "stderr", `sh: line ${process.at + 1}: ${name}: command not found\n`);
      continue;
    }
    const turn = program(machine, args, process.memory);
    delete process.memory;
    print(process, "stdout", turn.stdout);
    print(process, "stderr", turn.stderr);
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

function print(process: Process, stream: "stdout" | "stderr", text = ""): void {
  process[stream] = (process[stream] + text).slice(0, KEPT_CHARACTERS);
}

/** Splits a script into commands; a complaint where it uses what this shell does not know. */
export function parseScript(script: string): { commands: Command[]; complaint?: string } {
  const commands: Command[] = [];
  let words: string[] = [];
  let when: Command["when"] = "always";
  const end = (next: Command["when"]) => {
    if (words.length > 0) commands.push({ words, when });
    words = [];
    when = next;
  };
  const token =
    /[ \t\r]+|\\\n|(\n|;)|(&&)|(\|\|)|#[^\n]*|((?:'[^']*'|"[^"$`\\]*"|\\.|[^\s;&|<>()$`'"\\*?~{}[\]])+)|(.)/gy;
  for (const match of script.matchAll(token)) {
    const [, always, and, or, word, unknown] = match;
    if (unknown !== undefined)
      return { commands: [], complaint: `${unknown}: not modelled by the shell of vpclab's embedded AWS` };
    if (word !== undefined) words.push(word.replace(/'([^']*)'|"([^"]*)"|\\(.)/g, "$1$2$3"));
    else if (always !== undefined) end("always");
    else if (and !== undefined) end("success");
    else if (or !== undefined) end("failure");
  }
  end("always");
  return { commands };
}
