/** The rules of security groups: authorize and revoke, in both directions. */
import {
  AuthorizeSecurityGroupEgress$,
  type AuthorizeSecurityGroupEgressRequest,
  type AuthorizeSecurityGroupEgressResult,
  AuthorizeSecurityGroupIngress$,
  type AuthorizeSecurityGroupIngressRequest,
  type AuthorizeSecurityGroupIngressResult,
  DescribeSecurityGroupRules$,
  type DescribeSecurityGroupRulesRequest,
  type DescribeSecurityGroupRulesResult,
  type IpPermission,
  RevokeSecurityGroupEgress$,
  type RevokeSecurityGroupEgressRequest,
  type RevokeSecurityGroupEgressResult,
  RevokeSecurityGroupIngress$,
  type RevokeSecurityGroupIngressRequest,
  type RevokeSecurityGroupIngressResult,
  type SecurityGroupRule,
  type TagSpecification,
} from "@aws-sdk/client-ec2";
import type { Context } from "../context.ts";
import { AwsError } from "../error.ts";
import { type Operation, operation } from "../operation.ts";
import { filtered } from "./filters.ts";
import { type FlatPermission, isSameRule, permissionsOf, rulesFrom, ruleText } from "./ip-permissions.ts";
import { page } from "./pages.ts";
import { quotasOf } from "./quotas.ts";
import {
  arnOf,
  find,
  notFound,
  requireWellFormed,
  SECURITY_GROUP,
  SECURITY_GROUP_RULE,
} from "./resources.ts";
import { defaultVpcOf, requestedGroup } from "./security-groups.ts";
import type { SecurityGroupRuleState, SecurityGroupState } from "./state.ts";
import { tagSet, tagsFrom } from "./tag-sets.ts";

/** What both directions have in common. */
interface RulesRequest extends FlatPermission {
  readonly GroupId?: string | undefined;
  readonly GroupName?: string | undefined;
  readonly IpPermissions?: IpPermission[] | undefined;
  readonly TagSpecifications?: TagSpecification[] | undefined;
  readonly SecurityGroupRuleIds?: string[] | undefined;
}

function authorize(
  context: Context,
  input: RulesRequest,
  isEgress: boolean,
): AuthorizeSecurityGroupEgressResult {
  const group = requestedGroup(context, input);
  const requested = rulesFrom(context, group, input.IpPermissions, input);
  if (requested.some((rule, index) => requested.findIndex((other) => isSameRule(other, rule)) < index))
    throw new AwsError("InvalidParameterValue", "The same permission must not appear multiple times");
  const tags = tagsFrom(input.TagSpecifications, "security-group-rule");
  const rules: SecurityGroupRuleState[] = [];
  for (const rule of requested) {
    if (group.rules.some((other) => other.isEgress === isEgress && isSameRule(other, rule)))
      throw new AwsError(
        "InvalidPermission.Duplicate",
        `the specified rule "${ruleText(rule)}" already exists`,
      );
    const added = { id: context.newId("sgr"), isEgress, ...rule, tags: { ...tags } };
    group.rules.push(added);
    rules.push(added);
  }
  if (
    group.rules.filter((rule) => rule.isEgress === isEgress).length > quotasOf(context).rulesPerSecurityGroup
  )
    throw new AwsError(
      "RulesPerSecurityGroupLimitExceeded",
      "The maximum number of rules per security group has been reached.",
    );
  return { Return: true, SecurityGroupRules: rules.map((rule) => describe(context, group, rule)) };
}

function revoke(context: Context, input: RulesRequest, isEgress: boolean): RevokeSecurityGroupEgressResult {
  const group = requestedGroup(context, input);
  const candidates = group.rules.filter((rule) => rule.isEgress === isEgress);
  const revoked = new Set<SecurityGroupRuleState>();
  const unknown = [];
  if (input.SecurityGroupRuleIds?.length) {
    if (input.IpPermissions?.length || input.IpProtocol !== undefined)
      throw new AwsError(
        "InvalidParameterCombination",
        "The parameter securityGroupRuleIds may not be used with permissions",
      );
    for (const id of input.SecurityGroupRuleIds) {
      requireWellFormed(SECURITY_GROUP_RULE, id);
      const rule = candidates.find((other) => other.id === id);
      if (!rule) throw notFound(SECURITY_GROUP_RULE, id);
      revoked.add(rule);
    }
  } else {
    for (const requested of rulesFrom(context, group, input.IpPermissions, input)) {
      const rule = candidates.find((other) => isSameRule(other, requested));
      if (rule) revoked.add(rule);
      else unknown.push(requested);
    }
  }
  // In the default VPC AWS only lists what it did not find; elsewhere it revokes nothing then.
  if (unknown.length > 0 && group.vpcId !== defaultVpcOf(context)?.id)
    throw new AwsError(
      "InvalidPermission.NotFound",
      "The specified rule does not exist in this security group.",
    );
  group.rules = group.rules.filter((rule) => !revoked.has(rule));
  return {
    Return: true,
    UnknownIpPermissions: permissionsOf(context, unknown),
    RevokedSecurityGroupRules: [...revoked].map((rule) => ({
      SecurityGroupRuleId: rule.id,
      GroupId: group.id,
      IsEgress: rule.isEgress,
      IpProtocol: rule.ipProtocol,
      FromPort: rule.fromPort ?? -1,
      ToPort: rule.toPort ?? -1,
      CidrIpv4: rule.cidr,
      ReferencedGroupId: rule.referencedGroupId,
      Description: rule.description,
    })),
  };
}

