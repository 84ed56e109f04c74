/** What an operation or an event gets to work with: the world at one moment, in one Region. */
import type { RegionState, WorldEvent, WorldState } from "./state.ts";

export class Context {
  readonly state: WorldState;
  readonly regionName: string;
  /** World time, in ms. */
  readonly now: number;

  constructor(state: WorldState, regionName: string, now: number) {
    this.state = state;
    this.regionName = regionName;
    this.now = now;
  }

  get account(): string {
    return this.state.account;
  }

  get region(): RegionState {
    const region = this.state.regions[this.regionName];
    if (!region) throw new Error(`Region ${this.regionName} has not been laid out`);
    return region;
  }

  /** A number in [0, 1) from the world's seeded generator (mulberry32): the same world gives the same run. */
  random(): number {
    this.state.random = (this.state.random + 0x6d2b79f5) | 0;
    let t = this.state.random;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number from `low` to `high`, both included. */
  randomInteger(low: number, high: number): number {
    return low + Math.floor(this.random() * (high - low + 1));
  }

  /** An id as EC2 makes them: the prefix and 17 hex digits, the first of them 0. */
  newId(prefix: string): string {
    let digits = "0";
    while (digits.length < 17) digits += Math.floor(this.random() * 16).toString(16);
    return `${prefix}-${digits}`;
  }

  /** A version-4 UUID from the world's generator. */
  newUuid(): string {
    return "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx".replace(/x/g, () =>
      Math.floor(this.random() * 16).toString(16),
    );
  }

  /** Lets something happen by itself at a world time (not before now). Same time: in the order they were planned. */
  schedule(at: number, event: WorldEvent): void {
    const { events } = this.state;
    let index = events.length;
    while (index > 0 && (events[index - 1]?.at ?? 0) > at) index--;
    events.splice(index, 0, { ...event, at: Math.max(at, this.now) });
  }

  /** Forgets what was planned: every event of these kinds about this subject. */
  unschedule(subject: string, ...kinds: string[]): void {
    this.state.events = this.state.events.filter(
      (event) => event.region !== this.regionName || event.subject !== subject || !kinds.includes(event.kind),
    );
  }
}

/** Handles the events of its kind. */
export type EventHandler = (context: Context, event: WorldEvent) => void;
