/** Network interfaces: made with an instance, shown, given other groups, deleted once nothing is attached. */
import {
  DeleteNetworkInterface$,
  type DeleteNetworkInterfaceRequest,
  DescribeNetworkInterfaces$,
  type DescribeNetworkInterfacesRequest,
  ModifyNetworkInterfaceAttribute$,
  type ModifyNetworkInterfaceAttributeRequest,
  type NetworkInterface,
} from "@aws-sdk/client-ec2";
import type { Context } from "../../context.ts";
import { AwsError } from "../../error.ts";
import { operation } from "../../operation.ts";
import { select } from "../describe.ts";
import { privateDnsName, publicDnsName } from "../dns-names.ts";
import type { FilterFields } from "../filters.ts";
import { endFlowLogsOf } from "../flow-logs/capture.ts";
import { elasticAddressOf, newPublicAddress, publicAddressOf } from "../public-addresses.ts";
import { quotasOf } from "../quotas.ts";
import { find, NETWORK_INTERFACE, SECURITY_GROUP } from "../resources.ts";
import type { NetworkInterfaceState, SubnetState, Tags } from "../state.ts";
import { tagSet } from "../tag-sets.ts";
import { newPrivateAddress } from "./private-addresses.ts";

export interface NewNetworkInterface {
  readonly subnet: SubnetState;
  readonly instanceId: string;
  readonly securityGroupIds: readonly string[];
  readonly description: string;
  readonly privateAddress?: string | undefined;
  readonly hasPublicAddress: boolean;
  readonly deleteOnTermination: boolean;
  readonly tags: Tags;
}

/** Makes the primary network interface of an instance, attached, with its addresses. */
export function createNetworkInterface(context: Context, wanted: NewNetworkInterface): NetworkInterfaceState {
  const { subnet } = wanted;
  const networkInterface: NetworkInterfaceState = {
    id: context.newId("eni"),
    subnetId: subnet.id,
    vpcId: subnet.vpcId,
    macAddress: newMacAddress(context),
    privateAddress: newPrivateAddress(context, subnet, wanted.privateAddress),
    hasAutoAssignedAddress: wanted.hasPublicAddress,
    securityGroupIds: [...wanted.securityGroupIds],
    description: wanted.description,
    attachment: {
      id: context.newId("eni-attach"),
      instanceId: wanted.instanceId,
      attachedAt: context.now,
      deleteOnTermination: wanted.deleteOnTermination,
    },
    sourceDestCheck: true,
    tags: wanted.tags,
  };
  if (wanted.hasPublicAddress) networkInterface.publicAddress = newPublicAddress(context);
  context.region.ec2.networkInterfaces[networkInterface.id] = networkInterface;
  return networkInterface;
}

/** Removes an interface; its flow logs end, and an Elastic IP stays behind without it. */
export function removeNetworkInterface(context: Context, { id }: NetworkInterfaceState): void {
  const elastic = elasticAddressOf(context.region.ec2, id);
  delete elastic?.networkInterfaceId;
  delete elastic?.associationId;
  endFlowLogsOf(context, id);
  delete context.region.ec2.networkInterfaces[id];
}

/** Locally administered, as EC2's are. */
function newMacAddress(context: Context): string {
  const octets = [0x02 + 4 * context.randomInteger(0, 3)];
  while (octets.length < 6) octets.push(context.randomInteger(0, 255));
  return octets.map((octet) => octet.toString(16).padStart(2, "0")).join(":");
}

/**
 * The group ids of a request, each checked to be in the VPC; the VPC's default group where none is named.
 * @throws AwsError InvalidGroup.NotFound, InvalidParameter for a group of another VPC,
 *   SecurityGroupsPerInterfaceLimitExceeded
 */