function describe(
  context: Context,
  group: SecurityGroupState,
  rule: SecurityGroupRuleState,
): SecurityGroupRule {
  const referenced = context.region.ec2.securityGroups[rule.referencedGroupId ?? ""];
  return {
    SecurityGroupRuleId: rule.id,
    SecurityGroupRuleArn: arnOf(context, "security-group-rule", rule.id),
    GroupId: group.id,
    GroupOwnerId: context.account,
    IsEgress: rule.isEgress,
    IpProtocol: rule.ipProtocol,
    FromPort: rule.fromPort ?? -1,
    ToPort: rule.toPort ?? -1,
    CidrIpv4: rule.cidr,
    ReferencedGroupInfo: rule.referencedGroupId
      ? { GroupId: rule.referencedGroupId, UserId: context.account, VpcId: referenced?.vpcId }
      : undefined,
    Description: rule.description,
    Tags: tagSet(rule.tags),
  };
}

function describeSecurityGroupRules(
  context: Context,
  input: DescribeSecurityGroupRulesRequest,
): DescribeSecurityGroupRulesResult {
  for (const id of input.SecurityGroupRuleIds ?? []) find(context, SECURITY_GROUP_RULE, id);
  for (const filter of input.Filters ?? [])
    if (filter.Name === "group-id")
      for (const id of filter.Values ?? []) requireGroupUnlessPattern(context, id);
  const all = Object.values(context.region.ec2.securityGroups).flatMap((group) =>
    group.rules.map((rule) => ({ group, rule, tags: rule.tags })),
  );
  const wanted = input.SecurityGroupRuleIds?.length
    ? all.filter(({ rule }) => input.SecurityGroupRuleIds?.includes(rule.id))
    : all;
  const passing = filtered(wanted, input.Filters, {
    "group-id": ({ group }) => group.id,
    "security-group-rule-id": ({ rule }) => rule.id,
  });
  const { items, NextToken } = page(passing, ({ rule }) => rule.id, input);
  return { SecurityGroupRules: items.map(({ group, rule }) => describe(context, group, rule)), NextToken };
}

/** AWS checks the ids in this one filter: a group that does not exist is an error, not an empty answer. */
function requireGroupUnlessPattern(context: Context, id: string): void {
  if (!/[*?]/.test(id)) find(context, SECURITY_GROUP, id);
}

/**
 * How a request may name the traffic of rules. Not modelled: IPv6, prefix lists, groups by name. A group's VpcId goes
 * with its id and "does not have any effect" on AWS either (boto/boto3#569).
 */
const MODELLED_PERMISSIONS = [
  "GroupId",
  "IpProtocol",
  "FromPort",
  "ToPort",
  "CidrIp",
  "IpPermissions.IpProtocol",
  "IpPermissions.FromPort",
  "IpPermissions.ToPort",
  "IpPermissions.IpRanges",
  "IpPermissions.UserIdGroupPairs.GroupId",
  "IpPermissions.UserIdGroupPairs.UserId",
  "IpPermissions.UserIdGroupPairs.VpcId",
  "IpPermissions.UserIdGroupPairs.Description",
] as const;

export const operations: readonly Operation[] = [
  operation<AuthorizeSecurityGroupIngressRequest, AuthorizeSecurityGroupIngressResult>(
    AuthorizeSecurityGroupIngress$,
    [...MODELLED_PERMISSIONS, "GroupName", "TagSpecifications"],
    (context, input) => authorize(context, input, false),
  ),
  operation<AuthorizeSecurityGroupEgressRequest, AuthorizeSecurityGroupEgressResult>(
    AuthorizeSecurityGroupEgress$,
    [...MODELLED_PERMISSIONS, "TagSpecifications"],
    (context, input) => authorize(context, input, true),
  ),
  operation<RevokeSecurityGroupIngressRequest, RevokeSecurityGroupIngressResult>(
    RevokeSecurityGroupIngress$,
    [...MODELLED_PERMISSIONS, "GroupName", "SecurityGroupRuleIds"],
    (context, input) => revoke(context, input, false),
  ),
  operation<RevokeSecurityGroupEgressRequest, RevokeSecurityGroupEgressResult>(
    RevokeSecurityGroupEgress$,
    [...MODELLED_PERMISSIONS, "SecurityGroupRuleIds"],
    (context, input) => revoke(context, input, true),
  ),
  operation(
    DescribeSecurityGroupRules$,
    ["SecurityGroupRuleIds", "Filters", "MaxResults", "NextToken"],
    describeSecurityGroupRules,
  ),
];
