/** The lab's network as AWS describes it, for the packet walk of src/network. */
import {
  type Instance,
  type InternetGateway,
  type IpPermission,
  type NetworkAcl,
  type NetworkInterface,
  paginateDescribeFlowLogs,
  type Route,
  type RouteTable,
  type SecurityGroup,
  type Subnet,
  type Tag,
  type Vpc,
  type VpcPeeringConnection,
} from "@aws-sdk/client-ec2";
import type { LabSpec } from "../lab/spec.ts";
import type { FlowLogScope } from "../network/flow-log-forecast.ts";
import type * as network from "../network/topology.ts";
import type { Aws } from "./clients.ts";
import { describeInstances } from "./instance.ts";
import { describeInternetGateways } from "./internet-gateway.ts";
import { describeNetworkAcls } from "./network-acl.ts";
import { describeNetworkInterfaces } from "./network-interface.ts";
import { describePeeringConnections, statusOf } from "./peering-connection.ts";
import { describeRouteTables } from "./route-table.ts";
import { describeSecurityGroups } from "./security-group.ts";
import { describeSubnets } from "./subnet.ts";
import { allPages, labFilters, tagValue } from "./tags.ts";
import { describeVpcs } from "./vpc.ts";

/** AWS's answers that a topology is made from. */
export interface DescribedNetwork {
  readonly vpcs: readonly Vpc[];
  readonly subnets: readonly Subnet[];
  readonly routeTables: readonly RouteTable[];
  readonly internetGateways: readonly InternetGateway[];
  readonly networkAcls: readonly NetworkAcl[];
  readonly securityGroups: readonly SecurityGroup[];
  readonly networkInterfaces: readonly NetworkInterface[];
  readonly instances: readonly Instance[];
  readonly peeringConnections: readonly VpcPeeringConnection[];
}

/** The lab's network, with what the packet walk itself need not know: whose interfaces they are, and what is logged. */
export interface LabNetwork {
  readonly topology: network.Topology;
  /** All in the lab's VPCs, also what the lab did not launch; terminated ones too, as long as AWS shows them. */
  readonly instances: readonly Instance[];
  /** The Region's, not the lab's alone: a flow log made by hand sees the same packets. */
  readonly flowLogs: readonly FlowLogScope[];
}

/**
 * Reads the lab's VPCs and all that is in them, also what the lab did not make: one round of parallel calls, after the
 * one that tells which VPCs they are.
 */
export async function readLabNetwork(aws: Aws, spec: LabSpec): Promise<LabNetwork> {
  const [described, flowLogs] = await Promise.all([
    describeNetwork(aws, spec),
    allPages(
      paginateDescribeFlowLogs({ client: aws.ec2, pageSize: FLOW_LOGS_PER_PAGE }, {}),
      (page) => page.FlowLogs,
    ),
  ]);
  return {
    topology: topologyFrom(described),
    instances: described.instances,
    flowLogs: flowLogs.map((flowLog) => ({
      id: flowLog.FlowLogId ?? "",
      resourceId: flowLog.ResourceId ?? "",
      trafficType: flowLog.TrafficType ?? "ALL",
      destination: flowLog.LogGroupName ?? flowLog.LogDestination,
      failure: flowLog.DeliverLogsStatus === "FAILED" ? flowLog.DeliverLogsErrorMessage : undefined,
    })),
  };
}

/** The most that one answer holds. */
const FLOW_LOGS_PER_PAGE = 1000;

