/** What a ping's result means, in one sentence, and the next sensible command. */
import type { Inventory } from "../aws/inventory.ts";
import type { PingSummary } from "../lab/narrator.ts";
import type { LabSpec } from "../lab/spec.ts";
import { contains, isPrivateAddress } from "../network/cidr.ts";
import { inWords } from "../steps/hosts.ts";

/** @param inventory for the state of the peering, which is the likeliest cause of silence */
export function pingMeaning(
  ping: PingSummary,
  inventory: Pick<Inventory, "peeringConnections">,
  spec: LabSpec,
): { sentence: string; next: string } {
  const status = { next: "vpclab status" };
  const to = inWords(ping.to);
  if (ping.from === ping.to || contains("127.0.0.0/8", ping.address))
    return {
      sentence: "It pinged itself, which says nothing of the way to anybody else.",
      next: "vpclab ping",
    };
  const sender = ping.from === "instance-2" ? " --from instance-2" : "";
  const isLocal = ping.from === "local";
  if (isLocal && (ping.scope === "private" || isPrivateAddress(ping.address)))
    return {
      sentence: ping.reachable
        ? `${ping.address} answers, but a private address cannot be reached over the internet: some other host in your own network has it.`
        : "No reply, as it must be: private addresses are not routed on the internet, peering or not.",
      next: "vpclab ping public --from local",
    };
  if (ping.scope === "other") return { sentence: strangerSentence(ping, spec), ...status };
  if (ping.scope === "public")
    return ping.reachable
      ? {
          sentence:
            `${to} answers on its public address: its security group, its network ACL and the host let ping in. ` +
            `The way led through ${isLocal ? "the internet and its VPC's internet gateway" : "both internet gateways"}.`,
          next: `vpclab ping private${sender}`,
        }
      : {
          sentence: `${to} does not answer on its public address: it may be stopped, or its security group or gateway was changed.`,
          ...status,
        };
  if (ping.reachable)
    return {
      sentence: `The private way works: VPC 1 <> VPC 2 is active, and both route tables know the other side.`,
      next: "vpclab teardown    when you have seen enough",
    };
  return noReplyInPrivate(ping, inventory);
}

/** What an address that is none of the lab's instances says by answering or not. */
function strangerSentence({ from, address, reachable }: PingSummary, { cidr1, cidr2 }: LabSpec): string {
  if (contains(cidr1, address) || contains(cidr2, address))
    return reachable
      ? `${address} answers, from inside the lab's own address ranges.`
      : `${address} is in the lab's own address ranges, but no instance has it.`;
  if (isPrivateAddress(address))
    return reachable
      ? `${address} answers: some network that VPC ${from === "instance-2" ? 2 : 1} is connected to has this private address.`
      : `${address} is a private address outside the lab: the packet followed 0.0.0.0/0 to the internet gateway, which drops it.`;
  if (reachable && from === "local")
    return `${address} answers: this machine has a way to the internet. Of the lab that says nothing.`;
  return reachable
    ? `${address} answers: the way out through the internet gateway and the way back are both open.`
    : `${address} does not answer. Many hosts drop pings, so this alone proves nothing about the lab.`;
}

/** Before the peering is active, that is the cause; afterwards only a walk through the configuration can tell. */
function noReplyInPrivate(
  { from }: PingSummary,
  { peeringConnections }: Pick<Inventory, "peeringConnections">,
): { sentence: string; next: string } {
  const codes = peeringConnections.map(({ Status }) => Status?.Code);
  if (codes.includes("active"))
    return {
      sentence:
        "No reply on the private address, although the VPCs are peered: a route, a rule or the other instance stops it.",
      next: `vpclab why private${from === "instance-2" ? " --from instance-2" : ""}    names what`,
    };
  const why =
    codes.length === 0
      ? "The VPCs are not peered: the packet follows 0.0.0.0/0 to the internet gateway, which drops private addresses."
      : `The peering connection is ${codes[0] ?? "in no known state"}, not active.`;
  return { sentence: `No reply on the private address. ${why}`, next: "vpclab up --until peering" };
}
