/**
 * What a bench prints on stdout: a section of Markdown, with a heading, a sentence on what is measured, and tables. A
 * goal that is missed makes the exit code 1. `npm run bench` puts the sections of all of them into RESULTS.md.
 */

/** A figure beside its bound. */
export interface Goal {
  readonly what: string;
  readonly measured: string;
  readonly bound: string;
  readonly isMet: boolean;
}

/** Prints a heading, and in a sentence or two what is measured. */
export function section(heading: string, text: string): void {
  console.log(`## ${heading}\n\n${text}\n`);
}

/** Prints a table; a column of numbers is aligned right. */
export function table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const cells = rows.map((row) => row.map(String));
  const isNumeric = (column: number) => cells.every((row) => /^[\d.,]*$/.test(row[column] ?? ""));
  const columns = header.map((name, column) => ({
    width: Math.max(3, name.length, ...cells.map((row) => row[column]?.length ?? 0)),
    isRight: isNumeric(column),
  }));
  const line = (row: readonly string[]) =>
    `| ${columns.map(({ width, isRight }, column) => (isRight ? (row[column] ?? "").padStart(width) : (row[column] ?? "").padEnd(width))).join(" | ")} |`;
  const rule = columns.map(
    ({ width, isRight }) => "-".repeat(isRight ? width - 1 : width) + (isRight ? ":" : ""),
  );
  console.log([line(header), line(rule), ...cells.map(line)].join("\n"));
  console.log("");
}

/** Prints the goals, and whether each is met. */
export function goals(list: readonly Goal[]): void {
  table(
    ["Goal", "Measured", "Bound", "Met"],
    list.map(({ what, measured, bound, isMet }) => [what, measured, bound, isMet ? "yes" : "**no**"]),
  );
  if (list.some(({ isMet }) => !isMet)) process.exitCode = 1;
}

export function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
