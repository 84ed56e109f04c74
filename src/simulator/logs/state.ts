/** What CloudWatch Logs remembers in one Region. */
import type { Tags } from "../ec2/state.ts";

export interface LogsState {
  groups: Record<string, LogGroupState>;
  queries: Record<string, QueryState>;
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
  events: LogEventState[];
}

/** Times in ms of world time. */
export interface LogEventState {
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
  return { groups: {}, queries: {} };
}
