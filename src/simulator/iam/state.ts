/** What IAM remembers: global, so one for the whole world, by name. */
import type { Tags } from "../ec2/state.ts";

export interface IamState {
  roles: Record<string, RoleState>;
  /** Customer-managed policies, by ARN; AWS's own are in aws-managed-policies.ts. */
  policies: Record<string, PolicyState>;
  instanceProfiles: Record<string, InstanceProfileState>;
}

export interface RoleState {
  name: string;
  /** AROA… */
  id: string;
  path: string;
  description?: string;
  assumeRolePolicyDocument: string;
  maxSessionDuration: number;
  attachedPolicyArns: string[];
  /** Inline policies: name → document. */
  inlinePolicies: Record<string, string>;
  createdAt: number;
  /** When other services see it as it now is: IAM propagates for some seconds after each change. */
  propagatedAt: number;
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
  tags: Tags;
}

export function emptyIamState(): IamState {
  return { roles: {}, policies: {}, instanceProfiles: {} };
}
