/** The instance profile: what hands a role to an instance. */
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  DeleteInstanceProfileCommand,
  GetInstanceProfileCommand,
  RemoveRoleFromInstanceProfileCommand,
} from "@aws-sdk/client-iam";
import type { LabSpec } from "../lab/spec.ts";
import type { Aws } from "./clients.ts";
import { absentIsFine, type Deletion, deleteUntilGone } from "./deletion.ts";
import { type Ensured, ensure } from "./ensure.ts";
import { isCode, isNotFound } from "./errors.ts";
import { assertOurs, createNamed } from "./ownership.ts";
import { isConflict, PROPAGATION_MS } from "./role.ts";
import { tagList } from "./tags.ts";
import { retryWhile } from "./waits.ts";

export interface InstanceProfile {
  readonly name: string;
  readonly arn: string;
  /** At most one, AWS says. */
  readonly roleNames: readonly string[];
}

/** @throws LabError "not-ours" if somebody else's profile has the name */
export async function findInstanceProfile(aws: Aws, spec: LabSpec): Promise<InstanceProfile | undefined> {
  const name = spec.nameOf("instance-profile");
  try {
    const { InstanceProfile } = await aws.iam.send(
      new GetInstanceProfileCommand({ InstanceProfileName: name }),
    );
    assertOurs(spec, "instance profile", name, InstanceProfile?.Tags);
    return {
      name,
      arn: InstanceProfile?.Arn ?? "",
      roleNames: (InstanceProfile?.Roles ?? []).map(({ RoleName }) => RoleName ?? ""),
    };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Finds the profile, else makes it, still without its role. */
export function ensureInstanceProfile(aws: Aws, spec: LabSpec): Promise<Ensured<InstanceProfile>> {
  const name = spec.nameOf("instance-profile");
  const find = () => findInstanceProfile(aws, spec);
  return ensure(aws, find, () =>
    createNamed(
      aws,
      async () => {
        const { InstanceProfile } = await aws.iam.send(
          new CreateInstanceProfileCommand({
            InstanceProfileName: name,
            Tags: tagList(spec.tagsOf("instance-profile")),
          }),
        );
        return { name, arn: InstanceProfile?.Arn ?? "", roleNames: [] };
      },
      find,
    ),
  );
}

/** Puts the role into the profile, once IAM knows both. It is there already if another `up` was quicker. */
export async function addRoleToProfile(aws: Aws, profileName: string, roleName: string): Promise<void> {
  await retryWhile(
    aws,
    { what: `IAM to know both ${profileName} and ${roleName}`, atMostMs: PROPAGATION_MS, everyMs: 2_000 },
    isNotFound,
    async () => {
      try {
        await aws.iam.send(
          new AddRoleToInstanceProfileCommand({ InstanceProfileName: profileName, RoleName: roleName }),
        );
      } catch (error) {
        // A profile holds one role: a second one is over the limit, be it the same one again.
        if (!isCode(error, "LimitExceeded", "LimitExceededException")) throw error;
        const { InstanceProfile } = await aws.iam.send(
          new GetInstanceProfileCommand({ InstanceProfileName: profileName }),
        );
        if (!InstanceProfile?.Roles?.some(({ RoleName }) => RoleName === roleName)) throw error;
      }
    },
  );
}

/** Takes the role out of a profile and deletes it. */
export function deleteInstanceProfile(aws: Aws, profileName: string): Promise<Deletion> {
  const read = async () => {
    const { InstanceProfile } = await aws.iam.send(
      new GetInstanceProfileCommand({ InstanceProfileName: profileName }),
    );
    return InstanceProfile;
  };
  return deleteUntilGone(aws, {
    what: `instance profile ${profileName}`,
    atMostMs: PROPAGATION_MS,
    passes: isConflict,
    delete: async () => {
      for (const { RoleName } of (await read())?.Roles ?? [])
        await absentIsFine(() =>
          aws.iam.send(
            new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName: profileName, RoleName }),
          ),
        );
      await aws.iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName: profileName }));
    },
    isThere: async () => (await read()) !== undefined,
  });
}
