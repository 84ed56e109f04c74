/** What AWS has on offer before anything is made: Regions, zones, images, and what the account may have. */
import {
  DescribeAccountAttributes$,
  type DescribeAccountAttributesRequest,
  type DescribeAccountAttributesResult,
  DescribeAvailabilityZones$,
  type DescribeAvailabilityZonesRequest,
  type DescribeAvailabilityZonesResult,
  DescribeImages$,
  type DescribeImagesRequest,
  type DescribeImagesResult,
  DescribeRegions$,
  type DescribeRegionsRequest,
  type DescribeRegionsResult,
  type Image,
} from "@aws-sdk/client-ec2";
import type { Context } from "../context.ts";
import { AwsError } from "../error.ts";
import { type Operation, operation } from "../operation.ts";
import { refuseIdsInPages } from "./describe.ts";
import { filtered } from "./filters.ts";
import { operations as instanceTypes } from "./instance-types.ts";
import { AMAZON_IMAGE_OWNER, type Image as ImageState, imagesIn, requireImage } from "./instances/images.ts";
import { page } from "./pages.ts";
import { quotasOf } from "./quotas.ts";
import { REGIONS, type Region, zonesOf } from "./regions.ts";
import { defaultVpcOf } from "./security-groups.ts";

function describeRegions(_context: Context, input: DescribeRegionsRequest): DescribeRegionsResult {
  for (const name of input.RegionNames ?? [])
    if (!REGIONS.some((region) => region.name === name))
      throw new AwsError("InvalidParameterValue", `Invalid region provided: ${name}`);
  const wanted = REGIONS.filter(({ name }) => !input.RegionNames?.length || input.RegionNames.includes(name));
  const endpoint = (region: Region) => `ec2.${region.name}.amazonaws.com`;
  const optInStatus = (region: Region) => (region.isOptIn ? "opted-in" : "opt-in-not-required");
  const passing = filtered(wanted, input.Filters, {
    endpoint,
    "opt-in-status": optInStatus,
    "region-name": (region) => region.name,
  });
  return {
    Regions: passing.map((region) => ({
      RegionName: region.name,
      Endpoint: endpoint(region),
      OptInStatus: optInStatus(region),
    })),
  };
}

function describeAvailabilityZones(
  context: Context,
  input: DescribeAvailabilityZonesRequest,
): DescribeAvailabilityZonesResult {
  const { regionName } = context;
  const zones = zonesOf(regionName);
  for (const name of input.ZoneNames ?? [])
    if (!zones.some((zone) => zone.name === name))
      throw new AwsError("InvalidParameterValue", `Invalid availability zone: [${name}]`);
  for (const id of input.ZoneIds ?? [])
    if (!zones.some((zone) => zone.id === id))
      throw new AwsError("InvalidParameterValue", `Invalid availability zone-id: [${id}]`);
  const wanted = zones.filter(
    (zone) =>
      (!input.ZoneNames?.length || input.ZoneNames.includes(zone.name)) &&
      (!input.ZoneIds?.length || input.ZoneIds.includes(zone.id)),
  );
  const passing = filtered(wanted, input.Filters, {
    "group-name": () => `${regionName}-zg-1`,
    "opt-in-status": () => "opt-in-not-required",
    "region-name": () => regionName,
    state: () => "available",
    "zone-id": (zone) => zone.id,
    "zone-name": (zone) => zone.name,
    "zone-type": () => "availability-zone",
  });
  return {
    AvailabilityZones: passing.map((zone) => ({
      ZoneName: zone.name,
      ZoneId: zone.id,
      RegionName: regionName,
      GroupName: `${regionName}-zg-1`,
      NetworkBorderGroup: regionName,
      ZoneType: "availability-zone",
      OptInStatus: "opt-in-not-required",
      State: "available",
      Messages: [],
    })),
  };
}

