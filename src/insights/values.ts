/**
 * Values as Logs Insights sees them. A log field is text; where a number is wanted, text that reads as a number is one.
 * A value that is missing stays missing through arithmetic and functions, and its cell is left out of the row.
 */

/** Timestamps are numbers (ms since 1970); the column knows that it holds them. */
export type Value = string | number | boolean | undefined;

/** What a column prints: timestamps as "YYYY-MM-DD HH:MM:SS.mmm" UTC, anything else as it is. */
export type Kind = "plain" | "timestamp";

const NUMERIC = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** The number that a value is or reads as; undefined otherwise, and for what is not finite. Booleans are 1 and 0. */
export function toNumber(value: Value): number | undefined {
  switch (typeof value) {
    case "number":
      return Number.isFinite(value) ? value : undefined;
    case "string": {
      // Number() would also take "", " 1 ", "0x10" and "Infinity", which are no numbers here.
      if (!NUMERIC.test(value)) return undefined;
      const number = Number(value);
      return Number.isFinite(number) ? number : undefined;
    }
    case "boolean":
      return value ? 1 : 0;
    default:
      return undefined;
  }
}

/** The text of a value as it is printed; undefined for a missing one. */
export function toText(value: Value): string | undefined {
  switch (typeof value) {
    case "string":
      return value;
    case "number":
      return Number.isFinite(value) ? formatNumber(value) : undefined;
    case "boolean":
      // The user guide: "The value of isRes is either 0 or 1".
      return value ? "1" : "0";
    default:
      return undefined;
  }
}

/** Whether a filter lets a record pass. Text counts unless it is empty, "0" or "false" [U]. */
export function isTrue(value: Value): boolean {
  if (typeof value === "boolean") return value;
  if (typeof value === "string") {
    const number = toNumber(value);
    return number === undefined ? value !== "" && value.toLowerCase() !== "false" : number !== 0;
  }
  return value !== undefined && value !== 0 && Number.isFinite(value);
}

/** The printed form of a cell; undefined leaves it out of the row. */
export function format(value: Value, kind: Kind): string | undefined {
  if (kind === "timestamp") {
    const ms = toNumber(value);
    return ms === undefined ? undefined : formatTimestamp(ms);
  }
  return toText(value);
}

/** Whole numbers without a point, others with up to four decimals, as averages come back from the service [U]. */
function formatNumber(value: number): string {
  if (Number.isInteger(value)) return Math.abs(value) < 1e21 ? BigInt(value).toString() : String(value);
  const rounded = Number(value.toFixed(4));
  return Object.is(rounded, -0) ? "0" : String(rounded);
}

const LAST_DATE = 8.64e15;

function formatTimestamp(ms: number): string | undefined {
  if (Math.abs(ms) > LAST_DATE) return undefined;
  return new Date(Math.floor(ms)).toISOString().replace("T", " ").replace("Z", "");
}

/** Whether two values are equal: as numbers if both read as numbers, else as text. Missing equals nothing. */
export function equal(left: Value, right: Value): boolean {
  if (left === undefined || right === undefined) return false;
  if (typeof left === "string" && left === right) return true;
  const a = toNumber(left);
  const b = a === undefined ? undefined : toNumber(right);
  if (a !== undefined && b !== undefined) return a === b;
  return toText(left) === toText(right);
}

/**
 * Below 0, 0 or above 0 for a comparison with <, <=, > or >=: as numbers if both read as numbers, else as text.
 * Undefined if either is missing: then no such comparison holds.
 */
export function order(left: Value, right: Value): number | undefined {
  const a = toNumber(left);
  const b = a === undefined ? undefined : toNumber(right);
  if (a !== undefined && b !== undefined) return a - b;
  const s = toText(left);
  const t = toText(right);
  if (s === undefined || t === undefined) return undefined;
  return s < t ? -1 : s > t ? 1 : 0;
}

/**
 * The order of `sort`, ascending, as the user guide has it ("sort"): text before numbers; text in runs of digits and of
 * other characters, digits by length and then value, the rest by Unicode. Missing values come first [U], so that a
 * descending sort ends with them.
 */
export function compareForSort(left: Value, right: Value): number {
  if (left === undefined || right === undefined) {
    return left === right ? 0 : left === undefined ? -1 : 1;
  }
  const a = toNumber(left);
  const b = toNumber(right);
  if (a !== undefined && b !== undefined) return a - b;
  if (a !== undefined) return 1;
  if (b !== undefined) return -1;
  return compareNaturally(toText(left) ?? "", toText(right) ?? "");
}

function compareNaturally(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const iEnd = endOfDigits(a, i);
    const jEnd = endOfDigits(b, j);
    if (iEnd > i && jEnd > j) {
      const lengths = iEnd - i - (jEnd - j);
      if (lengths !== 0) return lengths;
      const x = a.slice(i, iEnd);
      const y = b.slice(j, jEnd);
      if (x !== y) return x < y ? -1 : 1;
      i = iEnd;
      j = jEnd;
    } else {
      const x = a.codePointAt(i) ?? 0;
      const y = b.codePointAt(j) ?? 0;
      if (x !== y) return x - y;
      i += x > 0xffff ? 2 : 1;
      j += y > 0xffff ? 2 : 1;
    }
  }
  return a.length - i - (b.length - j);
}

function endOfDigits(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 48 || code > 57) break;
  }
  return at;
}
