/** Reading what the flow log wrote. */
import {
  type FilteredLogEvent,
  paginateDescribeLogStreams,
  paginateFilterLogEvents,
} from "@aws-sdk/client-cloudwatch-logs";
import type { Aws } from "./clients.ts";
import { isNotFound } from "./errors.ts";
import { allPages } from "./tags.ts";

/**
 * The streams of a network interface; none before the first records. The name is `eni-…-all`, but other endings are
 * about, so only its beginning is looked at (AWS-FACTS §4).
 */
export async function findStreams(
  aws: Aws,
  logGroupName: string,
  networkInterfaceId: string,
): Promise<string[]> {
  try {
    const pages = paginateDescribeLogStreams(
      { client: aws.logs },
      { logGroupName, logStreamNamePrefix: networkInterfaceId },
    );
    const streams = await allPages(pages, (page) => page.logStreams);
    return streams.map(({ logStreamName }) => logStreamName ?? "");
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

/** A stream of the log group. Times in ms; undefined before its first line. */
export interface LogStreamSummary {
  readonly name: string;
  readonly firstLineAt: number | undefined;
  /** May lag behind by up to an hour on AWS. */
  readonly lastLineAt: number | undefined;
  readonly lastIngestedAt: number | undefined;
}

/** All streams of the group, by name; none where the group does not exist. */
export async function describeStreams(aws: Aws, logGroupName: string): Promise<LogStreamSummary[]> {
  try {
    const pages = paginateDescribeLogStreams({ client: aws.logs }, { logGroupName });
    const streams = await allPages(pages, (page) => page.logStreams);
    return streams.map((stream) => ({
      name: stream.logStreamName ?? "",
      firstLineAt: stream.firstEventTimestamp,
      lastLineAt: stream.lastEventTimestamp,
      lastIngestedAt: stream.lastIngestionTime,
    }));
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

/** A line of the log. Times in ms. */
export interface LogLine {
  /** AWS's own id of the line: no two lines of a group share one. */
  readonly id: string;
  /** The start of the record's window. */
  readonly timestamp: number;
  /** When it arrived in the log, minutes later. */
  readonly ingestedAt: number;
  readonly stream: string;
  readonly text: string;
}

export interface LogLinesRequest {
  readonly logGroupName: string;
  /** Undefined: of all streams. */
  readonly streams?: readonly string[] | undefined;
  /** In ms, both ends included; undefined: open. */
  readonly start?: number | undefined;
  readonly end?: number | undefined;
  /** A filter pattern of CloudWatch Logs; undefined: everything. */
  readonly pattern?: string | undefined;
  /** Lines a page, at most 10,000, which is the default: fewer where only the first few are wanted. */
  readonly pageSize?: number | undefined;
}

/** Reads lines page by page, by timestamp; nothing where the group or the streams do not exist yet. */
export async function* logLines(aws: Aws, request: LogLinesRequest): AsyncGenerator<LogLine> {
  const { logGroupName, streams, start, end, pattern, pageSize } = request;
  if (streams?.length === 0) return;
  const pages = paginateFilterLogEvents(
    { client: aws.logs, ...(pageSize !== undefined && { pageSize }) },
    {
      logGroupName,
      ...(streams !== undefined && { logStreamNames: [...streams] }),
      ...(start !== undefined && { startTime: start }),
      ...(end !== undefined && { endTime: end }),
      ...(pattern !== undefined && { filterPattern: pattern }),
    },
  );
  try {
    for await (const { events = [] } of pages) for (const event of events) yield lineOf(event);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

function lineOf({
  eventId = "",
  timestamp = 0,
  ingestionTime = 0,
  logStreamName = "",
  message = "",
}: FilteredLogEvent): LogLine {
  return { id: eventId, timestamp, ingestedAt: ingestionTime, stream: logStreamName, text: message };
}
