/** Which columns of a query's result hold amounts, and how these read. */
import { count } from "../lab/figures.ts";

/** Fields that hold numbers which are names, not amounts. */
export const NAMES: ReadonlySet<string> = new Set(
  "version accountId srcPort dstPort protocol start end startTime endTime".split(" "),
);

/** Whether all of a column's values are numbers that say how much. */
export function isAmount(column: string, values: readonly string[]): boolean {
  return !NAMES.has(column) && values.every((value) => /^-?\d+(\.\d+)?(e[-+]?\d+)?$/i.test(value));
}

/** "12,345" for "12345", as everywhere for people; a number too long to be counted exactly stays as it is. */
export function amountInWords(value: string): string {
  return /^-?\d+$/.test(value) && Number.isSafeInteger(Number(value)) ? count(Number(value)) : value;
}
