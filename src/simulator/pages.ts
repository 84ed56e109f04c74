/**
 * Pages in the order of a key. A token holds the last key shown, so that what is made or deleted between two pages
 * neither repeats nor hides anything else; how it looks, and how it is refused, is each service's own.
 */

export interface KeyedPage<T> {
  readonly items: T[];
  /** For the token; undefined on the last page. */
  readonly lastKey: string | undefined;
}

/** @param after the key that the token holds; undefined for the first page */
export function pageAfter<T>(
  items: Iterable<T>,
  keyOf: (item: T) => string,
  after: string | undefined,
  size: number,
  isDescending = false,
): KeyedPage<T> {
  const isBefore = (one: string, other: string) => (isDescending ? one > other : one < other);
  const rest = [...items]
    .map((item) => ({ item, key: keyOf(item) }))
    .filter(({ key }) => after === undefined || isBefore(after, key))
    .sort((a, b) => (isBefore(a.key, b.key) ? -1 : 1));
  const shown = rest.slice(0, size);
  return {
    items: shown.map(({ item }) => item),
    lastKey: shown.length < rest.length ? shown.at(-1)?.key : undefined,
  };
}

/** World time as the beginning of a key. */
export function timeKey(ms: number): string {
  return String(ms).padStart(16, "0");
}

/** The same, the latest first. */
export function latestFirstKey(ms: number): string {
  return timeKey(Number.MAX_SAFE_INTEGER - ms);
}
