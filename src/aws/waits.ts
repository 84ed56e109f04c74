/**
 * Waiting for AWS: every wait has a bound, an abort signal, and says in the end what it waited for.
 *
 * When it looks, for all waits alike: not before it can be there, then after pauses that grow with the time waited. A
 * pause is a thirtieth of that: whoever waits learns of it some 3% late at most, and a wait twice as long has but 21
 * looks more. The shortest pause is each wait's own. What reads may be asked three times a second, what changes
 * something is tried once a second at most: EC2 lets an account read 100 times at once and 20 times a second from then
 * on, change 50 times and 5 times, run instances 5 times and twice, each call by itself
 * (https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html, which also asks for pauses that grow).
 */

import { durationInWords } from "../lab/figures.ts";
import type { Aws } from "./clients.ts";
import { LabError } from "./errors.ts";

export interface WaitOptions {
  /** What is waited for, to follow "waited for": "instance i-0ab1 to run". */
  readonly what: string;
  /** The bound, in ms of the service's time. */
  readonly atMostMs: number;
  /** When it can be there at the earliest, in ms from now: the first look. Default 0: it may be there already. */
  readonly soonestMs?: number;
  /** The shortest pause between two looks, in ms. */
  readonly everyMs: number;
  /** Likely causes and what to do, for when the bound is reached. */
  readonly why?: string;
  readonly next?: readonly string[];
}

const PAUSE_SHARE = 1 / 30;
const LONGEST_PAUSE_MS = 15_000;

/** How long until the next look, in ms. */
function pauseAfter(waitedMs: number, everyMs: number): number {
  return Math.max(everyMs, Math.min(Math.round(waitedMs * PAUSE_SHARE), LONGEST_PAUSE_MS));
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
  const { soonestMs = 0, everyMs, atMostMs } = options;
  const begun = aws.clock.now();
  if (soonestMs > 0) await aws.clock.sleep(soonestMs, aws.signal);
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    const waited = aws.clock.now() - begun;
    const pause = pauseAfter(waited, everyMs);
    if (waited + pause > atMostMs) {
      throw new LabError("timed-out", `Waited ${durationInWords(atMostMs)} for ${options.what}, in vain.`, {
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
