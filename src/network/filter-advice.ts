/** Which change makes a security group or a network ACL let a packet pass. */
import type { Change } from "./change.ts";
import { isPrivateAddress } from "./cidr.ts";
import type { Hop } from "./hop.ts";
import { decidingEntry, FINAL_RULE } from "./network-acl.ts";
import { hasPorts, ICMP, type Packet } from "./packet.ts";
import type { NetworkAcl, PortRange, Topology } from "./topology.ts";
import type { Walk } from "./walk.ts";

/** What hosts take as the source port of a connection: network ACLs see it as the destination of the reply. */
const EPHEMERAL_PORTS: PortRange = { from: 1024, to: 65535 };
const HTTPS_PORT = 443;

/**
 * @param walk in which the packet is denied
 * @param sent the packet as it was sent: protocol and ICMP type are read from it, all else from the last sighting
 */
export function filterChange(
  network: Topology,
  stop: Hop,
  walk: Walk,
  sent: Packet,
  isReply: boolean,
): Change | string {
  const seen = walk.sightings.at(-1);
  if (seen === undefined) return "No interface saw the packet.";
  const { source, destination, sourcePort, destinationPort } = seen;
  const packet: Packet = { ...sent, source, destination, sourcePort, destinationPort };
  const egress = stop.kind.endsWith("-out");
  const cidr = farBlock(network, packet, egress, isReply);
  const port = { from: destinationPort, to: destinationPort };
  const traffic = {
    egress,
    protocol: packet.protocol,
    ...(hasPorts(packet.protocol) && { ports: isReply ? EPHEMERAL_PORTS : port }),
    ...(packet.protocol === ICMP && { icmp: { type: -1, code: -1 } }),
  };
  const acl = network.networkAcls.find(({ id }) => id === stop.component);
  if (acl) return networkAclChange(acl, packet, { ...traffic, cidr });
  if (network.securityGroups.every(({ id }) => id !== stop.component))
    return `${stop.component} has no security group to change.`;
  return {
    kind: "authorize-security-group",
    groupId: stop.component,
    rule: { ...traffic, peer: { cidr } },
  };
}

/** The other side alone; of a service on the internet all of it, since AWS's and others' have many addresses, and change them. */
function farBlock(network: Topology, packet: Packet, egress: boolean, isReply: boolean): string {
  const far = egress ? packet.destination : packet.source;
  const port = egress ? packet.destinationPort : packet.sourcePort;
  const isService =
    hasPorts(packet.protocol) &&
    port === HTTPS_PORT &&
    egress !== isReply &&
    !isPrivateAddress(far) &&
    network.networkInterfaces.every(({ publicAddress }) => publicAddress !== far);
  return isService ? "0.0.0.0/0" : `${far}/32`;
}

type Traffic = Omit<Extract<Change, { kind: "create-network-acl-entry" }>["entry"], "ruleNumber" | "action">;

/** Takes the entry away that denies, where the others then allow; else an entry before it that allows. */
function networkAclChange(acl: NetworkAcl, packet: Packet, traffic: Traffic): Change {
  const { egress } = traffic;
  const denying = decidingEntry(acl, packet, egress);
  const limit = denying?.ruleNumber ?? FINAL_RULE;
  if (limit < FINAL_RULE) {
    const others = { ...acl, entries: acl.entries.filter((entry) => entry !== denying) };
    const number = freeNumber(acl, egress, limit);
    if (number === undefined || decidingEntry(others, packet, egress)?.action === "allow")
      return { kind: "delete-network-acl-entry", networkAclId: acl.id, ruleNumber: limit, egress };
  }
  const ruleNumber = freeNumber(acl, egress, limit) ?? 1;
  return {
    kind: "create-network-acl-entry",
    networkAclId: acl.id,
    entry: { ...traffic, ruleNumber, action: "allow" },
  };
}

/** A rule number below the limit that nothing has: 100 where it can be, as AWS's own default has it. */
function freeNumber(acl: NetworkAcl, egress: boolean, limit: number): number | undefined {
  const taken = new Set(acl.entries.filter((entry) => entry.egress === egress).map((one) => one.ruleNumber));
  const isFree = (number: number) => number > 0 && number < limit && !taken.has(number);
  for (let number = 100; number < limit; number += 10) if (isFree(number)) return number;
  for (let number = Math.min(limit, 100) - 1; number > 0; number -= 1) if (isFree(number)) return number;
  return undefined;
}
