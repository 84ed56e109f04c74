/** What of EC2 carries the lab's tag, wherever it is: asked for by the tag, or picked from what was read of the Region. */
import type {
  FlowLog,
  Instance,
  InternetGateway,
  RouteTable,
  SecurityGroup,
  Subnet,
  Volume,
  Vpc,
  VpcPeeringConnection,
} from "@aws-sdk/client-ec2";
import type { LabSpec } from "../lab/spec.ts";
import type { Aws } from "./clients.ts";
import { describeFlowLogs } from "./flow-log.ts";
import { describeInstances } from "./instance.ts";
import { describeInternetGateways } from "./internet-gateway.ts";
import { describePeeringConnections } from "./peering-connection.ts";
import type { RegionNetwork } from "./region-network.ts";
import { describeRouteTables } from "./route-table.ts";
import { describeSecurityGroups } from "./security-group.ts";
import { describeSubnets } from "./subnet.ts";
import { isTaggedFor, labFilters } from "./tags.ts";
import { describeVpcs } from "./vpc.ts";

export interface Tagged {
  readonly vpcs: readonly Vpc[];
  readonly subnets: readonly Subnet[];
  readonly internetGateways: readonly InternetGateway[];
  readonly routeTables: readonly RouteTable[];
  readonly securityGroups: readonly SecurityGroup[];
  /** With those that are gone, which are in no VPC any more. */
  readonly instances: readonly Instance[];
  /** With those that are being deleted. */
  readonly volumes: readonly Volume[];
  /** With deleted, rejected and failed ones, as long as AWS shows them. */
  readonly peeringConnections: readonly VpcPeeringConnection[];
  readonly flowLogs: readonly FlowLog[];
}

/** What of it is in VPCs. */
export type TaggedNetwork = Omit<Tagged, "volumes">;

export const NOTHING_TAGGED: Tagged = {
  vpcs: [],
  subnets: [],
  internetGateways: [],
  routeTables: [],
  securityGroups: [],
  instances: [],
  volumes: [],
  peeringConnections: [],
  flowLogs: [],
};

/** Eight calls, in one round. */
export async function readTaggedNetwork(aws: Aws, spec: LabSpec): Promise<TaggedNetwork> {
  const ours = labFilters(spec);
  const [
    vpcs,
    subnets,
    internetGateways,
    routeTables,
    securityGroups,
    instances,
    peeringConnections,
    flowLogs,
  ] = await Promise.all([
    describeVpcs(aws, ours),
    describeSubnets(aws, ours),
    describeInternetGateways(aws, ours),
    describeRouteTables(aws, ours),
    describeSecurityGroups(aws, ours),
    describeInstances(aws, ours),
    describePeeringConnections(aws, ours),
    describeFlowLogs(aws, ours),
  ]);
  return {
    vpcs,
    subnets,
    internetGateways,
    routeTables,
    securityGroups,
    instances,
    peeringConnections,
    flowLogs,
  };
}

/** The same, picked from what was read of the Region. */
export function taggedNetworkIn(region: RegionNetwork, spec: LabSpec): TaggedNetwork {
  const isOurs = isTaggedFor(spec);
  return {
    vpcs: region.vpcs.filter(isOurs),
    subnets: region.subnets.filter(isOurs),
    internetGateways: region.internetGateways.filter(isOurs),
    routeTables: region.routeTables.filter(isOurs),
    securityGroups: region.securityGroups.filter(isOurs),
    instances: region.instances.filter(isOurs),
    peeringConnections: region.peeringConnections.filter(isOurs),
    flowLogs: region.flowLogs.filter(isOurs),
  };
}
