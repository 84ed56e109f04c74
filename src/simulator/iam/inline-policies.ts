/** Policies that live inside a role and die with it. */
import {
  DeleteRolePolicy$,
  type DeleteRolePolicyRequest,
  GetRolePolicy$,
  type GetRolePolicyRequest,
  type GetRolePolicyResponse,
  ListRolePolicies$,
  type ListRolePoliciesRequest,
  type ListRolePoliciesResponse,
  PutRolePolicy$,
  type PutRolePolicyRequest,
} from "@aws-sdk/client-iam";
import { ownEntry, setEntry } from "../entries.ts";
import { operation } from "../operation.ts";
import { checkName, limitExceeded, noSuchEntity, urlEncoded } from "./names.ts";
import { page } from "./pages.ts";
import { parseIdentityPolicy } from "./policy-document.ts";
import { changeRole } from "./propagation.ts";
import { requireRole } from "./roles.ts";

/** All inline policies of a role together, white space not counted. */
const LONGEST_TOGETHER = 10_240;

const putRolePolicy = operation<PutRolePolicyRequest, object>(
  PutRolePolicy$,
  ["RoleName", "PolicyName", "PolicyDocument"],
  (context, input) => {
    const role = requireRole(context, input.RoleName);
    const name = checkName(input.PolicyName, "PolicyName", 128);
    const document = input.PolicyDocument ?? "";
    parseIdentityPolicy(document);
    const together = Object.values({ ...role.inlinePolicies, [name]: document })
      .join("")
      .replace(/\s/g, "");
    if (together.length > LONGEST_TOGETHER)
      throw limitExceeded(`Maximum policy size of ${LONGEST_TOGETHER} bytes exceeded for role ${role.name}`);
    changeRole(context, role, (powers) => {
      setEntry(powers.inlinePolicies, name, document);
    });
    return {};
  },
);

const getRolePolicy = operation<GetRolePolicyRequest, GetRolePolicyResponse>(
  GetRolePolicy$,
  ["RoleName", "PolicyName"],
  (context, input) => {
    const role = requireRole(context, input.RoleName);
    const name = checkName(input.PolicyName, "PolicyName", 128);
    const document = ownEntry(role.inlinePolicies, name);
    if (document === undefined) throw noSuchEntity(`The role policy with name ${name} cannot be found.`);
    return { RoleName: role.name, PolicyName: name, PolicyDocument: urlEncoded(document) };
  },
);

const listRolePolicies = operation<ListRolePoliciesRequest, ListRolePoliciesResponse>(
  ListRolePolicies$,
  ["RoleName", "Marker", "MaxItems"],
  (context, input) => {
    const role = requireRole(context, input.RoleName);
    const { items, more } = page(Object.keys(role.inlinePolicies), (name) => name, input);
    return { PolicyNames: items, ...more };
  },
);

const deleteRolePolicy = operation<DeleteRolePolicyRequest, object>(
  DeleteRolePolicy$,
  ["RoleName", "PolicyName"],
  (context, input) => {
    const role = requireRole(context, input.RoleName);
    const name = checkName(input.PolicyName, "PolicyName", 128);
    if (ownEntry(role.inlinePolicies, name) === undefined)
      throw noSuchEntity(`The role policy with name ${name} cannot be found.`);
    changeRole(context, role, (powers) => {
      delete powers.inlinePolicies[name];
    });
    return {};
  },
);

export const inlinePolicyOperations = [putRolePolicy, getRolePolicy, listRolePolicies, deleteRolePolicy];
