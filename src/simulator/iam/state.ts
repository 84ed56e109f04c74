/** What IAM remembers: global, so one for the whole world, by name. */
import type { Tags } from "../ec2/state.ts";

export interface IamState {
  roles: Record<string, RoleState>;
  /** Customer-managed policies, by ARN; AWS's own are in aws-managed-policies.ts. */
  policies: Record<string, PolicyState>;
  instanceProfiles: Record<string, InstanceProfileState>;
}

/** What other services act on, and so what takes its time to reach them. */
export interface RolePowers {
  assumeRolePolicyDocument: string;
  attachedPolicyArns: string[];
  /** Inline policies: name → document. */
  inlinePolicies: Record<string, string>;
}

export interface RoleState extends RolePowers {
  name: string;
  /** AROA… */
  id: string;
  path: string;
  description?: string;
  maxSessionDuration: number;
  createdAt: number;
  /** When other services see it as it now is: IAM propagates for some seconds after each change. */
  propagatedAt: number;
  /** What they see until then; absent on a new role, which they do not see at all. */
  before?: RolePowers;
  tags: Tags;
}

export interface PolicyState {
  name: string;
  /** ANPA… */
  id: string;
  arn: string;
  path: string;
  description?: string;
  versions: { id: string; document: string; isDefault: boolean; createdAt: number }[];
  /** Number of the next version: a deleted one's is never used again. */
  nextVersion: number;
  createdAt: number;
  updatedAt: number;
  tags: Tags;
}

export interface InstanceProfileState {
  name: string;
  /** AIPA… */
  id: string;
  path: string;
  roleName?: string;
  createdAt: number;
  propagatedAt: number;
  /** What other services see until `propagatedAt`; absent on a new profile. */
  before?: { roleName?: string };
  tags: Tags;
}

export function emptyIamState(): IamState {
  return { roles: {}, policies: {}, instanceProfiles: {} };
}
