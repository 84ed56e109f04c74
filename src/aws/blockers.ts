/**
 * What keeps a VPC, a subnet or a security group from being deleted. Only what carries the lab's tag is ever deleted
 * (a hand-made group, or what GuardDuty plants in a VPC, is not), so the best we can do is to name it.
 */
import type { Filter } from "@aws-sdk/client-ec2";
import { type LabSpec, TAG_LAB } from "../lab/spec.ts";
import type { Aws } from "./clients.ts";
import { LabError } from "./errors.ts";
import { describeNetworkInterfaces } from "./network-interface.ts";
import { tagValue } from "./tags.ts";

/** The interfaces of terminated instances take 30 to 90 s to go (AWS-FACTS §1): no reason to complain before that. */
const PATIENCE_MS = 120_000;

/**
 * Made for `deleteUntilGone`: once patience has run out, ends the wait if something is there that will not go by
 * itself.
 * @param what "Subnet subnet-0ab1"
 * @param look what is in the way, each in a few words
 * @throws LabError "blocked"
 */
export function giveUpWhenBlocked(
  what: string,
  look: () => Promise<readonly string[]>,
): (waitedMs: number) => Promise<void> {
  return async (waitedMs) => {
    if (waitedMs < PATIENCE_MS) return;
    const blockers = await look();
    if (blockers.length === 0) return;
    throw new LabError(
      "blocked",
      `${what} cannot be deleted while something is in it: ${blockers.join(", ")}.`,
      {
        next: ["Delete what is named here, then run `vpclab teardown` again."],
      },
    );
  };
}

/**
 * The network interfaces within a subnet or a security group that will not go by themselves. Those of the lab go with
 * their instance, unless they have been detached from it.
 */
export async function lastingNetworkInterfaces(
  aws: Aws,
  spec: LabSpec,
  filters: Filter[],
): Promise<string[]> {
  const networkInterfaces = await describeNetworkInterfaces(aws, filters);
  return networkInterfaces
    .filter(({ TagSet, Status }) => tagValue(TagSet, TAG_LAB) !== spec.lab || Status === "available")
    .map(({ NetworkInterfaceId, Description }) => {
      const description = Description ? ` (${Description})` : "";
      return `network interface ${NetworkInterfaceId}${description}`;
    });
}
