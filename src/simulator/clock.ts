/**
 * World time: what the embedded AWS takes for "now".
 *
 * `ScaledClock` runs at `speed` times real time (60 for people); `VirtualClock` jumps from one event to the next
 * (tests, benchmarks). Neither ever runs backwards.
 */
import { type Clock, realSleep } from "../lab/clock.ts";

export interface WorldClock extends Clock {
  /** How many times faster than real time the world runs; sent as `x-vpclab-speed` over HTTP. */
  readonly speed: number;
  /** Whether world time goes on by itself; else only while somebody waits for something. */
  readonly runsByItself: boolean;
  /** Says what time it is in a world that is opened: its own, however long it was closed. */
  startAt(ms: number): void;
  /** World time is at least `ms` from now on: a saved world or another process has already been there. */
  advanceTo(ms: number): void;
  /** Runs one request; virtual time stands still meanwhile, unless the request itself sleeps. */
  during<T>(work: () => Promise<T>): Promise<T>;
}

/** A world that nobody asks anything runs on for at most an hour, so that a forgotten prompt does not fill the disk. */
export const IDLE_LIMIT_MS = 3_600_000;

export class ScaledClock implements WorldClock {
  readonly runsByItself = true;
  readonly speed: number;
  #world: number;
  #real = Date.now();

  /** @param start world time now, in ms; @param speed world seconds for one real second, more than 0 */
  constructor(speed: number, start = Date.now()) {
    this.speed = speed;
    this.#world = start;
  }

  now(): number {
    return Math.floor(this.#world + Math.min((Date.now() - this.#real) * this.speed, IDLE_LIMIT_MS));
  }

  startAt(ms: number): void {
    this.#world = ms;
    this.#real = Date.now();
  }

  advanceTo(ms: number): void {
    this.startAt(Math.max(this.now(), ms));
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const end = this.now() + ms;
    await realSleep(ms / this.speed, signal);
    this.advanceTo(end);
  }

  during<T>(work: () => Promise<T>): Promise<T> {
    // Somebody asks: the hour that it runs on unasked begins anew.
    this.advanceTo(this.now());
    return work();
  }
}

interface Sleeper {
  readonly at: number;
  wake(): void;
}

/** Time that passes only when everybody waits: then it jumps to the earliest of them. */
export class VirtualClock implements WorldClock {
  readonly runsByItself = false;
  readonly speed = 1;
  #now: number;
  #sleepers: Sleeper[] = [];
  #busy = 0;
  #jumpPlanned = false;

  constructor(start = Date.UTC(2026, 0, 5, 9, 0, 0)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  startAt(ms: number): void {
    this.#now = ms;
  }

  advanceTo(ms: number): void {
    this.#now = Math.max(this.#now, ms);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const stop = () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(signal?.reason);
      };
      const sleeper: Sleeper = {
        at: this.#now + ms,
        wake: () => {
          signal?.removeEventListener("abort", stop);
          resolve();
        },
      };
      signal?.addEventListener("abort", stop, { once: true });
      this.#sleepers.push(sleeper);
      this.#planJump();
    });
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#busy++;
    try {
      return await work();
    } finally {
      this.#busy--;
      this.#planJump();
    }
  }

  /** Two turns of the event loop: whoever is still computing gets to ask for its own sleep first. */
  #planJump(): void {
    if (this.#jumpPlanned) return;
    this.#jumpPlanned = true;
    setImmediate(() =>
      setImmediate(() => {
        this.#jumpPlanned = false;
        this.#jump();
      }),
    );
  }

  #jump(): void {
    if (this.#busy > 0 || this.#sleepers.length === 0) return;
    const at = Math.min(...this.#sleepers.map((sleeper) => sleeper.at));
    const due = this.#sleepers.filter((sleeper) => sleeper.at === at);
    this.#sleepers = this.#sleepers.filter((sleeper) => sleeper.at !== at);
    this.advanceTo(at);
    // All at once, as they would in real time: none has done its work before the next has woken.
    for (const sleeper of due) sleeper.wake();
    this.#planJump();
  }
}
