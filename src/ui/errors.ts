/** How an error is told: what happened, why, and what to do next. */
import type { Terminal } from "./terminal.ts";
import { plainLines, wrapText } from "./text.ts";

export interface ErrorReport {
  /** What could not be done, in a few words: "VPC 2 was not deleted". */
  readonly what: string;
  /** The cause, with AWS's code where there is one. */
  readonly why?: string | undefined;
  /** What to do about it, an entry each. */
  readonly next?: readonly string[] | undefined;
}

/** Prints `error: what: why` on stderr, and under it an indented line for each next step. Texts are escaped. */
export function errorBlock(terminal: Terminal, { what, why, next = [] }: ErrorReport): void {
  const { colour, symbols } = terminal;
  const joint = /[.!?]$/.test(what) ? " " : ": ";
  const sentence = plainLines(why === undefined || why === "" ? what : `${what}${joint}${why}`).join("\n");
  // Two columns less, for the indentation of the lines that follow.
  const [first = "", ...rest] = wrapText(`error: ${sentence}`, terminal.width - 2);
  terminal.say(
    [colour.red(first.slice(0, 6)) + first.slice(6), ...rest.map((line) => `  ${line}`)].join("\n"),
  );
  for (const step of next) {
    const margin = 2 + symbols.next.length + 1;
    const lines = wrapText(plainLines(step).join("\n"), terminal.width - margin);
    terminal.say(
      lines.map((line, index) => (index === 0 ? `  ${symbols.next} ` : " ".repeat(margin)) + line).join("\n"),
    );
  }
}