export function securityGroupIdsFor(
  context: Context,
  { vpcId, subnetId }: Pick<NetworkInterfaceState, "vpcId" | "subnetId">,
  ids: readonly string[] | undefined,
): string[] {
  if (!ids?.length) {
    const groups = Object.values(context.region.ec2.securityGroups);
    return groups
      .filter((group) => group.vpcId === vpcId && group.groupName === "default")
      .map(({ id }) => id);
  }
  for (const id of ids) {
    if (find(context, SECURITY_GROUP, id).vpcId !== vpcId)
      throw new AwsError(
        "InvalidParameter",
        `Security group ${id} and subnet ${subnetId} belong to different networks.`,
      );
  }
  const groupIds = [...new Set(ids)];
  if (groupIds.length > quotasOf(context).securityGroupsPerInterface)
    throw new AwsError(
      "SecurityGroupsPerInterfaceLimitExceeded",
      "The maximum number of security groups per interface has been reached.",
    );
  return groupIds;
}

/** `[{GroupId, GroupName}]` of an interface, as answers show its groups. */
export function groupIdentifiers(context: Context, networkInterface: NetworkInterfaceState) {
  return networkInterface.securityGroupIds.map((GroupId) => ({
    GroupId,
    GroupName: context.region.ec2.securityGroups[GroupId]?.groupName,
  }));
}

/** The public address's place in the interface, as answers show it; undefined where there is none. */
function associationOf(context: Context, networkInterface: NetworkInterfaceState) {
  const PublicIp = publicAddressOf(context.region.ec2, networkInterface);
  if (PublicIp === undefined) return undefined;
  const elastic = elasticAddressOf(context.region.ec2, networkInterface.id);
  return {
    PublicIp,
    PublicDnsName: publicNameOf(context, networkInterface, PublicIp),
    IpOwnerId: elastic ? context.account : "amazon",
    ...(elastic && { AllocationId: elastic.allocationId, AssociationId: elastic.associationId }),
  };
}

/** Empty unless the VPC has both DNS support and DNS host names. */
export function publicNameOf(
  context: Context,
  networkInterface: NetworkInterfaceState,
  address: string,
): string {
  const vpc = context.region.ec2.vpcs[networkInterface.vpcId];
  return vpc?.enableDnsSupport && vpc.enableDnsHostnames ? publicDnsName(context.regionName, address) : "";
}

/** As it is shown within its instance; DescribeNetworkInterfaces shows more of it. */
export function showWithinInstance(context: Context, networkInterface: NetworkInterfaceState) {
  const { attachment, privateAddress } = networkInterface;
  const name = privateDnsName(context.regionName, privateAddress);
  const Association = associationOf(context, networkInterface);
  return {
    NetworkInterfaceId: networkInterface.id,
    SubnetId: networkInterface.subnetId,
    VpcId: networkInterface.vpcId,
    Description: networkInterface.description,
    Groups: groupIdentifiers(context, networkInterface),
    InterfaceType: "interface",
    Ipv6Addresses: [],
    MacAddress: networkInterface.macAddress,
    OwnerId: context.account,
    PrivateIpAddress: privateAddress,
    PrivateDnsName: name,
    PrivateIpAddresses: [
      { Primary: true, PrivateIpAddress: privateAddress, PrivateDnsName: name, Association },
    ],
    Association,
    SourceDestCheck: networkInterface.sourceDestCheck,
    Status: attachment ? "in-use" : "available",
    Attachment: attachment && {
      AttachmentId: attachment.id,
      AttachTime: new Date(attachment.attachedAt),
      DeleteOnTermination: attachment.deleteOnTermination,
      DeviceIndex: 0,
      NetworkCardIndex: 0,
      Status: "attached",
    },
  } as const satisfies NetworkInterface;
}

function show(context: Context, networkInterface: NetworkInterfaceState): NetworkInterface {
  const { attachment } = networkInterface;
  const within = showWithinInstance(context, networkInterface);
  return {
    ...within,
    AvailabilityZone: context.region.ec2.subnets[networkInterface.subnetId]?.availabilityZone,
    RequesterManaged: false,
    Attachment: attachment && {
      ...within.Attachment,
      InstanceId: attachment.instanceId,
      InstanceOwnerId: context.account,
    },
    TagSet: tagSet(networkInterface.tags),
  };
}

