/** Root volumes: made with their instance, shown, gone with it or left behind. */
import {
  type BlockDeviceMapping,
  DeleteVolume$,
  type DeleteVolumeRequest,
  DescribeVolumes$,
  type DescribeVolumesRequest,
  DetachVolume$,
  type DetachVolumeRequest,
  type InstanceBlockDeviceMappingSpecification,
  type Volume,
  type VolumeAttachment,
} from "@aws-sdk/client-ec2";
import type { Context, EventHandler } from "../../context.ts";
import { AwsError } from "../../error.ts";
import { operation } from "../../operation.ts";
import { select } from "../describe.ts";
import type { FilterFields } from "../filters.ts";
import { find, notFound, VOLUME } from "../resources.ts";
import type { InstanceState, Tags, VolumeState } from "../state.ts";
import { tagSet } from "../tag-sets.ts";
import type { Image } from "./images.ts";

/** What a request may say about the root volume. */
export type RootVolume = Pick<VolumeState, "sizeGiB" | "volumeType" | "encrypted" | "deleteOnTermination">;

/**
 * The root volume that a RunInstances call asks for; the image's own where it says nothing.
 * @throws AwsError for a device other than the root, or a volume that the image does not fit on
 */
export function rootVolume(image: Image, mappings: readonly BlockDeviceMapping[] | undefined): RootVolume {
  for (const { DeviceName } of mappings ?? []) {
    if (DeviceName !== image.rootDeviceName)
      throw new AwsError(
        "UnsupportedOperation",
        `The embedded AWS of vpclab models the root volume (${image.rootDeviceName}) only, not ${DeviceName}.`,
      );
  }
  const ebs = mappings?.[0]?.Ebs ?? {};
  const sizeGiB = ebs.VolumeSize ?? image.rootVolumeGiB;
  if (sizeGiB < image.rootVolumeGiB)
    throw new AwsError(
      "InvalidBlockDeviceMapping",
      `Volume of size ${sizeGiB}GB is smaller than snapshot '${image.snapshotId}', expect size>= ${image.rootVolumeGiB}GB`,
    );
  const volumeType = ebs.VolumeType ?? "gp3";
  if (!["gp2", "gp3", "standard"].includes(volumeType))
    throw new AwsError(
      "InvalidParameterValue",
      `Invalid volume type '${volumeType}' for a root volume without Iops.`,
    );
  return {
    sizeGiB,
    volumeType,
    encrypted: ebs.Encrypted ?? false,
    deleteOnTermination: ebs.DeleteOnTermination ?? true,
  };
}

export function createVolume(
  context: Context,
  wanted: RootVolume & { availabilityZone: string; deviceName: string; instanceId: string; tags: Tags },
): VolumeState {
  const volume: VolumeState = { id: context.newId("vol"), createdAt: context.now, ...wanted };
  context.region.ec2.volumes[volume.id] = volume;
  return volume;
}

/** What DeleteVolume's "yes" is short of; AWS's guide allows for minutes. */
const deleteMs = (context: Context) => context.randomInteger(2_000, 10_000);

function stateOf(volume: VolumeState): "in-use" | "available" | "deleting" {
  if (volume.isDeleting) return "deleting";
  return volume.instanceId ? "in-use" : "available";
}

/** The volume that an instance starts from; undefined where it was detached. */
export function rootVolumeOf(context: Context, instance: InstanceState): VolumeState | undefined {
  const volume = context.region.ec2.volumes[instance.volumeId];
  return volume?.instanceId === instance.id ? volume : undefined;
}

/** At the end of its instance: goes with it, or stays and belongs to nobody. */
export function releaseVolume(context: Context, instance: InstanceState): void {
  const volume = rootVolumeOf(context, instance);
  if (volume?.deleteOnTermination) delete context.region.ec2.volumes[volume.id];
  else delete volume?.instanceId;
}

/**
 * ModifyInstanceAttribute's block device mappings: whether volumes go with their instance.
 * @throws AwsError for a device that the instance does not have; code and text are Eucalyptus's for the same [U]
 */
export function keepOrNot(
  context: Context,
  instance: InstanceState,
  mappings: readonly InstanceBlockDeviceMappingSpecification[],
): void {
  const volume = rootVolumeOf(context, instance);
  for (const { DeviceName, Ebs } of mappings) {
    if (!volume || volume.deviceName !== DeviceName)
      throw new AwsError("InvalidInstanceAttributeValue", `No device is currently mapped at ${DeviceName}`);
    volume.deleteOnTermination = Ebs?.DeleteOnTermination ?? true;
  }
}

