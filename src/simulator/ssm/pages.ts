/** Paging as Systems Manager does it. */
import { AwsError } from "../error.ts";
import { pageAfter } from "../pages.ts";
import { checkValue } from "./refusals.ts";

export interface PageRequest {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

/**
 * What fits on one page is in its own order, pages follow on each other in that of the keys.
 * @param size items on a page where the request names none; `most` at most, `least` at least
 * @throws AwsError ValidationException, InvalidNextToken
 */
export function page<T>(
  all: readonly T[],
  keyOf: (item: T) => string,
  { MaxResults, NextToken }: PageRequest,
  { size, least, most }: { size: number; least: number; most: number },
): { items: T[]; NextToken: string | undefined } {
  if (MaxResults !== undefined) checkValue(MaxResults, "maxResults", least, most);
  if (NextToken === undefined && all.length <= (MaxResults ?? size))
    return { items: [...all], NextToken: undefined };
  const after = NextToken === undefined ? undefined : /^after-(.+)$/s.exec(NextToken)?.[1];
  if (NextToken !== undefined && after === undefined)
    throw new AwsError("InvalidNextToken", "The specified token is not valid.");
  const { items, lastKey } = pageAfter(all, keyOf, after, MaxResults ?? size);
  return { items, NextToken: lastKey === undefined ? undefined : `after-${lastKey}` };
}
