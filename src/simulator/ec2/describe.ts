/** What every Describe operation does: take the ids or all, filter, cut out the page, show. */
import type { Filter } from "@aws-sdk/client-ec2";
import type { Context } from "../context.ts";
import { AwsError } from "../error.ts";
import { type FilterFields, filtered } from "./filters.ts";
import { type Page, type PageRequest, page } from "./pages.ts";
import { find, type ResourceKind } from "./resources.ts";
import type { Tags } from "./state.ts";

export interface DescribeRequest extends PageRequest {
  readonly Filters?: Filter[] | undefined;
}

/** What AWS calls the ids of those that it does not page when they are named. */
const UNPAGED_IDS: Readonly<Record<string, string>> = {
  instance: "instancesSet",
  // That it is refused is in the API reference; the name is as in EC2's former WSDL [U].
  "network-interface": "networkInterfaceIdSet",
  volume: "volumeSet",
};

/** @throws AwsError `InvalidParameterCombination` where both are given */
export function refuseIdsInPages(
  parameter: string,
  ids: readonly string[] | undefined,
  { MaxResults }: PageRequest,
): void {
  if (ids?.length && MaxResults !== undefined)
    throw new AwsError(
      "InvalidParameterCombination",
      `The parameter ${parameter} cannot be used with the parameter maxResults`,
    );
}

/**
 * The page of resources that a Describe call asks for.
 *
 * @param ids as given in the request; each must exist. None given: all of the Region.
 * @param most of a page, where it is not 1000
 * @throws AwsError `….NotFound`, `….Malformed`, an unknown filter, a wrong page
 */
export function select<S extends { id: string; tags: Tags }>(
  context: Context,
  kind: ResourceKind<S>,
  ids: readonly string[] | undefined,
  request: DescribeRequest,
  fields: FilterFields<S>,
  most?: number,
): Page<S> {
  const unpaged = UNPAGED_IDS[kind.type];
  if (unpaged !== undefined) refuseIdsInPages(unpaged, ids, request);
  const items = ids?.length
    ? [...new Set(ids)].map((id) => find(context, kind, id))
    : Object.values(kind.all(context.region.ec2));
  return page(filtered(items, request.Filters, fields), ({ id }) => id, request, most);
}
