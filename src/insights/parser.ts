/** A query's text as commands. */
import type { Command, Query, SortKey } from "./ast.ts";
import { QueryError } from "./error.ts";
import { ExpressionParser } from "./expression-parser.ts";
import { isWord, type Token, tokenize } from "./tokenizer.ts";

/** CloudWatch Logs returns at most this many rows ("limit" in the user guide). */
export const MAX_LIMIT = 100_000;

/** StartQuery takes no longer query (its API reference). */
const MAX_LENGTH = 10_000;

/** Two `stats` in one query are AWS's own bound. */
const MAX_STATS = 2;

/** Commands that Logs Insights has and this engine has not: they are refused by name, never ignored. */
const UNSUPPORTED = new Set(
  "addtotals anomaly diff expand filterindex join lookup pattern relevantfields search source subqueries unmask unnest".split(
    " ",
  ),
);

/** The commands that this engine has. */
export const COMMANDS: readonly string[] = "fields display filter stats sort limit dedup parse".split(" ");

const RETIRED = new Map([
  ["head", "`head` was replaced by `limit`."],
  ["tail", "`tail` was replaced by `sort` and `limit`."],
  ["order", "Write `sort`."],
]);

/**
 * Parses a query. Throws QueryError where it is malformed, where commands stand in an order that Logs Insights does not
 * take, and by name where a command is not supported.
 */
export function parseQuery(text: string): Query {
  if (text.length > MAX_LENGTH) {
    throw new QueryError(`the query is longer than ${MAX_LENGTH} characters`, MAX_LENGTH, text.length);
  }
  const parser = new ExpressionParser(text, tokenize(text));
  const commands: Command[] = [];
  do {
    const word = parser.token;
    checkOrder(parser, commands, word);
    commands.push(parseCommand(parser));
    if (parser.token.kind !== "end" && !(parser.token.kind === "symbol" && parser.token.text === "|")) {
      throw parser.unexpected("Expected `|` before the next command, or the end of the query.");
    }
  } while (parser.takeSymbol("|"));
  return { text, commands };
}

function parseCommand(parser: ExpressionParser): Command {
  const token = parser.token;
  const start = token.start;
  if (token.kind !== "name" || token.quoted === true) throw parser.unexpected(COMMAND_EXPECTED);
  parser.advance();
  const word = token.text.toLowerCase();
  switch (word) {
    case "fields":
    case "display": {
      const items = parser.list(() => parser.named());
      return { command: word, items, start, end: parser.previousEnd };
    }
    case "filter": {
      const condition = parser.expression();
      return { command: word, condition, start, end: parser.previousEnd };
    }
    case "stats": {
      const items = parser.list(() => parser.named());
      const by = parser.takeWord("by") ? parser.list(() => parser.named()) : [];
      return { command: word, items, by, start, end: parser.previousEnd };
    }
    case "sort": {
      // The console's own samples write both `sort x desc` and `sort by x desc`.
      parser.takeWord("by");
      const keys = parser.list(() => sortKey(parser));
      return { command: word, keys, start, end: parser.previousEnd };
    }
    case "limit":
      return { command: word, count: limitCount(parser), start, end: parser.previousEnd };
    case "dedup": {
      const items = parser.list(() => parser.named());
      return { command: word, items, start, end: parser.previousEnd };
    }
    case "parse":
      return parseParse(parser, start);
    default:
      throw unknownCommand(parser, token);
  }
}

const COMMAND_EXPECTED = `Expected a command: ${COMMANDS.slice(0, -1).join(", ")} or ${COMMANDS.at(-1)}.`;

function unknownCommand(parser: ExpressionParser, token: Token): QueryError {
  const word = token.text.toLowerCase();
  if (UNSUPPORTED.has(word)) {
    return new QueryError(`the command ${token.text} is not supported here`, token.start, token.end);
  }
  return parser.unexpected(RETIRED.get(word) ?? COMMAND_EXPECTED, token);
}

function sortKey(parser: ExpressionParser): SortKey {
  const expression = parser.expression();
  const descending = parser.takeWord("desc");
  if (!descending) parser.takeWord("asc");
  return { expression, descending };
}

function limitCount(parser: ExpressionParser): number {
  const token = parser.token;
  if (isWord(token, "any")) {
    throw new QueryError("limit any is not supported here", token.start, token.end);
  }
  const count = token.kind === "number" ? Number(token.text) : Number.NaN;
  if (!Number.isInteger(count) || count < 1 || count > MAX_LIMIT) {
    throw parser.unexpected(`\`limit\` takes a whole number from 1 to ${MAX_LIMIT}.`);
  }
  parser.advance();
  return count;
}

/** `parse [field] "glob *" as a, b` or `parse [field] /regex (?<a>…)/`; without a field it reads @message. */
function parseParse(parser: ExpressionParser, start: number): Command {
  const first = parser.token;
  const source =
    first.kind === "string" || first.kind === "regex"
      ? { type: "field" as const, name: "@message", start: first.start, end: first.start }
      : parser.expression();
  const { kind, text, start: from, end } = parser.token;
  if (isWord(parser.token, "logfmt") || isWord(parser.token, "csv") || isWord(parser.token, "xml")) {
    throw new QueryError(`parse with ${text} is not supported here`, from, end);
  }
  if (kind !== "string" && kind !== "regex") {
    throw parser.unexpected('Expected a pattern: "glob with *" or /regular expression/.');
  }
  parser.advance();
  const aliases = parser.takeWord("as")
    ? parser.list(() => {
        const alias = parser.fieldName("a name after `as`");
        return { name: alias.text, start: alias.start, end: alias.end };
      })
    : [];
  const pattern = { kind: kind === "regex" ? ("regex" as const) : ("glob" as const), text, start: from, end };
  return { command: "parse", source, pattern, aliases, start, end: parser.previousEnd };
}

/**
 * The orders that AWS refuses: anything but `limit` after `dedup`, `sort` or `limit` before the second of two `stats`,
 * and a third `stats` (user guide, "dedup" and "Use multiple stats commands in a single query").
 */
function checkOrder(parser: ExpressionParser, before: readonly Command[], word: Token): void {
  if (before.some((c) => c.command === "dedup") && !isWord(word, "limit") && word.kind === "name") {
    throw parser.unexpected("Only `limit` may follow `dedup`: sort before it.");
  }
  const stats = before.filter((c) => c.command === "stats").length;
  if (!isWord(word, "stats") || stats === 0) return;
  if (stats >= MAX_STATS) throw parser.unexpected(`A query has at most ${MAX_STATS} \`stats\`.`);
  const early = before.find((c) => c.command === "sort" || c.command === "limit");
  if (early !== undefined) {
    throw new QueryError(
      `${early.command} must appear after the second stats command`,
      early.start,
      early.end,
    );
  }
}
