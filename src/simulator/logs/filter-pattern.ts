/**
 * Filter patterns: terms (`ERROR -debug "exact words"`, `?a ?b`) and the space-delimited form
 * (`[version, account, eni, source, …, action="REJECT", …]`). JSON patterns and regular expressions are refused: no
 * flow-log record is JSON.
 */
import type { AwsError } from "../error.ts";
import { parseColumns } from "./filter-columns.ts";
import { invalidParameter, notModelled } from "./refusals.ts";

/** Whether a message fits a pattern. */
export type Fits = (message: string) => boolean;

/** @throws AwsError InvalidParameterException for a malformed pattern, UnsupportedOperation for what is not modelled */
export function parseFilterPattern(pattern: string): Fits {
  const text = pattern.trim();
  if (text.length > 1024) throw invalidParameter("Filter pattern is too long: at most 1024 characters.");
  if (text.startsWith("{")) throw notModelled("JSON filter patterns");
  if (text.startsWith("[")) return parseColumns(text);
  return parseTerms(text);
}

interface Term {
  readonly sign: "" | "-" | "?";
  readonly text: string;
}

function parseTerms(text: string): Fits {
  const terms = readTerms(text);
  const required = terms.filter((term) => term.sign === "");
  const excluded = terms.filter((term) => term.sign === "-");
  const optional = terms.filter((term) => term.sign === "?");
  // AWS ignores the `?` terms where there are others.
  const anyOf = required.length + excluded.length > 0 ? [] : optional;
  return (message) =>
    required.every((term) => message.includes(term.text)) &&
    !excluded.some((term) => message.includes(term.text)) &&
    (anyOf.length === 0 || anyOf.some((term) => message.includes(term.text)));
}

function readTerms(text: string): Term[] {
  const terms: Term[] = [];
  let rest = text;
  while (rest !== "") {
    const match = /^([-?]?)(?:"((?:[^"\\]|\\.)*)"|(\w+))(?=\s|$)\s*/u.exec(rest);
    if (!match) throw badTerm(rest);
    const phrase = match[2]?.replace(/\\(.)/g, "$1");
    terms.push({ sign: match[1] as Term["sign"], text: phrase ?? match[3] ?? "" });
    rest = rest.slice(match[0].length);
  }
  return terms;
}

function badTerm(rest: string): AwsError {
  if (rest.startsWith("%")) return notModelled("regular expressions in filter patterns");
  if (/^[-?]?"/.test(rest) && !/^[-?]?"(?:[^"\\]|\\.)*"/.test(rest))
    return invalidParameter("Invalid filter pattern: a quoted term has no end.");
  const stranger = /[^\w\s]/u.exec(rest.replace(/^[-?]?("(?:[^"\\]|\\.)*")?/, ""))?.[0] ?? rest.charAt(0);
  return invalidParameter(`Invalid character(s) in term '${stranger}'`);
}
