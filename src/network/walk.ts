/**
 * The walk of a packet: security group out, network ACL out, route table, gateway or peering connection, network ACL
 * in, security group in. Each hop says what decided and why.
 */
import type { Topology } from "./topology.ts";

export interface Packet {
  /** Protocol number: 1 ICMP, 6 TCP, 17 UDP. */
  readonly protocol: number;
  readonly source: string;
  readonly destination: string;
  /** TCP and UDP; 0 for ICMP, as in flow-log records. */
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** ICMP only: echo request is 8/0, echo reply 0/0. */
  readonly icmp?: { readonly type: number; readonly code: number } | undefined;
}

export type HopKind =
  | "source"
  | "security-group-out"
  | "network-acl-out"
  | "route-table"
  | "internet-gateway"
  | "peering-connection"
  | "internet"
  | "network-acl-in"
  | "security-group-in"
  | "destination";

export interface Hop {
  readonly kind: HopKind;
  /** The component that decided: sg-…, acl-…, rtb-…, igw-…, pcx-…, eni-…; "internet". */
  readonly component: string;
  readonly name?: string | undefined;
  readonly verdict: "allowed" | "forwarded" | "dropped" | "denied" | "delivered";
  /** One clause for a person: "rule 100", "best match 0.0.0.0/0; nothing for 10.2.0.0/16". */
  readonly reason: string;
  /** Why it stops here, in the words of VPC Reachability Analyzer's explanation codes; undefined where it goes on. */
  readonly code?: string | undefined;
  /** For a route table: where it sends the packet. */
  readonly target?: string | undefined;
}

/** What a flow log on an interface would note for this packet there. */
export interface Sighting {
  readonly networkInterfaceId: string;
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

/** The flows that security groups remember: the reply to an allowed packet passes them without a rule. */
export interface WalkOptions {
  /** Whether this packet answers one that the security groups at both ends have already let through. */
  readonly isReply?: boolean;
}

/** Walks one packet through the topology. A source that is no interface's private address sends from the internet. */
export declare function walk(topology: Topology, packet: Packet, options?: WalkOptions): Walk;

export interface RoundTrip {
  readonly there: Walk;
  /** Undefined if the request did not arrive. */
  readonly back?: Walk | undefined;
  readonly reachable: boolean;
}

/** The request and the reply it gets: an ICMP echo, a TCP handshake's second packet, a UDP answer. */
export declare function walkRoundTrip(topology: Topology, packet: Packet): RoundTrip;
