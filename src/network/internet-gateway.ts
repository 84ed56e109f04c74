/**
 * Internet gateways translate addresses one to one: an interface's private address becomes its public one on the way
 * out, and the other way round on the way in. They pass nothing to or from private addresses.
 */
import { type PrivateRange, privateRange } from "./cidr.ts";
import type { ExplanationCode, Hop } from "./hop.ts";
import type { Packet } from "./packet.ts";
import type { NetworkInterface } from "./topology.ts";
import type { TopologyIndex } from "./topology-index.ts";

export interface Crossing {
  readonly hop: Hop;
  /** The packet on the far side; as it came where the gateway drops it. */
  readonly packet: Packet;
}

/** A packet of the interface on its way out through the gateway. */
export function leaveThroughGateway(
  network: TopologyIndex,
  gatewayId: string,
  sender: NetworkInterface,
  packet: Packet,
): Crossing {
  const gateway = network.internetGateway(gatewayId);
  const about = { kind: "internet-gateway", component: gatewayId, name: gateway?.name } as const;
  const drop = (reason: string, code: ExplanationCode): Crossing => ({
    hop: { ...about, verdict: "dropped", reason, code },
    packet,
  });
  if (gateway?.vpcId !== sender.vpcId) {
    return drop(`not attached to ${nameOfVpc(network, sender.vpcId)}`, "BAD_STATE_ATTACHMENT");
  }
  const range = privateRange(packet.destination);
  if (range) {
    return drop(
      `${packet.destination} is ${range === "RFC 6598" ? "a shared" : "a private"} address`,
      range === "RFC 6598"
        ? "IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS"
        : "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS",
    );
  }
  if (sender.publicAddress === undefined) {
    return drop(`${packet.source} has no public address`, "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS");
  }
  return {
    hop: { ...about, verdict: "forwarded", reason: `${packet.source} leaves as ${sender.publicAddress}` },
    packet: { ...packet, source: sender.publicAddress },
  };
}

/** A packet from the internet to the interface's public address, at the gateway of the interface's VPC. */
export function enterThroughGateway(
  network: TopologyIndex,
  receiver: NetworkInterface,
  packet: Packet,
): Crossing {
  const gateway = network.attachedGateway(receiver.vpcId);
  if (gateway === undefined) {
    const reason = `${nameOfVpc(network, receiver.vpcId)} has no internet gateway attached for ${packet.destination}`;
    return { hop: droppedByInternet(reason, "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS"), packet };
  }
  return {
    hop: {
      kind: "internet-gateway",
      component: gateway.id,
      name: gateway.name,
      verdict: "forwarded",
      reason: `${packet.destination} is ${receiver.privateAddress} inside`,
    },
    packet: { ...packet, destination: receiver.privateAddress },
  };
}

/** The code for a packet from the internet that claims a source address which has no place there. */
export function sourceRefusal(range: PrivateRange): ExplanationCode {
  return range === "RFC 6598"
    ? "IGW_SOURCE_ADDRESS_NOT_IN_RFC6598_INGRESS"
    : "IGW_SOURCE_ADDRESS_NOT_IN_RFC1918_INGRESS";
}

export function droppedByInternet(reason: string, code: ExplanationCode): Hop {
  return { kind: "internet", component: "internet", verdict: "dropped", reason, code };
}

function nameOfVpc(network: TopologyIndex, vpcId: string): string {
  return network.vpc(vpcId)?.name ?? vpcId;
}
