/** How instances are shown: DescribeInstances and DescribeInstanceStatus. */
import {
  DescribeInstanceStatus$,
  type DescribeInstanceStatusRequest,
  DescribeInstances$,
  type DescribeInstancesRequest,
  type Instance,
  type InstanceStatus,
  type InstanceStatusSummary,
  type Reservation,
} from "@aws-sdk/client-ec2";
import type { Context } from "../../context.ts";
import { operation } from "../../operation.ts";
import { refuseIdsInPages, select } from "../describe.ts";
import { privateDnsName } from "../dns-names.ts";
import { type FilterFields, filtered } from "../filters.ts";
import { page } from "../pages.ts";
import { publicAddressOf } from "../public-addresses.ts";
import { find, INSTANCE } from "../resources.ts";
import type { InstanceState, NetworkInterfaceState } from "../state.ts";
import { tagSet } from "../tag-sets.ts";
import { isNitro } from "./capacity.ts";
import { STATE_CODES } from "./lifecycle.ts";
import { groupIdentifiers, publicNameOf, showWithinInstance } from "./network-interfaces.ts";
import { rootVolumeOf } from "./volumes.ts";

/** Status checks take about two minutes after the launch. */
const INITIALIZING_MS = 120_000;

/** The instances that were launched together, as one reservation. */
export function showReservation(context: Context, instances: readonly InstanceState[]): Reservation {
  return {
    ReservationId: instances[0]?.reservationId,
    OwnerId: context.account,
    Groups: [],
    Instances: instances.map((instance) => showInstance(context, instance)),
  };
}

/** The interface of an instance; a terminated one shows none, though it lingers for some seconds. */
function interfaceOf(context: Context, instance: InstanceState): NetworkInterfaceState | undefined {
  return instance.state === "terminated"
    ? undefined
    : context.region.ec2.networkInterfaces[instance.networkInterfaceId];
}

/** Position among the instances of its reservation. */
function launchIndex(context: Context, instance: InstanceState): number {
  const together = Object.values(context.region.ec2.instances).filter(
    (other) => other.reservationId === instance.reservationId,
  );
  return together.indexOf(instance);
}

function showInstance(context: Context, instance: InstanceState): Instance {
  const { ec2 } = context.region;
  const { stateReason, metadataOptions } = instance;
  return {
    InstanceId: instance.id,
    ImageId: instance.imageId,
    InstanceType: instance.instanceType as NonNullable<Instance["InstanceType"]>,
    State: { Name: instance.state, Code: STATE_CODES[instance.state] },
    StateReason: stateReason && { Code: stateReason.code, Message: stateReason.message },
    StateTransitionReason:
      stateReason?.code === "Client.UserInitiatedShutdown"
        ? `User initiated (${dateAndTime(instance.stateChangedAt)} GMT)`
        : "",
    LaunchTime: new Date(instance.launchedAt),
    AmiLaunchIndex: launchIndex(context, instance),
    ClientToken: instance.clientToken ?? "",
    Architecture: "x86_64",
    Hypervisor: "xen",
    VirtualizationType: "hvm",
    PlatformDetails: "Linux/UNIX",
    UsageOperation: "RunInstances",
    BootMode: "uefi-preferred",
    CurrentInstanceBootMode: isNitro(instance.instanceType) ? "uefi" : "legacy-bios",
    EnaSupport: true,
    EbsOptimized: false,
    RootDeviceName: "/dev/xvda",
    RootDeviceType: "ebs",
    ProductCodes: [],
    Monitoring: { State: instance.monitoring },
    Placement: {
      AvailabilityZone: ec2.subnets[instance.subnetId]?.availabilityZone,
      GroupName: "",
      Tenancy: "default",
    },
    MetadataOptions: {
      State: "applied",
      HttpTokens: metadataOptions.httpTokens,
      HttpEndpoint: metadataOptions.httpEndpoint,
      HttpPutResponseHopLimit: metadataOptions.hopLimit,
      HttpProtocolIpv6: "disabled",
      InstanceMetadataTags: "disabled",
    },
    ...(instance.instanceProfileArn !== undefined && {
      IamInstanceProfile: {
        Arn: instance.instanceProfileArn,
        Id: profileId(context, instance.instanceProfileArn),
      },
    }),
    ...showNetwork(context, instance),
    BlockDeviceMappings: showVolume(context, instance),
    Tags: tagSet(instance.tags),
  };
}

