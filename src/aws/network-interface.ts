/** Network interfaces: they come and go with their instances. */
import {
  DeleteNetworkInterfaceCommand,
  type Filter,
  type NetworkInterface,
  paginateDescribeNetworkInterfaces,
} from "@aws-sdk/client-ec2";
import type { Aws } from "./clients.ts";
import { type Deletion, deleteUntilGone } from "./deletion.ts";
import { isCode } from "./errors.ts";
import { allPages, paging } from "./tags.ts";
import { waitFor } from "./waits.ts";

export function describeNetworkInterfaces(aws: Aws, filters: Filter[]): Promise<NetworkInterface[]> {
  return allPages(
    paginateDescribeNetworkInterfaces(paging(aws, filters), { Filters: filters }),
    (page) => page.NetworkInterfaces,
  );
}

/** Deletes one that is not an instance's primary one; waits up to 5 minutes for what it is attached to to let go. */
export function deleteNetworkInterface(aws: Aws, id: string): Promise<Deletion> {
  return deleteUntilGone(aws, {
    what: `network interface ${id}`,
    atMostMs: 300_000,
    passes: isInUse,
    delete: () => aws.ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: id })),
    isThere: async () =>
      (await describeNetworkInterfaces(aws, [{ Name: "network-interface-id", Values: [id] }])).length > 0,
  });
}

/** From terminated: 10 s and more, so that they go 30 to 90 s after the call (AWS-FACTS §1). */
const RELEASED_AFTER_MS = 5_000;

/**
 * Waits, up to 2 minutes, until terminated instances have let go of their interfaces: until then groups and subnets
 * cannot be deleted, and asking for that is what AWS lets nobody do often.
 * @throws LabError "timed-out"
 */
export async function waitUntilReleased(aws: Aws, instanceIds: readonly string[]): Promise<void> {
  const wait = {
    what: `the network interfaces of ${instanceIds.join(" and ")} to go`,
    atMostMs: 120_000,
    soonestMs: RELEASED_AFTER_MS,
    everyMs: 1_000,
  };
  const attached = [{ Name: "attachment.instance-id", Values: [...instanceIds] }];
  await waitFor(
    aws,
    wait,
    async () => (await describeNetworkInterfaces(aws, attached)).length === 0 || undefined,
  );
}

function isInUse(error: unknown): boolean {
  return (
    isCode(error, "InvalidNetworkInterface.InUse") ||
    (isCode(error, "InvalidParameterValue") &&
      error instanceof Error &&
      error.message.includes("currently in use"))
  );
}
