/** The lab's tags in AWS's shapes: given with every create, looked for with every read. */
import type { ResourceType as Ec2ResourceType, Filter, TagSpecification } from "@aws-sdk/client-ec2";
import { byText } from "../lab/order.ts";
import { type LabSpec, type Part, TAG_LAB, TAG_PART, TAG_REGION } from "../lab/spec.ts";
import type { Aws } from "./clients.ts";

/** A tag as EC2 and IAM describe it. */
export interface DescribedTag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

/** `{Name: "a"}` → `[{Key: "Name", Value: "a"}]`, as EC2 and IAM take tags. */
export function tagList(tags: Readonly<Record<string, string>>): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** The tags of a part for a create call of EC2, so that nothing of ours ever stands untagged. */
export function tagSpecifications(
  tags: Readonly<Record<string, string>>,
  ...resourceTypes: readonly Ec2ResourceType[]
): TagSpecification[] {
  return resourceTypes.map((ResourceType) => ({ ResourceType, Tags: tagList(tags) }));
}

/** A tag's value; undefined where the tag is not there. */
export function tagValue(tags: readonly DescribedTag[] | undefined, key: string): string | undefined {
  return tags?.find((tag) => tag.Key === key)?.Value;
}

/** EC2 filters for everything of the lab. */
export function labFilters(spec: LabSpec): Filter[] {
  return [{ Name: `tag:${TAG_LAB}`, Values: [spec.lab] }];
}

/** EC2 filters for one part of the lab. */
export function partFilters(spec: LabSpec, part: Part): Filter[] {
  return [...labFilters(spec), { Name: `tag:${TAG_PART}`, Values: [part] }];
}

/** Whether something that EC2 describes carries the lab's tag: as `labFilters`, of what has been read already. */
export function isTaggedFor(spec: LabSpec) {
  return ({ Tags }: { readonly Tags?: readonly DescribedTag[] | undefined }) =>
    tagValue(Tags, TAG_LAB) === spec.lab;
}

/**
 * Whether a global resource found by its name is this lab's. Names alone prove nothing: another lab, another Region's
 * lab of the same name, or somebody else may have taken it.
 */
export function isOurs(tags: readonly DescribedTag[] | undefined, spec: LabSpec): boolean {
  return tagValue(tags, TAG_LAB) === spec.lab && tagValue(tags, TAG_REGION) === spec.region;
}

/**
 * Two of one part (a crash, two `up`s at once) in an order that every run and every step agrees on.
 * @param idOf such as `({ VpcId }) => VpcId`
 */
export function lowestIdFirst<T>(items: readonly T[], idOf: (item: T) => string | undefined): T[] {
  return [...items].sort(byText((item) => idOf(item) ?? ""));
}

/** The most that one answer of EC2 holds (API reference, MaxResults). */
const LARGEST_PAGE = 1000;

/**
 * How a read of EC2 is cut into pages. Everything in a Region: the largest, because what asks for no pages and no
 * filter is counted against a smaller allowance (EC2 API throttling). With filters: as EC2 likes, in one answer mostly;
 * cut into pages by us, it may give pages that hold next to nothing of what passes.
 * @param largest where it is not 1000
 */
export function paging({ ec2 }: Pick<Aws, "ec2">, filters: readonly Filter[], largest = LARGEST_PAGE) {
  return { client: ec2, ...(filters.length === 0 && { pageSize: largest }) };
}

/** All pages of a list. */
export async function allPages<P, T>(
  pages: AsyncIterable<P>,
  itemsOf: (page: P) => readonly T[] | undefined,
): Promise<T[]> {
  const items: T[] = [];
  for await (const page of pages) items.push(...(itemsOf(page) ?? []));
  return items;
}
