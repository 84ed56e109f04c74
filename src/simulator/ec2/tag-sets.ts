/** Tags as requests carry them and as answers show them, with AWS's rules for keys and values. */
import type { ResourceType, Tag, TagSpecification } from "@aws-sdk/client-ec2";
import { setEntry } from "../entries.ts";
import { AwsError } from "../error.ts";
import type { Tags } from "./state.ts";

/** AWS's own limits (EC2 user guide, "Tag restrictions"). */
const MAX_TAGS = 50;
const MAX_KEY_LENGTH = 128;
const MAX_VALUE_LENGTH = 256;

/**
 * The tags that a create call gives to a resource of this type.
 *
 * @param types all types that the call can tag: RunInstances tags instances, volumes and network interfaces
 * @throws AwsError for another type, or tags that AWS does not allow
 */
export function tagsFrom(
  specifications: readonly TagSpecification[] | undefined,
  type: ResourceType,
  types: readonly ResourceType[] = [type],
): Tags {
  const tags: Tags = {};
  const seen = new Set<string>();
  for (const specification of specifications ?? []) {
    const { ResourceType: specified } = specification;
    if (!specified)
      throw new AwsError("InvalidParameterValue", "Tag specification resource type must have a value");
    if (!types.includes(specified))
      throw new AwsError(
        "InvalidParameterValue",
        `'${specified}' is not a valid taggable resource type for this operation.`,
      );
    if (seen.has(specified))
      throw new AwsError(
        "InvalidParameterValue",
        `Duplicate tag specification for resource type '${specified}'`,
      );
    seen.add(specified);
    if (!specification.Tags?.length)
      throw new AwsError("InvalidParameterValue", "Tag specification must have at least one tag");
    if (specified === type) addTags(tags, specification.Tags);
  }
  return tags;
}

/**
 * Adds tags to those that a resource has; a known key gets the new value.
 * @throws AwsError for reserved, overlong or doubled keys, and beyond 50 tags
 */
export function addTags(tags: Tags, added: readonly Tag[]): void {
  const keys = new Set<string>();
  for (const { Key: key, Value: value = "" } of added) {
    if (!key) throw new AwsError("InvalidParameterValue", "Tag key cannot be null or empty");
    if (keys.has(key)) throw new AwsError("InvalidParameterValue", `Duplicate tag key '${key}' specified.`);
    if (/^aws:/i.test(key))
      throw new AwsError(
        "InvalidParameterValue",
        "Tag keys starting with 'aws:' are reserved for internal use",
      );
    if (key.length > MAX_KEY_LENGTH)
      throw new AwsError(
        "InvalidParameterValue",
        `Tag key exceeds the maximum length of ${MAX_KEY_LENGTH} characters`,
      );
    if (value.length > MAX_VALUE_LENGTH)
      throw new AwsError(
        "InvalidParameterValue",
        `Tag value exceeds the maximum length of ${MAX_VALUE_LENGTH} characters`,
      );
    keys.add(key);
    setEntry(tags, key, value);
  }
  if (Object.keys(tags).length > MAX_TAGS)
    throw new AwsError("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.");
}

/** As answers show them. */
export function tagSet(tags: Tags): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
