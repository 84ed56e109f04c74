/** Internet gateways: one a VPC, and none without it reaches the internet. */
import {
  AttachInternetGateway$,
  type AttachInternetGatewayRequest,
  CreateInternetGateway$,
  type CreateInternetGatewayRequest,
  type CreateInternetGatewayResult,
  DeleteInternetGateway$,
  type DeleteInternetGatewayRequest,
  DescribeInternetGateways$,
  type DescribeInternetGatewaysRequest,
  type DescribeInternetGatewaysResult,
  DetachInternetGateway$,
  type DetachInternetGatewayRequest,
  type InternetGateway,
} from "@aws-sdk/client-ec2";
import type { Context } from "../context.ts";
import { AwsError } from "../error.ts";
import { type Operation, operation } from "../operation.ts";
import { select } from "./describe.ts";
import type { FilterFields } from "./filters.ts";
import { publicAddressOf } from "./public-addresses.ts";
import { quotasOf } from "./quotas.ts";
import { find, hasDependencies, INTERNET_GATEWAY, VPC } from "./resources.ts";
import type { InternetGatewayState, Tags } from "./state.ts";
import { tagSet, tagsFrom } from "./tag-sets.ts";

/** @throws AwsError `InternetGatewayLimitExceeded` */
export function addInternetGateway(context: Context, tags: Tags = {}): InternetGatewayState {
  const { internetGateways } = context.region.ec2;
  if (Object.keys(internetGateways).length >= quotasOf(context).internetGateways)
    throw new AwsError(
      "InternetGatewayLimitExceeded",
      "The maximum number of internet gateways has been reached.",
    );
  const gateway = { id: context.newId("igw"), tags };
  internetGateways[gateway.id] = gateway;
  return gateway;
}

function createInternetGateway(
  context: Context,
  input: CreateInternetGatewayRequest,
): CreateInternetGatewayResult {
  const gateway = addInternetGateway(context, tagsFrom(input.TagSpecifications, "internet-gateway"));
  return { InternetGateway: describe(context, gateway) };
}

function describe(context: Context, gateway: InternetGatewayState): InternetGateway {
  return {
    InternetGatewayId: gateway.id,
    OwnerId: context.account,
    // For a gateway AWS says "available", where its model would have "attached".
    Attachments:
      gateway.vpcId === undefined ? [] : [{ VpcId: gateway.vpcId, State: "available" as "attached" }],
    Tags: tagSet(gateway.tags),
  };
}

function filterFields(context: Context): FilterFields<InternetGatewayState> {
  return {
    "attachment.state": (gateway) => (gateway.vpcId === undefined ? undefined : "available"),
    "attachment.vpc-id": (gateway) => gateway.vpcId,
    "internet-gateway-id": (gateway) => gateway.id,
    "owner-id": () => context.account,
  };
}

function describeInternetGateways(
  context: Context,
  input: DescribeInternetGatewaysRequest,
): DescribeInternetGatewaysResult {
  const fields = filterFields(context);
  const { items, NextToken } = select(context, INTERNET_GATEWAY, input.InternetGatewayIds, input, fields);
  return { InternetGateways: items.map((gateway) => describe(context, gateway)), NextToken };
}

function attachInternetGateway(context: Context, input: AttachInternetGatewayRequest): object {
  const gateway = find(context, INTERNET_GATEWAY, input.InternetGatewayId);
  const vpc = find(context, VPC, input.VpcId);
  if (gateway.vpcId !== undefined)
    throw new AwsError(
      "Resource.AlreadyAssociated",
      `resource ${gateway.id} is already attached to network ${gateway.vpcId}`,
    );
  if (Object.values(context.region.ec2.internetGateways).some((other) => other.vpcId === vpc.id))
    throw new AwsError("InvalidParameterValue", `Network ${vpc.id} already has an internet gateway attached`);
  gateway.vpcId = vpc.id;
  return {};
}

function detachInternetGateway(context: Context, input: DetachInternetGatewayRequest): object {
  const { ec2 } = context.region;
  const gateway = find(context, INTERNET_GATEWAY, input.InternetGatewayId);
  const vpc = find(context, VPC, input.VpcId);
  if (gateway.vpcId !== vpc.id)
    throw new AwsError("Gateway.NotAttached", `resource ${gateway.id} is not attached to network ${vpc.id}`);
  const isMapped = Object.values(ec2.networkInterfaces).some(
    (networkInterface) =>
      networkInterface.vpcId === vpc.id && publicAddressOf(ec2, networkInterface) !== undefined,
  );
  if (isMapped)
    throw new AwsError(
      "DependencyViolation",
      `Network ${vpc.id} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
    );
  delete gateway.vpcId;
  return {};
}

function deleteInternetGateway(context: Context, input: DeleteInternetGatewayRequest): object {
  const gateway = find(context, INTERNET_GATEWAY, input.InternetGatewayId);
  if (gateway.vpcId !== undefined) throw hasDependencies("internetGateway", gateway.id);
  delete context.region.ec2.internetGateways[gateway.id];
  return {};
}

export const operations: readonly Operation[] = [
  operation(CreateInternetGateway$, ["TagSpecifications"], createInternetGateway),
  operation(
    DescribeInternetGateways$,
    ["InternetGatewayIds", "Filters", "MaxResults", "NextToken"],
    describeInternetGateways,
  ),
  operation(AttachInternetGateway$, ["InternetGatewayId", "VpcId"], attachInternetGateway),
  operation(DetachInternetGateway$, ["InternetGatewayId", "VpcId"], detachInternetGateway),
  operation(DeleteInternetGateway$, ["InternetGatewayId"], deleteInternetGateway),
];
