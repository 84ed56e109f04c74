/** What instance types cost of the account's vCPU quota, where they are offered, and how they are built. */
import type { Context } from "../../context.ts";
import { AwsError } from "../../error.ts";
import { quotasOf } from "../quotas.ts";

/** Families before the Nitro system. */
const XEN_FAMILIES: ReadonlySet<string> = new Set("t1 t2 m1 m2 m3 m4 c1 c3 c4 r3 r4 i2 d2 x1".split(" "));

/** Whether instances of this type run on the Nitro system: their flow logs aggregate in a minute or less. */
export function isNitro(instanceType: string): boolean {
  return !XEN_FAMILIES.has(instanceType.split(".")[0] ?? "");
}

const VCPUS: Readonly<Record<string, number>> = { "t2.micro": 1, "t3.micro": 2, "t3.small": 2 };

/** @throws AwsError Unsupported, InvalidParameterValue */
export function requireOffered(_: Context, instanceType: string, __: string): void {
  if (VCPUS[instanceType] === undefined)
    throw new AwsError("InvalidParameterValue", `Invalid value '${instanceType}' for InstanceType.`);
}

/**
 * How many instances of this type the account may still have, from `least` to `most`.
 * @throws AwsError VcpuLimitExceeded if not even `least`
 */
export function requireVcpus(context: Context, instanceType: string, least: number, most: number): number {
  const limit = quotasOf(context).vcpus;
  const used = Object.values(context.region.ec2.instances)
    .filter(({ state }) => state === "pending" || state === "running" || state === "stopping")
    .reduce((sum, instance) => sum + (VCPUS[instance.instanceType] ?? 0), 0);
  const possible = Math.min(most, Math.floor((limit - used) / (VCPUS[instanceType] ?? 1)));
  if (possible >= least) return possible;
  throw new AwsError(
    "VcpuLimitExceeded",
    `You have requested more vCPU capacity than your current vCPU limit of ${limit} allows for the instance bucket that the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.`,
  );
}
