/** The kinds of EC2 resources: how their ids look, where they are kept, and what AWS says when one is not there. */
import type { ResourceType } from "@aws-sdk/client-ec2";
import type { Context } from "../context.ts";
import { AwsError } from "../error.ts";
import type { Ec2State, FlowLogState, SecurityGroupRuleState, Tags } from "./state.ts";

export interface ResourceKind<S extends { tags: Tags }> {
  /** As in TagSpecifications and DescribeTags. */
  readonly type: ResourceType;
  /** Of its ids, without the hyphen. */
  readonly prefix: string;
  readonly malformed: string;
  readonly notFound: string;
  /** How AWS's NotFound message begins: "The vpc ID". */
  readonly label: string;
  /** By id. */
  readonly all: (ec2: Ec2State) => Record<string, S>;
}

function kind<S extends { tags: Tags }>(
  type: ResourceType,
  prefix: string,
  [malformed, notFound]: readonly [string, string],
  label: string,
  all: (ec2: Ec2State) => Record<string, S>,
): ResourceKind<S> {
  return { type, prefix, malformed: `${malformed}.Malformed`, notFound: `${notFound}.NotFound`, label, all };
}

// The codes' spellings (ID, Id, none) are AWS's own: EC2's error-code page and AWS-FACTS §1.
export const VPC = kind("vpc", "vpc", ["InvalidVpcID", "InvalidVpcID"], "vpc ID", (ec2) => ec2.vpcs);
export const SUBNET = kind(
  "subnet",
  "subnet",
  ["InvalidSubnetID", "InvalidSubnetID"],
  "subnet ID",
  (ec2) => ec2.subnets,
);
export const INTERNET_GATEWAY = kind(
  "internet-gateway",
  "igw",
  ["InvalidInternetGatewayId", "InvalidInternetGatewayID"],
  "internetGateway ID",
  (ec2) => ec2.internetGateways,
);
export const ROUTE_TABLE = kind(
  "route-table",
  "rtb",
  ["InvalidRouteTableId", "InvalidRouteTableID"],
  "routeTable ID",
  (ec2) => ec2.routeTables,
);
export const NETWORK_ACL = kind(
  "network-acl",
  "acl",
  ["InvalidNetworkAclId", "InvalidNetworkAclID"],
  "networkAcl ID",
  (ec2) => ec2.networkAcls,
);
export const SECURITY_GROUP = kind(
  "security-group",
  "sg",
  ["InvalidGroupId", "InvalidGroup"],
  "security group",
  (ec2) => ec2.securityGroups,
);
export const SECURITY_GROUP_RULE = kind(
  "security-group-rule",
  "sgr",
  ["InvalidSecurityGroupRuleId", "InvalidSecurityGroupRuleId"],
  "security group rule ID",
  securityGroupRules,
);
export const INSTANCE = kind(
  "instance",
  "i",
  ["InvalidInstanceID", "InvalidInstanceID"],
  "instance ID",
  (ec2) => ec2.instances,
);
export const NETWORK_INTERFACE = kind(
  "network-interface",
  "eni",
  ["InvalidNetworkInterfaceId", "InvalidNetworkInterfaceID"],
  "networkInterface ID",
  (ec2) => ec2.networkInterfaces,
);
export const VOLUME = kind(
  "volume",
  "vol",
  ["InvalidVolumeID", "InvalidVolume"],
  "volume",
  (ec2) => ec2.volumes,
);
export const ADDRESS = kind(
  "elastic-ip",
  "eipalloc",
  ["InvalidAllocationID", "InvalidAllocationID"],
  "allocation ID",
  (ec2) => ec2.addresses,
);
export const PEERING_CONNECTION = kind(
  "vpc-peering-connection",
  "pcx",
  ["InvalidVpcPeeringConnectionId", "InvalidVpcPeeringConnectionID"],
  "vpcPeeringConnection ID",
  (ec2) => ec2.peeringConnections,
);
export const FLOW_LOG = kind(
  "vpc-flow-log",
  "fl",
  ["InvalidFlowLogId", "InvalidFlowLogId"],
  "flowLog ID",
  shownFlowLogs,
);

/** All that can carry tags, in no order that matters. */
export const TAGGABLE: readonly ResourceKind<{ tags: Tags }>[] = [
  VPC,
  SUBNET,
  INTERNET_GATEWAY,
  ROUTE_TABLE,
  NETWORK_ACL,
  SECURITY_GROUP,
  SECURITY_GROUP_RULE,
  INSTANCE,
  NETWORK_INTERFACE,
  VOLUME,
  ADDRESS,
  PEERING_CONNECTION,
  FLOW_LOG,
];

/** A deleted flow log is kept for its last records alone. */
function shownFlowLogs(ec2: Ec2State): Record<string, FlowLogState> {
  return Object.fromEntries(
    Object.entries(ec2.flowLogs).filter(([, { deletedAt }]) => deletedAt === undefined),
  );
}

/** Security-group rules are kept in their groups; their tags are reached by rule id all the same. */
function securityGroupRules(ec2: Ec2State): Record<string, SecurityGroupRuleState> {
  return Object.fromEntries(
    Object.values(ec2.securityGroups).flatMap((group) => group.rules.map((rule) => [rule.id, rule])),
  );
}

/**
 * The resource of this id in the context's Region.
 * @throws AwsError `Invalid….Malformed` if the id cannot be one of this kind, `Invalid….NotFound` if there is none
 */
export function find<S extends { tags: Tags }>(
  context: Context,
  resource: ResourceKind<S>,
  id: string | undefined,
): S {
  const wellFormed = requireWellFormed(resource, id);
  const all = resource.all(context.region.ec2);
  const found = Object.hasOwn(all, wellFormed) ? all[wellFormed] : undefined;
  if (!found) throw notFound(resource, wellFormed);
  return found;
}

/** AWS's refusal for an id that is well formed and names nothing. */
export function notFound(resource: ResourceKind<{ tags: Tags }>, id: string): AwsError {
  return new AwsError(resource.notFound, `The ${resource.label} '${id}' does not exist`);
}

/** @throws AwsError `Invalid….Malformed` unless it is the prefix and 8 (as before 2018) or 17 hex digits */
export function requireWellFormed(resource: ResourceKind<{ tags: Tags }>, id: string | undefined): string {
  const { prefix, malformed } = resource;
  if (!id?.startsWith(`${prefix}-`))
    throw new AwsError(malformed, `Invalid id: "${id ?? ""}" (expecting "${prefix}-...")`);
  if (!/^(?:[0-9a-f]{8}|[0-9a-f]{17})$/.test(id.slice(prefix.length + 1)))
    throw new AwsError(malformed, `Invalid id: "${id}"`);
  return id;
}

/** AWS's refusal to delete what others still need. */
export function hasDependencies(noun: string, id: string): AwsError {
  return new AwsError("DependencyViolation", `The ${noun} '${id}' has dependencies and cannot be deleted.`);
}

/** The ARN of a resource in this account and Region: `arn:aws:ec2:REGION:ACCOUNT:vpc/vpc-…`. */
export function arnOf(context: Context, type: ResourceType, id: string): string {
  return `arn:aws:ec2:${context.regionName}:${context.account}:${type}/${id}`;
}
