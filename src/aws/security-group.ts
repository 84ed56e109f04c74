/** Security groups: what may reach an instance. */
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  type Filter,
  type IpPermission,
  paginateDescribeSecurityGroups,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  type SecurityGroup,
} from "@aws-sdk/client-ec2";
import type { LabSpec, Side } from "../lab/spec.ts";
import { given } from "./answer.ts";
import { giveUpWhenBlocked, lastingNetworkInterfaces } from "./blockers.ts";
import type { Aws } from "./clients.ts";
import { type Deletion, deleteUntilGone } from "./deletion.ts";
import { isCode, LabError } from "./errors.ts";
import { allPages, lowestIdFirst, paging, partFilters, tagSpecifications } from "./tags.ts";
import { onceShown, onceVisible } from "./visible.ts";

export function describeSecurityGroups(aws: Aws, filters: Filter[]): Promise<SecurityGroup[]> {
  return allPages(
    paginateDescribeSecurityGroups(paging(aws, filters), { Filters: filters }),
    (page) => page.SecurityGroups,
  );
}

/** The lab's security group in a VPC; the first is the one to use. */
export async function findSecurityGroups(
  aws: Aws,
  spec: LabSpec,
  side: Side,
  vpcId: string,
): Promise<SecurityGroup[]> {
  const filters = [...partFilters(spec, `security-group-${side}`), { Name: "vpc-id", Values: [vpcId] }];
  return lowestIdFirst(await describeSecurityGroups(aws, filters), ({ GroupId }) => GroupId);
}

/**
 * Makes the group, as yet without inbound rules; AWS lets everything out by itself.
 * @throws LabError "not-ours" where somebody else's group has the name
 */
export async function createSecurityGroup(
  aws: Aws,
  spec: LabSpec,
  side: Side,
  vpcId: string,
): Promise<SecurityGroup> {
  const part = `security-group-${side}` as const;
  const name = spec.nameOf(part);
  const command = new CreateSecurityGroupCommand({
    GroupName: name,
    Description: `Lets in ICMP and SSH for the lab ${spec.lab}`,
    VpcId: vpcId,
    TagSpecifications: tagSpecifications(spec.tagsOf(part), "security-group"),
  });
  try {
    const { GroupId } = await onceVisible(aws, `VPC ${vpcId}`, () => aws.ec2.send(command));
    return { GroupId: given(GroupId, "the new security group's id"), GroupName: name, VpcId: vpcId };
  } catch (error) {
    if (!isCode(error, "InvalidGroup.Duplicate")) throw error;
    const find = async () => (await findSecurityGroups(aws, spec, side, vpcId))[0];
    return onceShown(aws, "the security group", find, () => nameTaken(vpcId, name, error));
  }
}

function nameTaken(vpcId: string, name: string, cause: unknown): LabError {
  return new LabError(
    "not-ours",
    `${vpcId} already has a security group ${name} that this lab did not make.`,
    {
      why: "It does not carry the lab's tag, so it is left alone.",
      // AWS lets nobody rename a group.
      next: [`Delete the group ${name}, then run the same command again.`],
      cause,
    },
  );
}

/** The inbound rules of the lab: all ICMP over IPv4 from everywhere, SSH from where the learner said. */
export function inboundRules(spec: LabSpec): IpPermission[] {
  const rule = (
    IpProtocol: string,
    FromPort: number,
    ToPort: number,
    CidrIp: string,
    Description: string,
  ) => ({
    IpProtocol,
    FromPort,
    ToPort,
    IpRanges: [{ CidrIp, Description }],
  });
  const icmp = rule("icmp", -1, -1, "0.0.0.0/0", "All ICMP - IPv4, so that ping works");
  return spec.sshFrom === undefined ? [icmp] : [icmp, rule("tcp", 22, 22, spec.sshFrom, "SSH")];
}

/** Whether the group lets in what `rule`, which names one CIDR, lets in: same protocol, same ports, same CIDR. */
export function hasRule(group: SecurityGroup, rule: IpPermission): boolean {
  const cidr = rule.IpRanges?.[0]?.CidrIp;
  return samePorts(group, rule).some((range) => range.CidrIp === cidr);
}

/** CIDRs that the group lets in by rules for the same protocol and ports as `rule`, but that `rule` does not name. */
export function otherSources(group: SecurityGroup, rule: IpPermission): string[] {
  const cidr = rule.IpRanges?.[0]?.CidrIp;
  return samePorts(group, rule).flatMap((range) =>
    range.CidrIp === undefined || range.CidrIp === cidr ? [] : [range.CidrIp],
  );
}

