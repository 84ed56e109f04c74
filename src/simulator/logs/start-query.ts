/** StartQuery: a Logs Insights query is checked and begun; queries.ts says how it goes on. */
import {
  StartQuery$,
  type StartQueryRequest,
  type StartQueryResponse,
} from "@aws-sdk/client-cloudwatch-logs";
import { QueryError } from "../../insights/error.ts";
import { parseQuery } from "../../insights/parser.ts";
import { QueryRun } from "../../insights/run.ts";
import type { Context } from "../context.ts";
import { AwsError } from "../error.ts";
import { operation } from "../operation.ts";
import { findLogGroup, nameOfIdentifier } from "./log-groups.ts";
import { isRunning } from "./queries.ts";
import { checkLength, checkLimit, checkValue, invalidParameter, notFound, notModelled } from "./refusals.ts";
import { oldestKept } from "./retention.ts";
import type { LogGroupState } from "./state.ts";

const MOST_GROUPS = 50;
const MOST_RUNNING = 100;
const LONGEST_QUERY = 10_000;
/** AWS forgets a query's results after seven days. */
const KEPT_MS = 7 * 86_400_000;

const startQuery = operation<StartQueryRequest, StartQueryResponse>(
  StartQuery$,
  [
    "queryLanguage",
    "logGroupName",
    "logGroupNames",
    "logGroupIdentifiers",
    "startTime",
    "endTime",
    "queryString",
    "limit",
  ],
  (context, input) => {
    const { queryString = "", startTime = -1, endTime = -1 } = input;
    if (input.queryLanguage !== undefined && input.queryLanguage !== "CWLI")
      throw notModelled(`the query language ${input.queryLanguage}`);
    checkLength(queryString, "queryString", 0, LONGEST_QUERY);
    const limit = input.limit === undefined ? undefined : checkLimit(input.limit, 0, 100_000);
    checkValue(startTime, "startTime", 0);
    checkValue(endTime, "endTime", 0);
    if (endTime < startTime) throw invalidParameter("End time should not be less than start time.");
    const groups = requestedGroups(context, input);
    checkQuery(queryString);
    checkRange(context, groups, queryString, endTime);
    const { queries } = context.region.logs;
    for (const old of Object.values(queries))
      if (old.startedAt < context.now - KEPT_MS) delete queries[old.id];
    if (Object.values(queries).filter((query) => isRunning(context, query)).length >= MOST_RUNNING)
      throw new AwsError(
        "LimitExceededException",
        "Account maximum query concurrency limit of [100] reached.",
      );
    const id = context.newUuid();
    queries[id] = {
      id,
      logGroupNames: groups.map((group) => group.name),
      queryString,
      startTime,
      endTime,
      ...(limit !== undefined && { limit }),
      startedAt: context.now,
      completesAt: context.now + context.randomInteger(1_000, 3_000),
      cancelled: false,
    };
    return { queryId: id };
  },
);

function requestedGroups(context: Context, input: StartQueryRequest): LogGroupState[] {
  const { logGroupName, logGroupNames, logGroupIdentifiers } = input;
  const given = [logGroupName, logGroupNames, logGroupIdentifiers].filter((one) => one !== undefined);
  if (given.length !== 1)
    throw invalidParameter(
      "Exactly one of logGroupName, logGroupNames and logGroupIdentifiers must be specified.",
    );
  const identifiers = logGroupIdentifiers?.map((identifier) => nameOfIdentifier(context, identifier));
  const names = logGroupName === undefined ? (logGroupNames ?? identifiers ?? []) : [logGroupName];
  checkLength(names, "logGroupNames", 1, MOST_GROUPS);
  return [...new Set(names)].map((name) => {
    const group = findLogGroup(context, name);
    if (!group) throw notFound(`Log group '${name}' does not exist for account ID '${context.account}'`);
    return group;
  });
}

/** @throws AwsError MalformedQueryException that points at the place */
function checkQuery(queryString: string): void {
  try {
    // What parses may still not be runnable: fields and functions are looked at here.
    new QueryRun(parseQuery(queryString));
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    throw malformedQuery(error.message, error.start, error.end);
  }
}

/** AWS refuses a range in which no group can hold anything any more, or yet (AWS-FACTS §5). */
function checkRange(
  context: Context,
  groups: readonly LogGroupState[],
  queryString: string,
  endTime: number,
): void {
  const end = endTime * 1000 + 999;
  if (groups.every((group) => end < Math.max(group.createdAt, oldestKept(context, group))))
    throw malformedQuery(
      "Query's end date and time is either before the log groups creation time or exceeds the log groups log retention settings",
      0,
      queryString.length,
    );
}

function malformedQuery(message: string, start: number, end: number): AwsError {
  return new AwsError("MalformedQueryException", `${message} ([${start},${end}])`, 400, {
    queryCompileError: { location: { startCharOffset: start, endCharOffset: end }, message },
  });
}

export const startQueryOperations = [startQuery];
