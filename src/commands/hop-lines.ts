/** A packet's way, a line a hop: where, what it did with the packet, and why. */
import type { Terminal } from "../ui/terminal.ts";
import { indent, pad, plain, visibleWidth, wrapText } from "../ui/text.ts";

export interface HopRow {
  /** "route table NextWork-1-rtb-public" */
  readonly where: string;
  /** "allowed", "→ igw-0ab1", "dropped" */
  readonly verdict: string;
  readonly reason: string;
}

export interface HopLinesOptions {
  readonly width: number;
  /** Number of the first hop. Default 1. */
  readonly from?: number;
}

/** Where the packet ends without having arrived. */
const STOPS: ReadonlySet<string> = new Set(["dropped", "denied"]);

/** A reason that finds no room beside its hop stands beneath it. */
export function hopLines(terminal: Terminal, hops: readonly HopRow[], options: HopLinesOptions): string[] {
  const { width, from = 1 } = options;
  const rows = hops.map((hop) => ({
    where: plain(hop.where),
    verdict: plain(terminal.unicode ? hop.verdict : hop.verdict.replace("→", "->")),
    reason: plain(hop.reason),
  }));
  const whereWidth = Math.max(0, ...rows.map(({ where }) => visibleWidth(where)));
  const verdictWidth = Math.max(
    0,
    // A route's target is long and needs no column of its own.
    ...rows.map(({ verdict }) => visibleWidth(verdict)).filter((length) => length <= "forwarded".length),
  );
  const lines: string[] = [];
  for (const [index, { where, verdict, reason }] of rows.entries()) {
    const number = `${from + index}`.padStart(2);
    const mark = STOPS.has(verdict) ? terminal.colour.bold(terminal.colour.yellow(verdict)) : verdict;
    const beside = `${number} ${pad(where, whereWidth)}  ${pad(mark, verdictWidth)}`;
    const tight = `${number} ${where}  ${mark}`;
    const head = visibleWidth(beside) <= width ? beside : tight;
    // A route's target that finds no room stands beneath, whole: an id is worth nothing without its end.
    const heads =
      visibleWidth(head.trimEnd()) <= width
        ? [head.trimEnd()]
        : [
            ...wrapText(`${number} ${where}`, width),
            ...wrapText(mark, width - 5).map((line) => indent(line, 5)),
          ];
    if (visibleWidth(head) + 2 + visibleWidth(reason) <= width) lines.push(`${head}  ${reason}`.trimEnd());
    else
      lines.push(
        ...heads,
        ...wrapText(reason, width - 5).map((line) => indent(terminal.colour.dim(line), 5)),
      );
  }
  return lines;
}
