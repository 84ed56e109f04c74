/** The lab's network as AWS describes it, for the packet walk of src/network. */
import type {
  Instance,
  IpPermission,
  NetworkAcl,
  NetworkInterface,
  Route,
  RouteTable,
  Tag,
  Vpc,
} from "@aws-sdk/client-ec2";
import type { LabSpec } from "../lab/spec.ts";
import type { FlowLogScope } from "../network/flow-log-forecast.ts";
import type * as network from "../network/topology.ts";
import type { Aws } from "./clients.ts";
import { statusOf } from "./peering-connection.ts";
import { type RegionNetwork, readRegionNetwork, type VpcContents, withinVpcs } from "./region-network.ts";
import { isTaggedFor, tagValue } from "./tags.ts";

/** The lab's network, with what the packet walk itself need not know: whose interfaces they are, and what is logged. */
export interface LabNetwork {
  readonly topology: network.Topology;
  /** All in the lab's VPCs, also what the lab did not launch; terminated ones too, as long as AWS shows them. */
  readonly instances: readonly Instance[];
  /** The Region's, not the lab's alone: a flow log made by hand sees the same packets. */
  readonly flowLogs: readonly FlowLogScope[];
}

/** Reads the lab's VPCs and all that is in them, also what the lab did not make, in one round of parallel calls. */
export async function readLabNetwork(aws: Aws, spec: LabSpec): Promise<LabNetwork> {
  return labNetworkIn(await readRegionNetwork(aws), spec);
}

/** The lab's network out of all that is in the Region. */
export function labNetworkIn(region: RegionNetwork, spec: LabSpec): LabNetwork {
  const vpcs = region.vpcs.filter(isTaggedFor(spec));
  const ours = withinVpcs(region, new Set(vpcs.map(({ VpcId }) => VpcId)));
  // Also by its tag: a gateway that is detached is in no VPC, and that is worth knowing.
  const internetGateways = region.internetGateways.filter(
    (gateway) => isTaggedFor(spec)(gateway) || ours.internetGateways.includes(gateway),
  );
  return {
    topology: topologyFrom({ ...ours, vpcs, internetGateways }),
    instances: ours.instances,
    flowLogs: region.flowLogs.map((flowLog) => ({
      id: flowLog.FlowLogId ?? "",
      resourceId: flowLog.ResourceId ?? "",
      trafficType: flowLog.TrafficType ?? "ALL",
      destination: flowLog.LogGroupName ?? flowLog.LogDestination,
      failure: flowLog.DeliverLogsStatus === "FAILED" ? flowLog.DeliverLogsErrorMessage : undefined,
    })),
  };
}

/** AWS's answers as a topology. IPv4 alone; routes to a prefix list are left out, since the lists are not read. */
export function topologyFrom(described: VpcContents): network.Topology {
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
  const lists = (permission.PrefixListIds ?? []).flatMap(({ PrefixListId }) =>
    PrefixListId ? { prefixListId: PrefixListId } : [],
  );
  return [...cidrs, ...groups, ...lists].map((peer) => ({ egress, protocol, ports, icmp, peer }));
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
