/**
 * The wire: every packet of the embedded AWS, a learner's ping or background traffic, passes here. It obeys the
 * configuration as it is at that moment, and every flow log that watches an interface on its way notes it once.
 */

import { type Packet, replyTo } from "../../network/packet.ts";
import type { Topology } from "../../network/topology.ts";
import { type Walk, type WalkOptions, walk } from "../../network/walk.ts";
import { Context } from "../context.ts";
import { notePacket } from "./flow-logs/capture.ts";
import { topologyOf } from "./topology.ts";

/** The longest IP packet that passes an internet gateway; inside a VPC and over peering it is 9001 bytes. */
export const GATEWAY_MTU = 1_500;

/**
 * Sends one packet.
 * @param bytes length of the whole IP packet
 */
export function sendPacket(context: Context, packet: Packet, bytes: number, options: WalkOptions = {}): Walk {
  return note(context, walk(topologyAt(context), packet, options), packet, bytes);
}

/**
 * Sends one packet that may not be cut (as programs that look for the path's MTU do): an internet gateway drops it if
 * it is too long, and only the sender's side has seen it.
 */
export function sendUncut(
  context: Context,
  packet: Packet,
  bytes: number,
  options: WalkOptions,
): Walk & { readonly isTooLong: boolean } {
  const walked = walk(topologyAt(context), packet, options);
  const isTooLong = bytes > GATEWAY_MTU && walked.hops.some(({ kind }) => kind === "internet-gateway");
  if (!isTooLong) return { ...note(context, walked, packet, bytes), isTooLong };
  const sightings = walked.sightings.filter(({ flow }) => flow === "egress");
  const dropped = { ...walked, delivered: false, deliveredTo: undefined, sightings, arrived: packet };
  return { ...note(context, dropped, packet, bytes), isTooLong };
}

function note(context: Context, walked: Walk, packet: Packet, bytes: number): Walk {
  for (const sighting of walked.sightings) notePacket(context, sighting, packet.protocol, bytes);
  return walked;
}

/** Sends the answer to a packet that was delivered, the same way back. */
export function sendReply(context: Context, delivered: Walk, bytes: number): Walk {
  return sendPacket(context, replyTo(delivered.arrived), bytes, {
    isReply: true,
    from: delivered.deliveredTo,
  });
}

/** One context is one moment, and whoever sends packets in it changes nothing in between. */
const topologies = new WeakMap<Context, Topology>();

/** Another moment in which the network is still the same. */
export function laterInSameNetwork(context: Context, now: number): Context {
  const later = new Context(context.state, context.regionName, now);
  topologies.set(later, topologyAt(context));
  return later;
}

function topologyAt(context: Context): Topology {
  const known = topologies.get(context);
  if (known) return known;
  const topology = topologyOf(context);
  topologies.set(context, topology);
  return topology;
}
