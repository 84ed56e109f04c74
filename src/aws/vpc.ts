/** VPCs: the lab's two private networks. */
import {
  CreateVpcCommand,
  DeleteVpcCommand,
  type Filter,
  ModifyVpcAttributeCommand,
  paginateDescribeVpcs,
  type Vpc,
} from "@aws-sdk/client-ec2";
import type { LabSpec, Side } from "../lab/spec.ts";
import { allowedReads } from "./allowed-reads.ts";
import { given } from "./answer.ts";
import { giveUpWhenBlocked, lastingNetworkInterfaces } from "./blockers.ts";
import type { Aws } from "./clients.ts";
import { type Deletion, deleteUntilGone } from "./deletion.ts";
import { isCode, LabError } from "./errors.ts";
import { describeInternetGateways } from "./internet-gateway.ts";
import { describeNetworkAcls } from "./network-acl.ts";
import { livingPeeringConnections } from "./peering-connection.ts";
import { describeRouteTables } from "./route-table.ts";
import { describeSecurityGroups } from "./security-group.ts";
import { describeSubnets } from "./subnet.ts";
import { allPages, lowestIdFirst, paging, partFilters, tagSpecifications } from "./tags.ts";
import { onceVisible } from "./visible.ts";
import { describeVpcEndpoints } from "./vpc-endpoint.ts";
import { waitFor } from "./waits.ts";

export function describeVpcs(aws: Aws, filters: Filter[]): Promise<Vpc[]> {
  return allPages(paginateDescribeVpcs(paging(aws, filters), { Filters: filters }), (page) => page.Vpcs);
}

/** VPC 1 or 2; more than one only after a crash or two `up`s at once. The first is the one to use. */
export async function findVpcs(aws: Aws, spec: LabSpec, side: Side): Promise<Vpc[]> {
  return lowestIdFirst(await describeVpcs(aws, partFilters(spec, `vpc-${side}`)), ({ VpcId }) => VpcId);
}

/**
 * Makes VPC 1 or 2: its CIDR, default tenancy, no IPv6.
 * @throws LabError "VpcLimitExceeded"
 */
export async function createVpc(aws: Aws, spec: LabSpec, side: Side): Promise<Vpc> {
  const command = new CreateVpcCommand({
    CidrBlock: side === 1 ? spec.cidr1 : spec.cidr2,
    TagSpecifications: tagSpecifications(spec.tagsOf(`vpc-${side}`), "vpc"),
  });
  try {
    const { Vpc } = await aws.ec2.send(command);
    return given(Vpc, "the new VPC");
  } catch (error) {
    throw isCode(error, "VpcLimitExceeded") ? tooManyVpcs(aws.region, error) : error;
  }
}

/** Waits until subnets can be made in it: a new VPC is "pending" for a moment. */
export async function waitUntilVpcAvailable(aws: Aws, vpcId: string): Promise<void> {
  await waitFor(
    aws,
    { what: `VPC ${vpcId} to be available`, atMostMs: 600_000, everyMs: 1_000 },
    async () => {
      const [vpc] = await describeVpcs(aws, [{ Name: "vpc-id", Values: [vpcId] }]);
      return vpc?.State === "available" ? vpc : undefined;
    },
  );
}

/**
 * Turns on name resolution and public DNS names. AWS takes one attribute a call.
 * @param options.isNew just made: AWS has turned on name resolution by itself
 */
export async function enableDns(
  aws: Aws,
  vpcId: string,
  { isNew }: { readonly isNew: boolean },
): Promise<void> {
  const modify = (
    attribute: { EnableDnsSupport: { Value: true } } | { EnableDnsHostnames: { Value: true } },
  ) =>
    onceVisible(aws, `VPC ${vpcId}`, () =>
      aws.ec2.send(new ModifyVpcAttributeCommand({ VpcId: vpcId, ...attribute })),
    );
  if (!isNew) await modify({ EnableDnsSupport: { Value: true } });
  await modify({ EnableDnsHostnames: { Value: true } });
}

/** Deletes a VPC that should be empty by now; waits up to 5 minutes for what still hangs on it. */
export function deleteVpc(aws: Aws, spec: LabSpec, vpcId: string): Promise<Deletion> {
  return deleteUntilGone(aws, {
    what: `VPC ${vpcId}`,
    atMostMs: 300_000,
    delete: () => aws.ec2.send(new DeleteVpcCommand({ VpcId: vpcId })),
    isThere: async () => (await describeVpcs(aws, [{ Name: "vpc-id", Values: [vpcId] }])).length > 0,
    lookForBlockers: giveUpWhenBlocked(`VPC ${vpcId}`, () => contentsOfVpc(aws, spec, vpcId)),
  });
}

/** Everything that AWS does not delete with the VPC itself, whoever made it. */
async function contentsOfVpc(aws: Aws, spec: LabSpec, vpcId: string): Promise<string[]> {
  const inVpc = [{ Name: "vpc-id", Values: [vpcId] }];
  const [
    networkInterfaces,
    vpcEndpoints,
    subnets,
    securityGroups,
    routeTables,
    networkAcls,
    internetGateways,
    peeringConnections,
  ] = await Promise.all([
    lastingNetworkInterfaces(aws, spec, inVpc),
    // A gateway endpoint (S3's, DynamoDB's) has no interface. Not everybody may look for them.
    allowedReads().ifAllowed("VPC endpoints", describeVpcEndpoints(aws, inVpc)),
    describeSubnets(aws, inVpc),
    describeSecurityGroups(aws, inVpc),
    describeRouteTables(aws, inVpc),
    describeNetworkAcls(aws, inVpc),
    describeInternetGateways(aws, [{ Name: "attachment.vpc-id", Values: [vpcId] }]),
    livingPeeringConnections(aws, [vpcId]),
  ]);
  return [
    ...networkInterfaces,
    ...vpcEndpoints.map(({ VpcEndpointId, ServiceName }) => `VPC endpoint ${VpcEndpointId} (${ServiceName})`),
    ...subnets.map((subnet) => `subnet ${subnet.SubnetId}`),
    ...securityGroups
      .filter((group) => group.GroupName !== "default")
      .map((group) => `security group ${group.GroupName} (${group.GroupId})`),
    ...routeTables
      .filter((table) => !table.Associations?.some((association) => association.Main))
      .map((table) => `route table ${table.RouteTableId}`),
    ...networkAcls.filter((acl) => !acl.IsDefault).map((acl) => `network ACL ${acl.NetworkAclId}`),
    ...internetGateways.map((gateway) => `internet gateway ${gateway.InternetGatewayId}`),
    ...peeringConnections.map(({ VpcPeeringConnectionId }) => `peering connection ${VpcPeeringConnectionId}`),
  ];
}

function tooManyVpcs(region: string, cause: unknown): LabError {
  return new LabError("VpcLimitExceeded", `The account has no room for another VPC in ${region}.`, {
    why: "AWS allows 5 VPCs a Region unless asked for more, and the default VPC counts. The lab needs two.",
    next: [
      "Delete a VPC that you no longer need, then run the same command again.",
      "Or use another Region: --region <region>.",
      "Or ask for more under Service Quotas › Amazon Virtual Private Cloud › VPCs per Region.",
      "See what is in use: vpclab doctor",
    ],
    cause,
  });
}
