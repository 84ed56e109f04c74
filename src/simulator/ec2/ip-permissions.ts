/**
 * Permissions as security-group calls carry them (one may hold many peers) and rules as EC2 keeps them (one peer
 * each), with EC2's checks.
 */
import type { IpPermission, IpRange, UserIdGroupPair } from "@aws-sdk/client-ec2";
import type { Context } from "../context.ts";
import { AwsError } from "../error.ts";
import { canonicalBlock } from "./cidr.ts";
import { joins } from "./peering-states.ts";
import { find, SECURITY_GROUP } from "./resources.ts";
import type { SecurityGroupRuleState, SecurityGroupState } from "./state.ts";

/** A rule without what EC2 adds: what makes two rules the same, and its description. */
export type RequestedRule = Omit<SecurityGroupRuleState, "id" | "isEgress" | "tags">;

/** How the calls' older form says one permission with one peer. */
export interface FlatPermission {
  readonly IpProtocol?: string | undefined;
  readonly FromPort?: number | undefined;
  readonly ToPort?: number | undefined;
  readonly CidrIp?: string | undefined;
}

/** @throws AwsError `InvalidParameterValue` and others for what EC2 would not take as a rule of this group */
export function rulesFrom(
  context: Context,
  group: SecurityGroupState,
  permissions: readonly IpPermission[] | undefined,
  flat: FlatPermission,
): RequestedRule[] {
  const isFlat = [flat.IpProtocol, flat.FromPort, flat.ToPort, flat.CidrIp].some(
    (value) => value !== undefined,
  );
  if (isFlat && permissions?.length)
    throw new AwsError(
      "InvalidParameterCombination",
      "The parameter ipPermissions may not be used with ipProtocol",
    );
  const { CidrIp, ...protocolAndPorts } = flat;
  const all = isFlat
    ? [{ ...protocolAndPorts, IpRanges: CidrIp === undefined ? [] : [{ CidrIp }] }]
    : (permissions ?? []);
  const rules = all.flatMap((permission) => rulesOf(context, group, permission));
  if (rules.length === 0)
    throw new AwsError(
      "MissingParameter",
      "Either 'ipPermissions' or 'securityGroupRuleIds' should be provided.",
    );
  return rules;
}

function rulesOf(context: Context, group: SecurityGroupState, permission: IpPermission): RequestedRule[] {
  const traffic = trafficOf(permission);
  const described = (description: string | undefined) => (description === undefined ? {} : { description });
  const ranges = (permission.IpRanges ?? []).map(({ CidrIp, Description }) => {
    const cidr = canonicalBlock(CidrIp);
    if (cidr === undefined)
      throw new AwsError("InvalidParameterValue", `CIDR block ${CidrIp ?? ""} is malformed`);
    return { ...traffic, cidr, ...described(Description) };
  });
  const pairs = (permission.UserIdGroupPairs ?? []).map(({ GroupId, UserId, Description }) => {
    if (UserId !== undefined && UserId !== context.account)
      throw new AwsError("InvalidGroup.NotFound", `The security group '${GroupId}' does not exist`);
    return {
      ...traffic,
      referencedGroupId: reachableGroup(context, group, GroupId).id,
      ...described(Description),
    };
  });
  if (ranges.length + pairs.length === 0)
    throw new AwsError(
      "InvalidParameterValue",
      "A permission must name whom it is for: a CIDR block or a group.",
    );
  return [...ranges, ...pairs];
}

/**
 * A rule may name a group of its own VPC, or of one with which a peering connection is active (VPC peering guide,
 * "reference peer security groups").
 */
function reachableGroup(
  context: Context,
  group: SecurityGroupState,
  id: string | undefined,
): SecurityGroupState {
  const referenced = find(context, SECURITY_GROUP, id);
  const isPeered = Object.values(context.region.ec2.peeringConnections).some(
    (peering) =>
      peering.status === "active" && joins(peering, group.vpcId) && joins(peering, referenced.vpcId),
  );
  if (referenced.vpcId !== group.vpcId && !isPeered)
    throw new AwsError(
      "InvalidGroup.NotFound",
      "You have specified two resources that belong to different networks.",
    );
  return referenced;
}

/** EC2 shows these four by name, all others by number. */
const PROTOCOL_NAMES: Readonly<Record<string, string>> = {
  "1": "icmp",
  "6": "tcp",
  "17": "udp",
  "58": "icmpv6",
};

