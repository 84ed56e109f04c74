/** Eventual consistency: what AWS has just made may be unknown to the next call. */
import type { Aws } from "./clients.ts";
import { isNotFound } from "./errors.ts";
import { retryWhile } from "./waits.ts";

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