function show(context: Context, volume: VolumeState): Volume {
  const { id, volumeType, encrypted, instanceId } = volume;
  return {
    VolumeId: id,
    AvailabilityZone: volume.availabilityZone,
    CreateTime: new Date(volume.createdAt),
    Encrypted: encrypted,
    ...(encrypted && { KmsKeyId: `arn:aws:kms:${context.regionName}:${context.account}:alias/aws/ebs` }),
    Size: volume.sizeGiB,
    State: stateOf(volume),
    VolumeType: volumeType as "gp2" | "gp3" | "standard",
    ...(volumeType === "gp3" && { Iops: 3000, Throughput: 125 }),
    MultiAttachEnabled: false,
    Attachments: instanceId ? [showAttachment(volume, "attached")] : [],
    Tags: tagSet(volume.tags),
  };
}

function showAttachment(volume: VolumeState, State: "attached" | "detaching"): VolumeAttachment {
  return {
    VolumeId: volume.id,
    InstanceId: volume.instanceId,
    Device: volume.deviceName,
    State,
    AttachTime: new Date(volume.createdAt),
    DeleteOnTermination: volume.deleteOnTermination,
  };
}

const FILTERS: FilterFields<VolumeState> = {
  "volume-id": (item) => item.id,
  "availability-zone": (item) => item.availabilityZone,
  encrypted: (item) => item.encrypted,
  size: (item) => item.sizeGiB,
  status: stateOf,
  "volume-type": (item) => item.volumeType,
  "attachment.instance-id": (item) => item.instanceId,
  "attachment.device": (item) => item.instanceId && item.deviceName,
  "attachment.status": (item) => item.instanceId && "attached",
  "attachment.delete-on-termination": (item) => item.instanceId && item.deleteOnTermination,
};

const describeVolumes = operation<DescribeVolumesRequest, object>(
  DescribeVolumes$,
  ["VolumeIds", "Filters", "MaxResults", "NextToken"],
  (context, input) => {
    const { items, NextToken } = select(context, VOLUME, input.VolumeIds, input, FILTERS);
    return { Volumes: items.map((item) => show(context, item)), NextToken };
  },
);

/** One that is being deleted is shown still, but cannot be named any more [U]. */
function findToChange(context: Context, id: string | undefined): VolumeState {
  const volume = find(context, VOLUME, id);
  if (volume.isDeleting) throw notFound(VOLUME, volume.id);
  return volume;
}

const deleteVolume = operation<DeleteVolumeRequest, object>(DeleteVolume$, ["VolumeId"], (context, input) => {
  const volume = findToChange(context, input.VolumeId);
  if (volume.instanceId)
    throw new AwsError("VolumeInUse", `Volume ${volume.id} is currently attached to ${volume.instanceId}`);
  volume.isDeleting = true;
  const at = context.now + deleteMs(context);
  context.schedule(at, { kind: "ec2.volume-deleted", region: context.regionName, subject: volume.id });
  return {};
});

const detachVolume = operation<DetachVolumeRequest, VolumeAttachment>(
  DetachVolume$,
  ["VolumeId", "InstanceId", "Device"],
  (context, input) => {
    const volume = findToChange(context, input.VolumeId);
    const { id, instanceId, deviceName } = volume;
    if (instanceId === undefined)
      throw new AwsError("IncorrectState", `Volume '${id}' is in the 'available' state.`);
    if ((input.InstanceId ?? instanceId) !== instanceId || (input.Device ?? deviceName) !== deviceName)
      throw new AwsError(
        "InvalidAttachment.NotFound",
        `Volume '${id}' is not attached to instance '${input.InstanceId ?? instanceId}' as device '${input.Device ?? deviceName}'`,
      );
    if (context.region.ec2.instances[instanceId]?.state !== "stopped")
      throw new AwsError(
        "IncorrectState",
        `Unable to detach root volume '${id}' from instance '${instanceId}'`,
      );
    const attachment = showAttachment(volume, "detaching");
    delete volume.instanceId;
    return attachment;
  },
);

export const volumeEvents: Readonly<Record<string, EventHandler>> = {
  "ec2.volume-deleted": (context, { subject }) => {
    delete context.region.ec2.volumes[subject];
  },
};

export const volumeOperations = [describeVolumes, deleteVolume, detachVolume];
