/** A page that is shown again and again in the same place: from the top of the screen, as far down as that goes. */
import { plural } from "../lab/figures.ts";
import type { Terminal } from "./terminal.ts";
import { truncate, visibleWidth } from "./text.ts";

/**
 * Draws a page on the cleared screen. What does not fit is left out, and the last line says how much that is. Where
 * stdout is no terminal, the page is written as any text.
 * @param write writes the page to the terminal that it is given; nothing shows before it has ended
 * @param shorter the same page in fewer words, longest first: drawn is the first that fits, or as much as fits of the last
 */
export function drawPage(
  terminal: Terminal,
  write: (page: Terminal) => void,
  ...shorter: readonly ((page: Terminal) => void)[]
): void {
  const { height } = terminal;
  if (height === undefined) {
    write(terminal);
    return;
  }
  // The last row stays free: the cursor stands there.
  const room = height - 1;
  let lines = linesOf(terminal, write);
  for (const next of shorter) {
    if (fits(terminal, lines, room)) break;
    lines = linesOf(terminal, next);
  }
  terminal.clear();
  terminal.out((fits(terminal, lines, room) ? lines : cut(terminal, lines, room)).join("\n"));
}

function linesOf(terminal: Terminal, write: (page: Terminal) => void): readonly string[] {
  const lines: string[] = [];
  // As it will be said, or the commands among it would grow by a flag once they are counted.
  const collect = (text: string) => void lines.push(...terminal.wrap(text).split("\n"));
  write({ ...terminal, out: collect, say: collect });
  return lines;
}

/** A word that is longer than the terminal is wide (an ARN) goes on in a row of its own. */
function rowsOf({ stdout, width }: Terminal, line: string): number {
  return Math.max(1, Math.ceil(visibleWidth(line) / (stdout.columns ?? width)));
}

function fits(terminal: Terminal, lines: readonly string[], room: number): boolean {
  return lines.reduce((sum, line) => sum + rowsOf(terminal, line), 0) <= room;
}

function cut(terminal: Terminal, lines: readonly string[], rows: number): string[] {
  const { stdout, width, colour } = terminal;
  // One for the line that says so.
  let room = rows - 1;
  const end = lines.findIndex((line) => {
    room -= rowsOf(terminal, line);
    return room < 0;
  });
  const count = lines.length - end;
  const left = `… ${plural(count, "more line")}: ${count === 1 ? "it needs" : "they need"} a taller terminal`;
  return [...lines.slice(0, end), colour.bold(truncate(left, stdout.columns ?? width))];
}
