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

function isInUse(error: unknown): boolean {
  return (
    isCode(error, "InvalidNetworkInterface.InUse") ||
    (isCode(error, "InvalidParameterValue") &&
      error instanceof Error &&
      error.message.includes("currently in use"))
  );
}
