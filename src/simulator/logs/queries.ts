/**
 * Queries that have been started. Nothing is kept of their results: a query sees the events that had come in by the
 * time it completed, so asking again works them out again, the same, as long as the log group and its retention
 * leave the events there.
 */
import {
  DescribeQueries$,
  type DescribeQueriesRequest,
  type DescribeQueriesResponse,
  GetQueryResults$,
  type GetQueryResultsRequest,
  type GetQueryResultsResponse,
  type QueryStatus,
  StopQuery$,
  type StopQueryRequest,
  type StopQueryResponse,
} from "@aws-sdk/client-cloudwatch-logs";
import type { LogEvent } from "../../insights/event.ts";
import { parseQuery } from "../../insights/parser.ts";
import { type QueryResult, runQuery } from "../../insights/run.ts";
import type { Context } from "../context.ts";
import { operation } from "../operation.ts";
import { latestFirstKey } from "../pages.ts";
import { findLogGroup } from "./log-groups.ts";
import { page } from "./pages.ts";
import { positionId } from "./positions.ts";
import { checkEnum, checkLength, checkLimit, invalidParameter, notFound } from "./refusals.ts";
import { visibleEvents } from "./retention.ts";
import type { QueryState } from "./state.ts";

const STATUSES = ["Scheduled", "Running", "Complete", "Failed", "Cancelled", "Timeout", "Unknown"];

/** A query waits this long for its turn. */
const SCHEDULED_MS = 200;

function statusOf(context: Context, query: QueryState): QueryStatus {
  if (query.cancelled) return "Cancelled";
  if (context.now >= query.completesAt) return "Complete";
  return context.now < query.startedAt + SCHEDULED_MS ? "Scheduled" : "Running";
}

export function isRunning(context: Context, query: QueryState): boolean {
  return !query.cancelled && context.now < query.completesAt;
}

function requireQuery(context: Context, id = ""): QueryState {
  checkLength(id, "queryId", 0, 256);
  const { queries } = context.region.logs;
  const query = Object.hasOwn(queries, id) ? queries[id] : undefined;
  if (!query) throw notFound(`The specified query does not exist: ${id}`);
  return query;
}

function* eventsFor(context: Context, query: QueryState): Iterable<LogEvent> {
  const [start, end] = [query.startTime * 1000, query.endTime * 1000 + 999];
  for (const name of query.logGroupNames) {
    const group = findLogGroup(context, name);
    if (!group) continue;
    for (const stream of Object.values(group.streams))
      for (const event of visibleEvents(context, group, stream)) {
        const { timestamp, ingestionTime, message } = event;
        if (timestamp < start || timestamp > end || ingestionTime > query.completesAt) continue;
        const log = `${context.account}:${name}`;
        yield { timestamp, ingestionTime, message, logStream: stream.name, log, ptr: pointer(event) };
      }
  }
}

function pointer(event: { timestamp: number; number: number }): string {
  return Buffer.from(positionId(event)).toString("base64");
}

function resultOf(context: Context, query: QueryState): Pick<QueryResult, "rows" | "statistics"> {
  if (statusOf(context, query) !== "Complete")
    return { rows: [], statistics: { recordsMatched: 0, recordsScanned: 0, bytesScanned: 0 } };
  return runQuery(parseQuery(query.queryString), eventsFor(context, query), { limit: query.limit });
}

const getQueryResults = operation<GetQueryResultsRequest, GetQueryResultsResponse>(
  GetQueryResults$,
  ["queryId"],
  (context, input) => {
    const query = requireQuery(context, input.queryId);
    const { rows, statistics } = resultOf(context, query);
    return {
      queryLanguage: "CWLI",
      results: rows.map((row) => row.map(({ field, value }) => ({ field, value }))),
      statistics,
      status: statusOf(context, query),
    };
  },
);

const stopQuery = operation<StopQueryRequest, StopQueryResponse>(
  StopQuery$,
  ["queryId"],
  (context, input) => {
    const query = requireQuery(context, input.queryId);
    if (!isRunning(context, query))
      throw invalidParameter(`Query has already ended with ${statusOf(context, query)} status.`);
    query.cancelled = true;
    return { success: true };
  },
);

const describeQueries = operation<DescribeQueriesRequest, DescribeQueriesResponse>(
  DescribeQueries$,
  ["logGroupName", "status", "maxResults", "nextToken"],
  (context, input) => {
    checkEnum(input.status, "status", STATUSES);
    const most = checkLimit(input.maxResults, 1000, 1000, "maxResults");
    const queries = Object.values(context.region.logs.queries)
      .filter((query) => input.logGroupName === undefined || query.logGroupNames.includes(input.logGroupName))
      .filter((query) => input.status === undefined || statusOf(context, query) === input.status);
    const keyOf = ({ startedAt, id }: QueryState) => `${latestFirstKey(startedAt)} ${id}`;
    const { items, ...more } = page(queries, keyOf, most, input.nextToken);
    return {
      queries: items.map((query) => ({
        queryLanguage: "CWLI" as const,
        queryId: query.id,
        queryString: query.queryString,
        status: statusOf(context, query),
        createTime: query.startedAt,
        logGroupName: query.logGroupNames.join(","),
      })),
      ...more,
    };
  },
);

export const queryOperations = [getQueryResults, stopQuery, describeQueries];
