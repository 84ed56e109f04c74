/** Network ACLs: stateless filters of subnets. Their entries are in network-acl-entries.ts. */
import {
  CreateNetworkAcl$,
  type CreateNetworkAclRequest,
  type CreateNetworkAclResult,
  DeleteNetworkAcl$,
  type DeleteNetworkAclRequest,
  DescribeNetworkAcls$,
  type DescribeNetworkAclsRequest,
  type DescribeNetworkAclsResult,
  type NetworkAcl,
  type NetworkAclEntry,
  ReplaceNetworkAclAssociation$,
  type ReplaceNetworkAclAssociationRequest,
  type ReplaceNetworkAclAssociationResult,
} from "@aws-sdk/client-ec2";
import type { Context } from "../context.ts";
import { AwsError } from "../error.ts";
import { type Operation, operation } from "../operation.ts";
import { once } from "./client-tokens.ts";
import { select } from "./describe.ts";
import type { FilterFields } from "./filters.ts";
import { describeEntries } from "./network-acl-entries.ts";
import { quotasOf } from "./quotas.ts";
import { find, hasDependencies, NETWORK_ACL, VPC } from "./resources.ts";
import type { NetworkAclEntryState, NetworkAclState, SubnetState, Tags } from "./state.ts";
import { tagSet, tagsFrom } from "./tag-sets.ts";

/** Adds a network ACL: a default one lets everything through, any other nothing until it is told. */
export function addNetworkAcl(
  context: Context,
  vpcId: string,
  { isDefault = false, tags = {} }: { isDefault?: boolean; tags?: Tags },
): NetworkAclState {
  const allowAll = (egress: boolean): NetworkAclEntryState => ({
    ruleNumber: 100,
    egress,
    ruleAction: "allow",
    protocol: "-1",
    cidr: "0.0.0.0/0",
  });
  const acl: NetworkAclState = {
    id: context.newId("acl"),
    vpcId,
    isDefault,
    associations: [],
    entries: isDefault ? [allowAll(true), allowAll(false)] : [],
    tags,
  };
  context.region.ec2.networkAcls[acl.id] = acl;
  return acl;
}

/** Every subnet is associated with exactly one network ACL, the VPC's default one to begin with. */
export function associateWithDefault(context: Context, subnet: SubnetState): void {
  const acls = Object.values(context.region.ec2.networkAcls);
  const acl = acls.find((other) => other.vpcId === subnet.vpcId && other.isDefault);
  if (!acl) throw new Error(`no default network ACL in ${subnet.vpcId}`);
  acl.associations.push({ id: context.newId("aclassoc"), subnetId: subnet.id });
}

function createNetworkAcl(context: Context, input: CreateNetworkAclRequest): CreateNetworkAclResult {
  const vpc = find(context, VPC, input.VpcId);
  const id = once(context, "CreateNetworkAcl", input, () => {
    const siblings = Object.values(context.region.ec2.networkAcls).filter((acl) => acl.vpcId === vpc.id);
    if (siblings.length >= quotasOf(context).networkAclsPerVpc)
      throw new AwsError("NetworkAclLimitExceeded", "The maximum number of network ACLs has been reached.");
    return addNetworkAcl(context, vpc.id, { tags: tagsFrom(input.TagSpecifications, "network-acl") }).id;
  });
  return { NetworkAcl: describe(context, find(context, NETWORK_ACL, id)), ClientToken: input.ClientToken };
}

function describe(context: Context, acl: NetworkAclState): NetworkAcl {
  return {
    NetworkAclId: acl.id,
    OwnerId: context.account,
    VpcId: acl.vpcId,
    IsDefault: acl.isDefault,
    Associations: acl.associations.map(({ id, subnetId }) => ({
      NetworkAclAssociationId: id,
      NetworkAclId: acl.id,
      SubnetId: subnetId,
    })),
    Entries: describeEntries(acl),
    Tags: tagSet(acl.tags),
  };
}

function filterFields(context: Context): FilterFields<NetworkAclState> {
  const entries =
    (value: (entry: NetworkAclEntry) => string | number | boolean | undefined) => (acl: NetworkAclState) =>
      describeEntries(acl).map(value);
  return {
    "association.association-id": (acl) => acl.associations.map(({ id }) => id),
    "association.network-acl-id": (acl) => acl.associations.map(() => acl.id),
    "association.subnet-id": (acl) => acl.associations.map(({ subnetId }) => subnetId),
    default: (acl) => acl.isDefault,
    "entry.cidr": entries((entry) => entry.CidrBlock),
    "entry.egress": entries((entry) => entry.Egress),
    "entry.icmp.code": entries((entry) => entry.IcmpTypeCode?.Code),
    "entry.icmp.type": entries((entry) => entry.IcmpTypeCode?.Type),
    "entry.port-range.from": entries((entry) => entry.PortRange?.From),
    "entry.port-range.to": entries((entry) => entry.PortRange?.To),
    "entry.protocol": entries((entry) => entry.Protocol),
    "entry.rule-action": entries((entry) => entry.RuleAction),
    "entry.rule-number": entries((entry) => entry.RuleNumber),
    "network-acl-id": (acl) => acl.id,
    "owner-id": () => context.account,
    "vpc-id": (acl) => acl.vpcId,
  };
}

function describeNetworkAcls(context: Context, input: DescribeNetworkAclsRequest): DescribeNetworkAclsResult {
  const { items, NextToken } = select(
    context,
    NETWORK_ACL,
    input.NetworkAclIds,
    input,
    filterFields(context),
  );
  return { NetworkAcls: items.map((acl) => describe(context, acl)), NextToken };
}

function deleteNetworkAcl(context: Context, input: DeleteNetworkAclRequest): object {
  const acl = find(context, NETWORK_ACL, input.NetworkAclId);
  if (acl.isDefault)
    throw new AwsError("InvalidParameterValue", `cannot delete default network ACL ${acl.id}`);
  if (acl.associations.length > 0) throw hasDependencies("networkAcl", acl.id);
  delete context.region.ec2.networkAcls[acl.id];
  return {};
}

function replaceNetworkAclAssociation(
  context: Context,
  input: ReplaceNetworkAclAssociationRequest,
): ReplaceNetworkAclAssociationResult {
  const to = find(context, NETWORK_ACL, input.NetworkAclId);
  for (const from of Object.values(context.region.ec2.networkAcls)) {
    const association = from.associations.find(({ id }) => id === input.AssociationId);
    if (!association) continue;
    if (from.vpcId !== to.vpcId)
      throw new AwsError(
        "InvalidParameterValue",
        `network acl ${to.id} and subnet ${association.subnetId} belong to different networks`,
      );
    from.associations = from.associations.filter((other) => other !== association);
    const replacement = { ...association, id: context.newId("aclassoc") };
    to.associations.push(replacement);
    return { NewAssociationId: replacement.id };
  }
  throw new AwsError(
    "InvalidAssociationID.NotFound",
    `The association ID '${input.AssociationId}' does not exist`,
  );
}

export const operations: readonly Operation[] = [
  operation(CreateNetworkAcl$, ["VpcId", "TagSpecifications", "ClientToken"], createNetworkAcl),
  operation(
    DescribeNetworkAcls$,
    ["NetworkAclIds", "Filters", "MaxResults", "NextToken"],
    describeNetworkAcls,
  ),
  operation(DeleteNetworkAcl$, ["NetworkAclId"], deleteNetworkAcl),
  operation(ReplaceNetworkAclAssociation$, ["AssociationId", "NetworkAclId"], replaceNetworkAclAssociation),
];
