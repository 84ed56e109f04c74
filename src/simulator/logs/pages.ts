/** Pagination of lists that have a name or another key: nextToken holds the last one shown. */
import { invalidParameter } from "./refusals.ts";

/** @param items in the order in which they are shown @throws AwsError for a token that we did not give out */
export function page<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  limit: number,
  nextToken: string | undefined,
): { items: T[]; nextToken?: string } {
  const start = nextToken === undefined ? 0 : startAfter(items, keyOf, nextToken);
  const shown = items.slice(start, start + limit);
  const last = shown.at(-1);
  if (last === undefined || start + limit >= items.length) return { items: shown };
  return { items: shown, nextToken: Buffer.from(`${start + limit - 1}:${keyOf(last)}`).toString("base64") };
}

function startAfter<T>(items: readonly T[], keyOf: (item: T) => string, token: string): number {
  const match = /^(\d+):(.+)$/s.exec(Buffer.from(token, "base64").toString());
  if (!match) throw invalidParameter("The specified nextToken is invalid.");
  const place = items.findIndex((item) => keyOf(item) === match[2]);
  // Where the last one shown has been deleted since, the next one has moved into its place.
  return place < 0 ? Number(match[1]) : place + 1;
}
