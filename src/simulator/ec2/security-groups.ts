/** Security groups: stateful firewalls of interfaces. Their rules are in security-group-rules.ts. */
import {
  CreateSecurityGroup$,
  type CreateSecurityGroupRequest,
  type CreateSecurityGroupResult,
  DeleteSecurityGroup$,
  type DeleteSecurityGroupRequest,
  type DeleteSecurityGroupResult,
  DescribeSecurityGroups$,
  type DescribeSecurityGroupsRequest,
  type DescribeSecurityGroupsResult,
  type SecurityGroup,
} from "@aws-sdk/client-ec2";
import type { Context } from "../context.ts";
import { AwsError } from "../error.ts";
import { type Operation, operation } from "../operation.ts";
import { select } from "./describe.ts";
import type { FilterFields } from "./filters.ts";
import { permissionsOf } from "./ip-permissions.ts";
import { quotasOf } from "./quotas.ts";
import { arnOf, find, SECURITY_GROUP, VPC } from "./resources.ts";
import type { SecurityGroupRuleState, SecurityGroupState, Tags, VpcState } from "./state.ts";
import { tagSet, tagsFrom } from "./tag-sets.ts";

/** Adds a group as AWS makes it: everything may leave; nothing may enter, but a default group lets its members in. */
export function addSecurityGroup(
  context: Context,
  vpcId: string,
  { groupName, description, tags = {} }: { groupName: string; description: string; tags?: Tags },
): SecurityGroupState {
  const group: SecurityGroupState = {
    id: context.newId("sg"),
    vpcId,
    groupName,
    description,
    rules: [],
    tags,
  };
  const rule = (isEgress: boolean, peer: { cidr: string } | { referencedGroupId: string }) =>
    group.rules.push({ id: context.newId("sgr"), isEgress, ipProtocol: "-1", ...peer, tags: {} });
  if (groupName === "default") rule(false, { referencedGroupId: group.id });
  rule(true, { cidr: "0.0.0.0/0" });
  context.region.ec2.securityGroups[group.id] = group;
  return group;
}

/** The Region's default VPC. */
export function defaultVpcOf(context: Context): VpcState | undefined {
  return Object.values(context.region.ec2.vpcs).find((vpc) => vpc.isDefault);
}

/** What EC2 allows in names and descriptions of groups. */
const ALLOWED_TEXT = /^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]{1,255}$/;

function createSecurityGroup(context: Context, input: CreateSecurityGroupRequest): CreateSecurityGroupResult {
  const { GroupName: groupName = "", Description: description = "" } = input;
  const vpc = input.VpcId === undefined ? defaultVpcOf(context) : find(context, VPC, input.VpcId);
  if (!vpc) throw new AwsError("VPCIdNotSpecified", "No default VPC for this user");
  if (groupName.toLowerCase() === "default")
    throw new AwsError("InvalidParameterValue", `Cannot use reserved security group name: ${groupName}`);
  if (groupName.startsWith("sg-"))
    throw new AwsError(
      "InvalidParameterValue",
      `Value (${groupName}) for parameter GroupName is invalid. Group names may not be in the format sg-*.`,
    );
  if (!ALLOWED_TEXT.test(groupName)) throw invalidText("GroupName", groupName);
  if (!ALLOWED_TEXT.test(description)) throw invalidText("GroupDescription", description);
  const siblings = Object.values(context.region.ec2.securityGroups).filter((group) => group.vpcId === vpc.id);
  if (siblings.some((group) => group.groupName === groupName))
    throw new AwsError(
      "InvalidGroup.Duplicate",
      `The security group '${groupName}' already exists for VPC '${vpc.id}'`,
    );
  if (siblings.length >= quotasOf(context).securityGroupsPerVpc)
    throw new AwsError(
      "SecurityGroupLimitExceeded",
      `The maximum number of security groups for VPC '${vpc.id}' has been reached.`,
    );
  const tags = tagsFrom(input.TagSpecifications, "security-group");
  const group = addSecurityGroup(context, vpc.id, { groupName, description, tags });
  return {
    GroupId: group.id,
    SecurityGroupArn: arnOf(context, "security-group", group.id),
    Tags: tagSet(group.tags),
  };
}

function invalidText(parameter: string, value: string): AwsError {
  return new AwsError(
    "InvalidParameterValue",
    `Value (${value}) for parameter ${parameter} is invalid. It must be 1 to 255 characters from a-z, A-Z, 0-9, spaces and ._-:/()#,@[]+=&;{}!$*`,
  );
}

function describe(context: Context, group: SecurityGroupState): SecurityGroup {
  const rules = (isEgress: boolean) => group.rules.filter((rule) => rule.isEgress === isEgress);
  return {
    GroupId: group.id,
    GroupName: group.groupName,
    Description: group.description,
    VpcId: group.vpcId,
    OwnerId: context.account,
    SecurityGroupArn: arnOf(context, "security-group", group.id),
    IpPermissions: permissionsOf(context, rules(false)),
    IpPermissionsEgress: permissionsOf(context, rules(true)),
    Tags: tagSet(group.tags),
  };
}

