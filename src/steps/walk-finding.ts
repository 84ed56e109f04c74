/** A packet's way through the lab, hop by hop, and what its end means for the flow log. */
import { readTopology } from "../aws/topology.ts";
import type { Finding } from "../lab/narrator.ts";
import { type Hop, type HopKind, stopsAt } from "../network/hop.ts";
import { ICMP } from "../network/packet.ts";
import { type RoundTrip, walkRoundTrip } from "../network/walk.ts";
import type { Host } from "./hosts.ts";
import type { LabContext } from "./step.ts";

/** Walks a ping there and back through the configuration as AWS has it now. */
export async function walkPing(
  { aws, spec }: Pick<LabContext, "aws" | "spec">,
  from: Host,
  address: string,
): Promise<RoundTrip> {
  const topology = await readTopology(aws, spec);
  const echoRequest = {
    protocol: ICMP,
    source: from.privateAddress,
    destination: address,
    sourcePort: 0,
    destinationPort: 0,
    icmp: { type: 8, code: 0 },
  };
  return walkRoundTrip(topology, echoRequest, { from: from.networkInterfaceId });
}

/** The way of the request; where that arrives and the reply does not, the way of the reply. */
export function walkFinding({ there, back, reachable }: RoundTrip, address: string): Finding {
  const isReply = back !== undefined && !reachable;
  return {
    kind: "walk",
    title: isReply ? `The way of the reply from ${address}` : `The way of a packet to ${address}`,
    hops: (isReply ? back : there).hops.map((hop) => ({
      where: placeOf(hop),
      verdict: hop.target !== undefined && !stopsAt(hop) ? `→ ${hop.target}` : hop.verdict,
      reason: hop.reason,
    })),
  };
}

/**
 * Why no reply comes, and how the flow log of VPC 1 will show it, a sentence each.
 * @param from the instance whose interface is logged
 */
export function whyNoReply({ there, back }: RoundTrip, from: Host): string[] {
  const stop = (back ?? there).hops.find(stopsAt);
  if (stop === undefined)
    return [
      "By the configuration a reply should come. Something on instance 2 itself may keep quiet, or it has just started.",
    ];
  const what = back === undefined ? "the request" : "the request arrives, but the reply";
  const routeTable = (back ?? there).hops.findLast((hop) => hop.kind === "route-table");
  const route =
    routeTable !== undefined && routeTable !== stop && stop.kind === "internet-gateway"
      ? ` The ${placeOf(routeTable)} sent it there: ${routeTable.reason}.`
      : "";
  const isRejected = [there, back].some((walk) =>
    walk?.sightings.some(
      ({ action, networkInterfaceId }) =>
        action === "REJECT" && networkInterfaceId === from.networkInterfaceId,
    ),
  );
  return [
    `Why: ${what} stops at ${placeOf(stop)}: ${stop.reason}.${route}`,
    isRejected
      ? "In the flow log this will be REJECT: a security group or a network ACL of VPC 1 said no."
      : "In the flow log this will be ACCEPT and silence, not REJECT: no security group or network ACL of VPC 1 said no.",
  ];
}

const PLACES: Record<HopKind, readonly [before: string, after: string]> = {
  source: ["", ""],
  "security-group-out": ["security group ", ", out"],
  "network-acl-out": ["network ACL ", ", out"],
  "route-table": ["route table ", ""],
  "internet-gateway": ["internet gateway ", ""],
  "peering-connection": ["peering connection ", ""],
  internet: ["", ""],
  "network-acl-in": ["network ACL ", ", in"],
  "security-group-in": ["security group ", ", in"],
  destination: ["", ""],
};

function placeOf({ kind, name, component }: Hop): string {
  const [before, after] = PLACES[kind];
  return `${before}${name ?? component}${after}`;
}
