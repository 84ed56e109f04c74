/**
 * What the learner did: pings sent, expectations, which findings were seen. It decides nothing about AWS; losing it
 * loses only the memory of the walk.
 */
import type { PingSummary } from "./narrator.ts";
import type { StepId } from "./spec.ts";

export type JournalEntry =
  | {
      readonly kind: "ping";
      readonly at: number;
      readonly step?: StepId | undefined;
      readonly ping: PingSummary;
    }
  | { readonly kind: "step-done"; readonly at: number; readonly step: StepId }
  | {
      readonly kind: "prediction";
      readonly at: number;
      readonly step: StepId;
      readonly question: string;
      readonly expected: string;
      readonly right: boolean;
    };

export interface Journal {
  entries(): readonly JournalEntry[];
  /** Times are the service's, in ms. */
  add(entry: JournalEntry): void;
}

/** A journal that lives as long as the process: for tests and benches, which have no folder. */
export function memoryJournal(): Journal {
  const entries: JournalEntry[] = [];
  return { entries: () => entries, add: (entry) => void entries.push(entry) };
}
