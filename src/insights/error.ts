/** What is wrong with a query, and where. */

/**
 * A query that does not parse or asks for what is not supported. `message` follows CloudWatch Logs' own words where
 * they are known ("unexpected symbol found bad at line 1 and position 843"); `hint` says in ours what would be right.
 */
export class QueryError extends Error {
  /** Offsets into the query's text: the offending part is text.slice(start, end). */
  readonly start: number;
  readonly end: number;
  readonly hint: string | undefined;

  constructor(message: string, start: number, end: number, hint?: string) {
    super(message);
    this.name = "QueryError";
    this.start = start;
    this.end = end;
    this.hint = hint;
  }
}

/**
 * The error for a symbol that cannot stand where it stands. Lines count from 1; a position is the distance from the
 * start of its line, from 0, as the parser generator behind AWS's messages counts it.
 */
export function unexpected(text: string, start: number, end: number, hint?: string): QueryError {
  const before = text.slice(0, start);
  const line = before.split("\n").length;
  const position = start - (before.lastIndexOf("\n") + 1);
  const symbol = start >= text.length ? "<EOF>" : text.slice(start, end);
  return new QueryError(
    `unexpected symbol found ${symbol} at line ${line} and position ${position}`,
    start,
    end,
    hint,
  );
}
