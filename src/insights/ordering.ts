/** sort, dedup and limit together, so that only what may still be shown is kept. */
import { compareForSort, toText, type Value } from "./values.ts";

export interface OrderKey<C> {
  readonly evaluate: (context: C) => Value;
  readonly descending: boolean;
}

export interface Ordering<C> {
  /** None: the order of arrival. */
  readonly keys: readonly OrderKey<C>[];
  /** Of items that agree in all of these only the first in order stays; one that lacks any of them always stays. */
  readonly dedup: readonly ((context: C) => Value)[];
  /** Infinity for no limit. */
  readonly limit: number;
}

interface Entry<T> {
  readonly item: T;
  readonly keys: readonly Value[];
  /** Order of arrival: it decides between equals, so that sorting is stable. */
  readonly arrival: number;
}

/** Takes items one by one; keeps about twice the limit of them at most, and with dedup one for each distinct key. */
export class Collector<T, C> {
  private readonly ordering: Ordering<C>;
  private entries: Entry<T>[] = [];
  private readonly distinct = new Map<string, Entry<T>>();
  private arrivals = 0;
  /** The last entry that is still within the limit, once there are more. */
  private worst: Entry<T> | undefined;

  constructor(ordering: Ordering<C>) {
    this.ordering = ordering;
  }

  add(item: T, context: C): void {
    const entry = {
      item,
      keys: this.ordering.keys.map((key) => key.evaluate(context)),
      arrival: this.arrivals++,
    };
    const key = this.dedupKey(context);
    if (key !== undefined) {
      const rival = this.distinct.get(key);
      if (rival === undefined || this.compare(entry, rival) < 0) this.distinct.set(key, entry);
      return;
    }
    if (this.worst !== undefined && this.compare(entry, this.worst) > 0) return;
    this.entries.push(entry);
    if (this.entries.length >= 2 * this.ordering.limit + 1000) this.trim();
  }

  /** The items in order, at most as many as the limit. */
  items(): T[] {
    const entries = [...this.entries, ...this.distinct.values()];
    entries.sort((a, b) => this.compare(a, b));
    return entries.slice(0, this.ordering.limit).map((entry) => entry.item);
  }

  private trim(): void {
    this.entries.sort((a, b) => this.compare(a, b));
    this.entries.length = this.ordering.limit;
    this.worst = this.entries.at(-1);
  }

  private compare(a: Entry<T>, b: Entry<T>): number {
    const { keys } = this.ordering;
    for (let i = 0; i < keys.length; i++) {
      const order = compareForSort(a.keys[i], b.keys[i]);
      if (order !== 0) return keys[i]?.descending === true ? -order : order;
    }
    return a.arrival - b.arrival;
  }

  /** Undefined where nothing is to be deduplicated, or a value is missing: the guide says NULL is no duplicate. */
  private dedupKey(context: C): string | undefined {
    if (this.ordering.dedup.length === 0) return undefined;
    const parts: string[] = [];
    for (const evaluate of this.ordering.dedup) {
      const text = toText(evaluate(context));
      if (text === undefined) return undefined;
      parts.push(text);
    }
    return JSON.stringify(parts);
  }
}
