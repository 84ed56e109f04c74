/** Runs a query over an exported flow log: text, one record a line. */
import type { Query } from "./ast.ts";
import type { LogEvent } from "./event.ts";
import { type QueryResult, QueryRun, type RunOptions } from "./run.ts";

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const HYPHEN = 45;
const LETTER_Z = 90;

/** What programs on Windows write before the first line of UTF-8. */
const BYTE_ORDER_MARK = Buffer.from("\uFEFF");

/** What an export from CloudWatch Logs to S3 writes before each message, with a space after it. */
const EVENT_TIME = "2023-11-14T22:13:20.000Z";

/** Files that flow logs write to S3 begin with the names of their fields. */
const HEADER = Buffer.from("version account-id ");

export interface LinesResult extends QueryResult {
  /** Lines that are no records of the default format: the query has seen them, but they have no fields. */
  readonly otherLines: number;
}

/**
 * Runs a query over the chunks of a file, in bounded memory. The chunks may be cut anywhere; empty lines and a header
 * are left out, and so is the time before each line of an export from CloudWatch Logs. A record's @timestamp is its
 * start, as in CloudWatch Logs; that of any other line is 0. @log is "file", and so is the @logStream of other lines.
 * Throws QueryError where the query cannot be run.
 */
export async function runQueryOnLines(
  query: Query,
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  options: RunOptions = {},
): Promise<LinesResult> {
  const run = new QueryRun(query, options);
  let otherLines = 0;
  let isFirst = true;
  const push = (bytes: Buffer, lineStart: number, to: number): void => {
    const end = to > lineStart && bytes[to - 1] === CARRIAGE_RETURN ? to - 1 : to;
    let from = lineStart;
    if (isFirst && beginsWith(bytes, from, end, BYTE_ORDER_MARK)) from += BYTE_ORDER_MARK.length;
    isFirst = false;
    if (hasEventTime(bytes, from, end)) from += EVENT_TIME.length + 1;
    if (end <= from || beginsWith(bytes, from, end, HEADER)) return;
    if (!run.pushLine(bytes, from, end, eventOf)) otherLines++;
  };
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let from = 0;
    for (let to = bytes.indexOf(NEWLINE); to !== -1; to = bytes.indexOf(NEWLINE, from)) {
      push(bytes, from, to);
      from = to + 1;
    }
    // A copy, for the chunk's memory may be its maker's to use again.
    rest = Buffer.from(bytes.subarray(from));
  }
  push(rest, 0, rest.length);
  return { ...run.result(), otherLines };
}

function beginsWith(bytes: Buffer, from: number, to: number, text: Buffer): boolean {
  if (bytes[from] !== text[0] || to - from < text.length) return false;
  return text.equals(bytes.subarray(from, from + text.length));
}

/** By its fifth character, nearly always: a record has no hyphen there. */
function hasEventTime(bytes: Buffer, from: number, to: number): boolean {
  const end = from + EVENT_TIME.length;
  if (bytes[from + 4] !== HYPHEN || end >= to || bytes[end] !== SPACE || bytes[end - 1] !== LETTER_Z)
    return false;
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(bytes.toString("latin1", from, end));
}

function eventOf(message: string, isRecord: boolean): LogEvent {
  if (!isRecord) return { timestamp: 0, ingestionTime: 0, message, logStream: "file", log: "file" };
  const [, , networkInterface = "", , , , , , , , start = ""] = message.split(" ", 14);
  const timestamp = /^\d{1,12}$/.test(start) ? Number(start) * 1000 : 0;
  return { timestamp, ingestionTime: timestamp, message, logStream: `${networkInterface}-all`, log: "file" };
}
