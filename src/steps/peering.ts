/** Step 6: a private way between the two VPCs, and a route to it on either side. */
import type { RouteTable, VpcPeeringConnection } from "@aws-sdk/client-ec2";
import { given } from "../aws/answer.ts";
import { LabError } from "../aws/errors.ts";
import { type Inventory, ofPart } from "../aws/inventory.ts";
import {
  acceptPeering,
  deletePeeringConnection,
  findPeeringConnections,
  requestPeering,
  statusOf,
  waitUntilPeeringActive,
} from "../aws/peering-connection.ts";
import {
  deleteRoutesTo,
  ensureRoute,
  findRouteTables,
  leadsTo,
  waitForActiveRoute,
} from "../aws/route-table.ts";
import { findVpcs } from "../aws/vpc.ts";
import type { PingSummary } from "../lab/narrator.ts";
import type { Side } from "../lab/spec.ts";
import { ensurePart } from "./ensure-part.ts";
import { findHosts, type Host } from "./hosts.ts";
import { peeringLesson } from "./lessons/peering.ts";
import { pingAndTell } from "./ping-finding.ts";
import { reasonOf, removal } from "./removal.ts";
import { tellRouteTable } from "./route-table-finding.ts";
import type { LabContext, Step } from "./step.ts";
import { bothSides, ofSide, together } from "./together.ts";
import { walkPing, whyNoReply } from "./walk-finding.ts";

export const peering: Step = {
  id: "peering",
  title: "Peer the VPCs",
  lesson: peeringLesson,

  async up(lab) {
    const vpcs = await bothSides(lab, (side) => findVpc(lab, side));
    const connection = await connect(lab, [vpcs[0].id, vpcs[1].id]);
    const connectionId = given(connection.VpcPeeringConnectionId, "the peering connection's id");
    const [routes, hosts] = await lab.narrator.wait(
      { text: "the peering connection becomes active", usually: "0:03 to 0:10" },
      async () => {
        const { isNew } = await acceptPeering(lab.aws, connectionId);
        const [routes, hosts] = await together(lab, [
          // AWS takes a route to a connection that is not active yet; it is a blackhole until then (AWS-FACTS §1).
          bothSides(lab, (side) => routeToOther(lab, side, vpcs, connectionId)),
          findHosts(lab),
          waitUntilPeeringActive(lab.aws, connectionId, { isNew }),
        ]);
        return [routes, hosts] as const;
      },
    );
    await bothSides(lab, (side) => waitForRoute(lab, side, ofSide(side, routes)));
    await pingAgain(lab, hosts);
    for (const side of [1, 2] as const) await tellRouteTable(lab, side, ofSide(side, vpcs).id);
  },

  downAfter: [],

  async down({ aws, narrator }, inventory) {
    const connections = inventory.resources.filter(({ type }) => type === "vpc-peering-connection");
    return Promise.all(
      connections.map((connection) =>
        removal(connection, async () => {
          // First the routes: without their connection they stay as blackholes, until they go with their tables.
          const routes = await Promise.allSettled(
            inventory.routeTables.map((table) => deleteRoutesTo(aws, table, connection.id)),
          );
          aws.signal.throwIfAborted();
          for (const refused of routes.filter((one) => one.status === "rejected"))
            narrator.warn(`A route to ${connection.id} stays with its table: ${reasonOf(refused.reason)}`);
          return deletePeeringConnection(aws, connection.id);
        }),
      ),
    );
  },

  state(inventory) {
    const connections = ofPart(inventory.peeringConnections, "peering-connection");
    if (connections.length === 0) return "todo";
    return connections.some((connection) => isConnected(inventory, connection)) ? "done" : "partial";
  },
};

interface Network {
  readonly id: string;
  readonly cidr: string;
}

