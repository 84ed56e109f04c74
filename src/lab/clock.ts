/**
 * The only source of time and of waiting.
 *
 * Times are milliseconds since the epoch, *as the service sees them*: AWS's own clock on AWS, the world's on the
 * embedded AWS. So a wrong local clock breaks no query range, and a world at 60 times real time is waited for
 * 60 times faster.
 */
export interface Clock {
  /** The service's time now, in ms since the epoch. */
  now(): number;
  /**
   * Waits `ms` of the service's time.
   * @throws the signal's reason as soon as it is aborted
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Waits `ms` of real time; throws the signal's reason as soon as it is aborted. */
export function realSleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
