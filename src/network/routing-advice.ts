/** Which change gives a packet its way: a route, a gateway, a peering connection, a public address. */
import { applyChange, type Change } from "./change.ts";
import { formatCidr, isPrivateAddress, isWithin, overlaps } from "./cidr.ts";
import type { Hop } from "./hop.ts";
import { longestPrefixMatch, routeTableHop } from "./route-table.ts";
import type { NetworkInterface, PeeringConnection, RouteTable, Topology, Vpc } from "./topology.ts";
import { topologyIndex } from "./topology-index.ts";

const EVERYWHERE = "0.0.0.0/0";

/** What lets the sender's packet past a route table, gateway or peering connection; a sentence where nothing does. */
export function routingChange(
  network: Topology,
  sender: NetworkInterface,
  destination: string,
  stop: Hop,
): Change | string {
  if (stop.code === "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS")
    return { kind: "associate-address", networkInterfaceId: sender.id };
  const index = topologyIndex(network);
  const subnet = index.subnetOf(sender);
  const table = index.routeTableOf(subnet);
  const followed = publicTable(network, sender, table, destination);
  if (followed) return { kind: "associate-route-table", routeTableId: followed.id, subnetId: subnet.id };
  const far = index.vpcCidrsAround(destination).find(({ vpc }) => vpc.id !== sender.vpcId);
  if (far) return wayToVpc(network, sender, table, destination, far.vpc, formatCidr(far.cidr));
  if (isPrivateAddress(destination)) return `No VPC of this lab has ${destination}.`;
  return wayToInternet(network, sender.vpcId, table, destination);
}

/** What connects a VPC to the internet for packets from there. */
export function attachedGateway(network: Topology, vpcId: string, preferred?: string): Change {
  const free = network.internetGateways.filter((gateway) => gateway.vpcId === undefined);
  const gateway = free.find(({ id }) => id === preferred) ?? ownGateway(network, free, vpcId) ?? free[0];
  return gateway
    ? { kind: "attach-internet-gateway", gatewayId: gateway.id, vpcId }
    : { kind: "create-internet-gateway", vpcId };
}

/** Where both gateways are detached: the one to which the VPC's own tables still lead. */
function ownGateway<T extends { readonly id: string }>(
  network: Topology,
  free: readonly T[],
  vpcId: string,
): T | undefined {
  const targets = network.routeTables
    .filter((table) => table.vpcId === vpcId)
    .flatMap(({ routes }) => routes.map(({ target }) => target));
  return free.find(({ id }) => targets.includes(id));
}

/** Why an address within the sender's own VPC is nobody's. */
export function unreachableAddress(
  network: Topology,
  sender: NetworkInterface | undefined,
  destination: string,
): string {
  const elsewhere = topologyIndex(network)
    .withPrivateAddress(destination)
    .find(({ vpcId }) => vpcId !== sender?.vpcId);
  const [own, other] = [sender?.vpcId, elsewhere?.vpcId].map((id) =>
    network.vpcs.find((vpc) => vpc.id === id),
  );
  return own && other
    ? `${describeOverlap(own, other)}: what is for ${destination} stays in ${own.name ?? own.id}.`
    : `No network interface has ${destination}.`;
}

/** A table of the VPC that would do, where the subnet follows the main one because nobody associated it. */
function publicTable(
  network: Topology,
  sender: NetworkInterface,
  current: RouteTable,
  destination: string,
): RouteTable | undefined {
  if (current.subnetIds.includes(sender.subnetId)) return undefined;
  return network.routeTables.find((table) => {
    if (table.vpcId !== sender.vpcId || table.id === current.id) return false;
    const changed = topologyIndex(
      applyChange(network, {
        kind: "associate-route-table",
        routeTableId: table.id,
        subnetId: sender.subnetId,
      }),
    );
    const { verdict, target = "" } = routeTableHop(changed, changed.subnetOf(sender), destination);
    return verdict === "forwarded" && target.startsWith(isPrivateAddress(destination) ? "pcx-" : "igw-");
  });
}

function wayToVpc(
  network: Topology,
  sender: NetworkInterface,
  table: RouteTable,
  destination: string,
  far: Vpc,
  block: string,
): Change | string {
  const between = network.peeringConnections.filter((peering) => joins(peering, sender.vpcId, far.id));
  const withStatus = (...statuses: readonly string[]) =>
    between.find(({ status }) => statuses.includes(status));
  const active = withStatus("active");
  if (active) return routeTo(table, destination, block, active.id);
  const asked = withStatus("pending-acceptance");
  if (asked) return { kind: "accept-peering", peeringId: asked.id };
  const coming = withStatus("initiating-request", "provisioning");
  if (coming)
    return `Peering connection ${coming.id} is ${coming.status}: that passes by itself, in seconds.`;
  const own = network.vpcs.find(({ id }) => id === sender.vpcId);
  if (own?.cidrs.some((cidr) => far.cidrs.some((other) => overlaps(cidr, other))))
    return `${describeOverlap(own, far)}, and AWS peers no VPCs whose CIDR blocks overlap.`;
  // VPC 1 asks, whichever of the two the packet comes from: asked the other way round, it would be a second one.
  const [requester = sender.vpcId, accepter = far.id] = network.vpcs
    .filter(({ id }) => id === sender.vpcId || id === far.id)
    .sort((a, b) => ((a.name ?? a.id) < (b.name ?? b.id) ? -1 : 1))
    .map(({ id }) => id);
  return { kind: "create-peering", requesterVpcId: requester, accepterVpcId: accepter };
}

function joins(peering: PeeringConnection, one: string, other: string): boolean {
  const { requesterVpcId, accepterVpcId } = peering;
  return (
    (requesterVpcId === one && accepterVpcId === other) || (requesterVpcId === other && accepterVpcId === one)
  );
}

function wayToInternet(
  network: Topology,
  vpcId: string,
  table: RouteTable,
  destination: string,
): Change | string {
  const best = longestPrefixMatch(table.routes, destination);
  const attached = network.internetGateways.find((gateway) => gateway.vpcId === vpcId);
  if (attached) return routeTo(table, destination, EVERYWHERE, attached.id);
  return attachedGateway(network, vpcId, best?.target);
}

/** The route for a whole block; where a longer one within it wins and leads elsewhere, that one is turned. */
function routeTo(table: RouteTable, address: string, block: string, target: string): Change {
  const best = longestPrefixMatch(table.routes, address);
  const destination = best && isWithin(best.destination, block) ? best.destination : block;
  const isThere = table.routes.some((route) => route.destination === destination);
  return { kind: isThere ? "replace-route" : "create-route", routeTableId: table.id, destination, target };
}

/** "NextWork-1-vpc (10.1.0.0/16) and NextWork-2-vpc (10.1.0.0/16) overlap" */
function describeOverlap(one: Vpc, other: Vpc): string {
  const [a, b] = [one, other].map(({ id, name, cidrs }) => `${name ?? id} (${cidrs.join(", ")})`);
  return `${a} and ${b} overlap`;
}
