/** Pagination as CloudWatch Logs does it: limit and nextToken. */
import { pageAfter } from "../pages.ts";
import { invalidParameter } from "./refusals.ts";

/** One page of a list, in the order of its keys. @throws AwsError for a token that we did not give out */
export function page<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  limit: number,
  nextToken: string | undefined,
  isDescending = false,
): { items: T[]; nextToken?: string } {
  const after = nextToken === undefined ? undefined : keyInToken(nextToken);
  const { items: shown, lastKey } = pageAfter(items, keyOf, after, limit, isDescending);
  if (lastKey === undefined) return { items: shown };
  return { items: shown, nextToken: Buffer.from(`after:${lastKey}`).toString("base64") };
}

function keyInToken(token: string): string {
  const key = /^after:(.+)$/s.exec(Buffer.from(token, "base64").toString())?.[1];
  if (key === undefined) throw invalidParameter("The specified nextToken is invalid.");
  return key;
}