function showNetwork(context: Context, instance: InstanceState): Partial<Instance> {
  const networkInterface = interfaceOf(context, instance);
  if (!networkInterface)
    return { PrivateDnsName: "", PublicDnsName: "", NetworkInterfaces: [], SecurityGroups: [] };
  const publicAddress = publicAddressOf(context.region.ec2, networkInterface);
  const shown = showWithinInstance(context, networkInterface);
  return {
    VpcId: instance.vpcId,
    SubnetId: instance.subnetId,
    PrivateIpAddress: shown.PrivateIpAddress,
    PrivateDnsName: shown.PrivateDnsName,
    PublicIpAddress: publicAddress,
    PublicDnsName: publicAddress ? publicNameOf(context, networkInterface, publicAddress) : "",
    SourceDestCheck: networkInterface.sourceDestCheck,
    SecurityGroups: shown.Groups,
    NetworkInterfaces: [shown],
  };
}

export function showVolume(
  context: Context,
  instance: InstanceState,
): NonNullable<Instance["BlockDeviceMappings"]> {
  const volume = rootVolumeOf(context, instance);
  if (!volume) return [];
  const { id, createdAt, deleteOnTermination, deviceName } = volume;
  return [
    {
      DeviceName: deviceName,
      Ebs: {
        VolumeId: id,
        Status: "attached",
        AttachTime: new Date(createdAt),
        DeleteOnTermination: deleteOnTermination,
      },
    },
  ];
}

function profileId(context: Context, arn: string): string | undefined {
  return context.state.iam.instanceProfiles[arn.slice(arn.lastIndexOf("/") + 1)]?.id;
}

/** `2026-01-05 09:00:00` */
function dateAndTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace("T", " ");
}

function filterFields(context: Context): FilterFields<InstanceState> {
  const nic = (item: InstanceState) => interfaceOf(context, item);
  const publicAddress = (item: InstanceState) => {
    const networkInterface = nic(item);
    return networkInterface && publicAddressOf(context.region.ec2, networkInterface);
  };
  const zone = (item: InstanceState) => context.region.ec2.subnets[item.subnetId]?.availabilityZone;
  const groupNames = (item: InstanceState) => {
    const networkInterface = nic(item);
    return networkInterface && groupIdentifiers(context, networkInterface).map(({ GroupName }) => GroupName);
  };
  const privateAddress = (item: InstanceState) => nic(item)?.privateAddress;
  return {
    "instance-id": (item) => item.id,
    "image-id": (item) => item.imageId,
    "instance-type": (item) => item.instanceType,
    "instance-state-name": (item) => item.state,
    "instance-state-code": (item) => STATE_CODES[item.state],
    "reservation-id": (item) => item.reservationId,
    "client-token": (item) => item.clientToken,
    "owner-id": () => context.account,
    "availability-zone": zone,
    "vpc-id": (item) => nic(item)?.vpcId,
    "subnet-id": (item) => nic(item)?.subnetId,
    "launch-time": (item) => new Date(item.launchedAt).toISOString(),
    "private-ip-address": privateAddress,
    "ip-address": publicAddress,
    "private-dns-name": (item) => {
      const address = privateAddress(item);
      return address && privateDnsName(context.regionName, address);
    },
    "dns-name": (item) => {
      const networkInterface = nic(item);
      const address = publicAddress(item);
      return networkInterface && address && publicNameOf(context, networkInterface, address);
    },
    "iam-instance-profile.arn": (item) => item.instanceProfileArn,
    "instance.group-id": (item) => nic(item)?.securityGroupIds,
    "instance.group-name": groupNames,
    "network-interface.group-id": (item) => nic(item)?.securityGroupIds,
    "network-interface.network-interface-id": (item) => nic(item)?.id,
    "network-interface.subnet-id": (item) => nic(item)?.subnetId,
    "network-interface.vpc-id": (item) => nic(item)?.vpcId,
    "network-interface.addresses.private-ip-address": privateAddress,
    "network-interface.association.public-ip": publicAddress,
    "block-device-mapping.volume-id": (item) => rootVolumeOf(context, item)?.id,
    "root-device-type": () => "ebs",
    "root-device-name": () => "/dev/xvda",
    "monitoring-state": (item) => item.monitoring,
    architecture: () => "x86_64",
    hypervisor: () => "xen",
    "virtualization-type": () => "hvm",
  };
}

