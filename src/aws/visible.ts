/** Eventual consistency: what AWS has just made may be unknown to the next call. */
import type { Aws } from "./clients.ts";
import { isNotFound, LabError } from "./errors.ts";
import { retryWhile, waitFor } from "./waits.ts";

const AT_MOST_MS = 60_000;
const EVERY_MS = 1_000;

/**
 * Makes a call that names something made a moment ago, again while AWS does not know it yet.
 * @param what the new thing with its id: "VPC vpc-0ab1"
 */
export function onceVisible<T>(
  aws: Pick<Aws, "clock" | "signal">,
  what: string,
  call: () => Promise<T>,
): Promise<T> {
  const wait = { what: `${what} to be visible`, atMostMs: AT_MOST_MS, everyMs: EVERY_MS };
  return retryWhile(aws, wait, isNotFound, call);
}

/** What is there shows within seconds, also where it was made a moment ago (AWS-FACTS §6). */
export const SHOWS_WITHIN_MS = 15_000;

/**
 * Looks for something that should be there: made a moment ago, or AWS refuses to make it because it is there already. A
 * read may lag behind: only what does not show within 15 s is not there.
 * @param what it is: "the subnet"
 * @param find what may be gone on with: ours alone, as a rule
 * @param absent what to throw where nothing shows
 */
export async function onceShown<T>(
  aws: Pick<Aws, "clock" | "signal">,
  what: string,
  find: () => Promise<T | undefined>,
  absent: () => LabError,
): Promise<T> {
  try {
    return await waitFor(aws, { what: `${what} to show`, atMostMs: SHOWS_WITHIN_MS, everyMs: 1_500 }, find);
  } catch (error) {
    if (!(error instanceof LabError) || error.code !== "timed-out") throw error;
    throw absent();
  }
}
