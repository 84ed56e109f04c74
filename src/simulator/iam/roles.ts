/** Roles and their trust policies. */
import {
  CreateRole$,
  type CreateRoleRequest,
  type CreateRoleResponse,
  DeleteRole$,
  type DeleteRoleRequest,
  GetRole$,
  type GetRoleRequest,
  type GetRoleResponse,
  ListRoles$,
  type ListRolesRequest,
  type ListRolesResponse,
  type Role,
  UpdateAssumeRolePolicy$,
  type UpdateAssumeRolePolicyRequest,
  UpdateRole$,
  type UpdateRoleRequest,
} from "@aws-sdk/client-iam";
import type { Context } from "../context.ts";
import { ownEntry, setEntry } from "../entries.ts";
import { operation } from "../operation.ts";
import { learner } from "./learner.ts";
import {
  alreadyExists,
  arnOf,
  checkDescription,
  checkName,
  checkPath,
  checkValue,
  deleteConflict,
  limitExceeded,
  nameIsTaken,
  newUniqueId,
  noSuchEntity,
  urlEncoded,
} from "./names.ts";
import { page } from "./pages.ts";
import { parseTrustPolicy } from "./policy-document.ts";
import { changeRole, propagationEnd } from "./propagation.ts";
import type { RoleState } from "./state.ts";
import { tagList, withTags } from "./tag-list.ts";

/** @throws AwsError NoSuchEntity */
export function requireRole(context: Context, name: string | undefined): RoleState {
  const role = ownEntry(context.state.iam.roles, checkName(name, "RoleName", 64));
  if (!role) throw noSuchEntity(`The role with name ${name} cannot be found.`);
  return role;
}

/** A role as List calls show it: without tags. */
export function shownRole(context: Context, role: RoleState): Role {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: arnOf(context, "role", role),
    CreateDate: new Date(role.createdAt),
    AssumeRolePolicyDocument: urlEncoded(role.assumeRolePolicyDocument),
    MaxSessionDuration: role.maxSessionDuration,
    ...(role.description !== undefined && { Description: role.description }),
  };
}

function withItsTags(shown: Role, role: RoleState): Role {
  return Object.keys(role.tags).length > 0 ? { ...shown, Tags: tagList(role.tags) } : shown;
}

const LONGEST_TRUST_POLICY = 2048;

function checkTrustPolicy(context: Context, document: string | undefined): string {
  const text = document ?? "";
  const arns = new Set(Object.values(context.state.iam.roles).map((role) => arnOf(context, "role", role)));
  arns.add(learner(context).arn);
  parseTrustPolicy(text, (arn) => arns.has(arn));
  if (text.replace(/\s/g, "").length > LONGEST_TRUST_POLICY)
    throw limitExceeded(`Cannot exceed quota for ACLSizePerRole: ${LONGEST_TRUST_POLICY}`);
  return text;
}

function checkSessionDuration(seconds = 3600): number {
  checkValue(seconds, "MaxSessionDuration", 3600, 43_200);
  return seconds;
}

const createRole = operation<CreateRoleRequest, CreateRoleResponse>(
  CreateRole$,
  ["RoleName", "Path", "AssumeRolePolicyDocument", "Description", "MaxSessionDuration", "Tags"],
  (context, input) => {
    const name = checkName(input.RoleName, "RoleName", 64);
    const path = checkPath(input.Path);
    checkDescription(input.Description);
    const maxSessionDuration = checkSessionDuration(input.MaxSessionDuration);
    const assumeRolePolicyDocument = checkTrustPolicy(context, input.AssumeRolePolicyDocument);
    const { roles } = context.state.iam;
    if (nameIsTaken(Object.keys(roles), name)) throw alreadyExists(`Role with name ${name} already exists.`);
    const role: RoleState = {
      name,
      id: newUniqueId(context, "AROA"),
      path,
      ...(input.Description !== undefined && { description: input.Description }),
      assumeRolePolicyDocument,
      maxSessionDuration,
      attachedPolicyArns: [],
      inlinePolicies: {},
      createdAt: context.now,
      propagatedAt: propagationEnd(context),
      tags: withTags({}, input.Tags),
    };
    setEntry(roles, name, role);
    return { Role: withItsTags(shownRole(context, role), role) };
  },
);

const getRole = operation<GetRoleRequest, GetRoleResponse>(GetRole$, ["RoleName"], (context, input) => {
  const role = requireRole(context, input.RoleName);
  return { Role: { ...withItsTags(shownRole(context, role), role), RoleLastUsed: {} } };
});

const listRoles = operation<ListRolesRequest, ListRolesResponse>(
  ListRoles$,
  ["PathPrefix", "Marker", "MaxItems"],
  (context, input) => {
    const prefix = input.PathPrefix ?? "/";
    const roles = Object.values(context.state.iam.roles).filter((role) => role.path.startsWith(prefix));
    const { items, more } = page(roles, (role) => role.name, input);
    return { Roles: items.map((role) => shownRole(context, role)), ...more };
  },
);

const updateRole = operation<UpdateRoleRequest, object>(
  UpdateRole$,
  ["RoleName", "Description", "MaxSessionDuration"],
  (context, input) => {
    const role = requireRole(context, input.RoleName);
    checkDescription(input.Description);
    if (input.Description !== undefined) role.description = input.Description;
    if (input.MaxSessionDuration !== undefined)
      role.maxSessionDuration = checkSessionDuration(input.MaxSessionDuration);
    return {};
  },
);

const updateAssumeRolePolicy = operation<UpdateAssumeRolePolicyRequest, object>(
  UpdateAssumeRolePolicy$,
  ["RoleName", "PolicyDocument"],
  (context, input) => {
    const role = requireRole(context, input.RoleName);
    const document = checkTrustPolicy(context, input.PolicyDocument);
    changeRole(context, role, (powers) => {
      powers.assumeRolePolicyDocument = document;
    });
    return {};
  },
);

const deleteRole = operation<DeleteRoleRequest, object>(DeleteRole$, ["RoleName"], (context, input) => {
  const role = requireRole(context, input.RoleName);
  const profiles = Object.values(context.state.iam.instanceProfiles);
  if (profiles.some((profile) => profile.roleName === role.name))
    throw deleteConflict("Cannot delete entity, must remove roles from instance profile first.");
  if (role.attachedPolicyArns.length > 0)
    throw deleteConflict("Cannot delete entity, must detach all policies first.");
  if (Object.keys(role.inlinePolicies).length > 0)
    throw deleteConflict("Cannot delete entity, must delete policies first.");
  delete context.state.iam.roles[role.name];
  return {};
});

export const roleOperations = [
  createRole,
  getRole,
  listRoles,
  updateRole,
  updateAssumeRolePolicy,
  deleteRole,
];
