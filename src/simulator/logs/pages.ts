/** Pagination of lists that have a name or another key: nextToken holds the last one shown. */
import { invalidParameter } from "./refusals.ts";

/** @param items in the order in which they are shown @throws AwsError for a token that we did not give out */
export function page<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  limit: number,
  nextToken: string | undefined,
): { items: T[]; nextToken?: string } {
  let start = 0;
  if (nextToken !== undefined) {
    const key = Buffer.from(nextToken, "base64").toString();
    if (!key.startsWith("k:")) throw invalidParameter("The specified nextToken is invalid.");
    // An item that was deleted in between is not there to go on after: then the list starts again.
    start = items.findIndex((item) => `k:${keyOf(item)}` === key) + 1;
  }
  const shown = items.slice(start, start + limit);
  const last = shown.at(-1);
  if (last === undefined || start + limit >= items.length) return { items: shown };
  return { items: shown, nextToken: Buffer.from(`k:${keyOf(last)}`).toString("base64") };
}
