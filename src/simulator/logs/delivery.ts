/** How log events get in: PutLogEvents, and delivery by other services of AWS, such as VPC flow logs. */
import {
  PutLogEvents$,
  type PutLogEventsRequest,
  type PutLogEventsResponse,
} from "@aws-sdk/client-cloudwatch-logs";
import type { Context } from "../context.ts";
import { ownEntry } from "../entries.ts";
import { operation } from "../operation.ts";
import { findLogGroup, makeLogGroup, requireLogGroup } from "./log-groups.ts";
import { makeLogStream, requireLogStream } from "./log-streams.ts";
import { checkLength, checkValue, invalidParameter } from "./refusals.ts";
import { oldestKept } from "./retention.ts";
import type { LogGroupState, LogStreamState } from "./state.ts";

export interface NewLogEvent {
  /** In ms of world time. */
  readonly timestamp: number;
  readonly message: string;
}

export interface Delivery {
  readonly groupName: string;
  readonly streamName: string;
  readonly events: readonly NewLogEvent[];
  /** Whether the deliverer's role allows logs:CreateLogGroup. */
  readonly mayCreateGroup: boolean;
}

/**
 * What an AWS service does to deliver: makes the stream if need be, and the group too if it may. A group that comes
 * back in this way has no tags and no retention: a surprise that the lab warns of (AWS-FACTS §1).
 *
 * @returns "no-group" where there is no such group and it may not be made; then nothing has changed
 */
export function deliverLogEvents(context: Context, delivery: Delivery): "delivered" | "no-group" {
  let group = findLogGroup(context, delivery.groupName);
  if (!group) {
    if (!delivery.mayCreateGroup) return "no-group";
    group = makeLogGroup(context, { name: delivery.groupName, logGroupClass: "STANDARD", tags: {} });
  }
  const { streamName } = delivery;
  const existing = ownEntry(group.streams, streamName);
  append(context, group, existing ?? makeLogStream(context, group, streamName), delivery.events);
  return "delivered";
}

function append(
  context: Context,
  group: LogGroupState,
  stream: LogStreamState,
  events: readonly NewLogEvent[],
): void {
  const { logs } = context.region;
  const oldest = oldestKept(context, group);
  // By what there is already it must cost nothing: a simulator that serves for a day delivers thousands of times.
  const kept = stream.events.findIndex((event) => event.timestamp >= oldest);
  if (kept !== 0) stream.events.splice(0, kept < 0 ? stream.events.length : kept);
  const first = Math.min(...events.map(({ timestamp }) => timestamp));
  let from = stream.events.length;
  while (from > 0 && (stream.events[from - 1]?.timestamp ?? 0) > first) from--;
  const later = stream.events.splice(from);
  for (const { timestamp, message } of events)
    later.push({ number: logs.nextEventNumber++, timestamp, ingestionTime: context.now, message });
  for (const event of later.sort((a, b) => a.timestamp - b.timestamp || a.number - b.number))
    stream.events.push(event);
}

const HOUR_MS = 3_600_000;
const MOST_EVENTS = 10_000;
const MOST_BYTES = 1_048_576;
/** What AWS counts for each event beside its message. */
const BYTES_BESIDE_MESSAGE = 26;

const putLogEvents = operation<PutLogEventsRequest, PutLogEventsResponse>(
  PutLogEvents$,
  // The token is no longer looked at, but still given out and taken.
  ["logGroupName", "logStreamName", "logEvents", "sequenceToken"],
  (context, input) => {
    const events = checkedEvents(input);
    const group = requireLogGroup(context, input.logGroupName);
    const stream = requireLogStream(group, input.logStreamName);
    const tooNew = events.findIndex((event) => event.timestamp > context.now + 2 * HOUR_MS);
    const tooOld = countBefore(events, context.now - 14 * 24 * HOUR_MS);
    const expired = countBefore(events, oldestKept(context, group));
    const accepted = events.slice(Math.max(tooOld, expired), tooNew < 0 ? undefined : tooNew);
    append(context, group, stream, accepted);
    return {
      nextSequenceToken: String(context.region.logs.nextEventNumber).padStart(56, "0"),
      ...(accepted.length < events.length && {
        rejectedLogEventsInfo: {
          ...(tooNew >= 0 && { tooNewLogEventStartIndex: tooNew }),
          ...(tooOld > 0 && { tooOldLogEventEndIndex: tooOld }),
          ...(expired > 0 && { expiredLogEventEndIndex: expired }),
        },
      }),
    };
  },
);

function checkedEvents(input: PutLogEventsRequest): NewLogEvent[] {
  const events = (input.logEvents ?? []).map(({ timestamp = -1, message = "" }) => ({ timestamp, message }));
  checkLength(events, "logEvents", 1, MOST_EVENTS);
  let bytes = 0;
  for (const [index, { timestamp, message }] of events.entries()) {
    const place = `logEvents.${index + 1}.member`;
    checkValue(timestamp, `${place}.timestamp`, 0);
    checkLength(message, `${place}.message`, 1);
    bytes += Buffer.byteLength(message) + BYTES_BESIDE_MESSAGE;
    if (timestamp < (events[index - 1]?.timestamp ?? 0))
      throw invalidParameter("Log events in a single PutLogEvents request must be in chronological order.");
  }
  if (bytes > MOST_BYTES)
    throw invalidParameter(`Upload too large: ${bytes} bytes exceeds limit of ${MOST_BYTES}`);
  if ((events.at(-1)?.timestamp ?? 0) - (events[0]?.timestamp ?? 0) > 24 * HOUR_MS)
    throw invalidParameter(
      "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
    );
  return events;
}

function countBefore(events: readonly NewLogEvent[], time: number): number {
  const first = events.findIndex((event) => event.timestamp >= time);
  return first < 0 ? events.length : first;
}

export const deliveryOperations = [putLogEvents];
