/** Tags on anything that has an id in EC2. */
import {
  CreateTags$,
  type CreateTagsRequest,
  DeleteTags$,
  type DeleteTagsRequest,
  DescribeTags$,
  type DescribeTagsRequest,
  type DescribeTagsResult,
  type ResourceType,
} from "@aws-sdk/client-ec2";
import type { Context } from "../context.ts";
import { AwsError } from "../error.ts";
import { type Operation, operation } from "../operation.ts";
import { filtered } from "./filters.ts";
import { page } from "./pages.ts";
import { find, TAGGABLE } from "./resources.ts";
import type { Tags } from "./state.ts";
import { addTags } from "./tag-sets.ts";

/** @throws AwsError `InvalidID` if the id is of no kind, the kind's own NotFound if there is no such resource */
function tagged(context: Context, ids: readonly string[] | undefined): { tags: Tags }[] {
  return (ids ?? []).map((id) => {
    const kind = TAGGABLE.find(({ prefix }) => id.startsWith(`${prefix}-`));
    if (!kind) throw new AwsError("InvalidID", `The ID '${id}' is not valid`);
    return find(context, kind, id);
  });
}

function createTags(context: Context, input: CreateTagsRequest): object {
  if (!input.Tags?.length)
    throw new AwsError("MissingParameter", "The request must contain the parameter tagSet");
  for (const { tags } of tagged(context, input.Resources)) addTags(tags, input.Tags);
  return {};
}

/** A tag goes if the key fits and the value, where one is given, does too; without any tags named, all go. */
function deleteTags(context: Context, input: DeleteTagsRequest): object {
  for (const { tags } of tagged(context, input.Resources)) {
    const removed = input.Tags ?? Object.keys(tags).map((Key) => ({ Key, Value: undefined }));
    for (const { Key: key = "", Value: value } of removed)
      if (value === undefined || tags[key] === value) delete tags[key];
  }
  return {};
}

interface TagState {
  readonly type: ResourceType;
  readonly id: string;
  readonly key: string;
  readonly value: string;
  /** So that the filter `tag:<key>` finds it. */
  readonly tags: Tags;
}

function describeTags(context: Context, input: DescribeTagsRequest): DescribeTagsResult {
  const all: TagState[] = TAGGABLE.flatMap((kind) =>
    Object.entries(kind.all(context.region.ec2)).flatMap(([id, { tags }]) =>
      Object.entries(tags).map(([key, value]) => ({
        type: kind.type,
        id,
        key,
        value,
        tags: { [key]: value },
      })),
    ),
  );
  const passing = filtered(all, input.Filters, {
    key: (tag) => tag.key,
    "resource-id": (tag) => tag.id,
    "resource-type": (tag) => tag.type,
    value: (tag) => tag.value,
  });
  const { items, NextToken } = page(passing, ({ id, key }) => `${id} ${key}`, input);
  return {
    Tags: items.map((tag) => ({
      ResourceId: tag.id,
      ResourceType: tag.type,
      Key: tag.key,
      Value: tag.value,
    })),
    NextToken,
  };
}

export const operations: readonly Operation[] = [
  operation(CreateTags$, ["Resources", "Tags"], createTags),
  operation(DeleteTags$, ["Resources", "Tags"], deleteTags),
  operation(DescribeTags$, ["Filters", "MaxResults", "NextToken"], describeTags),
];
