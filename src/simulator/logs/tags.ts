/** Tags on log groups, by ARN without `:*`. */
import {
  ListTagsForResource$,
  type ListTagsForResourceRequest,
  type ListTagsForResourceResponse,
  TagResource$,
  type TagResourceRequest,
  UntagResource$,
  type UntagResourceRequest,
} from "@aws-sdk/client-cloudwatch-logs";
import type { Context } from "../context.ts";
import { operation } from "../operation.ts";
import { findLogGroup, logGroupArn } from "./log-groups.ts";
import { constraint, notFound } from "./refusals.ts";
import type { LogGroupState } from "./state.ts";
import { checkTags } from "./tag-rules.ts";

function groupByArn(context: Context, arn = ""): LogGroupState {
  // DescribeLogGroups shows ARNs that end in `:*`: these are the group's streams, not the group.
  if (!/^arn:[\w#+=/:,.@-]*$/.test(arn))
    throw constraint(arn, "resourceArn", "satisfy regular expression pattern: [\\w+=/:,.@-]*");
  const prefix = logGroupArn(context, "");
  const group = arn.startsWith(prefix) ? findLogGroup(context, arn.slice(prefix.length)) : undefined;
  if (!group) throw notFound("The specified resource does not exist.");
  return group;
}

const tagResource = operation<TagResourceRequest, object>(
  TagResource$,
  ["resourceArn", "tags"],
  (context, input) => {
    const group = groupByArn(context, input.resourceArn);
    const tags = { ...group.tags, ...input.tags };
    checkTags(tags);
    group.tags = tags;
    return {};
  },
);

const untagResource = operation<UntagResourceRequest, object>(
  UntagResource$,
  ["resourceArn", "tagKeys"],
  (context, input) => {
    const group = groupByArn(context, input.resourceArn);
    const gone = new Set(input.tagKeys);
    group.tags = Object.fromEntries(Object.entries(group.tags).filter(([key]) => !gone.has(key)));
    return {};
  },
);

const listTagsForResource = operation<ListTagsForResourceRequest, ListTagsForResourceResponse>(
  ListTagsForResource$,
  ["resourceArn"],
  (context, input) => ({ tags: groupByArn(context, input.resourceArn).tags }),
);

export const tagOperations = [tagResource, untagResource, listTagsForResource];
