/**
 * What would let a packet pass that does not: the fewest changes that a person would make, each proved by walking the
 * packet through the network as it would be then.
 */
import { applyChange, type Change } from "./change.ts";
import { filterChange } from "./filter-advice.ts";
import { stopsAt } from "./hop.ts";
import type { Packet } from "./packet.ts";
import { attachedGateway, routingChange, unreachableAddress } from "./routing-advice.ts";
import type { NetworkInterface, Topology } from "./topology.ts";
import { type RoundTrip, type Walk, walkRoundTrip } from "./walk.ts";

export interface Advice {
  /** In the order in which to make them; empty where the packet passes, or where no change is known to help. */
  readonly changes: readonly Change[];
  /** Whether the packet passes there and back once they are made. */
  readonly suffices: boolean;
  /** Where they do not suffice: what stands in the way that no change here mends, one sentence. */
  readonly obstacle?: string | undefined;
}

/** More than the lab ever needs at once: peering takes four. */
const MOST_CHANGES = 10;

/**
 * What would let a packet and its reply pass.
 * @param options.from the interface that sends, where several have the source address; default: the first that has
 */
export function adviseOn(
  topology: Topology,
  packet: Packet,
  options: { readonly from?: string | undefined } = {},
): Advice {
  const changes: Change[] = [];
  let network = topology;
  for (;;) {
    const trip = walkRoundTrip(network, packet, options);
    if (trip.reachable) return { changes, suffices: true };
    const next = nextChange(network, trip, packet, options.from);
    if (typeof next === "string") return { changes, suffices: false, obstacle: next };
    if (changes.length === MOST_CHANGES)
      return { changes: [], suffices: false, obstacle: "Too much is amiss to say what one change would do." };
    changes.push(next);
    network = applyChange(network, next);
  }
}

/** The change that lets the packet past the hop where it stops now; a sentence where there is none. */
function nextChange(network: Topology, trip: RoundTrip, packet: Packet, from?: string): Change | string {
  const walk = trip.back ?? trip.there;
  const stop = walk.hops.find(stopsAt);
  if (stop === undefined) return "The packet is not stopped, and does not arrive either.";
  const isReply = trip.back !== undefined;
  const sent = isReply ? walk.arrived : packet;
  const sender = senderOf(network, walk, sent, isReply ? trip.there.deliveredTo : from);
  switch (stop.kind) {
    case "source":
    case "destination": {
      const stopped = network.networkInterfaces.find(({ id }) => id === stop.component);
      if (stop.code === "BAD_STATE" && stopped?.instanceId !== undefined)
        return { kind: "start-instance", instanceId: stopped.instanceId };
      if (stop.code === "UNKNOWN_DESTINATION") return `${stop.reason}.`;
      return unreachableAddress(network, sender, sent.destination);
    }
    case "security-group-out":
    case "security-group-in":
    case "network-acl-out":
    case "network-acl-in":
      return filterChange(network, stop, walk, sent, isReply);
    case "internet": {
      const receiver = network.networkInterfaces.find(
        ({ publicAddress }) => publicAddress === sent.destination,
      );
      return receiver
        ? attachedGateway(network, receiver.vpcId)
        : `Nothing in the lab has ${sent.destination}.`;
    }
    default:
      return sender
        ? routingChange(network, sender, sent.destination, stop)
        : "It comes from outside, where nothing of this lab decides.";
  }
}

function senderOf(
  network: Topology,
  walk: Walk,
  sent: Packet,
  from: string | undefined,
): NetworkInterface | undefined {
  const id = from ?? walk.sightings[0]?.networkInterfaceId;
  return network.networkInterfaces.find((one) =>
    id === undefined ? one.privateAddress === sent.source : one.id === id,
  );
}
