/** Network interfaces: they come and go with their instances. */
import { type Filter, type NetworkInterface, paginateDescribeNetworkInterfaces } from "@aws-sdk/client-ec2";
import type { Aws } from "./clients.ts";
import { allPages } from "./tags.ts";

export function describeNetworkInterfaces(aws: Aws, filters: Filter[]): Promise<NetworkInterface[]> {
  return allPages(
    paginateDescribeNetworkInterfaces({ client: aws.ec2 }, { Filters: filters }),
    (page) => page.NetworkInterfaces,
  );
}
