/** A route table to look at: where each route leads, and which one is missing. */
import type { Route, RouteTable } from "@aws-sdk/client-ec2";
import { findRouteTables } from "../aws/route-table.ts";
import type { Finding, RouteRow } from "../lab/narrator.ts";
import type { LabSpec, Side } from "../lab/spec.ts";
import type { LabContext } from "./step.ts";

/** Shows the route table of VPC 1 or 2 as AWS has it now. */
export async function tellRouteTable(lab: LabContext, side: Side, vpcId: string): Promise<void> {
  const [table] = await findRouteTables(lab.aws, lab.spec, side, vpcId);
  if (table) await lab.narrator.finding(routeTableFinding(lab.spec, side, table));
  else lab.narrator.warn(`VPC ${side} has no route table of this lab any more. vpclab up makes it again.`);
}

/** The route to the other VPC is marked as missing where it is not there. */
export function routeTableFinding(spec: LabSpec, side: Side, table: RouteTable): Finding {
  const other: Side = side === 1 ? 2 : 1;
  const otherCidr = side === 1 ? spec.cidr2 : spec.cidr1;
  const rows = (table.Routes ?? []).map((route) => rowOf(route, side, other, otherCidr));
  if (!rows.some(({ destination }) => destination === otherCidr))
    rows.push({
      destination: otherCidr,
      target: "–",
      state: "–",
      note: `missing: nothing leads to VPC ${other}, so 0.0.0.0/0 takes its packets`,
    });
  return {
    kind: "route-table",
    title: `Route table ${spec.nameOf(`route-table-${side}`)} (VPC ${side})`,
    rows,
  };
}

function rowOf(route: Route, side: Side, other: Side, otherCidr: string): RouteRow {
  const destination = destinationOf(route) ?? "?";
  const target = targetOf(route) ?? "?";
  const state = route.State ?? "active";
  let note = "";
  if (state === "blackhole") note = "leads nowhere: its target is gone, or not ready yet";
  else if (target === "local") note = `inside VPC ${side}`;
  else if (destination === otherCidr)
    note = `to VPC ${other}${target.startsWith("pcx-") ? ", by the peering connection" : ""}`;
  else if (destination === "0.0.0.0/0") note = "everything else: out to the internet";
  return { destination, target, state, note };
}

/** A CIDR block or a prefix list. */
export function destinationOf(route: Route): string | undefined {
  return route.DestinationCidrBlock ?? route.DestinationIpv6CidrBlock ?? route.DestinationPrefixListId;
}

/** "local", or the id of where it leads; an instance by its interface, as AWS routes to it. */
export function targetOf(route: Route): string | undefined {
  return (
    route.GatewayId ??
    route.VpcPeeringConnectionId ??
    route.NatGatewayId ??
    route.TransitGatewayId ??
    route.EgressOnlyInternetGatewayId ??
    route.NetworkInterfaceId ??
    route.InstanceId ??
    route.LocalGatewayId ??
    route.CarrierGatewayId ??
    route.CoreNetworkArn
  );
}
