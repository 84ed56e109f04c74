/** Horizontal bars, each with its value as text. */
import { count } from "../lab/figures.ts";
import { pad, plain, visibleWidth, wrapText } from "./text.ts";

export interface BarRow {
  readonly label: string;
  /** Negative values and what is not a number get no bar, only their text. */
  readonly value: number;
}

/** A Terminal fits, as do plain values. */
export interface ChartOptions {
  readonly width: number;
  /** How a value reads; default "12,345". */
  readonly format?: (value: number) => string;
  /** false: bars of # instead of blocks. Default true. */
  readonly unicode?: boolean;
}

/** Eighths of a column, from one to eight. */
const BLOCKS = ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"];

/** Below this, a bar says too little: the labels then get lines of their own. */
const LEAST_BAR = 12;

/**
 * A line a row: label, bar, value; the largest value fills the width. Labels too long for that stand above their bars.
 * @returns the lines, none longer than `width` (but for a label that cannot be broken); "" for no rows
 */
export function bars(rows: readonly BarRow[], options: ChartOptions): string {
  const { width, format = count, unicode = true } = options;
  const lines = rows.map(({ label, value }) => ({
    label: plain(label),
    value,
    figure: plain(format(value)),
  }));
  const labelWidth = Math.max(0, ...lines.map(({ label }) => visibleWidth(label)));
  const figureWidth = Math.max(0, ...lines.map(({ figure }) => visibleWidth(figure)));
  const largest = Math.max(0, ...lines.map(({ value }) => value).filter(Number.isFinite));
  const beside = width - labelWidth - 2 - 1 - figureWidth;
  const stacked = beside < LEAST_BAR;
  const room = stacked ? Math.max(1, width - 2 - 1 - figureWidth) : beside;
  return lines
    .map(({ label, value, figure }) => {
      const bar = drawBar(largest > 0 && value > 0 ? Math.min(1, value / largest) : 0, room, unicode);
      const drawn = bar === "" ? figure : `${bar} ${figure}`;
      return stacked
        ? [...wrapText(label, width), `  ${drawn}`].join("\n")
        : `${pad(label, labelWidth)}  ${drawn}`;
    })
    .join("\n");
}

function drawBar(share: number, room: number, unicode: boolean): string {
  if (share <= 0) return "";
  if (!unicode) return "#".repeat(Math.max(1, Math.round(share * room)));
  // Something is never drawn as nothing.
  const eighths = Math.max(1, Math.round(share * room * 8));
  return "█".repeat(Math.floor(eighths / 8)) + (BLOCKS[(eighths % 8) - 1] ?? "");
}
