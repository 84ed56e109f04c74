/** Whether an instance type can be launched: in this zone, on this image, within the account's vCPU quota. */
import type { Context } from "../../context.ts";
import { AwsError } from "../../error.ts";
import { INSTANCE_TYPES, instanceTypeNamed, zonesOffering } from "../instance-type-catalogue.ts";
import { quotasOf } from "../quotas.ts";
import type { Image } from "./images.ts";

/** Whether instances of this type run on the Nitro system: their flow logs aggregate in a minute or less. */
export function isNitro(instanceType: string): boolean {
  return INSTANCE_TYPES.find(({ name }) => name === instanceType)?.hypervisor === "nitro";
}

/** @throws AwsError InvalidParameterValue, Unsupported (AWS-FACTS §2) */
export function requireOffered(context: Context, typeName: string, image: Image, zoneName: string): void {
  if (!INSTANCE_TYPES.some(({ name }) => name === typeName))
    throw new AwsError("InvalidParameterValue", `Invalid value '${typeName}' for InstanceType.`);
  const type = instanceTypeNamed(typeName, context.regionName);
  if (!type)
    throw new AwsError(
      "Unsupported",
      "The requested configuration is currently not supported. Please check the documentation for supported configurations.",
    );
  const zones = zonesOffering(type, context.regionName).map(({ name }) => name);
  if (!zones.includes(zoneName))
    throw new AwsError(
      "Unsupported",
      `Your requested instance type (${typeName}) is not supported in your requested Availability Zone (${zoneName}). Please retry your request by not specifying an Availability Zone or choosing ${zones.join(", ")}.`,
    );
  if (type.architecture !== image.architecture)
    throw new AwsError(
      "InvalidParameterValue",
      `The architecture '${type.architecture}' of the specified instance type does not match the architecture '${image.architecture}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again.`,
    );
}

/**
 * How many instances of this type the account may still have, from `least` to `most`.
 * @throws AwsError VcpuLimitExceeded if not even `least`
 */
export function requireVcpus(context: Context, typeName: string, least: number, most: number): number {
  const limit = quotasOf(context).vcpus;
  const used = Object.values(context.region.ec2.instances)
    .filter(({ state }) => state === "pending" || state === "running" || state === "stopping")
    .reduce((sum, instance) => sum + vcpusOf(instance.instanceType), 0);
  const possible = Math.min(most, Math.floor((limit - used) / vcpusOf(typeName)));
  if (possible >= least) return possible;
  throw new AwsError(
    "VcpuLimitExceeded",
    `You have requested more vCPU capacity than your current vCPU limit of ${limit} allows for the instance bucket that the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.`,
  );
}

function vcpusOf(typeName: string): number {
  return INSTANCE_TYPES.find(({ name }) => name === typeName)?.vcpus ?? 1;
}
