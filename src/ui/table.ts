/**
 * Tables without a frame: a header, a rule under it, two spaces between the columns, so that they can be read aloud
 * and copied. They fit the width they are given.
 */
import type { Colour } from "./terminal.ts";
import { indent, keyValues, styled, visibleWidth, wrapText } from "./text.ts";

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
  /**
   * What happens where there is too little room: "truncate" (the default) cuts the cell short with "…", "wrap" breaks
   * it at spaces, "keep" leaves it whole: for ids and addresses, which are worth nothing without their end.
   */
  readonly fit?: "truncate" | "wrap" | "keep";
}

/** A Terminal fits, as does a plain width. */
export interface TableOptions {
  readonly width: number;
  /** false: "..." and hyphens only. Default true. */
  readonly unicode?: boolean;
  /** Makes the header bold. */
  readonly colour?: Colour;
}

const GAP = 2;
/** No column is made narrower than this to make room for others (a wrapped one keeps more, or it would be a tower). */
const LEAST_WIDTH = { truncate: 8, wrap: 16, keep: Number.POSITIVE_INFINITY };

/**
 * Lays out the rows. Where even the narrowest columns do not fit, every row becomes a block of "title value" lines,
 * which loses nothing. Cells may carry our colours; whatever else they hold is escaped, newlines included.
 * @returns the lines without a newline at the end, none longer than the width
 * @throws RangeError for a row that has more or fewer cells than there are columns
 */
export async function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  options: TableOptions,
): Promise<string> {
  const uneven = rows.findIndex((row) => row.length !== columns.length);
  if (uneven !== -1) throw new RangeError(`row ${uneven} does not have ${columns.length} cells`);
  const cells = rows.map((row) => row.map(oneLine));
  const widths = columnWidths(columns, cells, options.width);
  if (widths === undefined) return blocks(columns, cells, options.width);

  const { default: Table } = await import("cli-table3");
  const { unicode = true, colour } = options;
  const drawn = new Table({
    head: columns.map(({ title }) => (colour === undefined ? title : colour.bold(title))),
    colWidths: widths,
    colAligns: columns.map(({ align }) => align ?? "left"),
    truncate: unicode ? "…" : "...",
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [], compact: true },
    chars: { ...NO_FRAME, mid: unicode ? "─" : "-" },
  });
  drawn.push(...cells.map((row) => row.map((cell, index) => broken(cell, columns[index], widths[index]))));
  return drawn
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

const NO_FRAME = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  "mid-mid": " ".repeat(GAP),
  right: "",
  "right-mid": "",
  middle: " ".repeat(GAP),
};

function oneLine(cell: string): string {
  return styled(cell).replaceAll("\n", "\\n");
}

function broken(cell: string, column: Column | undefined, width: number | undefined): string {
  return column?.fit === "wrap" && width !== undefined ? wrapText(cell, width).join("\n") : cell;
}

/** Takes from the widest column that may give, the later of two, until all fit; undefined where they cannot. */
function columnWidths(
  columns: readonly Column[],
  cells: readonly (readonly string[])[],
  room: number,
): number[] | undefined {
  const fitted = columns.map(({ title, fit = "truncate" }, index) => ({
    width: Math.max(1, ...[title, ...cells.map((row) => row[index] ?? "")].map(visibleWidth)),
    least: Math.max(visibleWidth(title), LEAST_WIDTH[fit]),
  }));
  const total = () => fitted.reduce((sum, { width }) => sum + width, GAP * (columns.length - 1));
  while (total() > room) {
    const givers = fitted.filter(({ width, least }) => width > least);
    const widest = givers.reduce<(typeof givers)[number] | undefined>(
      (most, each) => (most === undefined || each.width >= most.width ? each : most),
      undefined,
    );
    if (widest === undefined) return undefined;
    widest.width -= 1;
  }
  return fitted.map(({ width }) => width);
}

function blocks(columns: readonly Column[], cells: readonly (readonly string[])[], width: number): string {
  return cells
    .map((row) => {
      const [first = "", ...rest] = row;
      const others = rest.map((cell, index) => [columns[index + 1]?.title ?? "", cell] as const);
      return `${first}\n${indent(keyValues(others, width - 2), 2)}`.trimEnd();
    })
    .join("\n");
}
