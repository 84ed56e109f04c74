/** Log streams: one sequence of events, such as one network interface's flow log. */
import {
  CreateLogStream$,
  type CreateLogStreamRequest,
  DeleteLogStream$,
  type DeleteLogStreamRequest,
  DescribeLogStreams$,
  type DescribeLogStreamsRequest,
  type DescribeLogStreamsResponse,
  type LogStream,
} from "@aws-sdk/client-cloudwatch-logs";
import type { Context } from "../context.ts";
import { ownEntry, setEntry } from "../entries.ts";
import { operation } from "../operation.ts";
import { timeKey } from "../pages.ts";
import { logGroupArn, requestedLogGroup, requireLogGroup } from "./log-groups.ts";
import { page } from "./pages.ts";
import {
  alreadyExists,
  checkEnum,
  checkLength,
  checkLimit,
  constraint,
  invalidParameter,
  notFound,
} from "./refusals.ts";
import { visibleEvents } from "./retention.ts";
import type { LogGroupState, LogStreamState } from "./state.ts";

function checkLogStreamName(name: string | undefined): string {
  if (!name || !/^[^:*]+$/.test(name))
    throw constraint(name ?? "", "logStreamName", "satisfy regular expression pattern: [^:*]*");
  checkLength(name, "logStreamName", 1, 512);
  return name;
}

/** @throws AwsError ResourceNotFoundException */
export function requireLogStream(group: LogGroupState, name: string | undefined): LogStreamState {
  const checked = checkLogStreamName(name);
  const stream = ownEntry(group.streams, checked);
  if (!stream) throw notFound("The specified log stream does not exist.");
  return stream;
}

export function makeLogStream(context: Context, group: LogGroupState, name: string): LogStreamState {
  const stream: LogStreamState = { name, createdAt: context.now, events: [] };
  setEntry(group.streams, name, stream);
  return stream;
}

const createLogStream = operation<CreateLogStreamRequest, object>(
  CreateLogStream$,
  ["logGroupName", "logStreamName"],
  (context, input) => {
    const name = checkLogStreamName(input.logStreamName);
    const group = requireLogGroup(context, input.logGroupName);
    if (Object.hasOwn(group.streams, name)) throw alreadyExists("The specified log stream already exists");
    makeLogStream(context, group, name);
    return {};
  },
);

function shownLogStream(context: Context, group: LogGroupState, stream: LogStreamState): LogStream {
  const events = visibleEvents(context, group, stream);
  const [first, last] = [events[0], events.at(-1)];
  return {
    logStreamName: stream.name,
    creationTime: stream.createdAt,
    ...(first &&
      last && {
        firstEventTimestamp: first.timestamp,
        lastEventTimestamp: last.timestamp,
        lastIngestionTime: events.reduce((latest, event) => Math.max(latest, event.ingestionTime), 0),
      }),
    arn: `${logGroupArn(context, group.name)}:log-stream:${stream.name}`,
    // AWS stopped counting a stream's bytes in 2019 and answers 0 ever since.
    storedBytes: 0,
  };
}

const describeLogStreams = operation<DescribeLogStreamsRequest, DescribeLogStreamsResponse>(
  DescribeLogStreams$,
  [
    "logGroupName",
    "logGroupIdentifier",
    "logStreamNamePrefix",
    "orderBy",
    "descending",
    "limit",
    "nextToken",
  ],
  (context, input) => {
    const group = requestedLogGroup(context, input);
    const { logStreamNamePrefix: prefix = "", orderBy = "LogStreamName" } = input;
    checkEnum(orderBy, "orderBy", ["LogStreamName", "LastEventTime"]);
    if (orderBy === "LastEventTime" && prefix !== "")
      throw invalidParameter("Cannot order by LastEventTime with a logStreamNamePrefix.");
    const limit = checkLimit(input.limit, 50, 50);
    const keyOf = ({ logStreamName = "", lastEventTimestamp = 0 }: LogStream) =>
      orderBy === "LastEventTime" ? `${timeKey(lastEventTimestamp)} ${logStreamName}` : logStreamName;
    const streams = Object.values(group.streams)
      .filter((stream) => stream.name.startsWith(prefix))
      .map((stream) => shownLogStream(context, group, stream));
    const { items, ...more } = page(streams, keyOf, limit, input.nextToken, input.descending);
    return { logStreams: items, ...more };
  },
);

const deleteLogStream = operation<DeleteLogStreamRequest, object>(
  DeleteLogStream$,
  ["logGroupName", "logStreamName"],
  (context, input) => {
    const group = requireLogGroup(context, input.logGroupName);
    delete group.streams[requireLogStream(group, input.logStreamName).name];
    return {};
  },
);

export const logStreamOperations = [createLogStream, describeLogStreams, deleteLogStream];
