/**
 * How a step tells what it does, without knowing of any terminal. Commands implement this: on a terminal with
 * spinners and tables, off it as plain lines, under `--json` not at all, in tests as a list.
 */
import type { LabPicture } from "./picture.ts";
import type { Part, ResourceType } from "./spec.ts";

export interface Narrator {
  /** A resource is there: just made, or found from an earlier run. */
  resource(event: ResourceEvent): void;
  /** A plain sentence or two. */
  say(text: string): void;
  /** Something that deserves attention but stops nothing. */
  warn(text: string): void;
  /**
   * Shows that something is waited for while `work` runs; `work` may note how it stands. Where the wait may be
   * skipped and somebody is there to do so, `skip` is aborted when they do; `work` then ends at its next look.
   */
  wait<T>(wait: Wait, work: (note: (text: string) => void, skip?: AbortSignal) => Promise<T>): Promise<T>;
  /** Something to look at, to be shown and not raced past. */
  finding(finding: Finding): Promise<void>;
  /** Asks what the learner expects; the index of the choice, or undefined where nobody is there to answer. */
  predict(question: Question): Promise<number | undefined>;
  /** A step that an earlier run has done, in a line. Absent: each step is told in full, whatever stands. */
  stands?(text: string): void;
}

export interface ResourceEvent {
  /** The purpose in a few words: "security group NextWork-1-SG lets in ICMP and SSH". */
  readonly text: string;
  readonly type: ResourceType | "route" | "subnet-route-table-association";
  readonly part: Part;
  readonly id: string;
  readonly outcome: "made" | "found";
  /** How long it took, in ms of the service's time. */
  readonly ms: number;
}

export interface Wait {
  /** "both instances register with Systems Manager" */
  readonly text: string;
  /** "0:30 to 2:00"; undefined where nothing is known of it. */
  readonly usually: string | undefined;
  /** What goes on without it, to follow "to": "look at the records that are there". Absent: cannot be skipped. */
  readonly skipTo?: string | undefined;
}

export interface Question {
  readonly text: string;
  readonly choices: readonly string[];
  /** Index of the choice that comes true. */
  readonly answer: number;
}

export interface PingSummary {
  readonly from: string;
  readonly to: string;
  readonly address: string;
  readonly scope: "private" | "public" | "other";
  readonly sent: number;
  readonly received: number;
  readonly lossPercent: number;
  readonly rttMs: {
    readonly min: number;
    readonly avg: number;
    readonly max: number;
    readonly mdev: number;
  } | null;
  readonly reachable: boolean;
}

export interface RouteRow {
  readonly destination: string;
  readonly target: string;
  readonly state: string;
  /** A word on what it means; "missing" marks a row that is not there but should be. */
  readonly note: string;
}

export interface Bar {
  readonly label: string;
  readonly value: number;
}

export type Finding =
  | {
      readonly kind: "ping";
      readonly result: PingSummary;
      /** ping's own output. */
      readonly output: string;
      readonly expected: "replies" | "no reply";
      /** What it means, a sentence each. */
      readonly meaning: readonly string[];
    }
  | { readonly kind: "route-table"; readonly title: string; readonly rows: readonly RouteRow[] }
  | {
      readonly kind: "network-acl";
      readonly title: string;
      readonly rows: readonly {
        readonly rule: string;
        readonly direction: string;
        readonly protocol: string;
        readonly cidr: string;
        readonly action: string;
      }[];
    }
  | {
      /** A packet's way, hop by hop, until it arrives or is stopped. */
      readonly kind: "walk";
      readonly title: string;
      readonly hops: readonly {
        /** "route table NextWork-1-rtb-public" */
        readonly where: string;
        /** "allowed", "→ igw-0ab1", "dropped" */
        readonly verdict: string;
        readonly reason: string;
      }[];
      /** Why no reply comes, a sentence each. */
      readonly meaning: readonly string[];
    }
  | {
      readonly kind: "records";
      readonly title: string;
      readonly records: readonly { readonly line: string; readonly note: string }[];
    }
  | {
      readonly kind: "record";
      readonly title: string;
      readonly line: string;
      readonly fields: readonly { readonly name: string; readonly value: string; readonly meaning: string }[];
    }
  | {
      readonly kind: "addresses";
      readonly title: string;
      readonly rows: readonly { readonly address: string; readonly whose: string }[];
    }
  | {
      /** The lab as it stands. */
      readonly kind: "drawing";
      readonly title: string;
      readonly picture: LabPicture;
    }
  | {
      readonly kind: "query";
      readonly title: string;
      readonly query: string;
      readonly columns: readonly string[];
      readonly rows: readonly (readonly string[])[];
      readonly bars: readonly Bar[];
    };
