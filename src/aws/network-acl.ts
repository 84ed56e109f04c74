/** Network ACLs: the stateless filter at a subnet's edge. The lab keeps each VPC's default one, which allows all. */
import {
  DeleteNetworkAclCommand,
  type Filter,
  type NetworkAcl,
  paginateDescribeNetworkAcls,
} from "@aws-sdk/client-ec2";
import type { Aws } from "./clients.ts";
import { type Deletion, deleteUntilGone } from "./deletion.ts";
import { allPages, paging } from "./tags.ts";

export function describeNetworkAcls(aws: Aws, filters: Filter[]): Promise<NetworkAcl[]> {
  return allPages(
    paginateDescribeNetworkAcls(paging(aws, filters), { Filters: filters }),
    (page) => page.NetworkAcls,
  );
}

/** The one that a subnet follows; undefined for an unknown subnet. */
export async function networkAclOf(aws: Aws, subnetId: string): Promise<NetworkAcl | undefined> {
  const [acl] = await describeNetworkAcls(aws, [{ Name: "association.subnet-id", Values: [subnetId] }]);
  return acl;
}

/** Deletes one that is not a VPC's default; waits up to 5 minutes for the subnets that follow it to go. */
export function deleteNetworkAcl(aws: Aws, id: string): Promise<Deletion> {
  return deleteUntilGone(aws, {
    what: `network ACL ${id}`,
    atMostMs: 300_000,
    delete: () => aws.ec2.send(new DeleteNetworkAclCommand({ NetworkAclId: id })),
    isThere: async () =>
      (await describeNetworkAcls(aws, [{ Name: "network-acl-id", Values: [id] }])).length > 0,
  });
}
