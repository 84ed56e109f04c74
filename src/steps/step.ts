/** What a step of the lab is. One file a step, creation and removal side by side. */
import type { Aws } from "../aws/clients.ts";
import type { Inventory, InventoryResource } from "../aws/inventory.ts";
import type { Journal } from "../lab/journal.ts";
import type { Narrator } from "../lab/narrator.ts";
import type { LabSpec, StepId } from "../lab/spec.ts";

export interface LabContext {
  readonly spec: LabSpec;
  readonly aws: Aws;
  readonly journal: Journal;
  readonly narrator: Narrator;
  /** What "prepare" looked up; later steps read it. */
  readonly prepared: Prepared;
}

/** Filled in by step 0, and looked up again (never made again) where a later run begins further on. */
export interface Prepared {
  /** Twelve digits. */
  account?: string;
  availabilityZone?: string;
  instanceType?: string;
  imageId?: string;
  /** When this run gave the instance profile its role, in ms; absent where it had it already. */
  profileMadeAt?: number;
}

export interface Lesson {
  /** What stands at the end of the step, one sentence. */
  readonly goal: string;
  /** Why it is done, two to four short lines. */
  readonly why: readonly string[];
  /** "Explain more": a concept and what it means, a short paragraph each. */
  readonly concepts: readonly { readonly term: string; readonly text: string }[];
  /** The same by hand: commands of the AWS CLI, and clicks in the console. */
  readonly byCli: (spec: LabSpec) => readonly string[];
  readonly byConsole: (spec: LabSpec) => readonly string[];
}

export type StepState = "done" | "partial" | "todo";

/** How the removal of one resource went. */
export interface Removal {
  readonly type: InventoryResource["type"];
  readonly part: string;
  readonly id: string;
  readonly name: string;
  readonly outcome: "deleted" | "absent" | "failed";
  /** For "failed": what AWS said, in words. */
  readonly reason?: string;
}

export interface Step {
  readonly id: StepId;
  /** "Launch an instance in each VPC" */
  readonly title: string;
  readonly lesson: Lesson;
  /**
   * Find, else create. Idempotent. Never waits for what a later step can wait for.
   * @returns "unfinished" where the learner went on before there was anything to see: then it is not noted as done
   */
  up(lab: LabContext): Promise<"unfinished" | undefined>;
  /** The steps whose `down` must have ended (well or not) before this one's begins; see AWS-FACTS on deleting. */
  readonly downAfter: readonly StepId[];
  /**
   * Deletes every resource of this step that the inventory holds, doubles included. What is gone already is "absent".
   * Returns when a read says so. A failure is a result, never thrown, so that it stops nothing else.
   */
  down(lab: LabContext, inventory: Inventory): Promise<Removal[]>;
  /**
   * How far the step is, from what AWS shows and what the journal remembers; "done" where all is there that a later step
   * needs: `up` may still put back the rest.
   */
  state(inventory: Inventory, journal: Journal, spec: LabSpec): StepState;
}
