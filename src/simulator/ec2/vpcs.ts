/** VPCs: made with a main route table, a default network ACL and a default security group; deleted only when empty. */
import {
  CreateVpc$,
  type CreateVpcRequest,
  type CreateVpcResult,
  DeleteVpc$,
  type DeleteVpcRequest,
  DescribeVpcAttribute$,
  type DescribeVpcAttributeRequest,
  type DescribeVpcAttributeResult,
  DescribeVpcs$,
  type DescribeVpcsRequest,
  type DescribeVpcsResult,
  ModifyVpcAttribute$,
  type ModifyVpcAttributeRequest,
  type Vpc,
} from "@aws-sdk/client-ec2";
import { toCidr } from "../../network/cidr.ts";
import type { Context } from "../context.ts";
import { AwsError } from "../error.ts";
import { type Operation, operation } from "../operation.ts";
import { hexDigits } from "./amazon-ids.ts";
import { requireBlock } from "./cidr.ts";
import { select } from "./describe.ts";
import type { FilterFields } from "./filters.ts";
import { endFlowLogsOf } from "./flow-logs/capture.ts";
import { addNetworkAcl } from "./network-acls.ts";
import { isLive, joins } from "./peering-states.ts";
import { quotasOf } from "./quotas.ts";
import { find, hasDependencies, VPC } from "./resources.ts";
import { addRouteTable } from "./route-tables.ts";
import { addSecurityGroup } from "./security-groups.ts";
import type { Ec2State, VpcState } from "./state.ts";
import { tagSet, tagsFrom } from "./tag-sets.ts";

/**
 * Adds a VPC with what every VPC has from the start.
 * @throws AwsError `VpcLimitExceeded`
 */
export function addVpc(context: Context, vpc: Pick<VpcState, "cidr" | "tags"> & Partial<VpcState>): VpcState {
  const { ec2 } = context.region;
  if (Object.keys(ec2.vpcs).length >= quotasOf(context).vpcs)
    throw new AwsError("VpcLimitExceeded", "The maximum number of VPCs has been reached.");
  const added: VpcState = {
    id: context.newId("vpc"),
    isDefault: false,
    enableDnsSupport: true,
    enableDnsHostnames: false,
    createdAt: context.now,
    ...vpc,
  };
  ec2.vpcs[added.id] = added;
  addRouteTable(context, added.id, { isMain: true });
  addNetworkAcl(context, added.id, { isDefault: true });
  addSecurityGroup(context, added.id, { groupName: "default", description: "default VPC security group" });
  return added;
}

function createVpc(context: Context, input: CreateVpcRequest): CreateVpcResult {
  if (input.CidrBlock === undefined)
    throw new AwsError("MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.");
  const cidr = requireBlock(input.CidrBlock, "cidrBlock");
  const { prefix } = toCidr(cidr);
  if (prefix < 16 || prefix > 28) throw new AwsError("InvalidVpc.Range", `The CIDR '${cidr}' is invalid.`);
  const { InstanceTenancy: tenancy = "default" } = input;
  if (tenancy !== "default")
    throw new AwsError(
      "UnsupportedOperation",
      `The embedded AWS of vpclab does not model the tenancy ${tenancy}.`,
    );
  const vpc = addVpc(context, { cidr, tags: tagsFrom(input.TagSpecifications, "vpc") });
  return { Vpc: { ...describeVpc(context, vpc), State: "pending" } };
}

/** As answers show it. */
export function describeVpc(context: Context, vpc: VpcState): Vpc {
  return {
    VpcId: vpc.id,
    OwnerId: context.account,
    CidrBlock: vpc.cidr,
    CidrBlockAssociationSet: [
      {
        AssociationId: `vpc-cidr-assoc-${vpc.id.slice("vpc-".length)}`,
        CidrBlock: vpc.cidr,
        CidrBlockState: { State: "associated" },
      },
    ],
    Ipv6CidrBlockAssociationSet: [],
    DhcpOptionsId: dhcpOptionsId(context),
    InstanceTenancy: "default",
    IsDefault: vpc.isDefault,
    State: "available",
    Tags: tagSet(vpc.tags),
  };
}

/** Every Region has one default set of DHCP options, which all its VPCs use; the same id for the same account. */
function dhcpOptionsId(context: Context): string {
  return `dopt-0${hexDigits(`${context.account} ${context.regionName}`)}`;
}

