/** Paging as Systems Manager does it. */
import { AwsError } from "../error.ts";
import { checkValue } from "./refusals.ts";

export interface PageRequest {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

/**
 * @param size items on a page where the request names none; `most` at most, `least` at least
 * @throws AwsError ValidationException, InvalidNextToken
 */
export function page<T>(
  all: readonly T[],
  { MaxResults, NextToken }: PageRequest,
  { size, least, most }: { size: number; least: number; most: number },
): { items: T[]; NextToken: string | undefined } {
  if (MaxResults !== undefined) checkValue(MaxResults, "maxResults", least, most);
  const start = NextToken === undefined ? 0 : Number(/^after-(\d+)$/.exec(NextToken)?.[1] ?? Number.NaN);
  if (Number.isNaN(start)) throw new AwsError("InvalidNextToken", "The specified token is not valid.");
  const end = start + (MaxResults ?? size);
  return { items: all.slice(start, end), NextToken: end < all.length ? `after-${end}` : undefined };
}
