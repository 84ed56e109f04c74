/**
 * Tables without a frame: a header, a rule under it, two spaces between the columns, so that they can be read aloud
 * and copied. They fit the width they are given.
 */
import type { Colour } from "./terminal.ts";
import { indent, keyValues, pad, styled, truncate, visibleWidth, wrapText } from "./text.ts";

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
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  options: TableOptions,
): string {
  const uneven = rows.findIndex((row) => row.length !== columns.length);
  if (uneven !== -1) throw new RangeError(`row ${uneven} does not have ${columns.length} cells`);
  const cells = rows.map((row) => row.map(oneLine));
  const widths = columnWidths(columns, cells, options.width);
  if (widths === undefined) return blocks(columns, cells, options.width);

  const { unicode = true, colour } = options;
  const ellipsis = unicode ? "…" : "...";
  const line = (each: readonly string[]) =>
    each
      .map((cell, index) => aligned(cell, columns[index]?.align, widths[index] ?? 0))
      .join(" ".repeat(GAP))
      .trimEnd();
  const head = columns.map(({ title }, index) => {
    const short = truncate(title, widths[index] ?? 0, ellipsis);
    return colour === undefined ? short : colour.bold(short);
  });
  const rule = widths.map((width) => (unicode ? "─" : "-").repeat(width));
  const body = cells.flatMap((row) => {
    const parts = row.map((cell, index) => fitted(cell, columns[index]?.fit, widths[index] ?? 0, ellipsis));
    const height = Math.max(...parts.map(({ length }) => length));
    return Array.from({ length: height }, (_, at) => line(parts.map((part) => part[at] ?? "")));
  });
  return [line(head), line(rule), ...body].join("\n");
}

function oneLine(cell: string): string {
  return styled(cell).replaceAll("\n", "\\n");
}

/** A cell as the lines that it takes. */
function fitted(cell: string, fit: Column["fit"], width: number, ellipsis: string): string[] {
  const lines = fit === "wrap" ? wrapText(cell, width) : [cell];
  return lines.map((line) => truncate(line, width, ellipsis));
}

function aligned(cell: string, align: Column["align"], width: number): string {
  return align === "right" ? pad("", width - visibleWidth(cell)) + cell : pad(cell, width);
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
