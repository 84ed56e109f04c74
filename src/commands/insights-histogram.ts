/** How many records there were when: the query for it, and its rows as columns of the screen. Pure. */
import type { Query } from "../insights/ast.ts";

export interface RecordsOverTime {
  /** Start of the first column, in ms. */
  readonly from: number;
  /** What a column spans, in ms. */
  readonly step: number;
  readonly counts: readonly number[];
}

const MINUTE = 60_000;
/** Spans that people think in, with Logs Insights' words for them. */
const STEPS: readonly (readonly [string, number])[] = [
  ["1m", MINUTE],
  ["2m", 2 * MINUTE],
  ["5m", 5 * MINUTE],
  ["10m", 10 * MINUTE],
  ["30m", 30 * MINUTE],
  ["1h", 60 * MINUTE],
  ["3h", 180 * MINUTE],
  ["12h", 720 * MINUTE],
  ["1d", 1440 * MINUTE],
  ["7d", 7 * 1440 * MINUTE],
  ["30d", 30 * 1440 * MINUTE],
];
const LONGEST = ["365d", 365 * 1440 * MINUTE] as const;

/** Columns of the screen that the drawing may take. */
function room(width: number): number {
  return Math.min(72, width - 8);
}

/** The shortest span that shows the range in the terminal's width, in Logs Insights' words. */
export function stepFor(start: number, end: number, width: number): string {
  const fitting = STEPS.find(([, ms]) => (end - start) / ms + 1 <= room(width));
  return (fitting ?? LONGEST)[0];
}

/** The same records as the query looks at, counted by time. */
export function histogramQuery({ text, commands }: Query, step: string): string {
  const end = commands.findIndex(({ command }) => ["stats", "limit", "dedup"].includes(command));
  const before = (end === -1 ? commands : commands.slice(0, end)).filter(({ command }) =>
    ["fields", "filter", "parse"].includes(command),
  );
  return [...before.map((each) => text.slice(each.start, each.end)), `stats count(*) by bin(${step})`].join(
    " | ",
  );
}

/** @param rows of a histogramQuery by `bin`: the time in one column, the count in the other */
export function histogramOf(
  rows: readonly Readonly<Record<string, string>>[],
  bin: string,
  width: number,
): RecordsOverTime {
  const points = rows
    .map((row) => ({
      at: Date.parse(
        `${Object.entries(row)
          .find(([name]) => name.startsWith("bin("))?.[1]
          ?.replace(" ", "T")}Z`,
      ),
      count: Number(row["count(*)"] ?? 0),
    }))
    .filter(({ at }) => !Number.isNaN(at))
    .sort((a, b) => a.at - b.at);
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return { from: 0, step: MINUTE, counts: [] };
  const [, least = MINUTE] = STEPS.find(([name]) => name === bin) ?? [];
  const fits = (ms: number) => ms >= least && (last.at - first.at) / ms + 1 <= room(width);
  const [, step] = STEPS.find(([, ms]) => fits(ms)) ?? LONGEST;
  const from = Math.floor(first.at / step) * step;
  const counts = new Array<number>(Math.floor((last.at - from) / step) + 1).fill(0);
  for (const { at, count } of points) {
    const index = Math.floor((at - from) / step);
    counts[index] = (counts[index] ?? 0) + count;
  }
  return { from, step, counts };
}
