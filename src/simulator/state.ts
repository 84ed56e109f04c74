/**
 * Everything the embedded AWS remembers, as plain JSON: one world, saved as one file. Each service folder owns the
 * shape of its part.
 */
import type { Quotas } from "./ec2/quotas.ts";
import type { Ec2State } from "./ec2/state.ts";
import type { IamState } from "./iam/state.ts";
import type { LogsState } from "./logs/state.ts";
import type { SsmState } from "./ssm/state.ts";

/** The layout of the saved file; a file of another format is refused with a clear message. */
export const STATE_FORMAT = 1;

export interface WorldState {
  format: typeof STATE_FORMAT;
  /** The 12 digits of the one account this world holds. */
  account: string;
  /** State of the seeded generator that ids, latencies and background traffic come from. */
  random: number;
  /** The account's quotas where they differ from AWS's defaults; see ec2/quotas.ts. */
  quotas?: Partial<Quotas>;
  /** World time of the last change, in ms. Time never runs backwards, across processes too. */
  changedAt: number;
  iam: IamState;
  /** By Region name; a Region comes into being, with its default VPC, when it is first asked for. */
  regions: Record<string, RegionState>;
  /** What will happen by itself, earliest first. */
  events: ScheduledEvent[];
}

export interface RegionState {
  ec2: Ec2State;
  logs: LogsState;
  ssm: SsmState;
}

/** Something that happens at its time without anybody calling: an instance that finishes booting, a packet sent. */
export interface WorldEvent {
  /** Which handler it goes to; `<service>.<what>`. */
  readonly kind: string;
  readonly region: string;
  /** What it is about, mostly a resource id. */
  readonly subject: string;
  /** Whatever else the handler wants to know. */
  readonly data?: Record<string, string | number | boolean>;
}

export interface ScheduledEvent extends WorldEvent {
  readonly at: number;
}
