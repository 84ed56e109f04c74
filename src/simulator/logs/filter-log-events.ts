/** FilterLogEvents: the events of a group that fit a pattern, over its streams, oldest first. */
import {
  FilterLogEvents$,
  type FilterLogEventsRequest,
  type FilterLogEventsResponse,
} from "@aws-sdk/client-cloudwatch-logs";
import { operation } from "../operation.ts";
import { parseFilterPattern } from "./filter-pattern.ts";
import { requestedStandardLogGroup } from "./log-groups.ts";
import { compare, firstPage, positionId, positionIn } from "./positions.ts";
import { checkLength, checkLimit, invalidParameter } from "./refusals.ts";
import { visibleEvents } from "./retention.ts";

const filterLogEvents = operation<FilterLogEventsRequest, FilterLogEventsResponse>(
  FilterLogEvents$,
  [
    "logGroupName",
    "logGroupIdentifier",
    "logStreamNames",
    "logStreamNamePrefix",
    "startTime",
    "endTime",
    "filterPattern",
    "nextToken",
    "limit",
    // Answers are always interleaved; AWS ignores the parameter since 2019.
    "interleaved",
  ],
  (context, input) => {
    const group = requestedStandardLogGroup(context, input, "FilterLogEvents");
    const { logStreamNames: names, logStreamNamePrefix: prefix, startTime = 0, endTime = Infinity } = input;
    if (names !== undefined && prefix !== undefined)
      throw invalidParameter("logStreamNames and logStreamNamePrefix are mutually exclusive parameters.");
    if (names !== undefined) checkLength(names, "logStreamNames", 1, 100);
    if (endTime < startTime) throw invalidParameter("endTime should not be before startTime.");
    const limit = checkLimit(input.limit, 10_000, 10_000);
    const fits = parseFilterPattern(input.filterPattern ?? "");
    const after = input.nextToken === undefined ? undefined : positionIn(input.nextToken);
    const matching = Object.values(group.streams)
      .filter((stream) => names?.includes(stream.name) ?? stream.name.startsWith(prefix ?? ""))
      .flatMap((stream) =>
        visibleEvents(context, group, stream)
          .filter((event) => event.timestamp >= startTime && event.timestamp <= endTime)
          .filter((event) => (after === undefined || compare(event, after) > 0) && fits(event.message))
          .map((event) => ({ ...event, logStreamName: stream.name })),
      )
      .sort(compare);
    const shown = firstPage(matching, limit);
    const last = shown.at(-1);
    return {
      events: shown.map((event) => ({
        logStreamName: event.logStreamName,
        timestamp: event.timestamp,
        message: event.message,
        ingestionTime: event.ingestionTime,
        eventId: positionId(event),
      })),
      searchedLogStreams: [],
      ...(last && shown.length < matching.length && { nextToken: positionId(last) }),
    };
  },
);

export const filterLogEventsOperations = [filterLogEvents];
