/** Versions of a managed policy: at most five, one of them in force. */
import {
  CreatePolicyVersion$,
  type CreatePolicyVersionRequest,
  type CreatePolicyVersionResponse,
  DeletePolicyVersion$,
  type DeletePolicyVersionRequest,
  GetPolicyVersion$,
  type GetPolicyVersionRequest,
  type GetPolicyVersionResponse,
  ListPolicyVersions$,
  type ListPolicyVersionsRequest,
  type ListPolicyVersionsResponse,
  type PolicyVersion,
  SetDefaultPolicyVersion$,
  type SetDefaultPolicyVersionRequest,
} from "@aws-sdk/client-iam";
import type { Context } from "../context.ts";
import { operation } from "../operation.ts";
import { constraint, deleteConflict, limitExceeded, noSuchEntity, urlEncoded } from "./names.ts";
import { page } from "./pages.ts";
import { checkPolicyDocument, requireOwnPolicy, requirePolicy } from "./policies.ts";
import type { PolicyState } from "./state.ts";

const MOST_VERSIONS = 5;

type VersionState = PolicyState["versions"][number];

function requireVersion(policy: PolicyState, id: string | undefined): VersionState {
  if (!id || !/^v[1-9][0-9]*$/.test(id))
    throw constraint(
      id ?? "",
      "VersionId",
      "satisfy regular expression pattern: v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?",
    );
  const version = policy.versions.find((other) => other.id === id);
  if (!version) throw noSuchEntity(`Policy ${policy.arn} version ${id} does not exist or is not attachable.`);
  return version;
}

/** Without its document, as lists show it. */
function shownVersion(version: VersionState): PolicyVersion {
  return {
    VersionId: version.id,
    IsDefaultVersion: version.isDefault,
    CreateDate: new Date(version.createdAt),
  };
}

function makeDefault(context: Context, policy: PolicyState, version: VersionState): void {
  for (const other of policy.versions) other.isDefault = other === version;
  policy.updatedAt = context.now;
}

const createPolicyVersion = operation<CreatePolicyVersionRequest, CreatePolicyVersionResponse>(
  CreatePolicyVersion$,
  ["PolicyArn", "PolicyDocument", "SetAsDefault"],
  (context, input) => {
    const policy = requireOwnPolicy(context, input.PolicyArn, "iam:CreatePolicyVersion");
    const document = checkPolicyDocument(input.PolicyDocument);
    if (policy.versions.length >= MOST_VERSIONS)
      throw limitExceeded(
        `A managed policy can have up to ${MOST_VERSIONS} versions. Before you create a new version, you must delete an existing version.`,
      );
    const version = { id: `v${policy.nextVersion}`, document, isDefault: false, createdAt: context.now };
    policy.nextVersion++;
    policy.versions.push(version);
    policy.updatedAt = context.now;
    if (input.SetAsDefault) makeDefault(context, policy, version);
    return { PolicyVersion: shownVersion(version) };
  },
);

const setDefaultPolicyVersion = operation<SetDefaultPolicyVersionRequest, object>(
  SetDefaultPolicyVersion$,
  ["PolicyArn", "VersionId"],
  (context, input) => {
    const policy = requireOwnPolicy(context, input.PolicyArn, "iam:SetDefaultPolicyVersion");
    makeDefault(context, policy, requireVersion(policy, input.VersionId));
    return {};
  },
);

const getPolicyVersion = operation<GetPolicyVersionRequest, GetPolicyVersionResponse>(
  GetPolicyVersion$,
  ["PolicyArn", "VersionId"],
  (context, input) => {
    const version = requireVersion(requirePolicy(context, input.PolicyArn), input.VersionId);
    return { PolicyVersion: { ...shownVersion(version), Document: urlEncoded(version.document) } };
  },
);

const listPolicyVersions = operation<ListPolicyVersionsRequest, ListPolicyVersionsResponse>(
  ListPolicyVersions$,
  ["PolicyArn", "Marker", "MaxItems"],
  (context, input) => {
    const policy = requirePolicy(context, input.PolicyArn);
    // Newest first, as the console and the API show them.
    const key = (version: VersionState) => String(1_000_000 - Number(version.id.slice(1))).padStart(7, "0");
    const { items, more } = page(policy.versions, key, input);
    return { Versions: items.map(shownVersion), ...more };
  },
);

const deletePolicyVersion = operation<DeletePolicyVersionRequest, object>(
  DeletePolicyVersion$,
  ["PolicyArn", "VersionId"],
  (context, input) => {
    const policy = requireOwnPolicy(context, input.PolicyArn, "iam:DeletePolicyVersion");
    const version = requireVersion(policy, input.VersionId);
    if (version.isDefault) throw deleteConflict("Cannot delete the default version of a policy.");
    policy.versions = policy.versions.filter((other) => other !== version);
    return {};
  },
);

export const policyVersionOperations = [
  createPolicyVersion,
  setDefaultPolicyVersion,
  getPolicyVersion,
  listPolicyVersions,
  deletePolicyVersion,
];
