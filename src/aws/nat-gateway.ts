/** NAT gateways: the lab has none. One made by hand costs more an hour than the whole lab, and keeps its VPC. */
import {
  DeleteNatGatewayCommand,
  type Filter,
  type NatGateway,
  paginateDescribeNatGateways,
} from "@aws-sdk/client-ec2";
import type { Aws } from "./clients.ts";
import { type Deletion, deleteUntilGone } from "./deletion.ts";
import { isCode } from "./errors.ts";
import { allPages, paging } from "./tags.ts";

/** Those that stand; AWS shows a deleted one for about an hour. */
export async function describeNatGateways(aws: Aws, filters: Filter[]): Promise<NatGateway[]> {
  const gateways = await allPages(
    paginateDescribeNatGateways(paging(aws, filters), { Filter: filters }),
    (page) => page.NatGateways,
  );
  return gateways.filter(({ State }) => State !== "deleted");
}

/** Deletes one and waits, up to 10 minutes, until it is: the Elastic IP that it had then belongs to nobody. */
export async function deleteNatGateway(aws: Aws, id: string): Promise<Deletion> {
  try {
    return await deleteUntilGone(aws, {
      what: `NAT gateway ${id}`,
      atMostMs: 600_000,
      delete: () => aws.ec2.send(new DeleteNatGatewayCommand({ NatGatewayId: id })),
      isThere: async () =>
        (await describeNatGateways(aws, [{ Name: "nat-gateway-id", Values: [id] }])).length > 0,
    });
  } catch (error) {
    // Spelled unlike every other NotFound of EC2.
    if (isCode(error, "NatGatewayNotFound")) return "absent";
    throw error;
  }
}