const describeInstances = operation<DescribeInstancesRequest, object>(
  DescribeInstances$,
  ["InstanceIds", "Filters", "MaxResults", "NextToken"],
  (context, input) => {
    const { items, NextToken } = select(context, INSTANCE, input.InstanceIds, input, filterFields(context));
    const reservationIds = [...new Set(items.map((instance) => instance.reservationId))];
    const together = (id: string) => items.filter((instance) => instance.reservationId === id);
    return { Reservations: reservationIds.map((id) => showReservation(context, together(id))), NextToken };
  },
);

const STATUS_FILTERS: FilterFields<InstanceState> = {
  "instance-state-name": (item) => item.state,
  "instance-state-code": (item) => STATE_CODES[item.state],
};

const describeInstanceStatus = operation<DescribeInstanceStatusRequest, object>(
  DescribeInstanceStatus$,
  ["InstanceIds", "IncludeAllInstances", "Filters", "MaxResults", "NextToken"],
  (context, input) => {
    refuseIdsInPages("instancesSet", input.InstanceIds, input);
    const { instances } = context.region.ec2;
    const named = input.InstanceIds?.length
      ? [...new Set(input.InstanceIds)].map((id) => find(context, INSTANCE, id))
      : Object.values(instances);
    const seen = named.filter(({ state }) => input.IncludeAllInstances || state === "running");
    const fields: FilterFields<InstanceState> = {
      ...STATUS_FILTERS,
      "availability-zone": (item) => context.region.ec2.subnets[item.subnetId]?.availabilityZone,
      "instance-status.status": (item) => summary(context, item).Status,
      "instance-status.reachability": (item) => reachability(summary(context, item)),
      "system-status.status": (item) => summary(context, item).Status,
      "system-status.reachability": (item) => reachability(summary(context, item)),
    };
    const { items, NextToken } = page(filtered(seen, input.Filters, fields), ({ id }) => id, input);
    return { InstanceStatuses: items.map((instance) => showStatus(context, instance)), NextToken };
  },
);

function showStatus(context: Context, instance: InstanceState): InstanceStatus {
  return {
    InstanceId: instance.id,
    AvailabilityZone: context.region.ec2.subnets[instance.subnetId]?.availabilityZone,
    InstanceState: { Name: instance.state, Code: STATE_CODES[instance.state] },
    InstanceStatus: summary(context, instance),
    SystemStatus: summary(context, instance),
  };
}

function summary(context: Context, instance: InstanceState): InstanceStatusSummary {
  if (instance.state !== "running") return { Status: "not-applicable" };
  const isReady = context.now - instance.launchedAt >= INITIALIZING_MS;
  return {
    Status: isReady ? "ok" : "initializing",
    Details: [{ Name: "reachability", Status: isReady ? "passed" : "initializing" }],
  };
}

/** Undefined where nothing is checked: the instance does not run. */
function reachability({ Details }: InstanceStatusSummary): string | undefined {
  return Details?.find(({ Name }) => Name === "reachability")?.Status;
}

export const describeInstanceOperations = [describeInstances, describeInstanceStatus];
