/** Which route of a table a packet follows. */
import { type Cidr, contains, formatCidr, isWithin, parseCidr, toAddress } from "./cidr.ts";
import type { Hop } from "./hop.ts";
import type { Route, Subnet } from "./topology.ts";
import type { TopologyIndex } from "./topology-index.ts";

/**
 * The route with the longest prefix that holds the address; undefined if none does. A blackhole wins like any other.
 * A destination that is no IPv4 block (IPv6, a prefix list) holds no IPv4 address.
 */
export function longestPrefixMatch(routes: readonly Route[], address: string): Route | undefined {
  const number = toAddress(address);
  let best: Route | undefined;
  let bestPrefix = -1;
  for (const route of routes) {
    const cidr = parseCidr(route.destination);
    if (cidr && cidr.prefix > bestPrefix && contains(cidr, number)) {
      best = route;
      bestPrefix = cidr.prefix;
    }
  }
  return best;
}

/** What the route table of a subnet does with a packet to the address. */
export function routeTableHop(network: TopologyIndex, subnet: Subnet, destination: string): Hop {
  const table = network.routeTableOf(subnet);
  const about = { kind: "route-table", component: table.id, name: table.name } as const;
  const isFollowingMain = !table.subnetIds.includes(subnet.id);
  const route = longestPrefixMatch(table.routes, destination);
  const missing = missingRoute(network, subnet, table.routes, route, destination);
  if (route === undefined) {
    const main = isFollowingMain ? `; ${subnet.name ?? subnet.id} follows the main route table` : "";
    return {
      ...about,
      verdict: "dropped",
      reason: `no route for ${destination}${missing}${main}`,
      code: "NO_ROUTE_TO_DESTINATION",
    };
  }
  const { target } = route;
  if (route.state === "blackhole") {
    return {
      ...about,
      verdict: "dropped",
      reason: `best match ${route.destination} is a blackhole: ${whyBlackhole(network, target)}`,
      code: "BAD_STATE_ROUTE",
      target,
    };
  }
  if (target !== "local" && !target.startsWith("igw-") && !target.startsWith("pcx-")) {
    return {
      ...about,
      verdict: "dropped",
      reason: `best match ${route.destination} leads to ${target}, which forwards nothing in this lab`,
      code: "UNKNOWN_DESTINATION",
      target,
    };
  }
  const others = alsoMatching(table.routes, route, destination);
  const over = others === "" ? "" : `, longer than ${others}`;
  return {
    ...about,
    verdict: "forwarded",
    reason: `best match ${route.destination}${over}${missing}`,
    target,
  };
}

/** The destinations that hold the address too, and lost to the winner's longer prefix. */
function alsoMatching(routes: readonly Route[], winner: Route, address: string): string {
  return routes
    .filter((route) => route !== winner && longestPrefixMatch([route], address) !== undefined)
    .map(({ destination }) => destination)
    .join(", ");
}

/**
 * "; nothing for 10.2.0.0/16" when the address is in the block of another VPC and the winning route is not about that
 * block: then this is the route that is missing. Empty otherwise.
 */
function missingRoute(
  network: TopologyIndex,
  subnet: Subnet,
  routes: readonly Route[],
  winner: Route | undefined,
  destination: string,
): string {
  const winning = winner && parseCidr(winner.destination);
  const block = network
    .vpcCidrsAround(destination)
    .find(({ vpc, cidr }) => vpc.id !== subnet.vpcId && (!winning || winning.prefix < cidr.prefix));
  if (!block) return "";
  const partial = routes.find((route) => isPartOf(route, block.cidr));
  return partial
    ? `; ${partial.destination} does not reach ${destination}`
    : `; nothing for ${formatCidr(block.cidr)}`;
}

function isPartOf(route: Route, block: Cidr): boolean {
  const cidr = parseCidr(route.destination);
  return cidr !== undefined && isWithin(cidr, block);
}

function whyBlackhole(network: TopologyIndex, target: string): string {
  if (target.startsWith("pcx-")) {
    const peering = network.peeringConnection(target);
    return peering ? `peering connection ${target} is ${peering.status}` : `${target} is gone`;
  }
  if (target.startsWith("igw-")) {
    return network.internetGateway(target) ? `${target} is not attached` : `${target} is gone`;
  }
  return `${target} is gone or not in use`;
}
