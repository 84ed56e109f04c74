/** Routes: where a route table sends packets that are for none of its VPC's own addresses. */
import {
  CreateRoute$,
  type CreateRouteRequest,
  type CreateRouteResult,
  DeleteRoute$,
  type DeleteRouteRequest,
  ReplaceRoute$,
  type ReplaceRouteRequest,
} from "@aws-sdk/client-ec2";
import { isWithin } from "../../network/cidr.ts";
import type { Context } from "../context.ts";
import { AwsError } from "../error.ts";
import { type Operation, operation } from "../operation.ts";
import { requireBlock } from "./cidr.ts";
import { isLive, joins } from "./peering-states.ts";
import { quotasOf } from "./quotas.ts";
import {
  find,
  INSTANCE,
  INTERNET_GATEWAY,
  NETWORK_INTERFACE,
  notFound,
  PEERING_CONNECTION,
  ROUTE_TABLE,
} from "./resources.ts";
import { targetOf } from "./route-states.ts";
import type { RouteState, RouteTableState } from "./state.ts";

type RouteRequest = CreateRouteRequest | ReplaceRouteRequest;

function createRoute(context: Context, input: CreateRouteRequest): CreateRouteResult {
  const table = find(context, ROUTE_TABLE, input.RouteTableId);
  const route = requestedRoute(context, table, input);
  const present = table.routes.find((other) => other.destinationCidr === route.destinationCidr);
  // [U] The same route once more: AWS answers with success or with RouteAlreadyExists, reports differ (AWS-FACTS §1).
  if (present && targetOf(present) === targetOf(route)) return { Return: true };
  if (present || route.destinationCidr === localCidr(context, table))
    throw new AwsError(
      "RouteAlreadyExists",
      `The route identified by ${route.destinationCidr} already exists.`,
    );
  if (table.routes.length >= quotasOf(context).routesPerRouteTable)
    throw new AwsError(
      "RouteLimitExceeded",
      `The maximum number of routes has been reached for route table ${table.id}.`,
    );
  table.routes.push(route);
  return { Return: true };
}

function replaceRoute(context: Context, input: ReplaceRouteRequest): object {
  const table = find(context, ROUTE_TABLE, input.RouteTableId);
  const route = requestedRoute(context, table, input);
  if (route.destinationCidr === localCidr(context, table))
    throw new AwsError(
      "InvalidParameterValue",
      `cannot replace local route ${route.destinationCidr} in route table ${table.id}`,
    );
  const index = table.routes.findIndex((other) => other.destinationCidr === route.destinationCidr);
  if (index === -1)
    throw new AwsError(
      "InvalidParameterValue",
      `There is no route defined for '${route.destinationCidr}' in the route table. Use CreateRoute instead.`,
    );
  table.routes[index] = route;
  return {};
}

function deleteRoute(context: Context, input: DeleteRouteRequest): object {
  const table = find(context, ROUTE_TABLE, input.RouteTableId);
  const destination = requireDestination(input);
  if (destination === localCidr(context, table))
    throw new AwsError(
      "InvalidParameterValue",
      `cannot remove local route ${destination} in route table ${table.id}`,
    );
  const left = table.routes.filter((route) => route.destinationCidr !== destination);
  if (left.length === table.routes.length)
    throw new AwsError(
      "InvalidRoute.NotFound",
      `no route with destination-cidr-block ${destination} in route table ${table.id}`,
    );
  table.routes = left;
  return {};
}

function localCidr(context: Context, table: RouteTableState): string | undefined {
  return context.region.ec2.vpcs[table.vpcId]?.cidr;
}

function requireDestination({ DestinationCidrBlock }: RouteRequest | DeleteRouteRequest): string {
  if (DestinationCidrBlock === undefined)
    throw new AwsError(
      "MissingParameter",
      "The request must contain exactly one of: destinationCidrBlock, destinationIpv6CidrBlock, destinationPrefixListId",
    );
  return requireBlock(DestinationCidrBlock, "destinationCidrBlock");
}

function requestedRoute(context: Context, table: RouteTableState, input: RouteRequest): RouteState {
  const destinationCidr = requireDestination(input);
  const target = requestedTarget(context, table, input);
  const local = localCidr(context, table) ?? "";
  // Within the VPC only a middlebox can be put in between (VPC guide, "more specific routes than the local route").
  if (
    destinationCidr !== local &&
    isWithin(destinationCidr, local) &&
    target.networkInterfaceId === undefined
  )
    throw new AwsError(
      "InvalidParameterValue",
      `The destination CIDR block ${destinationCidr} is equal to or more specific than one of this VPC's CIDR blocks. This route can target only an interface or an instance.`,
    );
  return { destinationCidr, ...target };
}

function requestedTarget(
  context: Context,
  table: RouteTableState,
  input: RouteRequest,
): Omit<RouteState, "destinationCidr"> {
  const { GatewayId, VpcPeeringConnectionId, NetworkInterfaceId, InstanceId } = input;
  const targets = [GatewayId, VpcPeeringConnectionId, NetworkInterfaceId, InstanceId].filter(
    (target) => target !== undefined,
  );
  if (targets.length !== 1)
    throw new AwsError(
      targets.length === 0 ? "MissingParameter" : "InvalidParameterCombination",
      "The request must contain exactly one of gatewayId, vpcPeeringConnectionId, networkInterfaceId, instanceId",
    );
  if (GatewayId !== undefined) {
    if (GatewayId === "local")
      throw new AwsError(
        "InvalidParameterValue",
        "The local route is part of every route table and cannot be made.",
      );
    const gateway = find(context, INTERNET_GATEWAY, GatewayId);
    if (gateway.vpcId !== table.vpcId) throw otherNetwork(table, "network gateway", gateway.id);
    return { gatewayId: gateway.id };
  }
  if (VpcPeeringConnectionId !== undefined) {
    // One that is not active yet is accepted: the route is a blackhole until then (AWS-FACTS §1).
    const peering = find(context, PEERING_CONNECTION, VpcPeeringConnectionId);
    if (!isLive(peering)) throw notFound(PEERING_CONNECTION, peering.id);
    if (!joins(peering, table.vpcId)) throw otherNetwork(table, "vpc peering connection", peering.id);
    return { vpcPeeringConnectionId: peering.id };
  }
  const instance = InstanceId === undefined ? undefined : find(context, INSTANCE, InstanceId);
  const networkInterface = find(
    context,
    NETWORK_INTERFACE,
    instance?.networkInterfaceId ?? NetworkInterfaceId,
  );
  if (networkInterface.vpcId !== table.vpcId) throw otherNetwork(table, "interface", networkInterface.id);
  const { attachment } = networkInterface;
  return {
    networkInterfaceId: networkInterface.id,
    ...(attachment && { instanceId: attachment.instanceId }),
  };
}

function otherNetwork(table: RouteTableState, noun: string, id: string): AwsError {
  return new AwsError(
    "InvalidParameterValue",
    `route table ${table.id} and ${noun} ${id} belong to different networks`,
  );
}

const ROUTE = [
  "RouteTableId",
  "DestinationCidrBlock",
  "GatewayId",
  "VpcPeeringConnectionId",
  "NetworkInterfaceId",
  "InstanceId",
] as const;

export const operations: readonly Operation[] = [
  operation(CreateRoute$, ROUTE, createRoute),
  operation(ReplaceRoute$, ROUTE, replaceRoute),
  operation(DeleteRoute$, ["RouteTableId", "DestinationCidrBlock"], deleteRoute),
];
