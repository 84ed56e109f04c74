/** A packet's way through the lab, hop by hop, and what its end means for the flow log. */
import { readLabNetwork } from "../aws/topology.ts";
import type { Finding } from "../lab/narrator.ts";
import { type Hop, placeOf, stopsAt } from "../network/hop.ts";
import { echoRequest } from "../network/packet.ts";
import { type RoundTrip, walkRoundTrip } from "../network/walk.ts";
import type { Host } from "./hosts.ts";
import type { LabContext } from "./step.ts";

/** Walks a ping there and back through the configuration as AWS has it now. */
export async function walkPing(
  { aws, spec }: Pick<LabContext, "aws" | "spec">,
  from: Host,
  address: string,
): Promise<RoundTrip> {
  const { topology } = await readLabNetwork(aws, spec);
  const packet = echoRequest(from.privateAddress, address);
  return walkRoundTrip(topology, packet, { from: from.networkInterfaceId });
}

/**
 * The way of the request; where that arrives and the reply does not, the way of the reply.
 * @param from the instance whose interface is logged
 */
export function walkFinding(way: RoundTrip, from: Host, address: string): Finding {
  const { there, back, reachable } = way;
  const isReply = back !== undefined && !reachable;
  return {
    kind: "walk",
    title: isReply ? `The way of the reply from ${address}` : `The way of a packet to ${address}`,
    hops: (isReply ? back : there).hops.map(tellHop),
    meaning: whyNoReply(way, from),
  };
}

/** A hop in words: where, what it did with the packet, and why. */
export function tellHop(hop: Hop): { where: string; verdict: string; reason: string } {
  const verdict = hop.target !== undefined && !stopsAt(hop) ? `→ ${hop.target}` : hop.verdict;
  return { where: placeOf(hop), verdict, reason: hop.reason };
}

/**
 * Why no reply comes, and how the flow log of VPC 1 will show it, a sentence each.
 * @param from the instance whose interface is logged
 */
export function whyNoReply(way: RoundTrip, from: Host): string[] {
  const where = whereItStops(way);
  if (where === undefined)
    return [
      "By the configuration a reply should come. Something on instance 2 itself may keep quiet, or it has just started.",
    ];
  const isRejected = [way.there, way.back].some((walk) =>
    walk?.sightings.some(
      ({ action, networkInterfaceId }) =>
        action === "REJECT" && networkInterfaceId === from.networkInterfaceId,
    ),
  );
  return [
    `Why: ${where}`,
    isRejected
      ? "In the flow log this will be REJECT: no rule of VPC 1 let it pass, or its network ACL denied it."
      : "In the flow log this will be ACCEPT and silence, not REJECT: no security group or network ACL of VPC 1 stopped it.",
  ];
}

/** "the request stops at …: …." and the route that led there; undefined where nothing stops it. */
export function whereItStops({ there, back }: RoundTrip): string | undefined {
  const { hops } = back ?? there;
  const stop = hops.find(stopsAt);
  if (stop === undefined) return undefined;
  const what = back === undefined ? "the request" : "the request arrives, but the reply";
  const routeTable = hops.findLast((hop) => hop.kind === "route-table");
  const route =
    routeTable !== undefined && routeTable !== stop && stop.kind === "internet-gateway"
      ? ` The ${placeOf(routeTable)} sent it there: ${routeTable.reason}.`
      : "";
  return `${what} stops at ${placeOf(stop)}: ${stop.reason}.${route}`;
}