async function describeNetwork(aws: Aws, spec: LabSpec): Promise<DescribedNetwork> {
  const [vpcs, labGateways] = await Promise.all([
    describeVpcs(aws, labFilters(spec)),
    // By tag: a detached one is in no VPC, and that is worth knowing.
    describeInternetGateways(aws, labFilters(spec)),
  ]);
  const vpcIds = vpcs.flatMap(({ VpcId }) => VpcId ?? []);
  const within = (filter: string) => [{ Name: filter, Values: vpcIds }];
  if (vpcIds.length === 0)
    return {
      vpcs,
      subnets: [],
      routeTables: [],
      internetGateways: labGateways,
      networkAcls: [],
      securityGroups: [],
      networkInterfaces: [],
      instances: [],
      peeringConnections: [],
    };
  const [
    subnets,
    routeTables,
    attachedGateways,
    networkAcls,
    securityGroups,
    networkInterfaces,
    instances,
    requested,
    accepted,
  ] = await Promise.all([
    describeSubnets(aws, within("vpc-id")),
    describeRouteTables(aws, within("vpc-id")),
    describeInternetGateways(aws, within("attachment.vpc-id")),
    describeNetworkAcls(aws, within("vpc-id")),
    describeSecurityGroups(aws, within("vpc-id")),
    describeNetworkInterfaces(aws, within("vpc-id")),
    describeInstances(aws, within("vpc-id")),
    describePeeringConnections(aws, within("requester-vpc-info.vpc-id")),
    describePeeringConnections(aws, within("accepter-vpc-info.vpc-id")),
  ]);
  return {
    vpcs,
    subnets,
    routeTables,
    internetGateways: onceEach(
      [...labGateways, ...attachedGateways],
      ({ InternetGatewayId }) => InternetGatewayId,
    ),
    networkAcls,
    securityGroups,
    networkInterfaces,
    instances,
    peeringConnections: onceEach(
      [...requested, ...accepted],
      ({ VpcPeeringConnectionId }) => VpcPeeringConnectionId,
    ),
  };
}

function onceEach<T>(items: readonly T[], idOf: (item: T) => string | undefined): T[] {
  return [...new Map(items.map((item) => [idOf(item), item])).values()];
}

/**
 * AWS's answers as a topology. IPv4 alone; rules and routes that name a prefix list are left out, since the lists are
 * not read.
 */
export function topologyFrom(described: DescribedNetwork): network.Topology {
  return {
    vpcs: described.vpcs.map(vpcOf),
    subnets: described.subnets.map((subnet) => ({
      ...named(subnet.SubnetId, subnet.Tags),
      vpcId: subnet.VpcId ?? "",
      cidr: subnet.CidrBlock ?? "",
    })),
    routeTables: described.routeTables.map(routeTableOf),
    internetGateways: described.internetGateways.map((gateway) => ({
      ...named(gateway.InternetGatewayId, gateway.Tags),
      vpcId: gateway.Attachments?.[0]?.VpcId,
    })),
    networkAcls: described.networkAcls.map(networkAclOf),
    securityGroups: described.securityGroups.map((group) => ({
      ...named(group.GroupId, group.Tags),
      name: group.GroupName,
      vpcId: group.VpcId ?? "",
      rules: [
        ...(group.IpPermissions ?? []).flatMap((permission) => rulesOf(permission, false)),
        ...(group.IpPermissionsEgress ?? []).flatMap((permission) => rulesOf(permission, true)),
      ],
    })),
    networkInterfaces: described.networkInterfaces.map((networkInterface) =>
      networkInterfaceOf(networkInterface, described.instances),
    ),
    peeringConnections: described.peeringConnections.map((connection) => ({
      ...named(connection.VpcPeeringConnectionId, connection.Tags),
      requesterVpcId: connection.RequesterVpcInfo?.VpcId ?? "",
      accepterVpcId: connection.AccepterVpcInfo?.VpcId ?? "",
      status: statusOf(connection),
    })),
  };
}

function named(id: string | undefined, tags: readonly Tag[] | undefined): network.Named {
  return { id: id ?? "", name: tagValue(tags, "Name") };
}

function vpcOf({ VpcId, Tags, CidrBlock, CidrBlockAssociationSet }: Vpc): network.Vpc {
  const further = (CidrBlockAssociationSet ?? [])
    .filter(({ CidrBlockState }) => CidrBlockState?.State === "associated")
    .flatMap((association) => association.CidrBlock ?? []);
  return { ...named(VpcId, Tags), cidrs: [...new Set([...(CidrBlock ? [CidrBlock] : []), ...further])] };
}

