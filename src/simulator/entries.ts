/** Records by names of the caller's choice, of which `constructor` is a good one, and `__proto__` too. */

/** What a record has of itself: no record has a `constructor` unless it was made. */
export function ownEntry<T>(record: Record<string, T>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** Assigned, `__proto__` would be no entry, but what the record inherits from. */
export function setEntry<T>(record: Record<string, T>, name: string, value: T): void {
  Object.defineProperty(record, name, { value, writable: true, enumerable: true, configurable: true });
}
