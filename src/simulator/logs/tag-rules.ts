/** Tags on log groups: what AWS allows. */

import type { Tags } from "../ec2/state.ts";
import { AwsError } from "../error.ts";
import { constraint, invalidParameter } from "./refusals.ts";

const MOST_TAGS = 50;

/** @param tags all that the group would have @throws AwsError */
export function checkTags(tags: Tags): void {
  for (const [key, value] of Object.entries(tags)) {
    if (key.length < 1 || key.length > 128 || !/^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/u.test(key))
      throw constraint(key, "tags", "satisfy regular expression pattern: ([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+)");
    if (value.length > 256 || !/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(value))
      throw constraint(
        value,
        "tags",
        "satisfy regular expression pattern: ([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)",
      );
    if (/^aws:/i.test(key))
      throw invalidParameter("aws: prefixed tag key names are not allowed for external use.");
  }
  if (Object.keys(tags).length > MOST_TAGS)
    throw new AwsError("TooManyTagsException", `A resource can have up to ${MOST_TAGS} tags.`);
}
