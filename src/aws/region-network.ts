/**
 * All that stands in the VPCs of a Region, whoever made it, as EC2 describes it. The lab's network, its inventory and its
 * strays are picked from that.
 *
 * The whole Region is read, in one round of parallel calls. EC2 has no filter by the tag of the VPC that something is
 * in, and what decides over the lab's packets need not carry the tag itself: default network ACLs and main route tables
 * carry none, nor does what a learner adds by hand. To ask for what is in the lab's VPCs alone would take their ids, and
 * so a second round. An account with more than a page of one kind (1000; 100 route tables) takes a call for each page.
 */
import type {
  FlowLog,
  Instance,
  InternetGateway,
  NetworkAcl,
  NetworkInterface,
  RouteTable,
  SecurityGroup,
  Subnet,
  Vpc,
  VpcPeeringConnection,
} from "@aws-sdk/client-ec2";
import type { Aws } from "./clients.ts";
import { describeFlowLogs } from "./flow-log.ts";
import { describeInstances } from "./instance.ts";
import { describeInternetGateways } from "./internet-gateway.ts";
import { describeNetworkAcls } from "./network-acl.ts";
import { describeNetworkInterfaces } from "./network-interface.ts";
import { describePeeringConnections } from "./peering-connection.ts";
import { describeRouteTables } from "./route-table.ts";
import { describeSecurityGroups } from "./security-group.ts";
import { describeSubnets } from "./subnet.ts";
import { describeVpcs } from "./vpc.ts";

/** What is in VPCs, those included. */
export interface VpcContents {
  readonly vpcs: readonly Vpc[];
  readonly subnets: readonly Subnet[];
  readonly routeTables: readonly RouteTable[];
  /** Detached ones too. */
  readonly internetGateways: readonly InternetGateway[];
  readonly networkAcls: readonly NetworkAcl[];
  readonly securityGroups: readonly SecurityGroup[];
  readonly networkInterfaces: readonly NetworkInterface[];
  /** Terminated ones too, as long as AWS shows them; they are in no VPC any more. */
  readonly instances: readonly Instance[];
  readonly peeringConnections: readonly VpcPeeringConnection[];
}

export interface RegionNetwork extends VpcContents {
  readonly flowLogs: readonly FlowLog[];
}

/** Ten calls, as long as each kind fits a page. */
export async function readRegionNetwork(aws: Aws): Promise<RegionNetwork> {
  const [
    vpcs,
    subnets,
    routeTables,
    internetGateways,
    networkAcls,
    securityGroups,
    networkInterfaces,
    instances,
    peeringConnections,
    flowLogs,
  ] = await Promise.all([
    describeVpcs(aws, []),
    describeSubnets(aws, []),
    describeRouteTables(aws, []),
    describeInternetGateways(aws, []),
    describeNetworkAcls(aws, []),
    describeSecurityGroups(aws, []),
    describeNetworkInterfaces(aws, []),
    describeInstances(aws, []),
    describePeeringConnections(aws, []),
    describeFlowLogs(aws, []),
  ]);
  return {
    vpcs,
    subnets,
    routeTables,
    internetGateways,
    networkAcls,
    securityGroups,
    networkInterfaces,
    instances,
    peeringConnections,
    flowLogs,
  };
}

/** What of a Region is in these VPCs: a gateway that is attached to one, a connection that peers one. */
export function withinVpcs(region: VpcContents, vpcIds: ReadonlySet<string | undefined>): VpcContents {
  const isIn = ({ VpcId }: { readonly VpcId?: string | undefined }) =>
    VpcId !== undefined && vpcIds.has(VpcId);
  return {
    vpcs: region.vpcs.filter(isIn),
    subnets: region.subnets.filter(isIn),
    routeTables: region.routeTables.filter(isIn),
    internetGateways: region.internetGateways.filter(({ Attachments = [] }) => Attachments.some(isIn)),
    networkAcls: region.networkAcls.filter(isIn),
    securityGroups: region.securityGroups.filter(isIn),
    networkInterfaces: region.networkInterfaces.filter(isIn),
    instances: region.instances.filter(isIn),
    peeringConnections: region.peeringConnections.filter(({ RequesterVpcInfo = {}, AccepterVpcInfo = {} }) =>
      [RequesterVpcInfo, AccepterVpcInfo].some(isIn),
    ),
  };
}
