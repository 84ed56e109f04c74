/** A page that is shown again and again in the same place: from the top of the screen, as far down as that goes. */
import { plural } from "../lab/figures.ts";
import type { Terminal } from "./terminal.ts";
import { truncate, visibleWidth } from "./text.ts";

/**
 * Draws a page on the cleared screen. What does not fit is left out, and the last line says how much that is. Where
 * stdout is no terminal, the page is written as any text.
 * @param write writes the page to the terminal that it is given; nothing shows before it has ended
 */
export function drawPage(terminal: Terminal, write: (page: Terminal) => void): void {
  const { height } = terminal;
  if (height === undefined) {
    write(terminal);
    return;
  }
  const lines: string[] = [];
  // As it will be said, or the commands among it would grow by a flag once they are counted.
  const collect = (text: string) => void lines.push(...terminal.wrap(text).split("\n"));
  write({ ...terminal, out: collect, say: collect });
  terminal.clear();
  terminal.out(fitted(terminal, lines, height).join("\n"));
}

function fitted({ stdout, width, colour }: Terminal, lines: readonly string[], height: number): string[] {
  const columns = stdout.columns ?? width;
  // A word that is longer than the terminal is wide (an ARN) goes on in a row of its own.
  const rowsOf = (line: string) => Math.max(1, Math.ceil(visibleWidth(line) / columns));
  // The last row stays free: the cursor stands there.
  let room = height - 1;
  if (lines.reduce((sum, line) => sum + rowsOf(line), 0) <= room) return [...lines];
  room -= 1;
  const end = lines.findIndex((line) => {
    room -= rowsOf(line);
    return room < 0;
  });
  const count = lines.length - end;
  const left = `… ${plural(count, "more line")}: ${count === 1 ? "it needs" : "they need"} a taller terminal`;
  return [...lines.slice(0, end), colour.bold(truncate(left, columns))];
}
