/** Where a world is kept: in memory, or in a folder that several processes may share. */
import { closeSync, openSync, readFileSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, removeHalfWritten, writeAtomically } from "../lab/files.ts";

export interface Storage {
  /** The saved world, or undefined where there is none yet. */
  read(): string | undefined;
  /** Whether what `read` or `write` last saw is still what is saved. */
  isCurrent(): boolean;
  write(text: string): void;
  /** Runs `work` while no other process can write. */
  exclusively<T>(work: () => T): Promise<T>;
  /** World time as another process last noted it; undefined if nobody did. */
  readTime(): SavedTime | undefined;
  writeTime(time: SavedTime): void;
  /** How to name the place to a person. */
  readonly place: string;
}

/** Says that at real time `real` it was `world` in the world, running at `speed` from then on. */
export interface SavedTime {
  readonly world: number;
  readonly real: number;
  readonly speed: number;
}

export class MemoryStorage implements Storage {
  readonly place = "memory";
  #text: string | undefined;

  read(): string | undefined {
    return this.#text;
  }
  isCurrent(): boolean {
    return true;
  }
  write(text: string): void {
    this.#text = text;
  }
  async exclusively<T>(work: () => T): Promise<T> {
    return work();
  }
  readTime(): undefined {
    return undefined;
  }
  writeTime(): void {}
}

/** Of the file that has the time: as long as it ever gets, so that what is shorter leaves nothing of what was longer. */
const TIME_BYTES = 120;

/** A lock older than this belongs to a process that was killed while it held it. */
const STALE_LOCK_MS = 5_000;

export class FileStorage implements Storage {
  readonly place: string;
  readonly #folder: string;
  readonly #timeFile: string;
  #seen = "";
  /** proper-lockfile refuses a second lock of the same process instead of queueing it. */
  #queue: Promise<unknown> = Promise.resolve();

  /** @param folder made if absent, readable by the owner only */
  constructor(folder: string) {
    makeFolder(folder);
    removeHalfWritten(folder);
    this.#folder = folder;
    this.place = join(folder, "world.json");
    this.#timeFile = join(folder, "time.json");
  }

  read(): string | undefined {
    const version = this.#version();
    this.#seen = version;
    return version === "" ? undefined : readFileSync(this.place, "utf8");
  }

  isCurrent(): boolean {
    return this.#version() === this.#seen;
  }

  write(text: string): void {
    writeAtomically(this.place, text);
    this.#seen = this.#version();
  }

  exclusively<T>(work: () => T): Promise<T> {
    const turn = this.#queue.then(async () => {
      // Loaded here: most processes only look.
      const { default: lockfile } = await import("proper-lockfile");
      const release = await lockfile.lock(this.#folder, {
        stale: STALE_LOCK_MS,
        // Whole calls take a few milliseconds: ask again soon, and give up only after a dead holder's time is over.
        retries: { retries: 400, factor: 1.2, minTimeout: 2, maxTimeout: 50, randomize: true },
      });
      try {
        return work();
      } finally {
        await release();
      }
    });
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  readTime(): SavedTime | undefined {
    // Read again where another process was just writing it.
    for (let tries = 0; tries < 3; tries++) {
      try {
        const { world, real, speed, sum } = JSON.parse(readFileSync(this.#timeFile, "utf8"));
        if (typeof sum === "number" && sum === world + real + speed) return { world, real, speed };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") break;
      }
    }
    // Absent, or damaged: world.json's own time is the lower bound, nothing but a pause is lost.
    return undefined;
  }

  /**
   * Over what is there, in one write: every process notes the time at its start and its end, and to put another
   * file in its place takes a file system milliseconds. A reader that meets half of it sees that by the sum, as times
   * only ever grow.
   */
  writeTime({ world, real, speed }: SavedTime): void {
    const text = JSON.stringify({ world, real, speed, sum: world + real + speed }).padEnd(TIME_BYTES);
    let file: number;
    try {
      file = openSync(this.#timeFile, "r+");
    } catch {
      writeAtomically(this.#timeFile, text, false);
      return;
    }
    try {
      writeSync(file, text, 0);
    } finally {
      closeSync(file);
    }
  }

  #version(): string {
    const stat = statSync(this.place, { throwIfNoEntry: false });
    return stat ? `${stat.ino}:${stat.mtimeMs}:${stat.size}` : "";
  }
}
