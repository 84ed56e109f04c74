/** What a ping's result means, in one sentence, and the next sensible command. */
import type { PingSummary } from "../lab/narrator.ts";
import type { LabSpec } from "../lab/spec.ts";
import { contains, isPrivateAddress } from "../network/cidr.ts";
import type { NetworkInterface } from "../network/topology.ts";
import { inWords } from "../steps/hosts.ts";
import { whereItStops } from "../steps/walk-finding.ts";
import type { Explanation } from "./why-explain.ts";

type Walked =
  | (Pick<Explanation, "trip" | "advice" | "repairedBy"> & {
      /** What has the address in the lab's VPCs, be it not the lab's. */
      readonly holder?: NetworkInterface | undefined;
    })
  | undefined;

/** @param walked the same packet by the configuration; undefined where that is not known, as from one's own machine */
export function pingMeaning(
  ping: PingSummary,
  walked: Walked,
  spec: LabSpec,
): { sentence: string; next: string } {
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
  if (!ping.reachable && ping.scope !== "other") return noReply(ping, walked);
  if (ping.scope === "public")
    return {
      sentence:
        `${to} answers on its public address: its security group, its network ACL and the host let ping in. ` +
        `The way led through ${isLocal ? "the internet and its VPC's internet gateway" : "both internet gateways"}.`,
      next: `vpclab ping private${sender}`,
    };
  if (ping.scope === "private")
    return {
      sentence: `The private way works: ${peeringOf(walked)} is active, and both route tables know the other side.`,
      next: "vpclab teardown    when you have seen enough",
    };
  const isStopped = !ping.reachable && walked !== undefined && !walked.trip.reachable;
  return {
    sentence: strangerSentence(ping, walked, spec),
    next: isStopped && !isLocal ? `vpclab why ${ping.address}${sender}` : "vpclab status",
  };
}

/** The one that the packet crossed: it need not be the lab's own. */
function peeringOf(walked: Walked): string {
  const crossed = walked?.trip.there.hops.find(({ kind }) => kind === "peering-connection");
  return crossed?.name ?? crossed?.component ?? "the peering connection";
}

/** What an address that is none of the lab's instances says by answering or not. */
function strangerSentence(
  { from, address, reachable }: PingSummary,
  walked: Walked,
  { cidr1, cidr2 }: LabSpec,
): string {
  const where = walked && whereItStops(walked.trip);
  if (walked?.holder !== undefined) return holderSentence(address, reachable, walked.holder, where);
  if (contains(cidr1, address) || contains(cidr2, address))
    return reachable
      ? `${address} answers, from inside the lab's own address ranges.`
      : `${address} is in the lab's own address ranges, but no instance of the lab has it.`;
  if (isPrivateAddress(address))
    return reachable
      ? `${address} answers: some network that VPC ${from === "instance-2" ? 2 : 1} is connected to has this private address.`
      : `${address} is a private address outside the lab. ${where === undefined ? "" : `Why: ${where}`}`.trimEnd();
  if (reachable && from === "local")
    return `${address} answers: this machine has a way to the internet. Of the lab that says nothing.`;
  if (reachable)
    return `${address} answers: the way out through the internet gateway and the way back are both open.`;
  return where === undefined
    ? `${address} does not answer. Many hosts drop pings, so this alone proves nothing about the lab.`
    : `${address} does not answer. Why: ${where}`;
}

/** Of what somebody made beside the lab's own instances, in the lab's VPCs. */
function holderSentence(
  address: string,
  reachable: boolean,
  { id, name, instanceId }: NetworkInterface,
  where: string | undefined,
): string {
  const whose = `${address} is ${name ?? instanceId ?? id}, in the lab's VPCs but not one of its two instances`;
  if (reachable) return `${whose}: it answers, the way there and back is open.`;
  return where === undefined
    ? `${whose}. No reply, though by the configuration one should come: the host itself may keep quiet.`
    : `${whose}. No reply. Why: ${where}`;
}

/** Of the lab's own instances: where the packet or its reply stops, and what to do or to ask next. */
function noReply(ping: PingSummary, walked: Walked): { sentence: string; next: string } {
  const { scope, to } = ping;
  const what = scope === "private" ? "No reply on the private address" : "No reply on the public address";
  // `why` goes from one instance to the other: here to the one that was pinged, though it be from this machine.
  const sender = to === "instance-1" ? " --from instance-2" : "";
  const why = `vpclab why ${scope}${sender}    names the change that helps`;
  if (walked === undefined)
    return {
      sentence: `${what}: a route, a rule, a gateway or the other instance stops it.`,
      next: why,
    };
  const next = walked.repairedBy === "peering" ? "vpclab up --until peering" : why;
  const where = whereItStops(walked.trip);
  if (where === undefined)
    return {
      sentence: `${what}, though by the configuration one should come: the host itself may keep quiet, or something was changed this moment.`,
      next: why,
    };
  if (isNotPeered(walked))
    return {
      sentence: `${what}. The VPCs are not peered: the packet follows 0.0.0.0/0 to the internet gateway, which drops private addresses.`,
      next,
    };
  return { sentence: `${what}. Why: ${where}`, next };
}

/** As before step 6, where it needs fewer words: no connection between the two, nor a route that once led to one. */
function isNotPeered({ trip: { there }, advice }: NonNullable<Walked>): boolean {
  const [routeTable, gateway] = there.hops.slice(-2);
  return (
    advice.changes[0]?.kind === "create-peering" &&
    gateway?.code === "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS" &&
    routeTable?.reason.startsWith("best match 0.0.0.0/0;") === true
  );
}
