/** What CloudWatch Logs remembers in one Region. */
import type { Tags } from "../ec2/state.ts";

export interface LogsState {
  groups: Record<string, LogGroupState>;
  queries: Record<string, QueryState>;
  /** Number of the next log event: events of one moment keep the order in which they came. */
  nextEventNumber: number;
}

export interface LogGroupState {
  name: string;
  logGroupClass: "STANDARD" | "INFREQUENT_ACCESS";
  retentionInDays?: number;
  createdAt: number;
  streams: Record<string, LogStreamState>;
  tags: Tags;
}

export interface LogStreamState {
  name: string;
  createdAt: number;
  /** In the order of their timestamps, and of their numbers where these are equal. */
  events: LogEventState[];
}

/** Times in ms of world time. */
export interface LogEventState {
  number: number;
  timestamp: number;
  ingestionTime: number;
  message: string;
}

export interface QueryState {
  id: string;
  logGroupNames: string[];
  queryString: string;
  /** Epoch seconds, both ends included. */
  startTime: number;
  endTime: number;
  limit?: number;
  startedAt: number;
  completesAt: number;
  cancelled: boolean;
}

export function emptyLogsState(): LogsState {
  return { groups: {}, queries: {}, nextEventNumber: 1 };
}