function filterFields(context: Context): FilterFields<SecurityGroupState> {
  const { securityGroups } = context.region.ec2;
  const ofRules: Record<string, (rule: SecurityGroupRuleState) => string | number | undefined> = {
    cidr: (rule) => rule.cidr,
    "from-port": (rule) => rule.fromPort,
    "to-port": (rule) => rule.toPort,
    protocol: (rule) => rule.ipProtocol,
    "group-id": (rule) => rule.referencedGroupId,
    "group-name": (rule) => securityGroups[rule.referencedGroupId ?? ""]?.groupName,
    "user-id": (rule) => (rule.referencedGroupId === undefined ? undefined : context.account),
    // Rules for neither are made here, so none is ever found.
    "ipv6-cidr": () => undefined,
    "prefix-list-id": () => undefined,
  };
  const fieldsOf = (prefix: string, isEgress: boolean): FilterFields<SecurityGroupState> =>
    Object.fromEntries(
      Object.entries(ofRules).map(([name, value]) => [
        `${prefix}.${name}`,
        ({ rules }) => rules.filter((rule) => rule.isEgress === isEgress).map(value),
      ]),
    );
  return {
    description: (group) => group.description,
    "group-id": (group) => group.id,
    "group-name": (group) => group.groupName,
    "owner-id": () => context.account,
    "vpc-id": (group) => group.vpcId,
    ...fieldsOf("ip-permission", false),
    ...fieldsOf("egress.ip-permission", true),
  };
}

/** Names, unlike ids, are looked for in the default VPC only. */
function idsOfNames(context: Context, names: readonly string[] | undefined): string[] {
  const vpcId = defaultVpcOf(context)?.id;
  const groups = Object.values(context.region.ec2.securityGroups);
  return (names ?? []).map((name) => {
    const group = groups.find((other) => other.vpcId === vpcId && other.groupName === name);
    if (!group)
      throw new AwsError(
        "InvalidGroup.NotFound",
        `The security group '${name}' does not exist in default VPC '${vpcId ?? "none"}'`,
      );
    return group.id;
  });
}

function describeSecurityGroups(
  context: Context,
  input: DescribeSecurityGroupsRequest,
): DescribeSecurityGroupsResult {
  const ids = [...(input.GroupIds ?? []), ...idsOfNames(context, input.GroupNames)];
  const { items, NextToken } = select(context, SECURITY_GROUP, ids, input, filterFields(context));
  return { SecurityGroups: items.map((group) => describe(context, group)), NextToken };
}

/**
 * The group that a call means, by id or by a name in the default VPC.
 * @throws AwsError `MissingParameter`, `InvalidGroup.NotFound`, `InvalidGroupId.Malformed`
 */
export function requestedGroup(
  context: Context,
  { GroupId, GroupName }: { GroupId?: string | undefined; GroupName?: string | undefined },
): SecurityGroupState {
  if (GroupId === undefined && GroupName === undefined)
    throw new AwsError("MissingParameter", "The request must contain the parameter groupName or groupId");
  const [id] = GroupId === undefined ? idsOfNames(context, [GroupName ?? ""]) : [GroupId];
  return find(context, SECURITY_GROUP, id);
}

function deleteSecurityGroup(context: Context, input: DeleteSecurityGroupRequest): DeleteSecurityGroupResult {
  const { ec2 } = context.region;
  const group = requestedGroup(context, input);
  if (group.groupName === "default")
    throw new AwsError(
      "CannotDelete",
      `the specified group: "${group.id}" name: "default" cannot be deleted by a user`,
    );
  const isUsed = Object.values(ec2.networkInterfaces).some(({ securityGroupIds }) =>
    securityGroupIds.includes(group.id),
  );
  // A rule in a peered VPC that names the group goes stale, it does not hold the group (AWS-FACTS §1).
  const isReferenced = Object.values(ec2.securityGroups).some(
    (other) =>
      other !== group &&
      other.vpcId === group.vpcId &&
      other.rules.some((rule) => rule.referencedGroupId === group.id),
  );
  if (isUsed || isReferenced)
    throw new AwsError("DependencyViolation", `resource ${group.id} has a dependent object`);
  delete ec2.securityGroups[group.id];
  return { Return: true, GroupId: group.id };
}

export const operations: readonly Operation[] = [
  operation(
    CreateSecurityGroup$,
    ["GroupName", "Description", "VpcId", "TagSpecifications"],
    createSecurityGroup,
  ),
  operation(
    DescribeSecurityGroups$,
    ["GroupIds", "GroupNames", "Filters", "MaxResults", "NextToken"],
    describeSecurityGroups,
  ),
  operation(DeleteSecurityGroup$, ["GroupId", "GroupName"], deleteSecurityGroup),
];
