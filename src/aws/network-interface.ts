/** Network interfaces: they come and go with their instances. */
import { type Filter, type NetworkInterface, paginateDescribeNetworkInterfaces } from "@aws-sdk/client-ec2";
import type { Aws } from "./clients.ts";
import { allPages } from "./tags.ts";
import { waitFor } from "./waits.ts";

export function describeNetworkInterfaces(aws: Aws, filters: Filter[]): Promise<NetworkInterface[]> {
  return allPages(
    paginateDescribeNetworkInterfaces({ client: aws.ec2 }, { Filters: filters }),
    (page) => page.NetworkInterfaces,
  );
}

/**
 * Waits until nothing matches any more: the interface of a terminated instance stays for another 30 to 90 s and keeps
 * its subnet and its security group (AWS-FACTS §1).
 * @throws LabError "timed-out" after 10 minutes
 */
export async function waitUntilNetworkInterfacesGone(
  aws: Aws,
  what: string,
  filters: Filter[],
): Promise<void> {
  const wait = { what: `${what} to go`, atMostMs: 600_000, everyMs: 3_000 };
  await waitFor(aws, wait, async () =>
    (await describeNetworkInterfaces(aws, filters)).length === 0 ? true : undefined,
  );
}
