/** Tags on roles, policies and instance profiles; List calls of IAM show none, these do. */
import {
  ListInstanceProfileTags$,
  type ListInstanceProfileTagsRequest,
  type ListInstanceProfileTagsResponse,
  ListPolicyTags$,
  type ListPolicyTagsRequest,
  type ListPolicyTagsResponse,
  ListRoleTags$,
  type ListRoleTagsRequest,
  type ListRoleTagsResponse,
  type Tag,
  TagInstanceProfile$,
  type TagInstanceProfileRequest,
  TagPolicy$,
  type TagPolicyRequest,
  TagRole$,
  type TagRoleRequest,
  UntagInstanceProfile$,
  type UntagInstanceProfileRequest,
  UntagPolicy$,
  type UntagPolicyRequest,
  UntagRole$,
  type UntagRoleRequest,
} from "@aws-sdk/client-iam";
import type { Tags } from "../ec2/state.ts";
import { operation } from "../operation.ts";
import { requireInstanceProfile } from "./instance-profiles.ts";
import { type PageRequest, page } from "./pages.ts";
import { requireOwnPolicy, requirePolicy } from "./policies.ts";
import { requireRole } from "./roles.ts";
import { tagList, withoutTags, withTags } from "./tag-list.ts";

interface Tagged {
  tags: Tags;
}

function tag(resource: Tagged, tags: Tag[] | undefined): object {
  resource.tags = withTags(resource.tags, tags);
  return {};
}

function untag(resource: Tagged, keys: string[] | undefined): object {
  resource.tags = withoutTags(resource.tags, keys);
  return {};
}

function listTags(resource: Tagged, request: PageRequest) {
  const { items, more } = page(tagList(resource.tags), ({ Key }) => Key, request);
  return { Tags: items, ...more };
}

export const tagOperations = [
  operation<TagRoleRequest, object>(TagRole$, ["RoleName", "Tags"], (context, input) =>
    tag(requireRole(context, input.RoleName), input.Tags),
  ),
  operation<UntagRoleRequest, object>(UntagRole$, ["RoleName", "TagKeys"], (context, input) =>
    untag(requireRole(context, input.RoleName), input.TagKeys),
  ),
  operation<ListRoleTagsRequest, ListRoleTagsResponse>(
    ListRoleTags$,
    ["RoleName", "Marker", "MaxItems"],
    (context, input) => listTags(requireRole(context, input.RoleName), input),
  ),
  operation<TagPolicyRequest, object>(TagPolicy$, ["PolicyArn", "Tags"], (context, input) =>
    tag(requireOwnPolicy(context, input.PolicyArn, "iam:TagPolicy"), input.Tags),
  ),
  operation<UntagPolicyRequest, object>(UntagPolicy$, ["PolicyArn", "TagKeys"], (context, input) =>
    untag(requireOwnPolicy(context, input.PolicyArn, "iam:UntagPolicy"), input.TagKeys),
  ),
  operation<ListPolicyTagsRequest, ListPolicyTagsResponse>(
    ListPolicyTags$,
    ["PolicyArn", "Marker", "MaxItems"],
    (context, input) => listTags(requirePolicy(context, input.PolicyArn), input),
  ),
  operation<TagInstanceProfileRequest, object>(
    TagInstanceProfile$,
    ["InstanceProfileName", "Tags"],
    (context, input) => tag(requireInstanceProfile(context, input.InstanceProfileName), input.Tags),
  ),
  operation<UntagInstanceProfileRequest, object>(
    UntagInstanceProfile$,
    ["InstanceProfileName", "TagKeys"],
    (context, input) => untag(requireInstanceProfile(context, input.InstanceProfileName), input.TagKeys),
  ),
  operation<ListInstanceProfileTagsRequest, ListInstanceProfileTagsResponse>(
    ListInstanceProfileTags$,
    ["InstanceProfileName", "Marker", "MaxItems"],
    (context, input) => listTags(requireInstanceProfile(context, input.InstanceProfileName), input),
  ),
];
