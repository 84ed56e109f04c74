/** Paging as EC2 does it: MaxResults and NextToken. */
import { AwsError } from "../error.ts";
import { pageAfter } from "../pages.ts";

export interface PageRequest {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

export interface Page<T> {
  readonly items: T[];
  /** Undefined on the last page. */
  readonly NextToken: string | undefined;
}

/** EC2's usual bounds of MaxResults. */
const LEAST = 5;
const MOST = 1000;

/**
 * The page that is asked for; everything where no MaxResults is given. What fits on one page is in its own order, pages
 * follow on each other in that of the keys.
 * @param most where it is not 1000, and `least` where it is not 5
 * @throws AwsError for MaxResults out of bounds, and for a token that no earlier page gave
 */
export function page<T>(
  all: readonly T[],
  keyOf: (item: T) => string,
  { MaxResults: size, NextToken: token }: PageRequest,
  most = MOST,
  least = LEAST,
): Page<T> {
  if (size !== undefined && size < least)
    throw new AwsError(
      "InvalidParameterValue",
      `Value ( ${size} ) for parameter maxResults is invalid. Expecting a value greater than or equal to ${least}.`,
    );
  if (size !== undefined && size > most)
    throw new AwsError(
      "InvalidParameterValue",
      `Value ( ${size} ) for parameter maxResults is invalid. Expecting a value less than or equal to ${most}.`,
    );
  if (token === undefined && all.length <= (size ?? Infinity))
    return { items: [...all], NextToken: undefined };
  const after = token === undefined ? undefined : keyIn(token);
  const { items, lastKey } = pageAfter(all, keyOf, after, size ?? Infinity);
  return { items, NextToken: lastKey === undefined ? undefined : tokenOf(lastKey) };
}

const TOKEN_PREFIX = "vpclab-page-";

function tokenOf(lastKey: string): string {
  return Buffer.from(TOKEN_PREFIX + lastKey).toString("base64url");
}

function keyIn(token: string): string {
  const text = Buffer.from(token, "base64url").toString("utf8");
  if (!text.startsWith(TOKEN_PREFIX))
    throw new AwsError("InvalidNextToken", `The token '${token}' is invalid`);
  return text.slice(TOKEN_PREFIX.length);
}
