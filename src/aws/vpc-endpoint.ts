/** VPC endpoints: private ways to AWS's services. The lab has none; GuardDuty plants them, and learners make them. */
import {
  DeleteVpcEndpointsCommand,
  type Filter,
  paginateDescribeVpcEndpoints,
  type VpcEndpoint,
} from "@aws-sdk/client-ec2";
import type { Aws } from "./clients.ts";
import { type Deletion, deleteUntilGone } from "./deletion.ts";
import { refusalWithin } from "./errors.ts";
import { allPages, paging } from "./tags.ts";

/** Those that stand; AWS shows a deleted one for a while. */
export async function describeVpcEndpoints(aws: Aws, filters: Filter[]): Promise<VpcEndpoint[]> {
  const endpoints = await allPages(
    paginateDescribeVpcEndpoints(paging(aws, filters), { Filters: filters }),
    (page) => page.VpcEndpoints,
  );
  return endpoints.filter(({ State }) => State?.toLowerCase() !== "deleted");
}

/** Deletes one and waits, up to 10 minutes, until its interfaces are gone with it. */
export function deleteVpcEndpoint(aws: Aws, id: string): Promise<Deletion> {
  return deleteUntilGone(aws, {
    what: `VPC endpoint ${id}`,
    atMostMs: 600_000,
    delete: async () => {
      const { Unsuccessful } = await aws.ec2.send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: [id] }));
      const refusal = refusalWithin(Unsuccessful);
      if (refusal) throw refusal;
    },
    isThere: async () =>
      (await describeVpcEndpoints(aws, [{ Name: "vpc-endpoint-id", Values: [id] }])).length > 0,
  });
}
