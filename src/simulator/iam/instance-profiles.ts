/** Instance profiles: the cover in which an instance gets its role. */
import {
  AddRoleToInstanceProfile$,
  type AddRoleToInstanceProfileRequest,
  CreateInstanceProfile$,
  type CreateInstanceProfileRequest,
  type CreateInstanceProfileResponse,
  DeleteInstanceProfile$,
  type DeleteInstanceProfileRequest,
  GetInstanceProfile$,
  type GetInstanceProfileRequest,
  type GetInstanceProfileResponse,
  type InstanceProfile,
  ListInstanceProfiles$,
  ListInstanceProfilesForRole$,
  type ListInstanceProfilesForRoleRequest,
  type ListInstanceProfilesForRoleResponse,
  type ListInstanceProfilesRequest,
  type ListInstanceProfilesResponse,
  RemoveRoleFromInstanceProfile$,
  type RemoveRoleFromInstanceProfileRequest,
} from "@aws-sdk/client-iam";
import type { Context } from "../context.ts";
import { ownEntry, setEntry } from "../entries.ts";
import { operation } from "../operation.ts";
import {
  alreadyExists,
  arnOf,
  checkName,
  checkPath,
  deleteConflict,
  limitExceeded,
  nameIsTaken,
  newUniqueId,
  noSuchEntity,
} from "./names.ts";
import { page } from "./pages.ts";
import { changeInstanceProfile, propagationEnd } from "./propagation.ts";
import { requireRole, shownRole } from "./roles.ts";
import type { InstanceProfileState } from "./state.ts";
import { tagList, withTags } from "./tag-list.ts";

/** @throws AwsError NoSuchEntity */
export function requireInstanceProfile(context: Context, name: string | undefined): InstanceProfileState {
  const profile = ownEntry(context.state.iam.instanceProfiles, checkName(name, "InstanceProfileName", 128));
  if (!profile) throw noSuchEntity(`Instance Profile ${name} cannot be found.`);
  return profile;
}

/** A profile as List calls show it: without tags. */
function shownProfile(context: Context, profile: InstanceProfileState): InstanceProfile {
  const role = profile.roleName === undefined ? undefined : context.state.iam.roles[profile.roleName];
  return {
    Path: profile.path,
    InstanceProfileName: profile.name,
    InstanceProfileId: profile.id,
    Arn: arnOf(context, "instance-profile", profile),
    CreateDate: new Date(profile.createdAt),
    Roles: role ? [shownRole(context, role)] : [],
  };
}

const createInstanceProfile = operation<CreateInstanceProfileRequest, CreateInstanceProfileResponse>(
  CreateInstanceProfile$,
  ["InstanceProfileName", "Path", "Tags"],
  (context, input) => {
    const name = checkName(input.InstanceProfileName, "InstanceProfileName", 128);
    const path = checkPath(input.Path);
    const { instanceProfiles } = context.state.iam;
    if (nameIsTaken(Object.keys(instanceProfiles), name))
      throw alreadyExists(`Instance Profile ${name} already exists.`);
    const profile: InstanceProfileState = {
      name,
      id: newUniqueId(context, "AIPA"),
      path,
      createdAt: context.now,
      propagatedAt: propagationEnd(context),
      tags: withTags({}, input.Tags),
    };
    setEntry(instanceProfiles, name, profile);
    return { InstanceProfile: { ...shownProfile(context, profile), Tags: tagList(profile.tags) } };
  },
);

const getInstanceProfile = operation<GetInstanceProfileRequest, GetInstanceProfileResponse>(
  GetInstanceProfile$,
  ["InstanceProfileName"],
  (context, input) => {
    const profile = requireInstanceProfile(context, input.InstanceProfileName);
    return { InstanceProfile: { ...shownProfile(context, profile), Tags: tagList(profile.tags) } };
  },
);

const listInstanceProfiles = operation<ListInstanceProfilesRequest, ListInstanceProfilesResponse>(
  ListInstanceProfiles$,
  ["PathPrefix", "Marker", "MaxItems"],
  (context, input) => {
    const profiles = Object.values(context.state.iam.instanceProfiles).filter((profile) =>
      profile.path.startsWith(input.PathPrefix ?? "/"),
    );
    const { items, more } = page(profiles, (profile) => profile.name, input);
    return { InstanceProfiles: items.map((profile) => shownProfile(context, profile)), ...more };
  },
);

const listInstanceProfilesForRole = operation<
  ListInstanceProfilesForRoleRequest,
  ListInstanceProfilesForRoleResponse
>(ListInstanceProfilesForRole$, ["RoleName", "Marker", "MaxItems"], (context, input) => {
  const role = requireRole(context, input.RoleName);
  const profiles = Object.values(context.state.iam.instanceProfiles).filter(
    (profile) => profile.roleName === role.name,
  );
  const { items, more } = page(profiles, (profile) => profile.name, input);
  return { InstanceProfiles: items.map((profile) => shownProfile(context, profile)), ...more };
});

const addRoleToInstanceProfile = operation<AddRoleToInstanceProfileRequest, object>(
  AddRoleToInstanceProfile$,
  ["InstanceProfileName", "RoleName"],
  (context, input) => {
    const profile = requireInstanceProfile(context, input.InstanceProfileName);
    const role = requireRole(context, input.RoleName);
    if (profile.roleName !== undefined)
      throw limitExceeded("Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1");
    changeInstanceProfile(context, profile, role.name);
    return {};
  },
);

const removeRoleFromInstanceProfile = operation<RemoveRoleFromInstanceProfileRequest, object>(
  RemoveRoleFromInstanceProfile$,
  ["InstanceProfileName", "RoleName"],
  (context, input) => {
    const profile = requireInstanceProfile(context, input.InstanceProfileName);
    if (profile.roleName !== checkName(input.RoleName, "RoleName", 64))
      throw noSuchEntity(`The role with name ${input.RoleName} cannot be found.`);
    changeInstanceProfile(context, profile, undefined);
    return {};
  },
);

const deleteInstanceProfile = operation<DeleteInstanceProfileRequest, object>(
  DeleteInstanceProfile$,
  ["InstanceProfileName"],
  (context, input) => {
    const profile = requireInstanceProfile(context, input.InstanceProfileName);
    if (profile.roleName !== undefined)
      throw deleteConflict("Cannot delete entity, must remove roles from instance profile first.");
    delete context.state.iam.instanceProfiles[profile.name];
    return {};
  },
);

export const instanceProfileOperations = [
  createInstanceProfile,
  getInstanceProfile,
  listInstanceProfiles,
  listInstanceProfilesForRole,
  addRoleToInstanceProfile,
  removeRoleFromInstanceProfile,
  deleteInstanceProfile,
];
