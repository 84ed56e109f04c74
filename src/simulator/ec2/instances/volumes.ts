/** Root volumes: made with their instance, shown, gone with it. */
import {
  type BlockDeviceMapping,
  DescribeVolumes$,
  type DescribeVolumesRequest,
  type Volume,
} from "@aws-sdk/client-ec2";
import type { Context } from "../../context.ts";
import { AwsError } from "../../error.ts";
import { operation } from "../../operation.ts";
import { select } from "../describe.ts";
import type { FilterFields } from "../filters.ts";
import { VOLUME } from "../resources.ts";
import type { Tags, VolumeState } from "../state.ts";
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

const stateOf = (volume: VolumeState) => (volume.instanceId ? "in-use" : "available");

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
    Attachments: instanceId
      ? [
          {
            VolumeId: id,
            InstanceId: instanceId,
            Device: volume.deviceName,
            State: "attached",
            AttachTime: new Date(volume.createdAt),
            DeleteOnTermination: volume.deleteOnTermination,
          },
        ]
      : [],
    Tags: tagSet(volume.tags),
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

export const volumeOperations = [describeVolumes];