async function findVpc({ aws, spec }: LabContext, side: Side): Promise<Network> {
  const [vpc] = await findVpcs(aws, spec, side);
  if (vpc?.VpcId !== undefined && vpc.CidrBlock !== undefined) return { id: vpc.VpcId, cidr: vpc.CidrBlock };
  throw new LabError("no-network", `There is no VPC ${side} to peer.`, {
    next: ["Run `vpclab up`: it makes what is missing, in order."],
  });
}

function connect(lab: LabContext, vpcIds: readonly [string, string]): Promise<VpcPeeringConnection> {
  const { aws, spec } = lab;
  return ensurePart(lab, {
    part: "peering-connection",
    type: "vpc-peering-connection",
    text: `${spec.nameOf("peering-connection")}: VPC 1 asks, VPC 2 accepts`,
    find: () => findPeeringConnections(aws, spec, vpcIds),
    create: () => requestPeering(aws, spec, vpcIds),
    idOf: ({ VpcPeeringConnectionId }) => VpcPeeringConnectionId,
  });
}

interface PeeringRoute {
  readonly tableId: string;
  readonly destination: string;
  readonly target: { readonly VpcPeeringConnectionId: string };
  readonly outcome: "made" | "found";
  /** In ms. */
  readonly begun: number;
}

async function routeToOther(
  { aws, spec }: LabContext,
  side: Side,
  vpcs: readonly [Network, Network],
  VpcPeeringConnectionId: string,
): Promise<PeeringRoute> {
  const [own, other] = side === 1 ? vpcs : [vpcs[1], vpcs[0]];
  const begun = aws.clock.now();
  const [table] = await findRouteTables(aws, spec, side, own.id);
  if (table === undefined)
    throw new LabError("no-network", `VPC ${side} has no route table of this lab.`, {
      next: ["Run `vpclab up`: it makes what is missing, in order."],
    });
  const tableId = given(table.RouteTableId, "the route table's id");
  const target = { VpcPeeringConnectionId };
  const outcome = await ensureRoute(aws, table, other.cidr, target);
  return { tableId, destination: other.cidr, target, outcome, begun };
}

async function waitForRoute({ aws, narrator }: LabContext, side: Side, route: PeeringRoute): Promise<void> {
  const { tableId, destination, target, outcome, begun } = route;
  await waitForActiveRoute(aws, tableId, destination, target);
  narrator.resource({
    text: `a route so that VPC ${side} finds VPC ${side === 1 ? 2 : 1}: ${destination}`,
    type: "route",
    part: `route-table-${side}`,
    id: tableId,
    outcome,
    ms: aws.clock.now() - begun,
  });
}

function pingAgain(lab: LabContext, hosts: readonly [Host, Host]): Promise<PingSummary> {
  const [from] = hosts;
  return pingAndTell(lab, hosts, {
    step: "peering",
    scope: "private",
    question: "Instance 1 pings the private address of instance 2 again. What will happen?",
    expected: "replies",
    async meaning({ reachable, address }) {
      if (reachable)
        return [
          "The request took VPC 1's new route to the peering connection; the reply took VPC 2's. Both were needed.",
          "Nothing of it touched the internet: it stayed in AWS's own network, between private addresses.",
          "In the flow log this will be two ACCEPT records, one out and one back.",
        ];
      return [
        "Replies were to be expected here: the VPCs are peered and have a route to each other.",
        ...whyNoReply(await walkPing(lab, from, address), from),
      ];
    },
  });
}

/** Whether the connection is active and each VPC's table has an active route to it. */
function isConnected({ routeTables }: Inventory, connection: VpcPeeringConnection): boolean {
  const { VpcPeeringConnectionId = "", RequesterVpcInfo, AccepterVpcInfo } = connection;
  const hasRoute = (vpcId: string | undefined) =>
    routeTables
      .filter((table: RouteTable) => table.VpcId === vpcId)
      .flatMap((table) => table.Routes ?? [])
      .some((route) => leadsTo(route, { VpcPeeringConnectionId }) && route.State === "active");
  return (
    statusOf(connection) === "active" && hasRoute(RequesterVpcInfo?.VpcId) && hasRoute(AccepterVpcInfo?.VpcId)
  );
}
