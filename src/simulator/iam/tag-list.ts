/** Tags as IAM takes and shows them. */
import type { Tag } from "@aws-sdk/client-iam";
import type { Tags } from "../ec2/state.ts";
import { setEntry } from "../entries.ts";
import { AwsError } from "../error.ts";
import { checkLength, constraint, limitExceeded } from "./names.ts";

const MOST_TAGS = 50;

/** What `tags` becomes when these are added. @throws AwsError for a tag that IAM does not allow, or too many */
export function withTags(tags: Tags, added: Tag[] | undefined): Tags {
  const result = { ...tags };
  const seen = new Set<string>();
  for (const [index, { Key: key = "", Value: value = "" }] of (added ?? []).entries()) {
    const place = `tags.${index + 1}.member`;
    checkLength(key, `${place}.key`, 1, 128);
    checkLength(value, `${place}.value`, 0, 256);
    for (const [what, text] of [
      ["key", key],
      ["value", value],
    ] as const)
      if (!/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(text))
        throw constraint(
          text,
          `${place}.${what}`,
          "satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+",
        );
    if (/^aws:/i.test(key))
      throw new AwsError(
        "InvalidInput",
        "Caller is not an internal service, cannot use aws: prefix for tag keys.",
      );
    if (seen.has(key.toLowerCase()))
      throw new AwsError(
        "InvalidInput",
        "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
      );
    seen.add(key.toLowerCase());
    // A key is the same in any case, and is shown as it was last written.
    for (const other of Object.keys(result))
      if (other.toLowerCase() === key.toLowerCase()) delete result[other];
    setEntry(result, key, value);
  }
  if (Object.keys(result).length > MOST_TAGS)
    throw limitExceeded(`Cannot exceed quota for TagsPerResource: ${MOST_TAGS}`);
  return result;
}

export function withoutTags(tags: Tags, keys: string[] | undefined): Tags {
  const gone = new Set((keys ?? []).map((key) => key.toLowerCase()));
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !gone.has(key.toLowerCase())));
}

export function tagList(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
