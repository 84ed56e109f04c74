/** Subnets: a part of a VPC's block in one Availability Zone. */
import {
  CreateSubnet$,
  type CreateSubnetRequest,
  type CreateSubnetResult,
  DeleteSubnet$,
  type DeleteSubnetRequest,
  DescribeSubnets$,
  type DescribeSubnetsRequest,
  type DescribeSubnetsResult,
  ModifySubnetAttribute$,
  type ModifySubnetAttributeRequest,
  type Subnet,
} from "@aws-sdk/client-ec2";
import { isWithin, overlaps, size, toCidr } from "../../network/cidr.ts";
import type { Context } from "../context.ts";
import { AwsError } from "../error.ts";
import { type Operation, operation } from "../operation.ts";
import { requireBlock } from "./cidr.ts";
import { select } from "./describe.ts";
import type { FilterFields } from "./filters.ts";
import { endFlowLogsOf } from "./flow-logs/capture.ts";
import { associateWithDefault } from "./network-acls.ts";
import { quotasOf } from "./quotas.ts";
import { type Zone, zonesOf } from "./regions.ts";
import { arnOf, find, hasDependencies, SUBNET, VPC } from "./resources.ts";
import type { SubnetState } from "./state.ts";
import { tagSet, tagsFrom } from "./tag-sets.ts";

/** Adds a subnet; like every subnet it begins with the VPC's main route table and default network ACL. */
export function addSubnet(context: Context, subnet: Omit<SubnetState, "id">): SubnetState {
  const added = { id: context.newId("subnet"), ...subnet };
  context.region.ec2.subnets[added.id] = added;
  associateWithDefault(context, added);
  return added;
}

function createSubnet(context: Context, input: CreateSubnetRequest): CreateSubnetResult {
  const vpc = find(context, VPC, input.VpcId);
  if (input.CidrBlock === undefined)
    throw new AwsError("MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.");
  const cidr = requireBlock(input.CidrBlock, "cidrBlock");
  const { prefix } = toCidr(cidr);
  if (prefix < 16 || prefix > 28 || !isWithin(cidr, vpc.cidr))
    throw new AwsError("InvalidSubnet.Range", `The CIDR '${cidr}' is invalid.`);
  const siblings = Object.values(context.region.ec2.subnets).filter((other) => other.vpcId === vpc.id);
  if (siblings.some((other) => overlaps(other.cidr, cidr)))
    throw new AwsError("InvalidSubnet.Conflict", `The CIDR '${cidr}' conflicts with another subnet`);
  if (siblings.length >= quotasOf(context).subnetsPerVpc)
    throw new AwsError("SubnetLimitExceeded", "The maximum number of subnets has been reached.");
  const subnet = addSubnet(context, {
    vpcId: vpc.id,
    cidr,
    availabilityZone: requestedZone(context, input).name,
    mapPublicIpOnLaunch: false,
    isDefaultForAz: false,
    tags: tagsFrom(input.TagSpecifications, "subnet"),
  });
  return { Subnet: describe(context, subnet) };
}

/** Without a wish AWS chooses one itself. */
function requestedZone(context: Context, input: CreateSubnetRequest): Zone {
  const zones = zonesOf(context.regionName);
  const { AvailabilityZone: name, AvailabilityZoneId: id } = input;
  if (name !== undefined && id !== undefined)
    throw new AwsError(
      "InvalidParameterCombination",
      "The parameters availabilityZone and availabilityZoneId cannot be used together",
    );
  if (name === undefined && id === undefined) {
    const zone = zones[context.randomInteger(0, zones.length - 1)];
    if (!zone) throw new Error(`no Availability Zones in ${context.regionName}`);
    return zone;
  }
  const [parameter, key] =
    name === undefined ? (["availabilityZoneId", "id"] as const) : (["availabilityZone", "name"] as const);
  const zone = zones.find((other) => other[key] === (name ?? id));
  if (zone) return zone;
  throw new AwsError(
    "InvalidParameterValue",
    `Value (${name ?? id}) for parameter ${parameter} is invalid. Subnets can currently only be created in the following availability zones: ${zones.map((other) => other[key]).join(", ")}.`,
  );
}

function zoneIdOf(context: Context, subnet: SubnetState): string | undefined {
  return zonesOf(context.regionName).find((zone) => zone.name === subnet.availabilityZone)?.id;
}

/** AWS keeps five addresses of each subnet: the first four (network, router, DNS, future use) and the last. */
const RESERVED_ADDRESSES = 5;