function routeTableOf({ RouteTableId, Tags, VpcId, Associations, Routes }: RouteTable): network.RouteTable {
  return {
    ...named(RouteTableId, Tags),
    vpcId: VpcId ?? "",
    isMain: Associations?.some(({ Main }) => Main) ?? false,
    subnetIds: (Associations ?? []).flatMap(({ SubnetId }) => SubnetId ?? []),
    routes: (Routes ?? []).flatMap(routeOf),
  };
}

function routeOf(route: Route): network.Route[] {
  if (route.DestinationCidrBlock === undefined) return [];
  const target =
    route.GatewayId ??
    route.VpcPeeringConnectionId ??
    route.NatGatewayId ??
    route.TransitGatewayId ??
    route.NetworkInterfaceId ??
    route.InstanceId ??
    "";
  return [
    {
      destination: route.DestinationCidrBlock,
      target,
      state: route.State === "blackhole" ? "blackhole" : "active",
    },
  ];
}

function networkAclOf(acl: NetworkAcl): network.NetworkAcl {
  return {
    ...named(acl.NetworkAclId, acl.Tags),
    vpcId: acl.VpcId ?? "",
    isDefault: acl.IsDefault ?? false,
    subnetIds: (acl.Associations ?? []).flatMap(({ SubnetId }) => SubnetId ?? []),
    entries: (acl.Entries ?? []).flatMap((entry) => {
      if (entry.CidrBlock === undefined) return [];
      const { From, To } = entry.PortRange ?? {};
      const { Type, Code } = entry.IcmpTypeCode ?? {};
      return [
        {
          ruleNumber: entry.RuleNumber ?? 0,
          egress: entry.Egress ?? false,
          action: entry.RuleAction === "allow" ? ("allow" as const) : ("deny" as const),
          protocol: Number(entry.Protocol ?? -1),
          cidr: entry.CidrBlock,
          ports: From === undefined || To === undefined ? undefined : { from: From, to: To },
          icmp: Type === undefined ? undefined : { type: Type, code: Code ?? -1 },
        },
      ];
    }),
  };
}

const PROTOCOL_NUMBERS: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58 };

/** One rule for each source or destination that AWS bundles in a permission. */
function rulesOf(permission: IpPermission, egress: boolean): network.SecurityGroupRule[] {
  const protocol = PROTOCOL_NUMBERS[permission.IpProtocol ?? ""] ?? Number(permission.IpProtocol ?? -1);
  const { FromPort: from = -1, ToPort: to = -1 } = permission;
  const ports = protocol === 6 || protocol === 17 ? { from, to } : undefined;
  const icmp = protocol === 1 ? { type: from, code: to } : undefined;
  const cidrs = (permission.IpRanges ?? []).flatMap(({ CidrIp }) => (CidrIp ? { cidr: CidrIp } : []));
  const groups = (permission.UserIdGroupPairs ?? []).flatMap(({ GroupId }) =>
    GroupId ? { groupId: GroupId } : [],
  );
  return [...cidrs, ...groups].map((peer) => ({ egress, protocol, ports, icmp, peer }));
}

function networkInterfaceOf(
  networkInterface: NetworkInterface,
  instances: readonly Instance[],
): network.NetworkInterface {
  const instanceId = networkInterface.Attachment?.InstanceId;
  const instance = instances.find(({ InstanceId }) => InstanceId === instanceId);
  return {
    id: networkInterface.NetworkInterfaceId ?? "",
    name: tagValue(networkInterface.TagSet, "Name") ?? tagValue(instance?.Tags, "Name"),
    vpcId: networkInterface.VpcId ?? "",
    subnetId: networkInterface.SubnetId ?? "",
    privateAddress: networkInterface.PrivateIpAddress ?? "",
    publicAddress: networkInterface.Association?.PublicIp,
    securityGroupIds: (networkInterface.Groups ?? []).flatMap(({ GroupId }) => GroupId ?? []),
    instanceId,
    // What belongs to no instance (an endpoint's, say) answers as long as it is in use.
    isUp:
      instanceId === undefined ? networkInterface.Status === "in-use" : instance?.State?.Name === "running",
  };
}
