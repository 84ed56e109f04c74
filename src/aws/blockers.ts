/**
 * What keeps a VPC, its gateway, a subnet or a security group from being deleted. Only what carries the lab's tag is ever deleted
 * (a hand-made group, or what GuardDuty plants in a VPC, is not), so the best we can do is to name it.
 */
import type { Filter, NetworkInterface } from "@aws-sdk/client-ec2";
import { type LabSpec, TAG_LAB } from "../lab/spec.ts";
import type { Aws } from "./clients.ts";
import { LabError } from "./errors.ts";
import { describeInstances, isStanding } from "./instance.ts";
import { describeNetworkInterfaces } from "./network-interface.ts";
import { tagValue } from "./tags.ts";

/** The interfaces of terminated instances take 30 to 90 s to go (AWS-FACTS §1): no reason to complain before that. */
const PATIENCE_MS = 120_000;

/**
 * Made for `deleteUntilGone`: once patience has run out, ends the wait if something is there that will not go by
 * itself.
 * @param what "Subnet subnet-0ab1"
 * @param look what is in the way, each in a few words
 * @param keepsIt how it is in the way
 * @throws LabError "blocked"
 */
export function giveUpWhenBlocked(
  what: string,
  look: () => Promise<readonly string[]>,
  keepsIt = "something is in it",
): (waitedMs: number) => Promise<void> {
  return async (waitedMs) => {
    if (waitedMs < PATIENCE_MS) return;
    const blockers = await look();
    if (blockers.length === 0) return;
    throw new LabError("blocked", `${what} cannot be deleted while ${keepsIt}: ${blockers.join(", ")}.`, {
      next: ["Delete what is named here, then run `vpclab teardown` again."],
    });
  };
}

/**
 * The network interfaces within a VPC, a subnet or a security group that will not go by themselves. Those of the lab go
 * with their instance, unless they have been detached from it, or it goes on: one that is protected from termination.
 * @param isInTheWay which of them are; default: all
 */
export async function lastingNetworkInterfaces(
  aws: Aws,
  spec: LabSpec,
  filters: Filter[],
  isInTheWay: (networkInterface: NetworkInterface) => boolean = () => true,
): Promise<string[]> {
  const networkInterfaces = (await describeNetworkInterfaces(aws, filters)).filter(isInTheWay);
  const holders = await standingAmong(
    aws,
    networkInterfaces.flatMap((each) => holderOf(each) ?? []),
  );
  const lasts = (each: NetworkInterface) =>
    tagValue(each.TagSet, TAG_LAB) !== spec.lab ||
    each.Status === "available" ||
    holders.has(holderOf(each) ?? "");
  return networkInterfaces.filter(lasts).map((each) => {
    const description = each.Description ? ` (${each.Description})` : "";
    const holder = holderOf(each);
    const ofInstance = holder === undefined ? "" : ` of instance ${holder}`;
    return `network interface ${each.NetworkInterfaceId}${description}${ofInstance}`;
  });
}

function holderOf({ Attachment }: NetworkInterface): string | undefined {
  return Attachment?.InstanceId;
}

/** Those of these instances that nobody has had terminated. */
async function standingAmong(aws: Aws, instanceIds: readonly string[]): Promise<ReadonlySet<string>> {
  if (instanceIds.length === 0) return new Set();
  const instances = await describeInstances(aws, [{ Name: "instance-id", Values: [...instanceIds] }]);
  return new Set(instances.filter(isStanding).flatMap(({ InstanceId }) => InstanceId ?? []));
}
