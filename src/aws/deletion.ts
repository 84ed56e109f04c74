/** Deleting: AWS's "yes" is not the end of it; gone is what a read no longer shows. */
import type { Aws } from "./clients.ts";
import { isCode, isNotFound } from "./errors.ts";
import { retryWhile, waitFor } from "./waits.ts";

/** "absent": it was gone before we came. */
export type Deletion = "deleted" | "absent";

export interface DeletionOptions {
  /** What is deleted, with its id: "subnet subnet-0ab1". */
  readonly what: string;
  /** How long a refusal that passes by itself is borne, in ms; the same again for the reads after it. */
  readonly atMostMs: number;
  /** The call. */
  readonly delete: () => Promise<unknown>;
  /** Whether a read still shows it; NotFound counts as no. */
  readonly isThere: () => Promise<boolean>;
  /** Refusals that pass by themselves; default: what still hangs on it is going too (DependencyViolation). */
  readonly passes?: (error: unknown) => boolean;
  /** Called after each refusal that passes; throws to give up before the bound, saying what is in the way. */
  readonly lookForBlockers?: (waitedMs: number) => Promise<void>;
}

const EVERY_MS = 2_000;

/**
 * Deletes one thing and returns when a read says that it is gone.
 * @throws AWS's refusal, or LabError "timed-out"
 */
export async function deleteUntilGone(
  aws: Pick<Aws, "clock" | "signal">,
  options: DeletionOptions,
): Promise<Deletion> {
  const passes = options.passes ?? isDependencyViolation;
  const wait = { what: `${options.what} to be deleted`, atMostMs: options.atMostMs, everyMs: EVERY_MS };
  const begun = aws.clock.now();
  try {
    await retryWhile(aws, wait, passes, async () => {
      try {
        await options.delete();
      } catch (error) {
        if (passes(error)) await options.lookForBlockers?.(aws.clock.now() - begun);
        throw error;
      }
    });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return wasTriedBefore(error) ? "deleted" : "absent";
  }
  await waitFor(aws, wait, async () => {
    try {
      return (await options.isThere()) ? undefined : true;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      return true;
    }
  });
  return "deleted";
}

/** Something hangs on it still; EC2's word for every kind. */
function isDependencyViolation(error: unknown): boolean {
  return isCode(error, "DependencyViolation");
}

/**
 * Takes away what hangs on something that is deleted next. It may have gone already: a read of IAM lags behind, an
 * answer was lost, somebody else was quicker. That says nothing about what it hung on, which is still to be deleted.
 */
export async function absentIsFine(call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/** The SDK asked again after a lost answer, and the first time had done it: then it was us. */
function wasTriedBefore(error: unknown): boolean {
  const { $metadata } = error as { $metadata?: { attempts?: number } };
  return ($metadata?.attempts ?? 1) > 1;
}
