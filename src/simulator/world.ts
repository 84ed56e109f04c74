/**
 * One world of the embedded AWS: its state, its time, and the one way in. Every call sees the world as it is at
 * that moment, with everything that was due by then already happened; a call that throws has changed nothing.
 */
import { IDLE_LIMIT_MS, type WorldClock } from "./clock.ts";
import { Context, type EventHandler } from "./context.ts";
import { STATE_FORMAT, type WorldState } from "./state.ts";
import type { Storage } from "./storage.ts";

/** The saved world cannot be read. It is left as it is: the learner decides what happens to it. */
class DamagedWorldError extends Error {
  readonly place: string;
  constructor(place: string, why: string) {
    super(`The embedded AWS's file ${place} cannot be read: ${why}`);
    this.name = "DamagedWorldError";
    this.place = place;
  }
}

export interface WorldBehaviour {
  /** By event kind. */
  readonly events: ReadonlyMap<string, EventHandler>;
  /** A world with nothing in it but the account. */
  createState(now: number): WorldState;
  /** Gives a Region its default VPC, and its empty services. */
  layOutRegion(context: Context): void;
}

/**
 * World time after which a look saves what came due, so that nobody has to catch up with more than that. To make a
 * minute's traffic again takes about as long as to save.
 */
const SAVE_AFTER_MS = 60_000;

export class World {
  readonly clock: WorldClock;
  readonly #storage: Storage;
  readonly #behaviour: WorldBehaviour;
  #state: WorldState | undefined;
  /** Whether the clock has been set to the world's time. */
  #isOpen = false;
  /** Under way while what came due long ago is saved. */
  #settling: Promise<void> | undefined;

  constructor(storage: Storage, clock: WorldClock, behaviour: WorldBehaviour) {
    this.#storage = storage;
    this.clock = clock;
    this.#behaviour = behaviour;
  }

  /** Sets the clock to the saved world's time, which it otherwise jumps to with the first call. */
  open(): void {
    this.#load();
    this.#catchUp();
  }

  /** Calls `work` with the world as it is now. What `work` changes is dropped: use `change` to keep it. */
  async look<T>(regionName: string, work: (context: Context) => T): Promise<T> {
    let state = this.#load();
    this.#catchUp();
    let now = this.clock.now();
    const isDue = (state.events[0]?.at ?? Infinity) <= now;
    if (!Object.hasOwn(state.regions, regionName) || (isDue && now - state.changedAt >= SAVE_AFTER_MS)) {
      // Once for all looks that come together.
      this.#settling ??= this.change(regionName, () => undefined).finally(() => {
        this.#settling = undefined;
      });
      await this.#settling;
      state = this.#load();
      // It was another Region's look.
      if (!Object.hasOwn(state.regions, regionName)) return this.look(regionName, work);
      this.#catchUp();
      now = this.clock.now();
    }
    // Not saved for a look: whoever opens the world lets the same happen in the same way, the generator is saved too. Nor
    // what came due during that save: where time is quick and the disk is slow, something always does.
    this.#settle(state, now);
    return work(new Context(state, regionName, now));
  }

  /** Calls `work` with the world as it is now and saves what it changes, or nothing if it throws. */
  async change<T>(regionName: string, work: (context: Context) => T): Promise<T> {
    return this.#storage.exclusively(() => {
      const state = this.#load();
      this.#catchUp();
      const now = this.clock.now();
      this.#settle(state, now);
      const context = new Context(state, regionName, now);
      if (!Object.hasOwn(state.regions, regionName)) this.#behaviour.layOutRegion(context);
      let result: T;
      try {
        result = work(context);
      } catch (error) {
        // Back to what is saved. What was due by now will happen again, as in `look`.
        this.#state = undefined;
        throw error;
      }
      this.#save(state, now);
      return result;
    });
  }

  /** To be called at the end of a process: from now on the world goes on in real time. */
  close(): void {
    if (!this.#isOpen) return;
    // Others may have gone on while this process waited, for an answer say: their time is not taken back.
    this.#catchUp();
    this.#noteTime(1);
  }

  /** Lets everything happen that is due by now, in its order, each at its own time. */
  #settle(state: WorldState, now: number): void {
    for (let event = state.events[0]; event && event.at <= now; event = state.events[0]) {
      state.events.shift();
      const handler = this.#behaviour.events.get(event.kind);
      try {
        if (!handler) throw new Error(`no handler for events of kind ${event.kind}`);
        handler(new Context(state, event.region, event.at), event);
      } catch (error) {
        // Or a later call would save the world without it, or with half of it.
        this.#state = undefined;
        throw error;
      }
    }
  }

  #load(): WorldState {
    if (this.#state && this.#storage.isCurrent()) return this.#state;
    const text = this.#read();
    this.#state = text === undefined ? this.#behaviour.createState(this.clock.now()) : this.#parse(text);
    // However long it was closed: the time in a world is its own.
    if (!this.#isOpen && text !== undefined) this.clock.startAt(this.#state.changedAt);
    this.#isOpen = true;
    this.clock.advanceTo(this.#state.changedAt);
    return this.#state;
  }

  #read(): string | undefined {
    try {
      return this.#storage.read();
    } catch (error) {
      throw new DamagedWorldError(this.#storage.place, (error as Error).message);
    }
  }

  #parse(text: string): WorldState {
    let state: WorldState;
    try {
      state = JSON.parse(text);
    } catch (error) {
      throw new DamagedWorldError(this.#storage.place, (error as Error).message);
    }
    if (state?.format !== STATE_FORMAT || !state.regions || !state.iam || !Array.isArray(state.events))
      throw new DamagedWorldError(
        this.#storage.place,
        "it does not hold a world that this version understands",
      );
    return state;
  }

  #save(state: WorldState, now: number): void {
    state.changedAt = now;
    // Should it not be saved, what is saved stays what there is.
    this.#state = undefined;
    this.#storage.write(JSON.stringify(state));
    this.#state = state;
  }

  /** Takes over the time that other processes have reached, or notes ours for them where it is ahead of what is noted. */
  #catchUp(): void {
    const saved = this.#storage.readTime();
    const passed = saved ? Math.max(0, Date.now() - saved.real) * saved.speed : 0;
    const noted = saved
      ? Math.floor(saved.world + Math.min(passed, IDLE_LIMIT_MS))
      : Number.NEGATIVE_INFINITY;
    this.clock.advanceTo(noted);
    if (this.clock.now() > noted) this.#noteTime(this.clock.speed);
  }

  #noteTime(speed: number): void {
    const goesOnAt = this.clock.runsByItself ? speed : 0;
    this.#storage.writeTime({ world: this.clock.now(), real: Date.now(), speed: goesOnAt });
  }
}
