/** GetLogEvents: one stream, page by page, in both directions. */
import {
  GetLogEvents$,
  type GetLogEventsRequest,
  type GetLogEventsResponse,
} from "@aws-sdk/client-cloudwatch-logs";
import { operation } from "../operation.ts";
import { requestedStandardLogGroup } from "./log-groups.ts";
import { requireLogStream } from "./log-streams.ts";
import { compare, firstPage, type Position, positionId, positionIn } from "./positions.ts";
import { checkLimit, invalidParameter } from "./refusals.ts";
import { visibleEvents } from "./retention.ts";

const getLogEvents = operation<GetLogEventsRequest, GetLogEventsResponse>(
  GetLogEvents$,
  [
    "logGroupName",
    "logGroupIdentifier",
    "logStreamName",
    "startTime",
    "endTime",
    "nextToken",
    "limit",
    "startFromHead",
  ],
  (context, input) => {
    const group = requestedStandardLogGroup(context, input, "GetLogEvents");
    const stream = requireLogStream(group, input.logStreamName);
    const limit = checkLimit(input.limit, 10_000, 10_000);
    const { startTime = 0, endTime = Infinity } = input;
    // The end is not included here, unlike in FilterLogEvents.
    const inRange = visibleEvents(context, group, stream).filter(
      (event) => event.timestamp >= startTime && event.timestamp < endTime,
    );
    const token = input.nextToken === undefined ? undefined : parseToken(input.nextToken);
    const forward = token ? token.forward : input.startFromHead === true;
    const rest = token
      ? inRange.filter((event) => (forward ? compare(event, token) > 0 : compare(event, token) < 0))
      : inRange;
    const shown = forward ? firstPage(rest, limit) : firstPage(rest.toReversed(), limit).reverse();
    // At an end the token comes back as it was: that is how clients know. The way back begins with what it names.
    const end = token ?? { timestamp: 0, number: 0 };
    const last = shown.at(-1) ?? (forward ? end : { ...end, number: Math.max(0, end.number - 1) });
    const first = shown[0] ?? (forward ? { ...end, number: end.number + 1 } : end);
    return {
      events: shown.map(({ timestamp, message, ingestionTime }) => ({ timestamp, message, ingestionTime })),
      nextForwardToken: `f/${positionId(last)}`,
      nextBackwardToken: `b/${positionId(first)}`,
    };
  },
);

function parseToken(token: string): Position & { forward: boolean } {
  const direction = token.slice(0, 2);
  if (direction !== "f/" && direction !== "b/") throw invalidParameter("The specified nextToken is invalid.");
  return { ...positionIn(token.slice(2)), forward: direction === "f/" };
}

export const getLogEventsOperations = [getLogEvents];
