/** Managed policies: the customer's own, and AWS's to look at. Their versions are in policy-versions.ts. */
import {
  CreatePolicy$,
  type CreatePolicyRequest,
  type CreatePolicyResponse,
  DeletePolicy$,
  type DeletePolicyRequest,
  GetPolicy$,
  type GetPolicyRequest,
  type GetPolicyResponse,
  ListPolicies$,
  type ListPoliciesRequest,
  type ListPoliciesResponse,
  type Policy,
} from "@aws-sdk/client-iam";
import type { Context } from "../context.ts";
import { ownEntry } from "../entries.ts";
import { AwsError } from "../error.ts";
import { operation } from "../operation.ts";
import { AWS_MANAGED_POLICIES } from "./aws-managed-policies.ts";
import { learner } from "./learner.ts";
import {
  alreadyExists,
  arnOf,
  checkArn,
  checkDescription,
  checkEnum,
  checkName,
  checkPath,
  deleteConflict,
  limitExceeded,
  nameIsTaken,
  newUniqueId,
  noSuchEntity,
} from "./names.ts";
import { page } from "./pages.ts";
import { parseIdentityPolicy } from "./policy-document.ts";
import type { PolicyState } from "./state.ts";
import { tagList, withTags } from "./tag-list.ts";

/** A customer's or an AWS-managed policy. */
export function findPolicy(context: Context, arn: string): PolicyState | undefined {
  return ownEntry(context.state.iam.policies, arn) ?? ownEntry(AWS_MANAGED_POLICIES, arn);
}

/** The version in force. */
export function defaultVersion({ versions }: PolicyState): PolicyState["versions"][number] | undefined {
  return versions.find(({ isDefault }) => isDefault);
}

/** @throws AwsError NoSuchEntity, or InvalidInput for what is no ARN */
export function requirePolicy(context: Context, arn: string | undefined): PolicyState {
  const policy = findPolicy(context, checkArn(arn));
  if (!policy) throw noSuchEntity(`Policy ${arn} was not found.`);
  return policy;
}

/**
 * A policy that may be changed.
 * @param action as a permission, for the refusal to touch AWS's own
 */
export function requireOwnPolicy(context: Context, arn: string | undefined, action: string): PolicyState {
  const policy = requirePolicy(context, arn);
  if (AWS_MANAGED_POLICIES[policy.arn])
    throw new AwsError(
      "AccessDenied",
      `User: ${learner(context).arn} is not authorized to perform: ${action} on resource: policy ${arn}`,
      403,
    );
  return policy;
}

const LONGEST_POLICY = 6144;

/** @throws AwsError MalformedPolicyDocument, or LimitExceeded above 6,144 characters without white space */
export function checkPolicyDocument(document: string | undefined): string {
  const text = document ?? "";
  parseIdentityPolicy(text);
  if (text.replace(/\s/g, "").length > LONGEST_POLICY)
    throw limitExceeded(`Cannot exceed quota for PolicySize: ${LONGEST_POLICY}`);
  return text;
}

function attachmentCount(context: Context, arn: string): number {
  const roles = Object.values(context.state.iam.roles);
  const holders = [learner(context), ...roles];
  return holders.filter((holder) => holder.attachedPolicyArns.includes(arn)).length;
}

/** A policy as ListPolicies shows it: without description and tags. */
function shownPolicy(context: Context, policy: PolicyState): Policy {
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: defaultVersion(policy)?.id,
    AttachmentCount: attachmentCount(context, policy.arn),
    PermissionsBoundaryUsageCount: 0,
    IsAttachable: true,
    CreateDate: new Date(policy.createdAt),
    UpdateDate: new Date(policy.updatedAt),
  };
}

const createPolicy = operation<CreatePolicyRequest, CreatePolicyResponse>(
  CreatePolicy$,
  ["PolicyName", "Path", "PolicyDocument", "Description", "Tags"],
  (context, input) => {
    const name = checkName(input.PolicyName, "PolicyName", 128);
    const path = checkPath(input.Path);
    checkDescription(input.Description);
    const document = checkPolicyDocument(input.PolicyDocument);
    const { policies } = context.state.iam;
    const names = Object.values(policies).map((policy) => policy.name);
    if (nameIsTaken(names, name))
      throw alreadyExists(`A policy called ${name} already exists. Duplicate names are not allowed.`);
    const arn = arnOf(context, "policy", { path, name });
    const policy: PolicyState = {
      name,
      id: newUniqueId(context, "ANPA"),
      arn,
      path,
      ...(input.Description !== undefined && { description: input.Description }),
      versions: [{ id: "v1", document, isDefault: true, createdAt: context.now }],
      nextVersion: 2,
      createdAt: context.now,
      updatedAt: context.now,
      tags: withTags({}, input.Tags),
    };
    policies[arn] = policy;
    const tags = tagList(policy.tags);
    return { Policy: { ...shownPolicy(context, policy), ...(tags.length > 0 && { Tags: tags }) } };
  },
);

const getPolicy = operation<GetPolicyRequest, GetPolicyResponse>(
  GetPolicy$,
  ["PolicyArn"],
  (context, input) => {
    const policy = requirePolicy(context, input.PolicyArn);
    return {
      Policy: {
        ...shownPolicy(context, policy),
        ...(policy.description !== undefined && { Description: policy.description }),
        Tags: tagList(policy.tags),
      },
    };
  },
);

const listPolicies = operation<ListPoliciesRequest, ListPoliciesResponse>(
  ListPolicies$,
  ["Scope", "OnlyAttached", "PathPrefix", "PolicyUsageFilter", "Marker", "MaxItems"],
  (context, input) => {
    const scope = input.Scope ?? "All";
    checkEnum(scope, "Scope", ["All", "AWS", "Local"]);
    checkEnum(input.PolicyUsageFilter, "PolicyUsageFilter", ["PermissionsPolicy", "PermissionsBoundary"]);
    const policies = [
      ...(scope === "Local" ? [] : Object.values(AWS_MANAGED_POLICIES)),
      ...(scope === "AWS" ? [] : Object.values(context.state.iam.policies)),
    ].filter(
      (policy) =>
        policy.path.startsWith(input.PathPrefix ?? "/") &&
        // Nothing here is ever used as a permissions boundary.
        input.PolicyUsageFilter !== "PermissionsBoundary" &&
        (input.OnlyAttached !== true || attachmentCount(context, policy.arn) > 0),
    );
    const { items, more } = page(policies, (policy) => policy.arn, input);
    return { Policies: items.map((policy) => shownPolicy(context, policy)), ...more };
  },
);

const deletePolicy = operation<DeletePolicyRequest, object>(
  DeletePolicy$,
  ["PolicyArn"],
  (context, input) => {
    const policy = requireOwnPolicy(context, input.PolicyArn, "iam:DeletePolicy");
    if (attachmentCount(context, policy.arn) > 0)
      throw deleteConflict("Cannot delete a policy attached to entities.");
    if (policy.versions.length > 1)
      throw deleteConflict(
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
      );
    delete context.state.iam.policies[policy.arn];
    return {};
  },
);

export const policyOperations = [createPolicy, getPolicy, listPolicies, deletePolicy];
