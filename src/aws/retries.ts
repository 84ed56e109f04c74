/** The SDK's standard retries, waiting on the lab's clock. */
import { StandardRetryStrategy } from "@smithy/core/retry";
import type { RetryErrorInfo, RetryToken, StandardRetryToken } from "@smithy/types";
import type { Clock } from "../lab/clock.ts";

const BASE_DELAY_MS = 100;
/** EC2 refills its request buckets by the second: asking again sooner only empties them further. */
const THROTTLED_BASE_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 20_000;

/** Which errors are tried again, how often, and the budget of retries are the SDK's; only the waiting is ours. */
export class ClockedRetryStrategy extends StandardRetryStrategy {
  readonly #clock: Clock;
  readonly #signal: AbortSignal;

  constructor(maxAttempts: number, clock: Clock, signal: AbortSignal) {
    super({ maxAttempts, backoff: { computeNextBackoffDelay: () => 0, setDelayBase: () => undefined } });
    this.#clock = clock;
    this.#signal = signal;
  }

  override async refreshRetryTokenForRetry(
    token: RetryToken,
    error: RetryErrorInfo,
  ): Promise<StandardRetryToken> {
    const next = await super.refreshRetryTokenForRetry(token as StandardRetryToken, error);
    const base = error.errorType === "THROTTLING" ? THROTTLED_BASE_DELAY_MS : BASE_DELAY_MS;
    const longest = Math.min(LONGEST_DELAY_MS, base * 2 ** token.getRetryCount());
    await this.#clock.sleep(longest * (0.5 + Math.random() / 2), this.#signal);
    return next;
  }
}
