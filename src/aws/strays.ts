/**
 * Strays: what stands in the lab's own VPCs and is not the lab's. A learner made it by hand, or a service planted it
 * (GuardDuty its endpoint, interfaces and group). Each keeps something of the lab from being deleted.
 */
import type {
  Filter,
  NatGateway,
  NetworkInterface,
  VpcEndpoint,
  VpcPeeringConnection,
} from "@aws-sdk/client-ec2";
import type { ResourceType } from "../lab/spec.ts";
import { allowedReads } from "./allowed-reads.ts";
import type { Aws } from "./clients.ts";
import { describeInstances, isGone } from "./instance.ts";
import { describeInternetGateways } from "./internet-gateway.ts";
import type { Inventory } from "./inventory.ts";
import { describeNatGateways } from "./nat-gateway.ts";
import { describeNetworkAcls } from "./network-acl.ts";
import { describeNetworkInterfaces } from "./network-interface.ts";
import { hasFaded, livingPeeringConnections } from "./peering-connection.ts";
import { type VpcContents, withinVpcs } from "./region-network.ts";
import { describeRouteTables } from "./route-table.ts";
import { describeSecurityGroups, namedGroups } from "./security-group.ts";
import { describeSubnets } from "./subnet.ts";
import { type DescribedTag, tagValue } from "./tags.ts";
import { describeVpcEndpoints } from "./vpc-endpoint.ts";

export interface Stray {
  readonly type: ResourceType;
  readonly id: string;
  /** Its Name tag, else its group name, description or public address; "" where it has none. */
  readonly name: string;
  /** The VPC of the lab that it is in. */
  readonly vpcId: string;
  /** Ids of what of the lab AWS does not delete while it is there. */
  readonly blocks: readonly string[];
  /** The service that planted it, as far as AWS says: "GuardDuty", "amazon-elb". */
  readonly plantedBy: string | undefined;
  /** False where it goes only with the service's own thing that has it: a load balancer's interface. */
  readonly goesAlone: boolean;
}

export interface Strays {
  readonly found: readonly Stray[];
  /** The kinds that AWS did not let us look for: "VPC endpoints". */
  readonly unseen: readonly string[];
}

export const NO_STRAYS: Strays = { found: [], unseen: [] };

/** Everything in the lab's VPCs that a stray can be. */
interface Contents extends Omit<VpcContents, "vpcs">, ForeignKinds {}

/** What the lab itself never has. */
export interface ForeignKinds {
  readonly vpcEndpoints: readonly VpcEndpoint[];
  readonly natGateways: readonly NatGateway[];
  /** The kinds that AWS did not let us look for. */
  readonly unseen: readonly string[];
}

/** Looks into the VPCs of the inventory, in one round of parallel reads; none if it has no VPC. */
export async function readStrays(aws: Aws, inventory: Inventory): Promise<Strays> {
  const vpcIds = idsOf(inventory);
  if (vpcIds.length === 0) return NO_STRAYS;
  const inVpcs = [{ Name: "vpc-id", Values: vpcIds }];
  // A person with an older policy may not ask for all of these; the teardown is none the worse for it.
  const { unseen, ifAllowed } = allowedReads();
  const [
    instances,
    networkInterfaces,
    foreign,
    securityGroups,
    subnets,
    routeTables,
    networkAcls,
    internetGateways,
    peeringConnections,
  ] = await Promise.all([
    ifAllowed("instances", describeInstances(aws, inVpcs)),
    ifAllowed("network interfaces", describeNetworkInterfaces(aws, inVpcs)),
    readForeignKinds(aws, inVpcs),
    ifAllowed("security groups", describeSecurityGroups(aws, inVpcs)),
    ifAllowed("subnets", describeSubnets(aws, inVpcs)),
    ifAllowed("route tables", describeRouteTables(aws, inVpcs)),
    ifAllowed("network ACLs", describeNetworkAcls(aws, inVpcs)),
    ifAllowed(
      "internet gateways",
      describeInternetGateways(aws, [{ Name: "attachment.vpc-id", Values: vpcIds }]),
    ),
    ifAllowed("peering connections", livingPeeringConnections(aws, vpcIds)),
  ]);
  return straysAmong(inventory, {
    instances,
    networkInterfaces,
    securityGroups,
    subnets,
    routeTables,
    networkAcls,
    internetGateways,
    peeringConnections,
    ...foreign,
    unseen: [...unseen, ...foreign.unseen],
  });
}

