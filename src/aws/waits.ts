/** Waiting for AWS: every wait has a bound, an abort signal, and says in the end what it waited for. */

import type { Aws } from "./clients.ts";
import { LabError } from "./errors.ts";

export interface WaitOptions {
  /** What is waited for, to follow "waited for": "instance i-0ab1 to run". */
  readonly what: string;
  /** The bound, in ms of the service's time. */
  readonly atMostMs: number;
  /** The first pause between two looks, in ms; it grows by half up to three times as long. */
  readonly everyMs: number;
  /** Likely causes and what to do, for when the bound is reached. */
  readonly why?: string;
  readonly next?: readonly string[];
}

/**
 * Looks until `look` gives something.
 * @param look resolves to undefined for "not yet"; may throw to end the wait
 * @returns what `look` gave
 * @throws LabError "timed-out" when the bound is reached; the signal's reason on Ctrl-C
 */
export async function waitFor<T>(
  aws: Pick<Aws, "clock" | "signal">,
  options: WaitOptions,
  look: () => Promise<T | undefined>,
): Promise<T> {
  const begun = aws.clock.now();
  for (let pause = options.everyMs; ; pause = Math.min(pause * 1.5, options.everyMs * 3)) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (aws.clock.now() - begun + pause > options.atMostMs) {
      const minutes = Math.round(options.atMostMs / 6_000) / 10;
      throw new LabError("timed-out", `Waited ${minutes} minutes for ${options.what}, in vain.`, {
        why: options.why ?? "",
        next: options.next ?? ["Run the same command again: it goes on from here."],
      });
    }
    await aws.clock.sleep(pause, aws.signal);
  }
}

/**
 * Tries until it succeeds while AWS refuses for a reason that passes by itself (a role that has not propagated, a
 * dependency that is still going).
 * @param passes whether this refusal passes; any other is thrown on
 */
export async function retryWhile<T>(
  aws: Pick<Aws, "clock" | "signal">,
  options: WaitOptions,
  passes: (error: unknown) => boolean,
  attempt: () => Promise<T>,
): Promise<T> {
  let last: unknown;
  try {
    const { value } = await waitFor(aws, options, async () => {
      try {
        return { value: await attempt() };
      } catch (error) {
        if (!passes(error)) throw error;
        last = error;
        return undefined;
      }
    });
    return value;
  } catch (error) {
    if (error instanceof LabError && error.code === "timed-out" && last instanceof Error)
      throw new LabError(error.code, error.message, {
        why: `${error.why === "" ? "" : `${error.why} `}AWS last said: ${last.message}`,
        next: error.next,
        cause: last,
      });
    throw error;
  }
}
