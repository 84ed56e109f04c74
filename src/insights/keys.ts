/** Tells the groups of a `stats` apart: numbers them from 0 in the order in which they are first met. */
import type { Compiled } from "./compile-expression.ts";
import type { EventReader } from "./event.ts";
import type { Value } from "./values.ts";

export interface Keys<C> {
  /** The number of the group that this belongs to; a new one where it is the first of its kind. */
  find(context: C): number;
}

/** Groups by any values: key by key, a map of maps. */
export class ValueKeys<C> implements Keys<C> {
  private readonly keys: readonly Compiled<C>[];
  private readonly root: Level = new Map();
  private count = 0;

  constructor(keys: readonly Compiled<C>[]) {
    this.keys = keys;
  }

  find(context: C): number {
    const { keys } = this;
    const last = keys.length - 1;
    let level = this.root;
    for (let i = 0; i < last; i++) {
      const key = keys[i]?.evaluate(context);
      let next = level.get(key);
      if (!(next instanceof Map)) {
        next = new Map();
        level.set(key, next);
      }
      level = next;
    }
    const key = last < 0 ? undefined : keys[last]?.evaluate(context);
    const found = level.get(key);
    if (typeof found === "number") return found;
    level.set(key, this.count);
    return this.count++;
  }
}

type Level = Map<Value, Level | number>;

/**
 * Groups records by fields as they stand in the line, without making a text of any: a hash table over their characters.
 * This is what makes grouping a million records by source and destination a matter of a second.
 */
class RecordKeys implements Keys<EventReader> {
  /** From the beginning of one field to that of another; fields that stand side by side are one range. */
  private readonly ranges: readonly { readonly from: number; readonly to: number }[];
  /** Group number + 1; 0 is free. At most half full, and a power of two long. */
  private slots = new Int32Array(2048);
  private hashes = new Int32Array(1024);
  /** Where the key of each group begins in `characters`; one more for the end of the last. */
  private bounds = new Int32Array(1025);
  private characters = new Uint16Array(16_384);
  private count = 0;
  /** Lines that are no records have none of the fields, so they are a group of their own. */
  private others = -1;
  /** The numbers of the groups as they were met: `others` stands between those of the table. */
  private numbers: number[] = [];
  private met = 0;

  constructor(places: readonly number[]) {
    const ranges: { from: number; to: number }[] = [];
    for (const place of places) {
      const last = ranges.at(-1);
      if (last?.to === place) last.to = place + 1;
      else ranges.push({ from: place, to: place + 1 });
    }
    this.ranges = ranges;
  }

  find(reader: EventReader): number {
    if (!reader.isRecord()) {
      if (this.others === -1) this.others = this.met++;
      return this.others;
    }
    const { codes, starts } = reader;
    let hash = 0;
    for (const range of this.ranges) {
      const end = (starts[range.to] ?? 0) - 1;
      for (let at = starts[range.from] ?? 0; at < end; at++) {
        hash = (Math.imul(hash, 31) + (codes[at] ?? 0)) | 0;
      }
      hash = Math.imul(hash, 31) + SEPARATOR;
    }
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    const mask = this.slots.length - 1;
    for (let slot = (hash ^ (hash >>> 13)) & mask; ; slot = (slot + 1) & mask) {
      const index = (this.slots[slot] ?? 0) - 1;
      if (index === -1) return this.insert(reader, slot, hash);
      if (this.hashes[index] === hash && this.matches(reader, index)) return this.numbers[index] ?? 0;
    }
  }

  private matches(reader: EventReader, index: number): boolean {
    const { codes, starts } = reader;
    const { characters } = this;
    let at = this.bounds[index] ?? 0;
    for (const range of this.ranges) {
      const end = (starts[range.to] ?? 0) - 1;
      for (let from = starts[range.from] ?? 0; from < end; from++) {
        if (characters[at++] !== codes[from]) return false;
      }
      if (characters[at++] !== SEPARATOR) return false;
    }
    return at === this.bounds[index + 1];
  }

  private insert(reader: EventReader, slot: number, hash: number): number {
    const index = this.count++;
    this.slots[slot] = index + 1;
    if (index === this.hashes.length) this.hashes = longer(this.hashes, new Int32Array(index * 2));
    this.hashes[index] = hash;
    let at = this.bounds[index] ?? 0;
    for (const range of this.ranges) {
      const start = reader.starts[range.from] ?? 0;
      const end = (reader.starts[range.to] ?? 0) - 1;
      while (at + end - start + 1 > this.characters.length) {
        this.characters = longer(this.characters, new Uint16Array(this.characters.length * 2));
      }
      for (let from = start; from < end; from++) this.characters[at++] = reader.codes[from] ?? 0;
      this.characters[at++] = SEPARATOR;
    }
    if (index + 1 === this.bounds.length) {
      this.bounds = longer(this.bounds, new Int32Array(this.bounds.length * 2));
    }
    this.bounds[index + 1] = at;
    if (this.count * 2 > this.slots.length) this.enlarge();
    this.numbers.push(this.met);
    return this.met++;
  }

  private enlarge(): void {
    const slots = new Int32Array(this.slots.length * 2);
    const mask = slots.length - 1;
    for (let index = 0; index < this.count; index++) {
      const hash = this.hashes[index] ?? 0;
      let slot = (hash ^ (hash >>> 13)) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = index + 1;
    }
    this.slots = slots;
  }
}

/** A space: no field of a record holds one. */
const SEPARATOR = 32;

function longer<A extends Int32Array | Uint16Array>(old: A, made: A): A {
  made.set(old);
  return made;
}

/** Keys for events: by their characters where all are fields of the record, else by value. */
export function beginRecordKeys(keys: readonly Compiled<EventReader>[]): Keys<EventReader> {
  const places = keys.map((key) => key.place).filter((place) => place !== undefined);
  return places.length === keys.length && keys.length > 0 ? new RecordKeys(places) : new ValueKeys(keys);
}
