/** Network ACLs: stateless, asked at a subnet's boundary only, lowest rule number first, the final `*` denies. */
import { contains } from "./cidr.ts";
import type { Hop } from "./hop.ts";
import { describeTraffic, matchesTraffic, type Packet } from "./packet.ts";
import type { NetworkAcl, NetworkAclEntry, Subnet } from "./topology.ts";
import type { TopologyIndex } from "./topology-index.ts";

/** The number AWS gives to the final `*`. */
export const FINAL_RULE = 32767;

/** The entry that decides; undefined if none matches, which denies as the final `*` does. */
export function decidingEntry(
  acl: NetworkAcl,
  packet: Packet,
  isEgress: boolean,
): NetworkAclEntry | undefined {
  // An entry's CIDR is about the far side: where an outbound packet goes, where an inbound one comes from.
  const farSide = isEgress ? packet.destination : packet.source;
  let first: NetworkAclEntry | undefined;
  for (const entry of acl.entries) {
    if (entry.egress !== isEgress || (first && first.ruleNumber <= entry.ruleNumber)) continue;
    if (matchesTraffic(entry, packet) && contains(entry.cidr, farSide)) first = entry;
  }
  return first;
}

/** What the network ACL of a subnet says to a packet that leaves or enters it. */
export function networkAclHop(
  network: TopologyIndex,
  subnet: Subnet,
  packet: Packet,
  isEgress: boolean,
): Hop {
  const acl = network.networkAclOf(subnet);
  const about = {
    kind: isEgress ? "network-acl-out" : "network-acl-in",
    component: acl.id,
    name: acl.name,
  } as const;
  const entry = decidingEntry(acl, packet, isEgress);
  if (entry?.action === "allow") {
    return { ...about, verdict: "allowed", reason: `rule ${numberOf(entry)}` };
  }
  const direction = isEgress ? `to ${packet.destination}` : `from ${packet.source}`;
  const isFinal = entry === undefined || entry.ruleNumber === FINAL_RULE;
  return {
    ...about,
    verdict: "denied",
    reason: isFinal
      ? `rule *: no ${isEgress ? "outbound" : "inbound"} rule allows ${describeTraffic(packet)} ${direction}`
      : `rule ${numberOf(entry)} denies ${describeTraffic(packet)} ${direction}`,
    code: "SUBNET_ACL_RESTRICTION",
  };
}

function numberOf(entry: NetworkAclEntry): string {
  return entry.ruleNumber === FINAL_RULE ? "*" : String(entry.ruleNumber);
}
