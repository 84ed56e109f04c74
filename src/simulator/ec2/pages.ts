/** Paging as EC2 does it: MaxResults and NextToken. */
import { AwsError } from "../error.ts";

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
 * The page that is asked for; everything where no MaxResults is given.
 * @param most where it is not 1000, and `least` where it is not 5
 * @throws AwsError for MaxResults out of bounds, and for a token that no earlier page gave
 */
export function page<T>(all: readonly T[], request: PageRequest, most = MOST, least = LEAST): Page<T> {
  const { MaxResults: size } = request;
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
  const start = request.NextToken === undefined ? 0 : startOf(request.NextToken);
  const end = size === undefined ? all.length : start + size;
  return { items: all.slice(start, end), NextToken: end < all.length ? tokenOf(end) : undefined };
}

const TOKEN_PREFIX = "vpclab-page-";

function tokenOf(start: number): string {
  return Buffer.from(`${TOKEN_PREFIX}${start}`).toString("base64url");
}

function startOf(token: string): number {
  const match = /^vpclab-page-(\d+)$/.exec(Buffer.from(token, "base64url").toString("utf8"));
  if (!match) throw new AwsError("InvalidNextToken", `The token '${token}' is invalid`);
  return Number(match[1]);
}