function samePorts(group: SecurityGroup, rule: IpPermission) {
  return (group.IpPermissions ?? [])
    .filter(
      (present) =>
        present.IpProtocol === rule.IpProtocol &&
        present.FromPort === rule.FromPort &&
        present.ToPort === rule.ToPort,
    )
    .flatMap((present) => present.IpRanges ?? []);
}

/** Lets in what the rules say. AWS refuses all of a call of which one rule is there already: then one a call. */
export async function authorizeIngress(
  aws: Aws,
  spec: LabSpec,
  side: Side,
  groupId: string,
  rules: readonly IpPermission[],
): Promise<void> {
  const command = new AuthorizeSecurityGroupIngressCommand({
    GroupId: groupId,
    IpPermissions: [...rules],
    TagSpecifications: tagSpecifications(spec.tagsOf(`security-group-${side}`), "security-group-rule"),
  });
  try {
    await onceVisible(aws, `security group ${groupId}`, () => aws.ec2.send(command));
  } catch (error) {
    if (!isCode(error, "InvalidPermission.Duplicate")) throw error;
    if (rules.length > 1) for (const rule of rules) await authorizeIngress(aws, spec, side, groupId, [rule]);
  }
}

/** Deletes a group; waits up to 15 minutes for network interfaces that still go. */
export function deleteSecurityGroup(aws: Aws, spec: LabSpec, groupId: string): Promise<Deletion> {
  // Of a group and of an interface alike.
  const members = [{ Name: "group-id", Values: [groupId] }];
  return deleteUntilGone(aws, {
    what: `security group ${groupId}`,
    atMostMs: 900_000,
    delete: () => aws.ec2.send(new DeleteSecurityGroupCommand({ GroupId: groupId })),
    isThere: async () => (await describeSecurityGroups(aws, members)).length > 0,
    lookForBlockers: giveUpWhenBlocked(
      `Security group ${groupId}`,
      async () => {
        const [networkInterfaces, groups] = await Promise.all([
          lastingNetworkInterfaces(aws, spec, members),
          groupsThatName(aws, groupId),
        ]);
        return [
          ...networkInterfaces,
          ...groups.map(({ GroupId, GroupName }) => `rules of security group ${GroupName} (${GroupId})`),
        ];
      },
      "something uses it",
    ),
  });
}

/** The groups of the same VPC that have a rule for this one. In a peered VPC they keep it from nothing (AWS-FACTS §1). */
async function groupsThatName(aws: Aws, groupId: string): Promise<SecurityGroup[]> {
  const [named] = await describeSecurityGroups(aws, [{ Name: "group-id", Values: [groupId] }]);
  if (named?.VpcId === undefined) return [];
  const beside = await describeSecurityGroups(aws, [{ Name: "vpc-id", Values: [named.VpcId] }]);
  return beside.filter((group) => group.GroupId !== groupId && namedGroups(group).includes(groupId));
}

/** Groups that its rules name: AWS keeps these for as long as it stands. */
export function namedGroups({ IpPermissions = [], IpPermissionsEgress = [] }: SecurityGroup): string[] {
  return [...IpPermissions, ...IpPermissionsEgress].flatMap(({ UserIdGroupPairs = [] }) =>
    UserIdGroupPairs.flatMap(({ GroupId }) => GroupId ?? []),
  );
}

/** Takes out of a group the rules that name groups: two that name each other could neither be deleted. */
export async function forgetOtherGroups(aws: Aws, GroupId: string): Promise<void> {
  const [group] = await describeSecurityGroups(aws, [{ Name: "group-id", Values: [GroupId] }]);
  const namingGroups = (permissions: readonly IpPermission[] | undefined) =>
    (permissions ?? [])
      .filter(({ UserIdGroupPairs = [] }) => UserIdGroupPairs.length > 0)
      .map(({ IpProtocol, FromPort, ToPort, UserIdGroupPairs }) => ({
        IpProtocol,
        FromPort,
        ToPort,
        UserIdGroupPairs,
      }));
  const inbound = namingGroups(group?.IpPermissions);
  const outbound = namingGroups(group?.IpPermissionsEgress);
  if (inbound.length > 0)
    await aws.ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions: inbound }));
  if (outbound.length > 0)
    await aws.ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: outbound }));
}
