/** The IAM policy of the flow logs' role. */
import {
  CreatePolicyCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  GetPolicyCommand,
  paginateListEntitiesForPolicy,
  paginateListPolicyVersions,
} from "@aws-sdk/client-iam";
import type { LabSpec } from "../lab/spec.ts";
import type { Aws } from "./clients.ts";
import { absentIsFine, type Deletion, deleteUntilGone } from "./deletion.ts";
import { type Ensured, ensure } from "./ensure.ts";
import { isNotFound, LabError } from "./errors.ts";
import { partitionOf } from "./identity.ts";
import { assertOurs, createNamed } from "./ownership.ts";
import { isConflict } from "./role.ts";
import { tagList } from "./tags.ts";

const PART = "flow-log-policy";

export interface Policy {
  readonly name: string;
  readonly arn: string;
}

/** @param account twelve digits, or "aws" for AWS's own */
export function policyArn(region: string, account: string, name: string): string {
  return `arn:${partitionOf(region)}:iam::${account}:policy/${name}`;
}

/** A policy that AWS itself keeps, "AmazonSSMManagedInstanceCore". */
export function managedPolicyArn(region: string, name: string): string {
  return policyArn(region, "aws", name);
}

/**
 * @param account twelve digits
 * @throws LabError "not-ours" if somebody else's policy has the name
 */
export async function findPolicy(
  aws: Aws,
  spec: LabSpec,
  account: string | Promise<string>,
): Promise<Policy | undefined> {
  const name = spec.nameOf(PART);
  const arn = policyArn(aws.region, await account, name);
  try {
    const { Policy } = await aws.iam.send(new GetPolicyCommand({ PolicyArn: arn }));
    assertOurs(spec, "IAM policy", name, Policy?.Tags);
    return { name, arn };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Finds the policy, else makes it with this document. What it says where it stands already is not looked at. */
export function ensurePolicy(
  aws: Aws,
  spec: LabSpec,
  account: string,
  { document, description }: { readonly document: string; readonly description: string },
): Promise<Ensured<Policy>> {
  const name = spec.nameOf(PART);
  const find = () => findPolicy(aws, spec, account);
  return ensure(aws, find, () =>
    createNamed(
      aws,
      async () => {
        const { Policy } = await aws.iam.send(
          new CreatePolicyCommand({
            PolicyName: name,
            Description: description,
            PolicyDocument: document,
            Tags: tagList(spec.tagsOf(PART)),
          }),
        );
        return { name, arn: Policy?.Arn ?? policyArn(aws.region, account, name) };
      },
      find,
    ),
  );
}

/** These actions, on everything. */
export function permissionsPolicy(actions: readonly string[]): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: actions, Resource: "*" }],
  });
}

/** A role that was just deleted may be counted as a holder for a moment. */
const DETACHED_MS = 30_000;

/**
 * Deletes a policy: its other versions first, as IAM asks. Our own role has let go of it by then; that of somebody
 * else is not ours to change, so a policy attached there stays, and the error says where.
 * @throws LabError "policy-attached"
 */
export async function deletePolicy(aws: Aws, arn: string): Promise<Deletion> {
  try {
    return await deleteUntilGone(aws, {
      what: `policy ${arn}`,
      atMostMs: DETACHED_MS,
      passes: isConflict,
      delete: async () => {
        await deleteOtherVersions(aws, arn);
        await aws.iam.send(new DeletePolicyCommand({ PolicyArn: arn }));
      },
      isThere: async () => {
        await aws.iam.send(new GetPolicyCommand({ PolicyArn: arn }));
        return true;
      },
    });
  } catch (error) {
    if (error instanceof LabError && isConflict(error.cause)) throw await attachedElsewhere(aws, arn, error);
    throw error;
  }
}

async function deleteOtherVersions(aws: Aws, PolicyArn: string): Promise<void> {
  for await (const page of paginateListPolicyVersions({ client: aws.iam }, { PolicyArn }))
    for (const { VersionId, IsDefaultVersion } of page.Versions ?? [])
      if (!IsDefaultVersion)
        await absentIsFine(() => aws.iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId })));
}

async function attachedElsewhere(aws: Aws, PolicyArn: string, cause: LabError): Promise<LabError> {
  const holders: string[] = [];
  for await (const page of paginateListEntitiesForPolicy({ client: aws.iam }, { PolicyArn }))
    holders.push(
      ...(page.PolicyRoles ?? []).map(({ RoleName }) => `role ${RoleName}`),
      ...(page.PolicyUsers ?? []).map(({ UserName }) => `user ${UserName}`),
      ...(page.PolicyGroups ?? []).map(({ GroupName }) => `group ${GroupName}`),
    );
  if (holders.length === 0) return cause;
  return new LabError("policy-attached", `The policy is still attached to ${holders.join(", ")}.`, {
    next: ["Detach it there, then run vpclab teardown again."],
    cause,
  });
}
