/** A query in CloudWatch Logs Insights. */
import {
  GetQueryResultsCommand,
  type GetQueryResultsCommandOutput,
  MalformedQueryException,
  type ResultField,
  StartQueryCommand,
  StopQueryCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { EXIT } from "../lab/error.ts";
import type { Aws } from "./clients.ts";
import { isCode, LabError } from "./errors.ts";
import { requireLogGroup } from "./log-group.ts";
import { retryWhile, waitFor } from "./waits.ts";

export interface InsightsQuery {
  readonly logGroupName: string;
  readonly query: string;
  /** In ms; what lies before the group was made is left out. Default: all that the group has. */
  readonly start?: number | undefined;
  /** In ms; default: the service's now. A range that ends before the group was made is refused. */
  readonly end?: number | undefined;
  /** At most so many rows; default: what the query says, else AWS's. */
  readonly limit?: number | undefined;
}

export interface InsightsResult {
  /** The query's own names, in its order. */
  readonly columns: readonly string[];
  /** By column; a column that a row lacks is not in it. Every value is text, as AWS gives it. */
  readonly rows: readonly Readonly<Record<string, string>>[];
  readonly recordsMatched: number;
  readonly recordsScanned: number;
  readonly bytesScanned: number;
  /** The range that was asked, in ms. */
  readonly start: number;
  readonly end: number;
}

/** AWS refused the query itself. */
export class MalformedQueryError extends LabError {
  /** Where in the query, as offsets of characters, the second one exclusive; undefined where AWS did not say. */
  readonly location: { readonly start: number; readonly end: number } | undefined;

  constructor(cause: MalformedQueryException) {
    const { location, message } = cause.queryCompileError ?? {};
    const start = location?.startCharOffset;
    const place = start === undefined ? "" : ` at character ${start + 1}`;
    super("MalformedQueryException", `Logs Insights does not understand the query${place}.`, {
      why: message ?? cause.message,
      next: ["Names are case-sensitive: srcAddr, dstAddr, bytes, action, protocol."],
      cause,
    });
    this.location = start === undefined ? undefined : { start, end: location?.endCharOffset ?? start + 1 };
  }
}

/** Insights itself gives up after an hour; a lab's log is small. */
const ANSWERS_WITHIN_MS = 5 * 60_000;

/**
 * Runs a query and waits for its result; Ctrl-C stops it.
 * @throws MalformedQueryError; LabError "no-log-group", "no-records" or "query-failed"
 */
export async function runInsightsQuery(aws: Aws, request: InsightsQuery): Promise<InsightsResult> {
  const { logGroupName } = request;
  const group = await requireLogGroup(aws, logGroupName);
  if (request.end !== undefined && request.end < group.createdAt) throw rangeWithoutRecords();
  // Whole seconds, both ends included: outward, so that nothing is cut off.
  const start = Math.floor(Math.max(request.start ?? 0, group.createdAt) / 1000);
  const end = Math.ceil((request.end ?? aws.clock.now()) / 1000);
  const queryId = await startQuery(aws, request, start, end);
  try {
    const first = await waitForResult(aws, queryId);
    const results = [...(first.results ?? []), ...(await furtherResults(aws, queryId, first.nextToken))];
    return { ...resultOf({ ...first, results }), start: start * 1000, end: end * 1000 };
  } catch (error) {
    // If stopping it fails, it ends by itself: a query over a lab's log takes seconds.
    if (aws.signal.aborted) await Promise.allSettled([aws.logs.send(new StopQueryCommand({ queryId }))]);
    throw error;
  }
}

async function startQuery(
  aws: Aws,
  { logGroupName, query, limit }: InsightsQuery,
  startTime: number,
  endTime: number,
): Promise<string> {
  try {
    // LimitExceededException: too many queries of this account at once.
    return await retryWhile(
      aws,
      { what: "Logs Insights to take another query", atMostMs: 60_000, everyMs: 2_000 },
      (error) => isCode(error, "LimitExceededException"),
      async () => {
        const { queryId = "" } = await aws.logs.send(
          new StartQueryCommand({
            logGroupName,
            queryString: query,
            startTime,
            endTime,
            ...(limit !== undefined && { limit }),
          }),
        );
        return queryId;
      },
    );
  } catch (error) {
    if (!(error instanceof MalformedQueryException)) throw error;
    throw WITHOUT_RECORDS.test(error.message) ? rangeWithoutRecords(error) : new MalformedQueryError(error);
  }
}

/** AWS calls a query malformed, too, whose range can hold no record (AWS-FACTS §5). */
const WITHOUT_RECORDS = /end date and time|retention settings/;

function rangeWithoutRecords(cause?: MalformedQueryException): LabError {
  return new LabError("no-records", "There can be no records of that time.", {
    why: "It ends before the log group was made, or is older than the group keeps records.",
    next: ["Ask for a later time: vpclab insights <name> --since 1h"],
    exitCode: EXIT.badInput,
    cause,
  });
}

function waitForResult(aws: Aws, queryId: string): Promise<GetQueryResultsCommandOutput> {
  const wait = { what: "the query's result", atMostMs: ANSWERS_WITHIN_MS, everyMs: 1_000 };
  return waitFor(aws, wait, async () => {
    const output = await aws.logs.send(new GetQueryResultsCommand({ queryId }));
    switch (output.status) {
      case "Complete":
        return output;
      case "Failed":
      case "Cancelled":
      case "Timeout":
        throw new LabError("query-failed", `Logs Insights ended the query as "${output.status}".`, {
          next: ["Run it again."],
        });
      default:
        return undefined;
    }
  });
}

/** An answer holds 10,000 rows at most; a query that sets its own `limit` may have 100,000 (API reference). */
async function furtherResults(
  aws: Aws,
  queryId: string,
  token: string | undefined,
): Promise<ResultField[][]> {
  const all: ResultField[][] = [];
  for (let nextToken = token; nextToken !== undefined; ) {
    const page = await aws.logs.send(new GetQueryResultsCommand({ queryId, nextToken }));
    all.push(...(page.results ?? []));
    nextToken = page.nextToken;
  }
  return all;
}

function resultOf({ results = [], statistics }: GetQueryResultsCommandOutput) {
  // @ptr is a handle for GetLogRecord, not a column of the query.
  const rows = results.map((row) =>
    Object.fromEntries(
      row.filter(({ field }) => field !== "@ptr").map(({ field = "", value = "" }) => [field, value]),
    ),
  );
  return {
    columns: [...new Set(rows.flatMap((row) => Object.keys(row)))],
    rows,
    recordsMatched: statistics?.recordsMatched ?? 0,
    recordsScanned: statistics?.recordsScanned ?? 0,
    bytesScanned: statistics?.bytesScanned ?? 0,
  };
}
