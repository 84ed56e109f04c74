/** The space-delimited form of filter patterns: one condition a column, `...` for any number of columns. */
import type { AwsError } from "../error.ts";
import { RUN, wildcardMatcher } from "../wildcards.ts";
import type { Fits } from "./filter-pattern.ts";
import { invalidParameter, notModelled } from "./refusals.ts";

type Column = (value: string) => boolean;

/** @param pattern from `[` to `]` */
export function parseColumns(pattern: string): Fits {
  if (!pattern.endsWith("]")) throw bad("it does not end in ]");
  const fields = splitOutsideQuotes(pattern.slice(1, -1), ",").map((field) => field.trim());
  const gap = fields.indexOf("...");
  if (gap !== fields.lastIndexOf("...")) throw bad("... may stand in it only once");
  const before = (gap < 0 ? fields : fields.slice(0, gap)).map(parseColumn);
  const after = gap < 0 ? [] : fields.slice(gap + 1).map(parseColumn);
  return (message) => {
    const values = splitMessage(message);
    const columns = before.length + after.length;
    if (gap < 0 ? values.length !== columns : values.length < columns) return false;
    const tail = values.slice(values.length - after.length);
    return (
      before.every((fits, index) => fits(values[index] ?? "")) &&
      after.every((fits, index) => fits(tail[index] ?? ""))
    );
  };
}

/** A message's columns: words, `"…"` and `[…]` count as one. */
function splitMessage(message: string): string[] {
  const columns: string[] = [];
  // Looked for once: at each bracket that nothing closes, a long message held every caller up for half a minute.
  const lasts: Record<string, number> = { '"': message.lastIndexOf('"'), "]": message.lastIndexOf("]") };
  const start = /\S/g;
  const word = /\S+/y;
  for (let found = start.exec(message); found; found = start.exec(message)) {
    const close = found[0] === "[" ? "]" : found[0] === '"' ? '"' : "";
    if ((lasts[close] ?? -1) > found.index) {
      const end = message.indexOf(close, found.index + 1);
      columns.push(message.slice(found.index + 1, end));
      start.lastIndex = end + 1;
    } else {
      word.lastIndex = found.index;
      columns.push(word.exec(message)?.[0] ?? "");
      start.lastIndex = word.lastIndex;
    }
  }
  return columns;
}

/** `action="REJECT"`, `bytes > 1000`, `status = 4* || status = 5*`, or only a name. */
function parseColumn(field: string): Column {
  if (/^\w[\w@.-]*$/.test(field)) return () => true;
  const alternatives = splitOutsideQuotes(field, "||").map((alternative) =>
    splitOutsideQuotes(alternative, "&&").map((condition) => parseCondition(condition.trim())),
  );
  return (value) => alternatives.some((all) => all.every((fits) => fits(value)));
}

function parseCondition(text: string): Column {
  const match = /^\w[\w@.-]*\s*(!=|<=|>=|=|<|>)\s*(.+)$/s.exec(text);
  if (!match) throw bad(`"${text}" is neither a name nor a condition`);
  const [, operator = "", right = ""] = match;
  if (right.startsWith("%")) throw notModelled("regular expressions in filter patterns");
  const quoted = /^"([^"]*)"$/.exec(right)?.[1];
  if (quoted === undefined && !/^[^\s"=<>!,[\]]+$/.test(right)) throw bad(`"${right}" is not a value`);
  const wanted = quoted ?? right;
  if (operator === "=") return equals(wanted);
  if (operator === "!=") {
    const same = equals(wanted);
    return (value) => !same(value);
  }
  const limit = asNumber(wanted);
  if (limit === undefined) throw bad(`${operator} compares with a number, not with "${wanted}"`);
  return (value) => {
    const number = asNumber(value);
    if (number === undefined) return false;
    if (operator === "<") return number < limit;
    if (operator === ">") return number > limit;
    return operator === "<=" ? number <= limit : number >= limit;
  };
}

/** Numbers by value, texts with `*` for any run of characters. */
function equals(wanted: string): Column {
  const number = asNumber(wanted);
  if (number !== undefined) return (value) => asNumber(value) === number;
  return wildcardMatcher(wanted.split("").map((part) => (part === "*" ? RUN : part)));
}

function asNumber(text: string): number | undefined {
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = [];
  let part = "";
  let inQuotes = false;
  for (let i = 0; i < text.length; ) {
    if (!inQuotes && text.startsWith(separator, i)) {
      parts.push(part);
      part = "";
      i += separator.length;
      continue;
    }
    if (text[i] === '"') inQuotes = !inQuotes;
    part += text[i];
    i++;
  }
  return [...parts, part];
}

function bad(why: string): AwsError {
  return invalidParameter(`Invalid filter pattern: ${why}.`);
}
