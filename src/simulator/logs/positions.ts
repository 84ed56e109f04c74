/** Places in a sequence of log events, as tokens: they stay true while events come and expire. */
import { invalidParameter } from "./refusals.ts";
import type { LogEventState } from "./state.ts";

export interface Position {
  readonly timestamp: number;
  readonly number: number;
}

/** 56 digits, unique in the Region: also what FilterLogEvents shows as eventId. */
export function positionId({ timestamp, number }: Position): string {
  return `${String(timestamp).padStart(28, "0")}${String(number).padStart(28, "0")}`;
}

/** @throws AwsError for a token that we did not give out */
export function positionIn(token: string): Position {
  const match = /^(\d{28})(\d{28})$/.exec(token);
  if (!match) throw invalidParameter("The specified nextToken is invalid.");
  return { timestamp: Number(match[1]), number: Number(match[2]) };
}

export function compare(a: Position, b: Position): number {
  return a.timestamp - b.timestamp || a.number - b.number;
}

const MOST_BYTES = 1_048_576;

/** The first of these events: at most `limit`, and about 1 MiB of messages, but always one. */
export function firstPage<E extends LogEventState>(events: readonly E[], limit: number): E[] {
  let bytes = 0;
  const end = events.slice(0, limit).findIndex((event, index) => {
    bytes += Buffer.byteLength(event.message);
    return bytes > MOST_BYTES && index > 0;
  });
  return events.slice(0, end < 0 ? limit : end);
}
