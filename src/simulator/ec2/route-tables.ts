/** Route tables. Every VPC has a main one, which subnets follow unless they are associated with another. */
import {
  CreateRouteTable$,
  type CreateRouteTableRequest,
  type CreateRouteTableResult,
  DeleteRouteTable$,
  type DeleteRouteTableRequest,
  DescribeRouteTables$,
  type DescribeRouteTablesRequest,
  type DescribeRouteTablesResult,
  type Route,
  type RouteTable,
  type RouteTableAssociation,
} from "@aws-sdk/client-ec2";
import type { Context } from "../context.ts";
import { AwsError } from "../error.ts";
import { type Operation, operation } from "../operation.ts";
import { once } from "./client-tokens.ts";
import { select } from "./describe.ts";
import type { FilterFields } from "./filters.ts";
import { quotasOf } from "./quotas.ts";
import { find, hasDependencies, ROUTE_TABLE, VPC } from "./resources.ts";
import { routeStateOf } from "./route-states.ts";
import type { RouteTableState, Tags } from "./state.ts";
import { tagSet, tagsFrom } from "./tag-sets.ts";

export function addRouteTable(
  context: Context,
  vpcId: string,
  { isMain = false, tags = {} }: { isMain?: boolean; tags?: Tags },
): RouteTableState {
  const table: RouteTableState = {
    id: context.newId("rtb"),
    vpcId,
    isMain,
    associations: isMain ? [{ id: context.newId("rtbassoc") }] : [],
    routes: [],
    tags,
  };
  context.region.ec2.routeTables[table.id] = table;
  return table;
}

/** The main route table of a VPC; every VPC has exactly one. */
export function mainRouteTable(context: Context, vpcId: string): RouteTableState {
  const main = Object.values(context.region.ec2.routeTables).find(
    (table) => table.vpcId === vpcId && table.isMain,
  );
  if (!main) throw new Error(`no main route table in ${vpcId}`);
  return main;
}

function createRouteTable(context: Context, input: CreateRouteTableRequest): CreateRouteTableResult {
  const vpc = find(context, VPC, input.VpcId);
  const id = once(context, "CreateRouteTable", input, () => {
    const { routeTables } = context.region.ec2;
    const siblings = Object.values(routeTables).filter((table) => table.vpcId === vpc.id);
    if (siblings.length >= quotasOf(context).routeTablesPerVpc)
      throw new AwsError("RouteTableLimitExceeded", "The maximum number of route tables has been reached.");
    return addRouteTable(context, vpc.id, { tags: tagsFrom(input.TagSpecifications, "route-table") }).id;
  });
  return { RouteTable: describe(context, find(context, ROUTE_TABLE, id)), ClientToken: input.ClientToken };
}

function describe(context: Context, table: RouteTableState): RouteTable {
  return {
    RouteTableId: table.id,
    OwnerId: context.account,
    VpcId: table.vpcId,
    Associations: describeAssociations(table),
    PropagatingVgws: [],
    Routes: describeRoutes(context, table),
    Tags: tagSet(table.tags),
  };
}

function describeAssociations(table: RouteTableState): RouteTableAssociation[] {
  return table.associations.map(({ id, subnetId }) => ({
    RouteTableAssociationId: id,
    RouteTableId: table.id,
    Main: subnetId === undefined,
    SubnetId: subnetId,
    AssociationState: { State: "associated" },
  }));
}

/** The local route comes first: the VPC itself, made with the table, to stay. */
function describeRoutes(context: Context, table: RouteTableState): Route[] {
  const { ec2 } = context.region;
  const local: Route = {
    DestinationCidrBlock: ec2.vpcs[table.vpcId]?.cidr,
    GatewayId: "local",
    Origin: "CreateRouteTable",
    State: "active",
  };
  const others = table.routes.map(
    (route): Route => ({
      DestinationCidrBlock: route.destinationCidr,
      GatewayId: route.gatewayId,
      VpcPeeringConnectionId: route.vpcPeeringConnectionId,
      NetworkInterfaceId: route.networkInterfaceId,
      InstanceId: route.instanceId,
      InstanceOwnerId: route.instanceId && context.account,
      Origin: "CreateRoute",
      State: routeStateOf(ec2, table.vpcId, route),
    }),
  );
  return [local, ...others];
}

function filterFields(context: Context): FilterFields<RouteTableState> {
  const routes = (member: keyof Route) => (table: RouteTableState) =>
    describeRoutes(context, table).map((route) => route[member]);
  return {
    "association.gateway-id": () => undefined,
    "association.main": (table) => table.associations.map(({ subnetId }) => subnetId === undefined),
    "association.route-table-association-id": (table) => table.associations.map(({ id }) => id),
    "association.route-table-id": (table) => table.associations.map(() => table.id),
    "association.subnet-id": (table) => table.associations.map(({ subnetId }) => subnetId),
    "owner-id": () => context.account,
    "route-table-id": (table) => table.id,
    "route.destination-cidr-block": routes("DestinationCidrBlock"),
    "route.gateway-id": routes("GatewayId"),
    "route.instance-id": routes("InstanceId"),
    "route.origin": routes("Origin"),
    "route.state": routes("State"),
    "route.vpc-peering-connection-id": routes("VpcPeeringConnectionId"),
    "vpc-id": (table) => table.vpcId,
  };
}

/** Of EC2's other lists a page holds 1000 (API reference, MaxResults). */
const LARGEST_PAGE = 100;

function describeRouteTables(context: Context, input: DescribeRouteTablesRequest): DescribeRouteTablesResult {
  const { items, NextToken } = select(
    context,
    ROUTE_TABLE,
    input.RouteTableIds,
    input,
    filterFields(context),
    LARGEST_PAGE,
  );
  return { RouteTables: items.map((table) => describe(context, table)), NextToken };
}

/** The main table, whose own association never goes, leaves only with its VPC; others once no subnet has them. */
function deleteRouteTable(context: Context, input: DeleteRouteTableRequest): object {
  const table = find(context, ROUTE_TABLE, input.RouteTableId);
  if (table.associations.length > 0) throw hasDependencies("routeTable", table.id);
  delete context.region.ec2.routeTables[table.id];
  return {};
}

export const operations: readonly Operation[] = [
  operation(CreateRouteTable$, ["VpcId", "TagSpecifications", "ClientToken"], createRouteTable),
  operation(
    DescribeRouteTables$,
    ["RouteTableIds", "Filters", "MaxResults", "NextToken"],
    describeRouteTables,
  ),
  operation(DeleteRouteTable$, ["RouteTableId"], deleteRouteTable),
];
