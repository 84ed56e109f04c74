/** The service's time and waiting, over HTTP. */
import { type Clock, realSleep } from "../lab/clock.ts";

/**
 * Keeps the service's time from the `Date` header of its latest answer, so that a wrong local clock breaks no query
 * range. Our own endpoint also says how fast its world runs; then waits shrink to match.
 */
export class ServiceClock implements Clock {
  #speed = 1;
  #service = Date.now();
  #local = Date.now();

  now(): number {
    return Math.floor(this.#service + (Date.now() - this.#local) * this.#speed);
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await realSleep(ms / this.#speed, signal);
  }

  /** @param date the `Date` header; @param speed the `x-vpclab-speed` header, absent on AWS */
  observe(date: string | undefined, speed: string | undefined): void {
    const service = Date.parse(date ?? "");
    if (Number.isNaN(service)) return;
    const factor = Number(speed);
    // The header has whole seconds: what we already know more exactly is kept while it agrees.
    const known = this.now();
    if (factor > 0) this.#speed = factor;
    this.#service = known >= service && known < service + 1000 * Math.max(1, this.#speed) ? known : service;
    this.#local = Date.now();
  }
}
