/** How long a log group keeps its events. */
import type { Context } from "../context.ts";
import type { LogEventState, LogGroupState, LogStreamState } from "./state.ts";

const DAY_MS = 86_400_000;

/** World time before which the group has forgotten everything; -Infinity where events never expire. */
export function oldestKept(context: Context, group: LogGroupState): number {
  return group.retentionInDays === undefined ? -Infinity : context.now - group.retentionInDays * DAY_MS;
}

/** The events of a stream that have not expired, oldest first. */
export function visibleEvents(
  context: Context,
  group: LogGroupState,
  stream: LogStreamState,
): readonly LogEventState[] {
  const oldest = oldestKept(context, group);
  const first = stream.events.findIndex((event) => event.timestamp >= oldest);
  if (first === 0) return stream.events;
  return first < 0 ? [] : stream.events.slice(first);
}
