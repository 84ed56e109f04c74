/** Instances: two machines that talk to each other. */
import { randomUUID } from "node:crypto";
import {
  type _InstanceType,
  type Filter,
  type Instance,
  paginateDescribeInstances,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { byText } from "../lab/order.ts";
import { type LabSpec, type Part, type Side, TAG_PART } from "../lab/spec.ts";
import { given } from "./answer.ts";
import type { Aws } from "./clients.ts";
import { type Deletion, deleteUntilGone } from "./deletion.ts";
import { isCode, isNotFound } from "./errors.ts";
import { launchRefusal } from "./launch-refusal.ts";
import { allPages, labFilters, paging, partFilters, tagSpecifications, tagValue } from "./tags.ts";
import { retryWhile, waitFor } from "./waits.ts";

export async function describeInstances(aws: Aws, filters: Filter[]): Promise<Instance[]> {
  const reservations = await allPages(
    paginateDescribeInstances(paging(aws, filters), { Filters: filters }),
    (page) => page.Reservations,
  );
  return reservations.flatMap((reservation) => reservation.Instances ?? []);
}

/** Terminated: AWS shows it for about another hour. */
export function isGone(instance: Instance): boolean {
  return instance.State?.Name === "terminated";
}

/** Whether it is there to stay: one that is shutting down is as good as terminated. */
export function isStanding(instance: Instance): boolean {
  return !isGone(instance) && instance.State?.Name !== "shutting-down";
}

/** Those of VPC 1 or 2 that are there to stay, oldest first. */
export async function findInstances(aws: Aws, spec: LabSpec, side: Side): Promise<Instance[]> {
  return standing(await describeInstances(aws, partFilters(spec, `instance-${side}`)));
}

/** The same of both VPCs, in one call. */
export async function findBothInstances(aws: Aws, spec: LabSpec): Promise<[Instance[], Instance[]]> {
  const instances = standing(await describeInstances(aws, labFilters(spec)));
  const of = (part: Part) => instances.filter(({ Tags }) => tagValue(Tags, TAG_PART) === part);
  return [of("instance-1"), of("instance-2")];
}

function standing(instances: readonly Instance[]): Instance[] {
  const age = ({ LaunchTime, InstanceId }: Instance) => `${LaunchTime?.toISOString() ?? ""} ${InstanceId}`;
  return instances.filter(isStanding).sort(byText(age));
}

export interface Launch {
  readonly imageId: string;
  readonly instanceType: string;
  readonly subnetId: string;
  readonly securityGroupId: string;
  /** When the instance profile was made, in ms; undefined: long ago. */
  readonly profileMadeAt?: number | undefined;
}

/** Amazon Linux 2023's root device. */
const ROOT_DEVICE = "/dev/xvda";
const PROFILE_PROPAGATION_MS = 120_000;
/**
 * EC2 knows no profile sooner than that (AWS-FACTS §3: seconds to 10 s). To ask sooner is not free: of all calls an
 * account may make RunInstances least often (see waits.ts), and a refused one counts.
 */
const PROFILE_KNOWN_AFTER_MS = 5_000;

/**
 * Starts instance 1 or 2: no key pair, IMDSv2 alone, an encrypted root volume, everything tagged. Tries for 2 minutes
 * while the instance profile propagates (AWS-FACTS §1). Does not wait until it runs.
 */
export async function runInstance(aws: Aws, spec: LabSpec, side: Side, launch: Launch): Promise<Instance> {
  const command = new RunInstancesCommand({
    // Random, and the same in each try: a lost answer makes no second instance. Never derived from names: AWS knows
    // a token for a day after its instance is gone (AWS-FACTS §6).
    ClientToken: randomUUID(),
    MinCount: 1,
    MaxCount: 1,
    ImageId: launch.imageId,
    // The SDK lists the types of its day; AWS has newer ones.
    InstanceType: launch.instanceType as _InstanceType,
    SubnetId: launch.subnetId,
    SecurityGroupIds: [launch.securityGroupId],
    IamInstanceProfile: { Name: spec.nameOf("instance-profile") },
    MetadataOptions: { HttpTokens: "required", HttpEndpoint: "enabled" },
    BlockDeviceMappings: [
      { DeviceName: ROOT_DEVICE, Ebs: { Encrypted: true, VolumeType: "gp3", DeleteOnTermination: true } },
    ],
    InstanceInitiatedShutdownBehavior: "terminate",
    ...(spec.hours !== undefined && { UserData: powerOffAfter(spec.hours) }),
    TagSpecifications: tagSpecifications(
      spec.tagsOf(`instance-${side}`),
      "instance",
      "volume",
      "network-interface",
    ),
  });
  const { profileMadeAt } = launch;
  const wait = {
    what: "AWS to know the new instance profile",
    atMostMs: PROFILE_PROPAGATION_MS,
    soonestMs: profileMadeAt === undefined ? 0 : profileMadeAt + PROFILE_KNOWN_AFTER_MS - aws.clock.now(),
    everyMs: 1_000,
  };
  try {
    const answer = await retryWhile(
      aws,
      wait,
      (error) => isProfilePropagating(error) || isNotVisibleYet(error),
      () => aws.ec2.send(command),
    );
    return given(answer.Instances?.[0], "the new instance");
  } catch (error) {
    throw launchRefusal(error, launch.instanceType, aws.region) ?? error;
  }
}

function isProfilePropagating(error: unknown): boolean {
  return (
    isCode(error, "InvalidParameterValue") &&
    error instanceof Error &&
    /iamInstanceProfile|IAM Instance Profile/i.test(error.message)
  );
}

/** The subnet or the group made a moment ago. An image that is not found stays so. */
function isNotVisibleYet(error: unknown): boolean {
  return isNotFound(error) && !isCode(error, "InvalidAMIID.NotFound");
}

/**
 * The script of the first boot: the machine powers off by itself, and with its shutdown behaviour that terminates it.
 * @param hours from boot
 * @returns in base64, as EC2 takes it
 */
function powerOffAfter(hours: number): string {
  return Buffer.from(`#!/bin/sh\nshutdown -P +${Math.round(hours * 60)}\n`).toString("base64");
}

/** Terminates an instance and waits, up to 20 minutes, until it is. Which of its volumes stay: see volume.ts. */
export async function terminateInstance(aws: Aws, instanceId: string): Promise<Deletion> {
  const deletion = await beginTermination(aws, instanceId);
  if (deletion === "deleted") await waitUntilTerminated(aws, [instanceId]);
  return deletion;
}

/**
 * Has an instance terminated, and does not wait for it. One a call: of several, AWS terminates none where it may not
 * terminate one of them.
 */
export function beginTermination(aws: Aws, instanceId: string): Promise<Deletion> {
  return deleteUntilGone(aws, {
    what: `instance ${instanceId}`,
    atMostMs: 60_000,
    delete: () => aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [instanceId] })),
    isThere: async () => false,
  });
}

/** Half a minute and more, as a rule (AWS-FACTS §3); a stopped one goes sooner. */
const TERMINATES_AFTER_MS = 20_000;

/** Waits, up to 20 minutes, until all of these are terminated. */
export async function waitUntilTerminated(aws: Aws, instanceIds: readonly string[]): Promise<void> {
  const wait = {
    what: `${instanceIds.join(" and ")} to be terminated`,
    atMostMs: 1_200_000,
    // No hurry: what waits for it waits for the interfaces, too, and those go later.
    everyMs: 3_000,
  };
  const areGone = async () => {
    const instances = await describeInstances(aws, [{ Name: "instance-id", Values: [...instanceIds] }]);
    return instances.every(isGone) || undefined;
  };
  // Stopped or terminated before, perhaps.
  if (await areGone()) return;
  await waitFor(aws, { ...wait, soonestMs: TERMINATES_AFTER_MS }, areGone);
}