function availableAddresses(context: Context, subnet: SubnetState): number {
  const used = Object.values(context.region.ec2.networkInterfaces).filter(
    (networkInterface) => networkInterface.subnetId === subnet.id,
  );
  return size(toCidr(subnet.cidr)) - RESERVED_ADDRESSES - used.length;
}

function describe(context: Context, subnet: SubnetState): Subnet {
  return {
    SubnetId: subnet.id,
    SubnetArn: arnOf(context, "subnet", subnet.id),
    OwnerId: context.account,
    VpcId: subnet.vpcId,
    CidrBlock: subnet.cidr,
    AvailabilityZone: subnet.availabilityZone,
    AvailabilityZoneId: zoneIdOf(context, subnet),
    AvailableIpAddressCount: availableAddresses(context, subnet),
    DefaultForAz: subnet.isDefaultForAz,
    MapPublicIpOnLaunch: subnet.mapPublicIpOnLaunch,
    AssignIpv6AddressOnCreation: false,
    MapCustomerOwnedIpOnLaunch: false,
    EnableDns64: false,
    Ipv6Native: false,
    Ipv6CidrBlockAssociationSet: [],
    PrivateDnsNameOptionsOnLaunch: {
      HostnameType: "ip-name",
      EnableResourceNameDnsARecord: false,
      EnableResourceNameDnsAAAARecord: false,
    },
    State: "available",
    Tags: tagSet(subnet.tags),
  };
}

function filterFields(context: Context): FilterFields<SubnetState> {
  const cidr = (subnet: SubnetState) => subnet.cidr;
  const zone = (subnet: SubnetState) => subnet.availabilityZone;
  const zoneId = (subnet: SubnetState) => zoneIdOf(context, subnet);
  const isDefault = (subnet: SubnetState) => subnet.isDefaultForAz;
  return {
    "availability-zone": zone,
    availabilityZone: zone,
    "availability-zone-id": zoneId,
    availabilityZoneId: zoneId,
    "available-ip-address-count": (subnet) => availableAddresses(context, subnet),
    cidr,
    cidrBlock: cidr,
    "cidr-block": cidr,
    "default-for-az": isDefault,
    defaultForAz: isDefault,
    "map-public-ip-on-launch": (subnet) => subnet.mapPublicIpOnLaunch,
    "owner-id": () => context.account,
    state: () => "available",
    "subnet-arn": (subnet) => arnOf(context, "subnet", subnet.id),
    "subnet-id": (subnet) => subnet.id,
    "vpc-id": (subnet) => subnet.vpcId,
  };
}

function describeSubnets(context: Context, input: DescribeSubnetsRequest): DescribeSubnetsResult {
  const { items, NextToken } = select(context, SUBNET, input.SubnetIds, input, filterFields(context));
  return { Subnets: items.map((subnet) => describe(context, subnet)), NextToken };
}

function deleteSubnet(context: Context, input: DeleteSubnetRequest): object {
  const { ec2 } = context.region;
  const subnet = find(context, SUBNET, input.SubnetId);
  if (Object.values(ec2.networkInterfaces).some((other) => other.subnetId === subnet.id))
    throw hasDependencies("subnet", subnet.id);
  for (const table of Object.values(ec2.routeTables))
    table.associations = table.associations.filter((association) => association.subnetId !== subnet.id);
  for (const acl of Object.values(ec2.networkAcls))
    acl.associations = acl.associations.filter((association) => association.subnetId !== subnet.id);
  endFlowLogsOf(context, subnet.id);
  delete ec2.subnets[subnet.id];
  return {};
}

function modifySubnetAttribute(context: Context, input: ModifySubnetAttributeRequest): object {
  const subnet = find(context, SUBNET, input.SubnetId);
  if (input.MapPublicIpOnLaunch === undefined)
    throw new AwsError("MissingParameter", "The request must contain exactly one attribute to modify");
  subnet.mapPublicIpOnLaunch = input.MapPublicIpOnLaunch.Value ?? false;
  return {};
}

export const operations: readonly Operation[] = [
  operation(
    CreateSubnet$,
    ["VpcId", "CidrBlock", "AvailabilityZone", "AvailabilityZoneId", "TagSpecifications"],
    createSubnet,
  ),
  operation(DescribeSubnets$, ["SubnetIds", "Filters", "MaxResults", "NextToken"], describeSubnets),
  operation(DeleteSubnet$, ["SubnetId"], deleteSubnet),
  operation(ModifySubnetAttribute$, ["SubnetId", "MapPublicIpOnLaunch"], modifySubnetAttribute),
];
