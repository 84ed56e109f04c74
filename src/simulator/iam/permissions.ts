/**
 * What the other services of the embedded AWS ask IAM: does this profile exist yet, may this service take that
 * role, may that role do this. Everything here is as those services see it, which is some seconds behind IAM.
 */
import type { Context } from "../context.ts";
import { arnOf } from "./names.ts";
import { defaultVersion, findPolicy } from "./policies.ts";
import type { RequestKeys } from "./policy-conditions.ts";
import { parseIdentityPolicy, parseTrustPolicy, type Statement } from "./policy-document.ts";
import { decide, letsServiceAssume } from "./policy-evaluation.ts";
import { instanceProfileAsServicesSeeIt, roleAsServicesSeeIt } from "./propagation.ts";
import type { InstanceProfileState, RolePowers } from "./state.ts";

/** By name or ARN, whether other services see it yet or not; undefined if IAM does not have it. */
export function findInstanceProfile(
  context: Context,
  wanted: { name?: string | undefined; arn?: string | undefined },
): InstanceProfileState | undefined {
  return Object.values(context.state.iam.instanceProfiles).find((profile) =>
    wanted.arn === undefined
      ? profile.name === wanted.name
      : arnOf(context, "instance-profile", profile) === wanted.arn,
  );
}

export function instanceProfileArn(context: Context, profile: InstanceProfileState): string {
  return arnOf(context, "instance-profile", profile);
}

/** Whether EC2 sees the profile at all: until then RunInstances calls it invalid. */
export function instanceProfileHasPropagated(context: Context, profile: InstanceProfileState): boolean {
  return instanceProfileAsServicesSeeIt(context, profile) !== undefined;
}

/** The role that EC2 sees in the profile; undefined while it sees none. */
export function roleOfInstanceProfile(context: Context, profile: InstanceProfileState): string | undefined {
  return instanceProfileAsServicesSeeIt(context, profile)?.roleName;
}

/**
 * Whether a service may take the role by its trust policy.
 *
 * @param servicePrincipal "vpc-flow-logs.amazonaws.com"
 * @param sourceArn the resource for which it takes it, against `aws:SourceArn` conditions. Default for flow logs:
 *   one of this Region, whose id is not known yet; for others none
 */
export function roleIsAssumableBy(
  context: Context,
  roleName: string,
  servicePrincipal: string,
  sourceArn = sourceArnOf(context, servicePrincipal),
): boolean {
  const role = roleAsServicesSeeIt(context, roleName);
  if (!role) return false;
  const keys: RequestKeys = {
    "aws:sourceaccount": context.account,
    ...(sourceArn !== undefined && { "aws:sourcearn": sourceArn }),
  };
  // Whoever it names existed when it was written.
  const trust = parseTrustPolicy(role.assumeRolePolicyDocument, () => true);
  return letsServiceAssume(trust, servicePrincipal, keys);
}

function sourceArnOf(context: Context, servicePrincipal: string): string | undefined {
  if (servicePrincipal !== "vpc-flow-logs.amazonaws.com") return undefined;
  return `arn:aws:ec2:${context.regionName}:${context.account}:vpc-flow-log/fl-00000000000000000`;
}

/**
 * Whether the role's policies, attached and inline, allow an action.
 *
 * @param action "logs:PutLogEvents"
 * @param resource its ARN; default "*", which only a policy on all resources allows
 */
export function roleAllows(context: Context, roleName: string, action: string, resource = "*"): boolean {
  const role = roleAsServicesSeeIt(context, roleName);
  if (!role) return false;
  const keys: RequestKeys = {
    "aws:requestedregion": context.regionName,
    "aws:principalaccount": context.account,
    "aws:resourceaccount": context.account,
    "aws:securetransport": "true",
  };
  return decide(statementsOf(context, role), { action, resource, keys }).decision === "allowed";
}

/** All that a role's policies say, in their versions in force. */
function statementsOf(context: Context, powers: Omit<RolePowers, "assumeRolePolicyDocument">): Statement[] {
  const attached = powers.attachedPolicyArns.flatMap((arn) => {
    const policy = findPolicy(context, arn);
    return (policy && defaultVersion(policy)?.document) ?? [];
  });
  return [...attached, ...Object.values(powers.inlinePolicies)].flatMap(parseIdentityPolicy);
}
