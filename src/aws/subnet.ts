/** Subnets: one public subnet in each VPC. */
import {
  CreateSubnetCommand,
  DeleteSubnetCommand,
  type Filter,
  ModifySubnetAttributeCommand,
  paginateDescribeSubnets,
  type Subnet,
} from "@aws-sdk/client-ec2";
import type { LabSpec, Side } from "../lab/spec.ts";
import { formatCidr, toCidr } from "../network/cidr.ts";
import { given } from "./answer.ts";
import { giveUpWhenBlocked, lastingNetworkInterfaces } from "./blockers.ts";
import type { Aws } from "./clients.ts";
import { type Deletion, deleteUntilGone } from "./deletion.ts";
import { isCode, LabError } from "./errors.ts";
import { allPages, lowestIdFirst, paging, partFilters, tagSpecifications } from "./tags.ts";
import { onceShown, onceVisible } from "./visible.ts";
import { waitFor } from "./waits.ts";

export function describeSubnets(aws: Aws, filters: Filter[]): Promise<Subnet[]> {
  return allPages(
    paginateDescribeSubnets(paging(aws, filters), { Filters: filters }),
    (page) => page.Subnets,
  );
}

/** The lab's subnet in a VPC; the first is the one to use. */
export async function findSubnets(aws: Aws, spec: LabSpec, side: Side, vpcId: string): Promise<Subnet[]> {
  const filters = [...partFilters(spec, `subnet-${side}`), { Name: "vpc-id", Values: [vpcId] }];
  return lowestIdFirst(await describeSubnets(aws, filters), ({ SubnetId }) => SubnetId);
}

const SUBNET_PREFIX = 20;

/** The first /20 of a VPC's block, as the console's wizard cuts it; the whole block where that is smaller. */
export function subnetCidr(vpcCidr: string): string {
  const { base, prefix } = toCidr(vpcCidr);
  return formatCidr({ base, prefix: Math.max(prefix, SUBNET_PREFIX) });
}

/**
 * Makes the subnet in one Availability Zone, "eu-west-3a".
 * @throws LabError "not-ours" where somebody else's subnet has these addresses
 */
export async function createSubnet(
  aws: Aws,
  spec: LabSpec,
  side: Side,
  vpc: { readonly id: string; readonly cidr: string },
  availabilityZone: string,
): Promise<Subnet> {
  const command = new CreateSubnetCommand({
    VpcId: vpc.id,
    CidrBlock: subnetCidr(vpc.cidr),
    AvailabilityZone: availabilityZone,
    TagSpecifications: tagSpecifications(spec.tagsOf(`subnet-${side}`, availabilityZone), "subnet"),
  });
  try {
    const { Subnet } = await onceVisible(aws, `VPC ${vpc.id}`, () => aws.ec2.send(command));
    return given(Subnet, "the new subnet");
  } catch (error) {
    if (!isCode(error, "InvalidSubnet.Conflict")) throw error;
    const find = async () => (await findSubnets(aws, spec, side, vpc.id))[0];
    return onceShown(aws, "the subnet", find, () => addressesTaken(vpc.id, subnetCidr(vpc.cidr), error));
  }
}

function addressesTaken(vpcId: string, cidr: string, cause: unknown): LabError {
  return new LabError("not-ours", `${vpcId} already has a subnet in ${cidr} that this lab did not make.`, {
    why: "It does not carry the lab's tag, so it is left alone.",
    next: [`Delete the subnet in ${cidr}, then run the same command again.`],
    cause,
  });
}

/**
 * Gives instances that start in it a public IPv4 address, and waits until a read says so: an instance launched before
 * would be without one for good, and its agent without a way out.
 */
export async function mapPublicAddresses(aws: Aws, subnetId: string): Promise<void> {
  const command = new ModifySubnetAttributeCommand({
    SubnetId: subnetId,
    MapPublicIpOnLaunch: { Value: true },
  });
  await onceVisible(aws, `subnet ${subnetId}`, () => aws.ec2.send(command));
  await waitFor(
    aws,
    { what: `subnet ${subnetId} to give public addresses`, atMostMs: 300_000, everyMs: 1_000 },
    async () => {
      const [subnet] = await describeSubnets(aws, [{ Name: "subnet-id", Values: [subnetId] }]);
      return subnet?.MapPublicIpOnLaunch || undefined;
    },
  );
}

/** Deletes a subnet; waits up to 20 minutes for network interfaces that still go. */
export function deleteSubnet(aws: Aws, spec: LabSpec, subnetId: string): Promise<Deletion> {
  const inSubnet = [{ Name: "subnet-id", Values: [subnetId] }];
  return deleteUntilGone(aws, {
    what: `subnet ${subnetId}`,
    atMostMs: 1_200_000,
    delete: () => aws.ec2.send(new DeleteSubnetCommand({ SubnetId: subnetId })),
    isThere: async () => (await describeSubnets(aws, inSubnet)).length > 0,
    lookForBlockers: giveUpWhenBlocked(`Subnet ${subnetId}`, () =>
      lastingNetworkInterfaces(aws, spec, inSubnet),
    ),
  });
}
