/** IAM roles: the one the instances carry, and the one that flow logs take. */
import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  paginateListAttachedRolePolicies,
  paginateListInstanceProfilesForRole,
  paginateListRolePolicies,
  RemoveRoleFromInstanceProfileCommand,
} from "@aws-sdk/client-iam";
import type { LabSpec } from "../lab/spec.ts";
import type { Aws } from "./clients.ts";
import { absentIsFine, type Deletion, deleteUntilGone } from "./deletion.ts";
import { type Ensured, ensure } from "./ensure.ts";
import { codeOf, isNotFound } from "./errors.ts";
import { partitionOf } from "./identity.ts";
import { assertOurs, createNamed } from "./ownership.ts";
import { tagList } from "./tags.ts";
import { retryWhile } from "./waits.ts";

export type RolePart = "instance-role" | "flow-log-role";

export interface Role {
  readonly name: string;
  /** The trust policy of a role that was found, as IAM has it. */
  readonly trust?: string;
}

/** Computed, because IAM may show a new role's ARN as its unique id (AROA…) for a moment (AWS-FACTS §1). */
export function roleArn(region: string, account: string, name: string): string {
  return `arn:${partitionOf(region)}:iam::${account}:role/${name}`;
}

/** What IAM just made is not seen everywhere at once; Terraform plans for two minutes (AWS-FACTS §1). */
export const PROPAGATION_MS = 120_000;

/** @throws LabError "not-ours" if somebody else's role has the name */
export async function findRole(aws: Aws, spec: LabSpec, part: RolePart): Promise<Role | undefined> {
  const name = spec.nameOf(part);
  try {
    const { Role } = await aws.iam.send(new GetRoleCommand({ RoleName: name }));
    assertOurs(spec, "IAM role", name, Role?.Tags);
    const document = Role?.AssumeRolePolicyDocument;
    // IAM gives its documents URL-encoded (AWS-FACTS §6).
    return { name, ...(document !== undefined && { trust: decodeURIComponent(document) }) };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

export interface RoleDescription {
  /** Its trust policy; see trustPolicy. */
  readonly trust: string;
  readonly description: string;
}

/** Finds the role, else makes it with this trust policy. One that is found keeps the one that it has. */
export function ensureRole(
  aws: Aws,
  spec: LabSpec,
  part: RolePart,
  { trust, description }: RoleDescription,
): Promise<Ensured<Role>> {
  const name = spec.nameOf(part);
  const find = () => findRole(aws, spec, part);
  return ensure(aws, find, () =>
    createNamed(
      aws,
      async () => {
        await aws.iam.send(
          new CreateRoleCommand({
            RoleName: name,
            Description: description,
            AssumeRolePolicyDocument: trust,
            Tags: tagList(spec.tagsOf(part)),
          }),
        );
        return { name };
      },
      find,
    ),
  );
}

/**
 * A custom trust policy: who may take the role.
 * @param service the one that may, "ec2.amazonaws.com"
 * @param condition under which it may; undefined: always
 */
export function trustPolicy(service: string, condition?: Readonly<Record<string, object>>): string {
  const Principal = { Service: service };
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal,
        Action: "sts:AssumeRole",
        ...(condition !== undefined && { Condition: condition }),
      },
    ],
  });
}

/** Attaches a policy; attached already is fine. Role and policy may both be too new for IAM to know them. */
export async function attachPolicy(aws: Aws, roleName: string, policyArn: string): Promise<void> {
  await retryWhile(
    aws,
    { what: `IAM to know both ${roleName} and ${policyArn}`, atMostMs: PROPAGATION_MS, everyMs: 2_000 },
    isNotFound,
    () => aws.iam.send(new AttachRolePolicyCommand({ RoleName: roleName, PolicyArn: policyArn })),
  );
}

/**
 * Deletes a role. IAM refuses while anything hangs on it (DeleteConflict), so its policies are detached, inline ones
 * deleted, and it is taken out of instance profiles first.
 */
export function deleteRole(aws: Aws, roleName: string): Promise<Deletion> {
  return deleteUntilGone(aws, {
    what: `role ${roleName}`,
    atMostMs: PROPAGATION_MS,
    passes: isConflict,
    delete: async () => {
      await strip(aws, roleName);
      await aws.iam.send(new DeleteRoleCommand({ RoleName: roleName }));
    },
    isThere: async () => {
      await aws.iam.send(new GetRoleCommand({ RoleName: roleName }));
      return true;
    },
  });
}

/** IAM's "not while something hangs on it", which its eventual consistency may also say a moment too long. */
export function isConflict(error: unknown): boolean {
  return /^(DeleteConflict|ConcurrentModification)(Exception)?$/.test(codeOf(error));
}

async function strip(aws: Aws, RoleName: string): Promise<void> {
  const paging = { client: aws.iam };
  for await (const page of paginateListAttachedRolePolicies(paging, { RoleName }))
    for (const { PolicyArn } of page.AttachedPolicies ?? [])
      await absentIsFine(() => aws.iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn })));
  for await (const page of paginateListRolePolicies(paging, { RoleName }))
    for (const PolicyName of page.PolicyNames ?? [])
      await absentIsFine(() => aws.iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName })));
  for await (const page of paginateListInstanceProfilesForRole(paging, { RoleName }))
    for (const { InstanceProfileName } of page.InstanceProfiles ?? [])
      await absentIsFine(() =>
        aws.iam.send(new RemoveRoleFromInstanceProfileCommand({ RoleName, InstanceProfileName })),
      );
}
