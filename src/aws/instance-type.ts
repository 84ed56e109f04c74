/** Which instance type the account may have, and where. */
import {
  type _InstanceType,
  DescribeInstanceTypesCommand,
  type Filter,
  paginateDescribeInstanceTypeOfferings,
  paginateDescribeInstanceTypes,
} from "@aws-sdk/client-ec2";
import type { Aws } from "./clients.ts";
import { isCode, LabError } from "./errors.ts";
import { allPages } from "./tags.ts";

/** What the tutorial has. */
const TUTORIAL_TYPE = "t2.micro";
/** What newer accounts get for free instead; x86 as well, so the image stays the same. */
const OTHER_TYPE = "t3.micro";

/**
 * The type that was asked for; else t2.micro where it is free for this account and offered, else t3.micro: accounts
 * opened since July 2025 are refused t2.micro (AWS-FACTS §2).
 * @param wanted the learner's `--instance-type`
 * @param availabilityZone where it must be offered; anywhere in the Region if undefined
 * @throws LabError for a type that AWS does not know, does not offer there, or that is not x86
 */
export async function chooseInstanceType(
  aws: Aws,
  wanted?: string | undefined,
  availabilityZone?: string | undefined,
): Promise<string> {
  if (wanted !== undefined) return checkWanted(aws, wanted, availabilityZone);
  const [free, offering] = await Promise.all([
    freeTypes(aws),
    zonesOffering(aws, TUTORIAL_TYPE, availabilityZone),
  ]);
  return free.has(TUTORIAL_TYPE) && offering.size > 0 ? TUTORIAL_TYPE : OTHER_TYPE;
}

/** The Availability Zones that offer a type, by name. */
export async function zonesOffering(
  aws: Aws,
  instanceType: string,
  availabilityZone?: string | undefined,
): Promise<ReadonlySet<string>> {
  const filters: Filter[] = [{ Name: "instance-type", Values: [instanceType] }];
  if (availabilityZone !== undefined) filters.push({ Name: "location", Values: [availabilityZone] });
  const offerings = await allPages(
    paginateDescribeInstanceTypeOfferings(
      { client: aws.ec2 },
      { LocationType: "availability-zone", Filters: filters },
    ),
    (page) => page.InstanceTypeOfferings,
  );
  return new Set(offerings.flatMap(({ Location }) => Location ?? []));
}

/** The types that are free for the calling account. */
async function freeTypes(aws: Aws): Promise<ReadonlySet<string>> {
  const types = await allPages(
    paginateDescribeInstanceTypes(
      { client: aws.ec2 },
      { Filters: [{ Name: "free-tier-eligible", Values: ["true"] }] },
    ),
    (page) => page.InstanceTypes,
  );
  return new Set(types.flatMap(({ InstanceType }) => InstanceType ?? []));
}

async function checkWanted(aws: Aws, wanted: string, availabilityZone: string | undefined): Promise<string> {
  const choose = "Leave --instance-type out to have one chosen, or name another x86 type such as t3.micro.";
  const [architectures, offering] = await Promise.all([
    architecturesOf(aws, wanted),
    zonesOffering(aws, wanted, availabilityZone),
  ]);
  const where = availabilityZone ?? aws.region;
  if (architectures === undefined || offering.size === 0)
    throw new LabError("instance-type", `${where} does not offer the instance type ${wanted}.`, {
      next: [choose],
    });
  if (!architectures.includes("x86_64"))
    throw new LabError("instance-type", `${wanted} is an ${architectures.join("/")} type.`, {
      why: "The lab's image is Amazon Linux 2023 for x86_64.",
      next: [choose],
    });
  return wanted;
}

/** Undefined for a type that AWS does not know in this Region. */
async function architecturesOf(aws: Aws, instanceType: string): Promise<readonly string[] | undefined> {
  try {
    const { InstanceTypes } = await aws.ec2.send(
      // The SDK lists the types of its day; AWS has newer ones.
      new DescribeInstanceTypesCommand({ InstanceTypes: [instanceType as _InstanceType] }),
    );
    return InstanceTypes?.[0]?.ProcessorInfo?.SupportedArchitectures;
  } catch (error) {
    if (isCode(error, "InvalidInstanceType", "InvalidParameterValue")) return undefined;
    throw error;
  }
}