function describeAccountAttributes(
  context: Context,
  input: DescribeAccountAttributesRequest,
): DescribeAccountAttributesResult {
  const quotas = quotasOf(context);
  const attributes: Record<string, string | number> = {
    "supported-platforms": "VPC",
    "default-vpc": defaultVpcOf(context)?.id ?? "none",
    "max-instances": 20,
    "vpc-max-security-groups-per-interface": quotas.securityGroupsPerInterface,
    "max-elastic-ips": quotas.elasticAddresses,
    "vpc-max-elastic-ips": quotas.elasticAddresses,
  };
  for (const name of input.AttributeNames ?? [])
    if (!Object.hasOwn(attributes, name))
      throw new AwsError("InvalidParameterValue", `Value (${name}) for parameter attribute is invalid.`);
  const wanted = Object.entries(attributes).filter(
    ([name]) => !input.AttributeNames?.length || input.AttributeNames.some((other) => other === name),
  );
  return {
    AccountAttributes: wanted.map(([AttributeName, value]) => ({
      AttributeName,
      AttributeValues: [{ AttributeValue: String(value) }],
    })),
  };
}

function describeImages(context: Context, input: DescribeImagesRequest): DescribeImagesResult {
  refuseIdsInPages("imagesSet", input.ImageIds, input);
  const wanted = input.ImageIds?.length
    ? [...new Set(input.ImageIds)].map((id) => requireImage(context.regionName, id))
    : imagesIn(context.regionName);
  const owners = input.Owners ?? [];
  // All images here are Amazon's: an account that asks for its own has none.
  const isOwned = owners.length === 0 || owners.includes("amazon") || owners.includes(AMAZON_IMAGE_OWNER);
  const passing = filtered(isOwned ? wanted : [], input.Filters, {
    architecture: (image) => image.architecture,
    "creation-date": (image) => image.creationDate,
    description: (image) => image.description,
    "image-id": (image) => image.imageId,
    "image-type": () => "machine",
    "is-public": () => true,
    name: (image) => image.name,
    "owner-alias": () => "amazon",
    "owner-id": () => AMAZON_IMAGE_OWNER,
    "root-device-name": (image) => image.rootDeviceName,
    "root-device-type": () => "ebs",
    state: () => "available",
    "virtualization-type": () => "hvm",
  });
  const { items, NextToken } = page(passing, (image) => image.imageId, input);
  return { Images: items.map(describeImage), NextToken };
}

function describeImage(image: ImageState): Image {
  return {
    ImageId: image.imageId,
    Name: image.name,
    Description: image.description,
    Architecture: image.architecture,
    ImageLocation: `amazon/${image.name}`,
    ImageOwnerAlias: "amazon",
    ImageType: "machine",
    OwnerId: AMAZON_IMAGE_OWNER,
    Public: true,
    State: "available",
    CreationDate: image.creationDate,
    PlatformDetails: "Linux/UNIX",
    UsageOperation: "RunInstances",
    VirtualizationType: "hvm",
    Hypervisor: "xen",
    EnaSupport: true,
    BootMode: "uefi-preferred",
    ImdsSupport: "v2.0",
    RootDeviceName: image.rootDeviceName,
    RootDeviceType: "ebs",
    BlockDeviceMappings: [
      {
        DeviceName: image.rootDeviceName,
        Ebs: {
          SnapshotId: image.snapshotId,
          VolumeSize: image.rootVolumeGiB,
          VolumeType: "gp3",
          DeleteOnTermination: true,
          Encrypted: false,
        },
      },
    ],
  };
}

export const operations: readonly Operation[] = [
  operation(DescribeRegions$, ["RegionNames", "AllRegions", "Filters"], describeRegions),
  operation(
    DescribeAvailabilityZones$,
    ["ZoneNames", "ZoneIds", "AllAvailabilityZones", "Filters"],
    describeAvailabilityZones,
  ),
  operation(DescribeAccountAttributes$, ["AttributeNames"], describeAccountAttributes),
  operation(
    DescribeImages$,
    ["ImageIds", "Owners", "Filters", "IncludeDeprecated", "MaxResults", "NextToken"],
    describeImages,
  ),
  ...instanceTypes,
];