function filterFields(context: Context): FilterFields<VpcState> {
  return {
    cidr: (vpc) => vpc.cidr,
    "cidr-block-association.cidr-block": (vpc) => vpc.cidr,
    "cidr-block-association.association-id": (vpc) => `vpc-cidr-assoc-${vpc.id.slice("vpc-".length)}`,
    "cidr-block-association.state": () => "associated",
    "dhcp-options-id": () => dhcpOptionsId(context),
    "is-default": (vpc) => vpc.isDefault,
    isDefault: (vpc) => vpc.isDefault,
    "owner-id": () => context.account,
    state: () => "available",
    "vpc-id": (vpc) => vpc.id,
  };
}

function describeVpcs(context: Context, input: DescribeVpcsRequest): DescribeVpcsResult {
  const { items, NextToken } = select(context, VPC, input.VpcIds, input, filterFields(context));
  return { Vpcs: items.map((vpc) => describeVpc(context, vpc)), NextToken };
}

function deleteVpc(context: Context, input: DeleteVpcRequest): object {
  const { ec2 } = context.region;
  const vpc = find(context, VPC, input.VpcId);
  if (isInUse(ec2, vpc.id)) throw hasDependencies("vpc", vpc.id);
  for (const parts of [ec2.routeTables, ec2.networkAcls, ec2.securityGroups]) {
    for (const part of Object.values(parts)) if (part.vpcId === vpc.id) delete parts[part.id];
  }
  endFlowLogsOf(context, vpc.id);
  delete ec2.vpcs[vpc.id];
  return {};
}

/** Whether the VPC has anything but what it was made with. A peering connection that still lives counts [U]. */
function isInUse(ec2: Ec2State, vpcId: string): boolean {
  const inVpc = (part: { vpcId?: string }) => part.vpcId === vpcId;
  return (
    Object.values(ec2.subnets).some(inVpc) ||
    Object.values(ec2.internetGateways).some(inVpc) ||
    Object.values(ec2.networkInterfaces).some(inVpc) ||
    Object.values(ec2.routeTables).some((table) => inVpc(table) && !table.isMain) ||
    Object.values(ec2.networkAcls).some((acl) => inVpc(acl) && !acl.isDefault) ||
    Object.values(ec2.securityGroups).some((group) => inVpc(group) && group.groupName !== "default") ||
    Object.values(ec2.peeringConnections).some((peering) => isLive(peering) && joins(peering, vpcId))
  );
}

function describeVpcAttribute(
  context: Context,
  input: DescribeVpcAttributeRequest,
): DescribeVpcAttributeResult {
  const vpc = find(context, VPC, input.VpcId);
  switch (input.Attribute) {
    case "enableDnsSupport":
      return { VpcId: vpc.id, EnableDnsSupport: { Value: vpc.enableDnsSupport } };
    case "enableDnsHostnames":
      return { VpcId: vpc.id, EnableDnsHostnames: { Value: vpc.enableDnsHostnames } };
    case "enableNetworkAddressUsageMetrics":
      return { VpcId: vpc.id, EnableNetworkAddressUsageMetrics: { Value: false } };
    default:
      throw new AwsError(
        "InvalidParameterValue",
        `Value (${input.Attribute}) for parameter attribute is invalid. Unknown attribute.`,
      );
  }
}

function modifyVpcAttribute(context: Context, input: ModifyVpcAttributeRequest): object {
  const vpc = find(context, VPC, input.VpcId);
  const { EnableDnsSupport: support, EnableDnsHostnames: hostnames } = input;
  if (support && hostnames)
    throw new AwsError("InvalidParameterCombination", "Fields for multiple attribute types specified");
  if (!support && !hostnames)
    throw new AwsError("MissingParameter", "The request must contain exactly one attribute to modify");
  // AWS's guide says that it is so; code and text are not known [U].
  if (hostnames?.Value && !vpc.enableDnsSupport)
    throw new AwsError(
      "InvalidParameterValue",
      `DNS hostnames can only be enabled in ${vpc.id} once DNS support is.`,
    );
  if (support) vpc.enableDnsSupport = support.Value ?? false;
  if (hostnames) vpc.enableDnsHostnames = hostnames.Value ?? false;
  return {};
}

export const operations: readonly Operation[] = [
  operation(CreateVpc$, ["CidrBlock", "InstanceTenancy", "TagSpecifications"], createVpc),
  operation(DescribeVpcs$, ["VpcIds", "Filters", "MaxResults", "NextToken"], describeVpcs),
  operation(DeleteVpc$, ["VpcId"], deleteVpc),
  operation(DescribeVpcAttribute$, ["VpcId", "Attribute"], describeVpcAttribute),
  operation(ModifyVpcAttribute$, ["VpcId", "EnableDnsSupport", "EnableDnsHostnames"], modifyVpcAttribute),
];
