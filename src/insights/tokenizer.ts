/** A query's text as tokens with their places in it. */
import { type QueryError, unexpected } from "./error.ts";

export type TokenKind = "name" | "string" | "number" | "period" | "regex" | "symbol" | "end";

export interface Token {
  readonly kind: TokenKind;
  /**
   * A name without backticks, a string without quotes and escapes, a regex without slashes; else as written.
   */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Names only: written in backticks, so never a keyword. */
  readonly quoted?: boolean;
}

const SPACE = /[\s\uFEFF]+|#[^\n]*/y;
const NAME = /[A-Za-z_@$][\w@.$]*/y;
const NUMBER = /(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+(?![A-Za-z]))?/y;
const UNIT = /[A-Za-z]+/y;
const SYMBOL = /=~|!=|<=|>=|[=<>+\-*/^%(),|[\]]/y;
const BACKTICKED = /`([^`\n]+)`/y;
const STRING = /"((?:[^"\\]|\\[\s\S])*)"|'((?:[^'\\]|\\[\s\S])*)'/y;
const REGEX = /\/((?:[^/\\\n]|\\[^\n])+)\//y;

/** Splits a query into tokens; the last is always of kind "end". Throws QueryError on what is no token. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text) ?? undefined;
  };
  const add = (kind: TokenKind, value: string, length: number, quoted?: boolean): void => {
    const token = { kind, text: value, start: at, end: at + length };
    tokens.push(quoted === true ? { ...token, quoted } : token);
    at += length;
  };
  for (;;) {
    let found = match(SPACE);
    if (found !== undefined) {
      at += found[0].length;
      continue;
    }
    if (at >= text.length) break;
    const character = text[at];
    if (character === '"' || character === "'") {
      found = match(STRING);
      if (found === undefined) throw unclosed(text, at, "string", character);
      add("string", withoutEscapes(found[1] ?? found[2] ?? ""), found[0].length);
    } else if (character === "`") {
      found = match(BACKTICKED);
      if (found === undefined) throw unclosed(text, at, "field name", character);
      add("name", found[1] ?? "", found[0].length, true);
    } else if (character === "/" && regexMayFollow(tokens)) {
      found = match(REGEX);
      if (found === undefined) throw unclosed(text, at, "regular expression", character);
      add("regex", found[1] ?? "", found[0].length);
    } else {
      found = match(NAME);
      if (found !== undefined) {
        add("name", found[0], found[0].length);
        continue;
      }
      found = match(NUMBER);
      if (found !== undefined) {
        const digits = found[0];
        UNIT.lastIndex = at + digits.length;
        const unit = UNIT.exec(text)?.[0];
        if (unit === undefined) add("number", digits, digits.length);
        else add("period", digits + unit, digits.length + unit.length);
        continue;
      }
      found = match(SYMBOL);
      if (found === undefined) throw unexpected(text, at, at + 1);
      add("symbol", found[0], found[0].length);
    }
  }
  tokens.push({ kind: "end", text: "", start: text.length, end: text.length });
  return tokens;
}

/** A slash divides, except after `like`, `=~`, `parse` and `parse <field>`, where it opens a regular expression. */
function regexMayFollow(tokens: readonly Token[]): boolean {
  const last = tokens.at(-1);
  if (last === undefined) return false;
  if (last.kind === "symbol") return last.text === "=~";
  if (last.kind !== "name") return false;
  return isWord(last, "like") || isWord(last, "parse") || isWord(tokens.at(-2), "parse");
}

/** Whether the token is that keyword; keywords may be written in any case. */
export function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === "name" && token.quoted !== true && token.text.toLowerCase() === word;
}

/** `\"`, `\'` and `\\` are the character itself; any other backslash stays, so that "\d" is still a pattern. */
function withoutEscapes(text: string): string {
  return text.includes("\\") ? text.replace(/\\(["'\\])/g, "$1") : text;
}

function unclosed(text: string, at: number, what: string, quote: string): QueryError {
  return unexpected(text, at, text.length, `The ${what} that begins here has no closing ${quote}.`);
}
