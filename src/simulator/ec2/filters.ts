/** EC2's filters: several filters are joined by "and", the values of one by "or"; `*` and `?` are wildcards. */
import type { Filter } from "@aws-sdk/client-ec2";
import { AwsError } from "../error.ts";
import { ONE, RUN, wildcardMatcher } from "../wildcards.ts";
import type { Tags } from "./state.ts";

/** What a filter compares: nothing, one value or several (then any of them may match). */
export type FilterValue =
  | string
  | number
  | boolean
  | undefined
  | readonly (string | number | boolean | undefined)[];

/** The filters of one operation, by AWS's name, `tag:<key>` and `tag-key` aside: every tagged resource has those. */
export type FilterFields<S> = Readonly<Record<string, (item: S) => FilterValue>>;

/**
 * Those items that pass all filters.
 * @throws AwsError `InvalidParameterValue` for a filter that the operation does not have
 */
export function filtered<S extends object>(
  items: readonly S[],
  filters: readonly Filter[] | undefined,
  fields: FilterFields<S>,
): S[] {
  const tests = (filters ?? []).map((filter) => testOf(filter, fields));
  return items.filter((item) => tests.every((test) => test(item)));
}

function testOf<S extends object>(filter: Filter, fields: FilterFields<S>): (item: S) => boolean {
  const name = filter.Name ?? "";
  const valuesOf = Object.hasOwn(fields, name) ? fields[name] : tagField(name);
  if (!valuesOf) throw new AwsError("InvalidParameterValue", `The filter '${name}' is invalid`);
  if (!filter.Values)
    throw new AwsError("InvalidParameterValue", `The filter '${name}' must have at least one value`);
  const patterns = filter.Values.map(pattern);
  return (item) => {
    const values = [valuesOf(item)].flat();
    return values.some((value) => value !== undefined && patterns.some((fits) => fits(String(value))));
  };
}

function tagField(name: string): ((item: object) => FilterValue) | undefined {
  const tagsOf = (item: object): Tags => ("tags" in item ? (item.tags as Tags) : {});
  if (name === "tag-key") return (item) => Object.keys(tagsOf(item));
  if (name === "tag-value") return (item) => Object.values(tagsOf(item));
  if (!name.startsWith("tag:")) return undefined;
  const key = name.slice("tag:".length);
  return (item) => (Object.hasOwn(tagsOf(item), key) ? tagsOf(item)[key] : undefined);
}

/** `*` stands for any number of characters, `?` for one, `\` takes the meaning from the character after it. */
function pattern(value: string): (text: string) => boolean {
  const parts = value.match(/\\[\s\S]|[\s\S]/g) ?? [];
  return wildcardMatcher(parts.map((part) => (part === "*" ? RUN : part === "?" ? ONE : part.slice(-1))));
}