function filterFields(context: Context): FilterFields<NetworkInterfaceState> {
  return {
    "network-interface-id": (item) => item.id,
    "subnet-id": (item) => item.subnetId,
    "vpc-id": (item) => item.vpcId,
    "availability-zone": (item) => context.region.ec2.subnets[item.subnetId]?.availabilityZone,
    "group-id": (item) => item.securityGroupIds,
    "group-name": (item) => groupIdentifiers(context, item).map(({ GroupName }) => GroupName),
    description: (item) => item.description,
    status: (item) => (item.attachment ? "in-use" : "available"),
    "mac-address": (item) => item.macAddress,
    "owner-id": () => context.account,
    "requester-managed": () => false,
    "interface-type": () => "interface",
    "source-dest-check": (item) => item.sourceDestCheck,
    "private-ip-address": (item) => item.privateAddress,
    "private-dns-name": (item) => privateDnsName(context.regionName, item.privateAddress),
    "addresses.private-ip-address": (item) => item.privateAddress,
    "addresses.primary": () => true,
    "addresses.association.public-ip": (item) => publicAddressOf(context.region.ec2, item),
    "association.public-ip": (item) => publicAddressOf(context.region.ec2, item),
    "association.allocation-id": (item) => associationOf(context, item)?.AllocationId,
    "association.association-id": (item) => associationOf(context, item)?.AssociationId,
    "association.ip-owner-id": (item) => associationOf(context, item)?.IpOwnerId,
    "attachment.attachment-id": (item) => item.attachment?.id,
    "attachment.instance-id": (item) => item.attachment?.instanceId,
    "attachment.instance-owner-id": (item) => item.attachment && context.account,
    "attachment.delete-on-termination": (item) => item.attachment?.deleteOnTermination,
    "attachment.device-index": (item) => item.attachment && 0,
    "attachment.status": (item) => item.attachment && "attached",
  };
}

const describeNetworkInterfaces = operation<DescribeNetworkInterfacesRequest, object>(
  DescribeNetworkInterfaces$,
  ["NetworkInterfaceIds", "Filters", "MaxResults", "NextToken"],
  (context, input) => {
    const fields = filterFields(context);
    const { items, NextToken } = select(context, NETWORK_INTERFACE, input.NetworkInterfaceIds, input, fields);
    return { NetworkInterfaces: items.map((item) => show(context, item)), NextToken };
  },
);

const deleteNetworkInterface = operation<DeleteNetworkInterfaceRequest, object>(
  DeleteNetworkInterface$,
  ["NetworkInterfaceId"],
  (context, input) => {
    const networkInterface = find(context, NETWORK_INTERFACE, input.NetworkInterfaceId);
    if (networkInterface.attachment)
      throw new AwsError(
        "InvalidParameterValue",
        `Network interface '${networkInterface.id}' is currently in use.`,
      );
    removeNetworkInterface(context, networkInterface);
    return {};
  },
);

const modifyNetworkInterfaceAttribute = operation<ModifyNetworkInterfaceAttributeRequest, object>(
  ModifyNetworkInterfaceAttribute$,
  ["NetworkInterfaceId", "Groups", "Description", "SourceDestCheck"],
  (context, input) => {
    const networkInterface = find(context, NETWORK_INTERFACE, input.NetworkInterfaceId);
    const changes = [input.Groups, input.Description, input.SourceDestCheck].filter(
      (change) => change !== undefined,
    );
    if (changes.length !== 1)
      throw new AwsError(
        "InvalidParameterCombination",
        "Exactly one attribute must be specified to be modified.",
      );
    if (input.Groups)
      networkInterface.securityGroupIds = securityGroupIdsFor(context, networkInterface, input.Groups);
    if (input.Description?.Value !== undefined) networkInterface.description = input.Description.Value;
    if (input.SourceDestCheck?.Value !== undefined)
      networkInterface.sourceDestCheck = input.SourceDestCheck.Value;
    return {};
  },
);

export const networkInterfaceOperations = [
  describeNetworkInterfaces,
  deleteNetworkInterface,
  modifyNetworkInterfaceAttribute,
];