function trafficOf(permission: IpPermission): Pick<RequestedRule, "ipProtocol" | "fromPort" | "toPort"> {
  const { IpProtocol, FromPort: fromPort, ToPort: toPort } = permission;
  const ipProtocol = protocolOf(IpProtocol);
  if (ipProtocol === "tcp" || ipProtocol === "udp") {
    if (fromPort === undefined || toPort === undefined)
      throw new AwsError(
        "InvalidParameterValue",
        "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.",
      );
    for (const port of [fromPort, toPort]) {
      if (!Number.isInteger(port) || port < 0 || port > 65_535)
        throw new AwsError("InvalidParameterValue", `TCP/UDP port (${port}) out of range`);
    }
    if (fromPort > toPort)
      throw new AwsError(
        "InvalidParameterValue",
        `Invalid ${ipProtocol.toUpperCase()} port range (${fromPort},${toPort})`,
      );
    return { ipProtocol, fromPort, toPort };
  }
  // No ports mean all of them; other protocols have none.
  if (ipProtocol !== "icmp" && ipProtocol !== "icmpv6") return { ipProtocol };
  const type = fromPort ?? -1;
  const code = toPort ?? -1;
  if (type < -1 || type > 255)
    throw new AwsError("InvalidParameterValue", `ICMP type (${type}) out of range`);
  if (code < -1 || code > 255)
    throw new AwsError("InvalidParameterValue", `ICMP code (${code}) out of range`);
  // "If you specify all ICMP types, you must specify all ICMP codes" (IpPermission); AWS's text is not known [U].
  if (type === -1 && code !== -1)
    throw new AwsError("InvalidParameterValue", `ICMP code (${code}) must be -1 with ICMP type -1`);
  return { ipProtocol, fromPort: type, toPort: code };
}

function protocolOf(text: string | undefined): string {
  if (text === undefined)
    throw new AwsError("MissingParameter", "The request must contain the parameter ipProtocol");
  const protocol = text.toLowerCase();
  if (protocol === "-1" || protocol === "all") return "-1";
  if (Object.values(PROTOCOL_NAMES).includes(protocol)) return protocol;
  if (/^\d+$/.test(protocol) && Number(protocol) <= 255)
    return PROTOCOL_NAMES[protocol] ?? String(Number(protocol));
  throw new AwsError("InvalidParameterValue", `Invalid value '${text}' for IP protocol. Unknown protocol.`);
}

/** Whether two rules let the same traffic pass to or from the same peer; descriptions do not count. */
export function isSameRule(one: RequestedRule, other: RequestedRule): boolean {
  return (
    one.ipProtocol === other.ipProtocol &&
    one.fromPort === other.fromPort &&
    one.toPort === other.toPort &&
    one.cidr === other.cidr &&
    one.referencedGroupId === other.referencedGroupId
  );
}

/** A rule in the words of `InvalidPermission.Duplicate`: `peer: 0.0.0.0/0, TCP, from port: 22, to port: 22, ALLOW`. */
export function ruleText(rule: RequestedRule): string {
  const number = (value: number | undefined) => (value === undefined || value === -1 ? "ALL" : value);
  const { ipProtocol: protocol, fromPort, toPort } = rule;
  const traffic =
    protocol === "-1"
      ? "ALL"
      : protocol.startsWith("icmp")
        ? `${protocol.toUpperCase()}, type: ${number(fromPort)}, code: ${number(toPort)}`
        : fromPort === undefined
          ? protocol
          : `${protocol.toUpperCase()}, from port: ${fromPort}, to port: ${toPort}`;
  return `peer: ${rule.cidr ?? rule.referencedGroupId}, ${traffic}, ALLOW`;
}

interface ShownPermission extends IpPermission {
  IpRanges: IpRange[];
  UserIdGroupPairs: UserIdGroupPair[];
}

/** Rules as DescribeSecurityGroups shows them: those with the same protocol and ports in one permission. */
export function permissionsOf(context: Context, rules: readonly RequestedRule[]): IpPermission[] {
  const permissions = new Map<string, ShownPermission>();
  for (const { ipProtocol, fromPort, toPort, cidr, referencedGroupId, description } of rules) {
    const key = `${ipProtocol} ${fromPort} ${toPort}`;
    const permission = permissions.get(key) ?? {
      IpProtocol: ipProtocol,
      FromPort: fromPort,
      ToPort: toPort,
      IpRanges: [],
      Ipv6Ranges: [],
      PrefixListIds: [],
      UserIdGroupPairs: [],
    };
    permissions.set(key, permission);
    if (cidr !== undefined) permission.IpRanges.push({ CidrIp: cidr, Description: description });
    else
      permission.UserIdGroupPairs.push({
        GroupId: referencedGroupId,
        UserId: context.account,
        Description: description,
      });
  }
  return [...permissions.values()];
}
