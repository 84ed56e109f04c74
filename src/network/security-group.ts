/** Security groups: stateful, allow rules only; what one group of an interface allows is allowed. */
import { contains } from "./cidr.ts";
import type { Hop } from "./hop.ts";
import { describePattern, describeTraffic, matchesTraffic, type Packet } from "./packet.ts";
import type { NetworkInterface, SecurityGroup, SecurityGroupRule } from "./topology.ts";
import type { TopologyIndex } from "./topology-index.ts";

/**
 * What the security groups of an interface say to a packet that leaves or reaches it. They remember what they let
 * through, so the reply to it passes without a rule.
 */
export function securityGroupHop(
  network: TopologyIndex,
  networkInterface: NetworkInterface,
  packet: Packet,
  isEgress: boolean,
  isReply: boolean,
): Hop {
  const kind = isEgress ? "security-group-out" : "security-group-in";
  const groups = networkInterface.securityGroupIds.flatMap((id) => network.securityGroup(id) ?? []);
  const shown = groups[0] ?? { id: networkInterface.id, name: networkInterface.name };
  if (isReply) {
    const reason = "the reply to a packet it let through";
    return { kind, component: shown.id, name: shown.name, verdict: "allowed", reason };
  }
  const farSide = isEgress ? packet.destination : packet.source;
  const isAbout = (rule: SecurityGroupRule) => rule.egress === isEgress;
  for (const group of groups) {
    const rule = group.rules.find(
      (one) =>
        isAbout(one) && matchesTraffic(one, packet) && isPeer(network, networkInterface, one.peer, farSide),
    );
    if (rule) {
      const reason = describeRule(rule, isEgress);
      return { kind, component: group.id, name: group.name, verdict: "allowed", reason };
    }
  }
  const direction = isEgress ? "outbound" : "inbound";
  const hasRules = groups.some((group) => group.rules.some(isAbout));
  const unknown = groups
    .flatMap(({ rules }) => rules.filter((rule) => isAbout(rule) && matchesTraffic(rule, packet)))
    .flatMap(({ peer }) => ("prefixListId" in peer ? peer.prefixListId : []));
  const lists = [...new Set(unknown)].join(" or ");
  const unless = lists === "" ? "" : `, unless ${farSide} is in prefix list ${lists}`;
  return {
    kind,
    component: shown.id,
    name: shown.name,
    verdict: "denied",
    reason: hasRules
      ? `no ${direction} rule of ${listed(groups)} allows ${describeTraffic(packet)} ${isEgress ? "to" : "from"} ${farSide}${unless}`
      : `no ${direction} rules at all`,
    code: hasRules ? "ENI_SG_RULES_MISMATCH" : "SG_HAS_NO_RULES",
  };
}

/**
 * A reference to a group means the private addresses of its members, in the interface's own VPC and in those peered
 * with it; a member that comes over the internet shows its public address and does not match.
 */
function isPeer(
  network: TopologyIndex,
  networkInterface: NetworkInterface,
  peer: SecurityGroupRule["peer"],
  farSide: string,
): boolean {
  if ("cidr" in peer) return contains(peer.cidr, farSide);
  if ("prefixListId" in peer) return false;
  return network
    .withPrivateAddress(farSide)
    .some(
      (member) =>
        member.securityGroupIds.includes(peer.groupId) &&
        network.areJoined(networkInterface.vpcId, member.vpcId),
    );
}

/** "all traffic", "TCP 22 from 10.0.0.0/8"; anywhere goes without saying. */
function describeRule(rule: SecurityGroupRule, isEgress: boolean): string {
  const [peer] = Object.values(rule.peer);
  const traffic = describePattern(rule);
  return peer === "0.0.0.0/0" ? traffic : `${traffic} ${isEgress ? "to" : "from"} ${peer}`;
}

function listed(groups: readonly SecurityGroup[]): string {
  return groups.map((group) => group.name ?? group.id).join(", ");
}
