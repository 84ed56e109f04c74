/**
 * IAM answers for itself at once, but other services see a change only some seconds later (AWS-FACTS §1 and §3):
 * a role just made cannot be assumed yet, an instance profile just made is "invalid" to RunInstances.
 */
import type { Context } from "../context.ts";
import { ownEntry } from "../entries.ts";
import type { InstanceProfileState, RolePowers, RoleState } from "./state.ts";

export function propagationEnd(context: Context): number {
  return context.now + context.randomInteger(5_000, 10_000);
}

/** Changes what a role may do or who may take it; others go on seeing it as it was until that has propagated. */
export function changeRole(context: Context, role: RoleState, change: (powers: RolePowers) => void): void {
  if (context.now >= role.propagatedAt)
    role.before = {
      assumeRolePolicyDocument: role.assumeRolePolicyDocument,
      attachedPolicyArns: [...role.attachedPolicyArns],
      inlinePolicies: { ...role.inlinePolicies },
    };
  change(role);
  role.propagatedAt = propagationEnd(context);
}

export function changeInstanceProfile(
  context: Context,
  profile: InstanceProfileState,
  roleName: string | undefined,
): void {
  if (context.now >= profile.propagatedAt)
    profile.before = profile.roleName === undefined ? {} : { roleName: profile.roleName };
  if (roleName === undefined) delete profile.roleName;
  else profile.roleName = roleName;
  profile.propagatedAt = propagationEnd(context);
}

/** The role as other services see it now; undefined while they do not see it at all. */
export function roleAsServicesSeeIt(context: Context, roleName: string): RolePowers | undefined {
  const role = ownEntry(context.state.iam.roles, roleName);
  return role && context.now < role.propagatedAt ? role.before : role;
}

/** The profile as other services see it now; undefined while they do not see it at all. */
export function instanceProfileAsServicesSeeIt(
  context: Context,
  profile: InstanceProfileState,
): { roleName?: string } | undefined {
  return context.now < profile.propagatedAt ? profile.before : profile;
}
