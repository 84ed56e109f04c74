/** Columns over time, a few rows high, as a console draws how much there was when. */

export interface HistogramOptions {
  /** Rows of the columns; default 4. */
  readonly height?: number;
  /** false: # instead of blocks. Default true. */
  readonly unicode?: boolean;
}

const EIGHTHS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/**
 * A column of the screen for each value, the largest as high as the drawing; what is more than nothing is never drawn
 * as nothing.
 * @returns the rows from the top; none without values
 */
export function histogram(values: readonly number[], options: HistogramOptions = {}): string[] {
  const { height = 4, unicode = true } = options;
  const largest = Math.max(0, ...values);
  if (values.length === 0) return [];
  const steps = unicode ? 8 : 1;
  const heights = values.map((value) =>
    value > 0 ? Math.max(1, Math.round((value / largest) * height * steps)) : 0,
  );
  return Array.from({ length: height }, (_, index) => {
    const below = (height - 1 - index) * steps;
    return heights
      .map((filled) => {
        const part = Math.min(steps, filled - below);
        return part <= 0 ? " " : unicode ? (EIGHTHS[part - 1] ?? "█") : "#";
      })
      .join("")
      .trimEnd();
  });
}