/** @param filters by VPC; none: of the whole Region */
export async function readForeignKinds(aws: Aws, filters: Filter[]): Promise<ForeignKinds> {
  const { unseen, ifAllowed } = allowedReads();
  const [vpcEndpoints, natGateways] = await Promise.all([
    ifAllowed("VPC endpoints", describeVpcEndpoints(aws, filters)),
    ifAllowed("NAT gateways", describeNatGateways(aws, filters)),
  ]);
  return { vpcEndpoints, natGateways, unseen };
}

/** The strays among what has been read of the whole Region. */
export function straysIn(region: VpcContents, foreign: ForeignKinds, inventory: Inventory): Strays {
  const vpcIds = new Set(idsOf(inventory));
  if (vpcIds.size === 0) return NO_STRAYS;
  const isIn = ({ VpcId = "" }: { readonly VpcId?: string | undefined }) => vpcIds.has(VpcId);
  return straysAmong(inventory, {
    ...withinVpcs(region, vpcIds),
    vpcEndpoints: foreign.vpcEndpoints.filter(isIn),
    natGateways: foreign.natGateways.filter(isIn),
    unseen: foreign.unseen,
  });
}

function idsOf({ vpcs }: Inventory): string[] {
  return vpcs.flatMap(({ VpcId }) => VpcId ?? []);
}

