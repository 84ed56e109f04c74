/**
 * The walk of a packet: security group out, network ACL out, route table, gateway or peering connection, network ACL
 * in, security group in. Each hop says what decided and why.
 */
import { isLoopback } from "./cidr.ts";
import type { Hop } from "./hop.ts";
import { Journey } from "./journey.ts";
import { type Packet, replyTo } from "./packet.ts";
import type { Topology } from "./topology.ts";
import { topologyIndex } from "./topology-index.ts";

/** What a flow log on an interface would note for this packet there. */
export interface Sighting {
  readonly networkInterfaceId: string;
  /** The verdict of security groups and network ACLs alone: a drop for want of a route is an ACCEPT on the way out. */
  readonly action: "ACCEPT" | "REJECT";
  readonly flow: "ingress" | "egress";
  /** The addresses as that interface's record shows them: its own side always private, the other side as it sees it. */
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

export interface Walk {
  readonly hops: readonly Hop[];
  readonly delivered: boolean;
  /** The interface that received it; undefined if dropped, or delivered to the internet. */
  readonly deliveredTo?: string | undefined;
  readonly sightings: readonly Sighting[];
  /** The packet as the receiver sees it, after the gateways' address translation; the sent one if it was dropped. */
  readonly arrived: Packet;
}

export interface WalkOptions {
  /**
   * Whether this packet answers one that the security groups at both ends have let through: they remember that, and ask
   * no rule. Default: false.
   */
  readonly isReply?: boolean;
  /** The interface that sends, where VPCs overlap and several have the source address. Default: the first that has. */
  readonly from?: string | undefined;
}

/**
 * Walks one packet through the topology, which must not change afterwards: its index is kept. A source that is no
 * interface's private address sends from the internet. Throws RangeError for an address that is none, and
 * IncompleteTopologyError where a subnet, its route table or its network ACL is missing.
 */
export function walk(topology: Topology, packet: Packet, options: WalkOptions = {}): Walk {
  const network = topologyIndex(topology);
  const sender = isLoopback(packet.source)
    ? topology.networkInterfaces.find(({ id }) => id === options.from)
    : network
        .withPrivateAddress(packet.source)
        .find((one) => options.from === undefined || one.id === options.from);
  const journey = new Journey(network, packet, options.isReply ?? false);
  if (sender) journey.sendFrom(sender);
  else journey.sendFromInternet();
  return journey.result();
}

export interface RoundTrip {
  readonly there: Walk;
  /** Undefined if the request did not arrive. */
  readonly back?: Walk | undefined;
  readonly reachable: boolean;
}

/**
 * The request and the reply it gets: an ICMP echo, a TCP handshake's second packet, a UDP answer. Whoever is reached on
 * the internet is taken to answer.
 */
export function walkRoundTrip(
  topology: Topology,
  packet: Packet,
  options: Pick<WalkOptions, "from"> = {},
): RoundTrip {
  const there = walk(topology, packet, options);
  if (!there.delivered) return { there, reachable: false };
  const back = walk(topology, replyTo(there.arrived), { isReply: true, from: there.deliveredTo });
  return { there, back, reachable: back.delivered };
}
