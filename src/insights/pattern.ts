/** Regular expressions and globs of the query language as JavaScript's. */
import type { Span } from "./ast.ts";
import { QueryError } from "./error.ts";

export interface QueryRegex {
  readonly regex: RegExp;
  /** The names of its named groups; in `regex` they are called g0, g1, … */
  readonly groupNames: readonly string[];
}

/** What Logs Insights' expressions know and JavaScript's would silently take for something else. */
const UNKNOWN_TO_JAVASCRIPT: readonly (readonly [RegExp, string])[] = [
  [/\\[AzZGQEhHRK]/, "the escapes \\A, \\z, \\Z, \\G, \\Q, \\E, \\h and \\R"],
  [/\\[pP]\{/, "\\p{…} classes"],
  [/\[\[:/, "[[:class:]] names"],
  [/[*+?}]\+/, "possessive quantifiers"],
  [/\(\?>/, "atomic groups"],
  [/\(\?[a-z-]+:/, "flags for a part of the expression"],
];

/**
 * A /regular expression/ of a query. Inline flags such as (?i) hold for the whole expression, wherever they stand.
 * Throws QueryError where it is malformed or uses what is not supported.
 */
export function parseRegex(source: string, span: Span): QueryRegex {
  let flags = "";
  const withoutFlags = replaceUnescaped(source, /\(\?([a-z]+)\)/, (letters) => {
    for (const letter of letters) {
      if (!"ims".includes(letter)) {
        throw new QueryError(
          `the regular expression flag ${letter} is not supported here`,
          span.start,
          span.end,
        );
      }
      if (!flags.includes(letter)) flags += letter;
    }
    return "";
  });
  for (const [pattern, what] of UNKNOWN_TO_JAVASCRIPT) {
    if (pattern.test(withoutEscapedBackslashes(withoutFlags))) {
      throw new QueryError(`in regular expressions, ${what} are not supported here`, span.start, span.end);
    }
  }
  const groupNames: string[] = [];
  // Field names may hold @ and dots, which JavaScript's group names may not: groups are counted instead.
  const counted = replaceUnescaped(withoutFlags, /\(\?P?<([A-Za-z_@][\w@.]*)>/, (name) => {
    groupNames.push(name);
    return `(?<g${groupNames.indexOf(name)}>`;
  });
  try {
    return { regex: new RegExp(counted, flags), groupNames };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new QueryError(`invalid regular expression: ${reason}`, span.start, span.end);
  }
}

/** What `parse` takes out of a text: a value for each name; undefined where the text does not match. */
export interface Extractor {
  readonly names: readonly string[];
  extract(text: string): readonly (string | undefined)[] | undefined;
}

/** The extractor of `parse … /regex/`: its named groups, or plain groups with as many names after `as`. */
export function regexExtractor(source: string, aliases: readonly string[], span: Span): Extractor {
  const { regex, groupNames } = parseRegex(source, span);
  const groups = (new RegExp(`${regex.source}|`, regex.flags).exec("")?.length ?? 1) - 1;
  if (groupNames.length > 0 && aliases.length === 0) {
    return {
      names: groupNames,
      extract: (text) => {
        const match = regex.exec(text);
        return match === null ? undefined : groupNames.map((_, index) => match.groups?.[`g${index}`]);
      },
    };
  }
  if (groupNames.length > 0 || groups === 0 || groups !== aliases.length) {
    throw new QueryError(
      "the regular expression of parse has no name for each of its groups",
      span.start,
      span.end,
      "Name what you want to extract: /from (?<address>\\S+)/.",
    );
  }
  return { names: aliases, extract: (text) => regex.exec(text)?.slice(1) };
}

/**
 * The extractor of `parse … "glob" as …`: each star is as short as it can be, one at the end takes the rest. It may
 * match anywhere in the text, as in the user guide's example, where "[*] * The error was: *" finds its place after a
 * date.
 */
export function globExtractor(glob: string, aliases: readonly string[], span: Span): Extractor {
  const parts = glob.split("*");
  const last = parts.length - 1;
  if (last !== aliases.length) {
    throw new QueryError(
      `the pattern has ${last} wildcards and ${aliases.length} names`,
      span.start,
      span.end,
      "Every * gets one name after `as`.",
    );
  }
  const [first = "", ...rest] = parts;
  return { names: aliases, extract: (text) => extractByGlob(text, first, rest) };
}

/**
 * Takes the first place of each literal part after the one before. If that leads nowhere no later place does, so there
 * is nothing to go back to, and a pattern with many stars costs no more on a line that it does not fit.
 */
function extractByGlob(text: string, first: string, rest: readonly string[]): string[] | undefined {
  let at = text.indexOf(first);
  if (at === -1) return undefined;
  at += first.length;
  const values: string[] = [];
  for (const [index, literal] of rest.entries()) {
    const takesRest = literal === "" && index === rest.length - 1;
    const end = takesRest ? text.length : text.indexOf(literal, at);
    if (end === -1) return undefined;
    values.push(text.slice(at, end));
    at = end + literal.length;
  }
  return values;
}

/** Replaces what a pattern with one group finds, but for what begins with an escaped character: `\(?<` opens no group. */
function replaceUnescaped(source: string, pattern: RegExp, by: (group: string) => string): string {
  return source.replace(new RegExp(`\\\\.|${pattern.source}`, "gs"), (found, group: string | undefined) =>
    group === undefined ? found : by(group),
  );
}

function withoutEscapedBackslashes(source: string): string {
  return source.replaceAll("\\\\", "");
}
