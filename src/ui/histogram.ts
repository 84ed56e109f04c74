/** Columns over time, as a console draws how much there was when. */

/** Rows of the drawing. */
const HEIGHT = 4;
const EIGHTHS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/**
 * A column of the screen for each value, the largest as high as the drawing; what is more than nothing is never drawn
 * as nothing.
 * @param unicode false: # instead of blocks
 * @returns the four rows from the top; none without values
 */
export function histogram(values: readonly number[], unicode: boolean): string[] {
  const largest = Math.max(0, ...values);
  if (values.length === 0) return [];
  const steps = unicode ? 8 : 1;
  const heights = values.map((value) =>
    value > 0 ? Math.max(1, Math.round((value / largest) * HEIGHT * steps)) : 0,
  );
  return Array.from({ length: HEIGHT }, (_, index) => {
    const below = (HEIGHT - 1 - index) * steps;
    return heights
      .map((filled) => {
        const part = Math.min(steps, filled - below);
        return part <= 0 ? " " : unicode ? (EIGHTHS[part - 1] ?? "█") : "#";
      })
      .join("")
      .trimEnd();
  });
}
