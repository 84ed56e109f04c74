/**
 * What flow logs have to say of packets in a random network, worked out from its specification alone: nothing of
 * src/network or src/simulator is asked.
 */
import type { AclEntry, GroupRule, MadeNetwork, MadeSubnet, MadeVpc } from "./random-network.ts";

/** Somebody on the internet. */
export const STRANGER = "198.51.100.7";

export interface Traffic {
  /** Index among all instances of the network; above the last one: modulo. */
  readonly from: number;
  /** Undefined: somebody on the internet. */
  readonly to: number | undefined;
  readonly protocol: 1 | 6 | 17;
  readonly port: number;
  readonly packets: number;
  readonly bytes: number;
  /** World time until the next packets, in ms. */
  readonly pauseMs: number;
}

export interface Party {
  readonly vpc: MadeVpc;
  readonly vpcIndex: number;
  readonly subnet: MadeSubnet;
}

export function partiesOf(network: MadeNetwork): Party[] {
  return network.vpcs.flatMap((vpc, vpcIndex) => vpc.subnets.map((subnet) => ({ vpc, vpcIndex, subnet })));
}

export interface Flow {
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly protocol: number;
}

/** A record's flow as one line: interface, addresses, ports, protocol and verdict. */
function key(interfaceId: string, flow: Flow, isAccepted: boolean): string {
  const { source, destination, sourcePort, destinationPort, protocol } = flow;
  return `${interfaceId} ${source}:${sourcePort} > ${destination}:${destinationPort} ${protocol} ${isAccepted ? "ACCEPT" : "REJECT"}`;
}

/** What becomes of one request, and of the answer to it. */
export interface Fate {
  /** The lines that it counts in, one for each logged interface that saw it. */
  readonly seen: readonly string[];
  readonly isDelivered: boolean;
}

export function requestFate(
  network: MadeNetwork,
  sender: Party,
  receiver: Party | undefined,
  flow: Flow,
): Fate {
  const leaves =
    groupAllows(sender, "egress", flow.destination, receiver, flow) &&
    aclAllows(sender, true, flow.destination, flow);
  const seen = [key(sender.subnet.interfaceId, flow, leaves)];
  if (!leaves || !receiver || !hasWay(network, sender, receiver)) return { seen, isDelivered: false };
  const enters =
    aclAllows(receiver, false, flow.source, flow) &&
    groupAllows(receiver, "ingress", flow.source, sender, flow);
  return { seen: [...seen, key(receiver.subnet.interfaceId, flow, enters)], isDelivered: enters };
}

/** Security groups let the answer to what they allowed pass; network ACLs do not know that it is one. */
export function answerFate(network: MadeNetwork, answerer: Party, asker: Party, request: Flow): Fate {
  const flow = {
    source: request.destination,
    destination: request.source,
    sourcePort: request.destinationPort,
    destinationPort: request.sourcePort,
    protocol: request.protocol,
  };
  const leaves = aclAllows(answerer, true, flow.destination, flow);
  const seen = [key(answerer.subnet.interfaceId, flow, leaves)];
  if (!leaves || !hasWay(network, answerer, asker)) return { seen, isDelivered: false };
  const enters = aclAllows(asker, false, flow.source, flow);
  return { seen: [...seen, key(asker.subnet.interfaceId, flow, enters)], isDelivered: enters };
}

/** The local route, or a route to an active peering connection; the internet gateway drops private addresses. */
function hasWay({ peerings }: MadeNetwork, from: Party, to: Party): boolean {
  if (from.vpc === to.vpc) return true;
  if (!from.subnet.spec.hasOwnTable) return false;
  return peerings.some(
    ({ spec }) =>
      spec.isAccepted &&
      ((spec.routes !== "none" && spec.from === from.vpcIndex && spec.to === to.vpcIndex) ||
        (spec.routes === "both" && spec.to === from.vpcIndex && spec.from === to.vpcIndex)),
  );
}

function groupAllows(
  { vpc, subnet }: Party,
  direction: "ingress" | "egress",
  farAddress: string,
  far: Party | undefined,
  flow: Flow,
): boolean {
  const rules = vpc.spec.groups[subnet.groupIndex][direction];
  if (rules === undefined) return true;
  const isInOtherGroup = far?.vpc === vpc && far.subnet.groupIndex !== subnet.groupIndex;
  const fits = ({ protocol, ports, where }: GroupRule) =>
    (where === "other group" ? isInOtherGroup : contains(where, farAddress)) &&
    (protocol === "-1" ||
      (protocol === "icmp" && flow.protocol === 1) ||
      (protocol === "tcp" && flow.protocol === 6 && isWithin(ports, flow.destinationPort)) ||
      (protocol === "udp" && flow.protocol === 17 && isWithin(ports, flow.destinationPort)));
  return rules.some(fits);
}

function aclAllows({ subnet }: Party, isEgress: boolean, farAddress: string, flow: Flow): boolean {
  if (!subnet.spec.acl) return true;
  const fits = (entry: AclEntry) =>
    entry.isEgress === isEgress &&
    contains(entry.cidr, farAddress) &&
    (entry.protocol === "-1" ||
      (entry.protocol === String(flow.protocol) &&
        (flow.protocol === 1 || isWithin(entry.ports, flow.destinationPort))));
  const [first] = subnet.spec.acl.filter(fits).sort((a, b) => a.number - b.number);
  return first?.isAllow ?? false;
}

function isWithin([from, to]: readonly [number, number], port: number): boolean {
  return from <= port && port <= to;
}

function contains(cidr: string, address: string): boolean {
  const [block = "", prefix = ""] = cidr.split("/");
  const size = 2 ** (32 - Number(prefix));
  return Math.floor(asNumber(block) / size) === Math.floor(asNumber(address) / size);
}

function asNumber(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}
