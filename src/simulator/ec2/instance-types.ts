/** DescribeInstanceTypes and where each type is offered. */
import {
  type _InstanceType,
  DescribeInstanceTypeOfferings$,
  type DescribeInstanceTypeOfferingsRequest,
  type DescribeInstanceTypeOfferingsResult,
  DescribeInstanceTypes$,
  type DescribeInstanceTypesRequest,
  type DescribeInstanceTypesResult,
  type InstanceTypeInfo,
} from "@aws-sdk/client-ec2";
import type { Context } from "../context.ts";
import { AwsError } from "../error.ts";
import { type Operation, operation } from "../operation.ts";
import { filtered } from "./filters.ts";
import { type InstanceType, instanceTypesIn, zonesOffering } from "./instance-type-catalogue.ts";
import { page } from "./pages.ts";

/** Of EC2's other lists a page holds 1000 (API reference, MaxResults). */
const LARGEST_PAGE = 100;

function describeInstanceTypes(
  context: Context,
  input: DescribeInstanceTypesRequest,
): DescribeInstanceTypesResult {
  const types = instanceTypesIn(context.regionName);
  const names: readonly string[] = input.InstanceTypes ?? [];
  const missing = names.filter((name) => !types.some((type) => type.name === name));
  if (missing.length > 0)
    throw new AwsError(
      "InvalidInstanceType",
      `The following supplied instance types do not exist: [${missing.join(", ")}]`,
    );
  const wanted = types.filter(({ name }) => names.length === 0 || names.includes(name));
  const passing = filtered(wanted, input.Filters, {
    "bare-metal": () => false,
    "burstable-performance-supported": (type) => isBurstable(type),
    "current-generation": (type) => type.isCurrentGeneration,
    "free-tier-eligible": (type) => type.isFreeTierEligible,
    hypervisor: (type) => type.hypervisor,
    "instance-type": (type) => type.name,
    "memory-info.size-in-mib": (type) => type.memoryMiB,
    "processor-info.supported-architecture": (type) => type.architecture,
    "supported-root-device-type": () => "ebs",
    "supported-usage-class": () => ["on-demand", "spot"],
    "supported-virtualization-type": () => "hvm",
    "vcpu-info.default-vcpus": (type) => type.vcpus,
  });
  const { items, NextToken } = page(passing, ({ name }) => name, input, LARGEST_PAGE);
  return { InstanceTypes: items.map(describe), NextToken };
}

function isBurstable(type: InstanceType): boolean {
  return type.name.startsWith("t");
}

function describe(type: InstanceType): InstanceTypeInfo {
  return {
    InstanceType: type.name as _InstanceType,
    CurrentGeneration: type.isCurrentGeneration,
    FreeTierEligible: type.isFreeTierEligible,
    SupportedUsageClasses: ["on-demand", "spot"],
    SupportedRootDeviceTypes: ["ebs"],
    SupportedVirtualizationTypes: ["hvm"],
    BareMetal: false,
    Hypervisor: type.hypervisor,
    ProcessorInfo: { SupportedArchitectures: [type.architecture] },
    VCpuInfo: { DefaultVCpus: type.vcpus },
    MemoryInfo: { SizeInMiB: type.memoryMiB },
    InstanceStorageSupported: false,
    NetworkInfo: {
      NetworkPerformance: type.networkPerformance,
      EnaSupport: type.hypervisor === "nitro" ? "required" : "unsupported",
    },
    BurstablePerformanceSupported: isBurstable(type),
  };
}

function describeInstanceTypeOfferings(
  context: Context,
  input: DescribeInstanceTypeOfferingsRequest,
): DescribeInstanceTypeOfferingsResult {
  const { regionName } = context;
  const locationType = input.LocationType ?? "region";
  const locationsOf = (type: InstanceType): string[] => {
    switch (locationType) {
      case "region":
        return [regionName];
      case "availability-zone":
        return zonesOffering(type, regionName).map(({ name }) => name);
      case "availability-zone-id":
        return zonesOffering(type, regionName).map(({ id }) => id);
      default:
        throw new AwsError(
          "InvalidParameterValue",
          `Value (${locationType}) for parameter locationType is invalid.`,
        );
    }
  };
  const all = instanceTypesIn(regionName).flatMap((type) =>
    locationsOf(type).map((location) => ({ name: type.name, location })),
  );
  const passing = filtered(all, input.Filters, {
    "instance-type": ({ name }) => name,
    location: ({ location }) => location,
  });
  const { items, NextToken } = page(passing, ({ name, location }) => `${name} ${location}`, input);
  return {
    InstanceTypeOfferings: items.map(({ name, location }) => ({
      InstanceType: name as _InstanceType,
      LocationType: locationType,
      Location: location,
    })),
    NextToken,
  };
}

export const operations: readonly Operation[] = [
  operation(
    DescribeInstanceTypes$,
    ["InstanceTypes", "Filters", "MaxResults", "NextToken"],
    describeInstanceTypes,
  ),
  operation(
    DescribeInstanceTypeOfferings$,
    ["LocationType", "Filters", "MaxResults", "NextToken"],
    describeInstanceTypeOfferings,
  ),
];
