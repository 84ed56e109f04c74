/** Elastic IPs: public addresses that are the account's until it releases them, and cost by the hour until then. */
import {
  type Address,
  DescribeAddressesCommand,
  DisassociateAddressCommand,
  ReleaseAddressCommand,
} from "@aws-sdk/client-ec2";
import type { Aws } from "./clients.ts";
import { absentIsFine, type Deletion, deleteUntilGone } from "./deletion.ts";
import { isCode } from "./errors.ts";

/** The address of this allocation; undefined where it was released. */
async function findAddress(aws: Aws, allocationId: string): Promise<Address | undefined> {
  const byId = [{ Name: "allocation-id", Values: [allocationId] }];
  const { Addresses = [] } = await aws.ec2.send(new DescribeAddressesCommand({ Filters: byId }));
  return Addresses[0];
}

/** Takes the address from whatever has it and gives it back to AWS. */
export function releaseAddress(aws: Aws, allocationId: string): Promise<Deletion> {
  return deleteUntilGone(aws, {
    what: `Elastic IP ${allocationId}`,
    atMostMs: 120_000,
    passes: (error) => isCode(error, "InvalidIPAddress.InUse"),
    delete: async () => {
      const address = await findAddress(aws, allocationId);
      const AssociationId = address?.AssociationId;
      // It may go with the instance or the NAT gateway that had it.
      if (AssociationId !== undefined)
        await absentIsFine(() => aws.ec2.send(new DisassociateAddressCommand({ AssociationId })));
      await aws.ec2.send(new ReleaseAddressCommand({ AllocationId: allocationId }));
    },
    isThere: async () => (await findAddress(aws, allocationId)) !== undefined,
  });
}
