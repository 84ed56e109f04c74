/** Which managed policies a role has. */
import {
  AttachRolePolicy$,
  type AttachRolePolicyRequest,
  DetachRolePolicy$,
  type DetachRolePolicyRequest,
  ListAttachedRolePolicies$,
  type ListAttachedRolePoliciesRequest,
  type ListAttachedRolePoliciesResponse,
  ListEntitiesForPolicy$,
  type ListEntitiesForPolicyRequest,
  type ListEntitiesForPolicyResponse,
} from "@aws-sdk/client-iam";
import { operation } from "../operation.ts";
import { learner } from "./learner.ts";
import { checkArn, checkEnum, limitExceeded, noSuchEntity } from "./names.ts";
import { page } from "./pages.ts";
import { findPolicy, requirePolicy } from "./policies.ts";
import { changeRole } from "./propagation.ts";
import { requireRole } from "./roles.ts";

const MOST_POLICIES = 10;
/** Of which only users, groups and roles can have a policy. */
const ENTITIES = ["User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"];

const attachRolePolicy = operation<AttachRolePolicyRequest, object>(
  AttachRolePolicy$,
  ["RoleName", "PolicyArn"],
  (context, input) => {
    const role = requireRole(context, input.RoleName);
    const arn = checkArn(input.PolicyArn);
    if (!findPolicy(context, arn)) throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
    if (role.attachedPolicyArns.includes(arn)) return {};
    if (role.attachedPolicyArns.length >= MOST_POLICIES)
      throw limitExceeded(`Cannot exceed quota for PoliciesPerRole: ${MOST_POLICIES}`);
    changeRole(context, role, (powers) => {
      powers.attachedPolicyArns.push(arn);
    });
    return {};
  },
);

const detachRolePolicy = operation<DetachRolePolicyRequest, object>(
  DetachRolePolicy$,
  ["RoleName", "PolicyArn"],
  (context, input) => {
    const role = requireRole(context, input.RoleName);
    const arn = checkArn(input.PolicyArn);
    if (!role.attachedPolicyArns.includes(arn)) throw noSuchEntity(`Policy ${arn} was not found.`);
    changeRole(context, role, (powers) => {
      powers.attachedPolicyArns = powers.attachedPolicyArns.filter((other) => other !== arn);
    });
    return {};
  },
);

const listAttachedRolePolicies = operation<ListAttachedRolePoliciesRequest, ListAttachedRolePoliciesResponse>(
  ListAttachedRolePolicies$,
  ["RoleName", "PathPrefix", "Marker", "MaxItems"],
  (context, input) => {
    const attached = requireRole(context, input.RoleName)
      .attachedPolicyArns.map((arn) => requirePolicy(context, arn))
      .filter((policy) => policy.path.startsWith(input.PathPrefix ?? "/"));
    const { items, more } = page(attached, (policy) => policy.arn, input);
    return {
      AttachedPolicies: items.map(({ name, arn }) => ({ PolicyName: name, PolicyArn: arn })),
      ...more,
    };
  },
);

const listEntitiesForPolicy = operation<ListEntitiesForPolicyRequest, ListEntitiesForPolicyResponse>(
  ListEntitiesForPolicy$,
  ["PolicyArn", "EntityFilter", "PathPrefix", "Marker", "MaxItems"],
  (context, input) => {
    const policy = requirePolicy(context, input.PolicyArn);
    checkEnum(input.EntityFilter, "EntityFilter", ENTITIES);
    const user = { kind: "User", path: "/", ...learner(context) };
    const roles = Object.values(context.state.iam.roles).map((role) => ({ kind: "Role", ...role }));
    const holders = [user, ...roles].filter(
      ({ kind, path, attachedPolicyArns }) =>
        attachedPolicyArns.includes(policy.arn) &&
        path.startsWith(input.PathPrefix ?? "/") &&
        (input.EntityFilter === undefined || input.EntityFilter === kind),
    );
    const { items, more } = page(holders, ({ kind, name }) => `${kind}/${name}`, input);
    const users = items.filter(({ kind }) => kind === "User");
    const rolesShown = items.filter(({ kind }) => kind === "Role");
    return {
      PolicyGroups: [],
      PolicyUsers: users.map(({ name, id }) => ({ UserName: name, UserId: id })),
      PolicyRoles: rolesShown.map(({ name, id }) => ({ RoleName: name, RoleId: id })),
      ...more,
    };
  },
);

export const attachmentOperations = [
  attachRolePolicy,
  detachRolePolicy,
  listAttachedRolePolicies,
  listEntitiesForPolicy,
];
