/** IAM's pagination: Marker, MaxItems, IsTruncated. */
import { AwsError } from "../error.ts";
import { pageAfter } from "../pages.ts";
import { checkValue } from "./names.ts";

export interface PageRequest {
  Marker?: string | undefined;
  MaxItems?: number | undefined;
}

export interface Page<T> {
  items: T[];
  /** To be spread into the answer. */
  more: { IsTruncated: boolean; Marker?: string };
}

/**
 * One page of a list, in the order of its keys.
 *
 * @throws AwsError ValidationError for a marker that we did not give out, or MaxItems outside 1 to 1000
 */
export function page<T>(items: Iterable<T>, keyOf: (item: T) => string, request: PageRequest): Page<T> {
  const maxItems = request.MaxItems ?? 100;
  checkValue(maxItems, "MaxItems", 1, 1000);
  const after = request.Marker === undefined ? undefined : keyInMarker(request.Marker);
  const { items: shown, lastKey } = pageAfter(items, keyOf, after, maxItems);
  if (lastKey === undefined) return { items: shown, more: { IsTruncated: false } };
  return {
    items: shown,
    more: { IsTruncated: true, Marker: Buffer.from(`m:${lastKey}`).toString("base64") },
  };
}

function keyInMarker(marker: string): string {
  const text = Buffer.from(marker, "base64").toString();
  if (!text.startsWith("m:")) throw new AwsError("ValidationError", "Invalid Marker.");
  return text.slice(2);
}
