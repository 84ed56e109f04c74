/**
 * Questions to the learner, on stderr. They are for a terminal only: off one, the commands decide without asking,
 * so asking there is a mistake in the program.
 */
import { Writable } from "node:stream";
import { askLine } from "./line-prompt.ts";
import type { InputStream, OutputStream, Terminal } from "./terminal.ts";
import { indent, plain, styled, wrapText } from "./text.ts";

/** The answer to a question that was left with Ctrl-C, Ctrl-D or Escape. */
export const CANCELLED = Symbol("cancelled");
export type Cancelled = typeof CANCELLED;

export interface Choice<T> {
  readonly value: T;
  readonly label: string;
}

export interface ChooseOptions<T> {
  readonly message: string;
  readonly choices: readonly Choice<T>[];
  /** Takes the question back, as if cancelled. */
  readonly signal?: AbortSignal;
}

/** Lets one of several be picked; the first is pointed at. @returns its value */
export async function choose<T>(
  terminal: Terminal,
  { message, choices, signal }: ChooseOptions<T>,
): Promise<T | Cancelled> {
  const question = ask(terminal, message);
  const labels = choices.map(({ label }) => styled(label));
  const picked = terminal.isAccessible
    ? await chooseByLine(terminal, question, labels, signal)
    : await byClack(terminal, signal, ({ select }, common) =>
        select({
          ...common,
          message: question,
          // By index, because clack compares values and T may be anything.
          options: labels.map((label, value) => ({ value, label })),
        }),
      );
  const choice = typeof picked === "number" ? choices[picked] : undefined;
  return choice === undefined ? CANCELLED : choice.value;
}

export interface ConfirmOptions {
  readonly message: string;
  readonly signal?: AbortSignal;
}

/** Asks for yes or no; "y" and "n" answer at once, Enter alone means no. */
export async function confirm(
  terminal: Terminal,
  { message, signal }: ConfirmOptions,
): Promise<boolean | Cancelled> {
  const question = ask(terminal, message);
  if (terminal.isAccessible) {
    const answer = await askLine(terminal, `${question} (y/N) `, signal, (line) =>
      /^(?:y|yes|n|no|)$/i.test(line) ? undefined : "Please answer y or n.",
    );
    return answer === undefined ? CANCELLED : answer.toLowerCase().startsWith("y");
  }
  const answer = await byClack(terminal, signal, (clack, common) =>
    clack.confirm({ ...common, message: question, initialValue: false }),
  );
  return typeof answer === "boolean" ? answer : CANCELLED;
}

export interface TypeToConfirmOptions {
  readonly message: string;
  /** What has to be typed, to the letter. */
  readonly expected: string;
  readonly signal?: AbortSignal;
}

/** For what cannot be undone: asks again, with an empty field, until `expected` is typed. @returns true, or CANCELLED */
export async function typeToConfirm(
  terminal: Terminal,
  { message, expected, signal }: TypeToConfirmOptions,
): Promise<true | Cancelled> {
  const question = ask(terminal, message);
  const refuse = (typed: string | undefined) =>
    typed?.trim() === expected ? undefined : `Type ${plain(expected)} to go on, or Ctrl-C.`;
  if (terminal.isAccessible) {
    return (await askLine(terminal, `${question} `, signal, refuse)) === undefined ? CANCELLED : true;
  }
  for (;;) {
    // Not by clack's own `validate`: after a refusal it keeps in the field what was typed.
    const answer = await byClack(terminal, signal, ({ text }, common) =>
      text({ ...common, message: question }),
    );
    if (typeof answer === "symbol") return CANCELLED;
    const refusal = refuse(answer);
    if (refusal === undefined) return true;
    terminal.say(refusal);
  }
}

/**
 * Says all lines of a long question but the last, which it returns: clack would put bars beside the others.
 * Its symbol and two spaces stand before the last line, so the others are indented by three.
 */
function ask(terminal: Terminal, message: string): string {
  if (!terminal.isInteractive) throw new Error(`nobody is there to answer: ${message}`);
  const lines = wrapText(styled(message), terminal.width - 4);
  if (lines.length > 1) terminal.say(indent(lines.slice(0, -1).join("\n"), 3));
  return lines.at(-1) ?? "";
}

type Clack = typeof import("@clack/prompts");

/** What all of clack's questions are given. */
interface CommonOptions {
  readonly input: InputStream;
  readonly output: Writable;
  readonly withGuide: boolean;
  readonly signal: AbortSignal;
}

/**
 * Asks by clack. Below it, Node's line reader ends at Ctrl-D and at what follows Ctrl-Z, of which clack takes no note:
 * the answer would never come. So Ctrl-D leaves the question, and after Ctrl-Z it is asked anew.
 */
async function byClack<T>(
  { stdin, stderr, isAnimated }: Terminal,
  signal: AbortSignal | undefined,
  ask: (clack: Clack, common: CommonOptions) => Promise<T | symbol>,
): Promise<T | symbol> {
  // By Ctrl-D during a wait that listens for Enter: no key will ever come, and the process would end without a word.
  if (stdin.readableEnded) return CANCELLED;
  const clack = await import("@clack/prompts");
  clack.updateSettings({ aliases: { "\u0004": "cancel" } });
  for (;;) {
    const suspended = new AbortController();
    const onKey = (_character: unknown, key: { ctrl?: boolean; name?: string }) => {
      if (key.ctrl && key.name === "z") suspended.abort();
    };
    // Before the line reader's own, which suspends the process: the terminal is to be as the shell needs it by then.
    stdin.on("keypress", onKey);
    try {
      const answer = await ask(clack, {
        input: stdin,
        output: isAnimated ? stderr : withoutColour(stderr),
        // No bars drawn around text that may be read aloud.
        withGuide: false,
        signal: AbortSignal.any([suspended.signal, ...(signal === undefined ? [] : [signal])]),
      });
      if (!suspended.signal.aborted) return answer;
    } finally {
      stdin.off("keypress", onKey);
    }
  }
}

/** clack asks the environment for colour but not us: so its colours are taken out where `--no-color` says so. */
function withoutColour(stderr: OutputStream): Writable {
  const colourCode = new RegExp(`${String.fromCodePoint(0x1b)}\\[[0-9;]*m`, "g");
  const output = new Writable({
    decodeStrings: false,
    write(chunk: unknown, _encoding, done) {
      stderr.write(String(chunk).replace(colourCode, ""));
      done();
    },
  });
  return Object.defineProperties(output, {
    columns: { get: () => stderr.columns },
    rows: { get: () => stderr.rows },
    isTTY: { value: true },
  });
}

/** The index of the label picked; undefined if the question was left. */
async function chooseByLine(
  terminal: Terminal,
  message: string,
  labels: readonly string[],
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  terminal.say(message);
  for (const [index, label] of labels.entries()) terminal.say(`  ${index + 1}: ${label}`);
  const range = `1 to ${labels.length}`;
  const answer = await askLine(terminal, `Answer ${range}, or Enter for 1: `, signal, (line) =>
    line === "" || labels[Number(line) - 1] !== undefined ? undefined : `Please answer ${range}.`,
  );
  return answer === undefined ? undefined : Number(answer || 1) - 1;
}