function straysAmong(inventory: Inventory, contents: Contents): Strays {
  const vpcIds = idsOf(inventory);
  const ours = new Set(inventory.resources.map(({ id }) => id));
  /** Of what it names, that which is the lab's; its VPC always is. */
  const blocking = (...ids: readonly (string | undefined)[]) => [
    ...new Set(ids.filter((id) => id !== undefined && ours.has(id)) as string[]),
  ];
  const stray = (
    type: ResourceType,
    id: string | undefined,
    vpcId: string | undefined,
    tags: readonly DescribedTag[] | undefined,
    more: { readonly name?: string | undefined; readonly blocks?: readonly (string | undefined)[] } = {},
  ): Stray => ({
    type,
    id: id ?? "",
    name: tagValue(tags, "Name") ?? more.name ?? "",
    vpcId: vpcId ?? "",
    blocks: blocking(...(more.blocks ?? []), vpcId),
    plantedBy: plantedByGuardDuty(tags, more.name) ? "GuardDuty" : undefined,
    goesAlone: true,
  });

  const found: Stray[] = [
    ...contents.instances
      .filter((instance) => !isGone(instance))
      .map(({ InstanceId, VpcId, SubnetId, SecurityGroups, Tags }) =>
        stray("instance", InstanceId, VpcId, Tags, {
          blocks: [SubnetId, ...(SecurityGroups ?? []).map(({ GroupId }) => GroupId)],
        }),
      ),
    ...contents.vpcEndpoints.map(({ VpcEndpointId, VpcId, SubnetIds, Groups, ServiceName, Tags }) =>
      stray("vpc-endpoint", VpcEndpointId, VpcId, Tags, {
        name: ServiceName,
        blocks: [...(SubnetIds ?? []), ...(Groups ?? []).map(({ GroupId }) => GroupId)],
      }),
    ),
    ...contents.natGateways.map(({ NatGatewayId, VpcId, SubnetId, Tags }) =>
      stray("natgateway", NatGatewayId, VpcId, Tags, { blocks: [SubnetId] }),
    ),
    ...contents.networkInterfaces
      // Addresses that AWS lends have no allocation and go by themselves; these cost for as long as they are kept.
      .filter(({ Association }) => Association?.AllocationId !== undefined)
      .map(({ VpcId, Association }) => ({
        ...stray("elastic-ip", Association?.AllocationId, VpcId, undefined, { name: Association?.PublicIp }),
        blocks: blocking(...gatewaysOf(inventory, VpcId)),
      })),
    ...contents.networkInterfaces
      .filter((each) => !goesWithItsOwner(each))
      .map((each) => ({
        ...stray("network-interface", each.NetworkInterfaceId, each.VpcId, each.TagSet, {
          name: each.Description,
          blocks: [each.SubnetId, ...(each.Groups ?? []).map(({ GroupId }) => GroupId)],
        }),
        ...(each.RequesterManaged && { plantedBy: requesterOf(each), goesAlone: false }),
      })),
    ...contents.securityGroups
      .filter(({ GroupName }) => GroupName !== "default")
      .map((group) =>
        stray("security-group", group.GroupId, group.VpcId, group.Tags, {
          name: group.GroupName,
          blocks: namedGroups(group),
        }),
      ),
    ...contents.subnets.map(({ SubnetId, VpcId, Tags, CidrBlock }) =>
      stray("subnet", SubnetId, VpcId, Tags, { name: CidrBlock }),
    ),
    ...contents.routeTables
      .filter(({ Associations = [] }) => !Associations.some(({ Main }) => Main))
      .map(({ RouteTableId, VpcId, Tags }) => stray("route-table", RouteTableId, VpcId, Tags)),
    ...contents.networkAcls
      .filter(({ IsDefault }) => !IsDefault)
      .map(({ NetworkAclId, VpcId, Tags }) => stray("network-acl", NetworkAclId, VpcId, Tags)),
    ...contents.internetGateways.map(({ InternetGatewayId, Attachments, Tags }) =>
      stray("internet-gateway", InternetGatewayId, Attachments?.[0]?.VpcId, Tags),
    ),
    ...contents.peeringConnections
      .filter((connection) => !hasFaded(connection))
      .map((connection) =>
        stray(
          "vpc-peering-connection",
          connection.VpcPeeringConnectionId,
          vpcIds.find((id) => sidesOf(connection).includes(id)),
          connection.Tags,
          { blocks: sidesOf(connection) },
        ),
      ),
  ];
  return { found: found.filter(({ id }) => !ours.has(id)), unseen: contents.unseen };
}

/** The lab's gateway of a VPC: it cannot be detached while an Elastic IP is mapped through it. */
function gatewaysOf({ internetGateways }: Inventory, vpcId: string | undefined): (string | undefined)[] {
  return internetGateways
    .filter(({ Attachments }) => Attachments?.some((attachment) => attachment.VpcId === vpcId))
    .map(({ InternetGatewayId }) => InternetGatewayId);
}

/** Those of an instance, unless it lets go of them when it terminates; those of an endpoint or a NAT gateway. */
function goesWithItsOwner({ Attachment, InterfaceType }: NetworkInterface): boolean {
  if (InterfaceType === "vpc_endpoint" || InterfaceType === "natGateway") return true;
  return Attachment?.InstanceId !== undefined && Attachment.DeleteOnTermination !== false;
}

function requesterOf({ RequesterId, InterfaceType, Description }: NetworkInterface): string {
  if (plantedByGuardDuty(undefined, Description)) return "GuardDuty";
  return RequesterId ?? InterfaceType ?? "a service of AWS";
}

/** GuardDuty tags its endpoints and names its groups (GuardDuty guide, Runtime Monitoring: how it works with EC2). */
function plantedByGuardDuty(tags: readonly DescribedTag[] | undefined, name: string | undefined): boolean {
  return tagValue(tags, "GuardDutyManaged") !== undefined || /guardduty/i.test(name ?? "");
}

function sidesOf({ RequesterVpcInfo, AccepterVpcInfo }: VpcPeeringConnection): (string | undefined)[] {
  return [RequesterVpcInfo?.VpcId, AccepterVpcInfo?.VpcId];
}
