/** The SDK's standard retries, waiting on the lab's clock. */
import { StandardRetryStrategy } from "@smithy/core/retry";
import type { RetryErrorInfo, RetryToken, StandardRetryToken } from "@smithy/types";
import type { Clock } from "../lab/clock.ts";

const BASE_DELAY_MS = 100;
/** EC2 refills its request buckets by the second: asking again sooner only empties them further. */
const THROTTLED_BASE_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 20_000;

export interface Attempts {
  /** Of a call that fails or is not answered. */
  readonly failed: number;
  /** Of a call that is throttled: its turn comes, be it after all those of a class who share the account. */
  readonly throttled: number;
}

/** Which errors are tried again, and the budget of retries, are the SDK's; how often and the waiting are ours. */
export class ClockedRetryStrategy extends StandardRetryStrategy {
  readonly #attempts: Attempts;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;

  constructor(attempts: Attempts, clock: Clock, signal: AbortSignal) {
    super({
      maxAttempts: Math.max(attempts.failed, attempts.throttled),
      backoff: { computeNextBackoffDelay: () => 0, setDelayBase: () => undefined },
    });
    this.#attempts = attempts;
    this.#clock = clock;
    this.#signal = signal;
  }

  override async refreshRetryTokenForRetry(
    token: RetryToken,
    error: RetryErrorInfo,
  ): Promise<StandardRetryToken> {
    const isThrottled = error.errorType === "THROTTLING";
    const most = isThrottled ? this.#attempts.throttled : this.#attempts.failed;
    // As the SDK ends it; whoever called is then given the error of the last attempt.
    if (token.getRetryCount() + 1 >= most) throw new Error("No retry token available");
    const next = await super.refreshRetryTokenForRetry(token as StandardRetryToken, error);
    const base = isThrottled ? THROTTLED_BASE_DELAY_MS : BASE_DELAY_MS;
    const longest = Math.min(LONGEST_DELAY_MS, base * 2 ** token.getRetryCount());
    await this.#clock.sleep(longest * (0.5 + Math.random() / 2), this.#signal);
    return next;
  }
}
