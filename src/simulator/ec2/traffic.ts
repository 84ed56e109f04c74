/**
 * What goes on in a network without anybody asking for it: the SSM agent talks to its service, the clock is set, and
 * strangers on the internet knock. Sent as real packets, so that groups, network ACLs and routes decide as for any.
 * Never ICMP: a learner's pings are to be found again in the records to the packet (`vpclab logs reconcile`).
 */
import type { Context } from "../context.ts";
import { watches } from "./flow-logs/capture.ts";
import { laterInSameNetwork, sendPacket, sendReply } from "./packets.ts";
import { publicAddressOf } from "./public-addresses.ts";
import type { InstanceState, NetworkInterfaceState } from "./state.ts";

const TCP = 6;
const UDP = 17;
/** A request and an answer of NTP: 48 bytes, the UDP and the IP header. */
const NTP_BYTES = 76;
/** Of strangers' tries: ports that are scanned most, beside SSH, which the lab's group lets in. */
const SCANNED_TCP_PORTS = [
  23, 80, 443, 445, 1433, 2323, 3306, 3389, 5432, 5900, 6379, 8080, 8443, 8728, 9200,
];
const SCANNED_UDP_PORTS = [53, 161, 1900, 5060, 11211];
/** First octets of hosting and access networks where scanners sit; none of them is Amazon's. */
const SCANNER_FIRST_OCTETS = [
  45, 71, 79, 80, 89, 91, 94, 103, 118, 141, 147, 162, 167, 176, 185, 193, 194, 205,
];
/** Servers of Amazon's public NTP pool. */
const NTP_SERVERS = ["3.111.45.100", "52.46.143.4", "54.197.201.248", "44.190.40.123"];

interface PlannedPacket {
  readonly at: number;
  send(context: Context): void;
}

/** Sends what goes on by itself in one minute, at every interface that a flow log watches. */
export function sendBackgroundTraffic(context: Context, from: number, until: number): void {
  const planned = watchedInstances(context).flatMap(([instance, networkInterface]) => {
    // Nobody talks to or from what was not up yet.
    const since = Math.max(from, instance.runningSince ?? from);
    if (since >= until) return [];
    return [
      ...agentTraffic(context, instance, networkInterface, since, until),
      ...timeTraffic(context, networkInterface, since, until),
      ...strangersTraffic(context, networkInterface, since, until),
    ];
  });
  planned.sort((a, b) => a.at - b.at);
  for (const { at, send } of planned) send(laterInSameNetwork(context, at));
}

function watchedInstances(context: Context): [InstanceState, NetworkInterfaceState][] {
  const { flowLogs, instances, networkInterfaces } = context.region.ec2;
  return Object.values(instances).flatMap((instance): [InstanceState, NetworkInterfaceState][] => {
    const networkInterface = networkInterfaces[instance.networkInterfaceId];
    if (instance.state !== "running" || !networkInterface) return [];
    const isWatched = Object.values(flowLogs).some((flowLog) => watches(flowLog, networkInterface));
    return isWatched ? [[instance, networkInterface]] : [];
  });
}

/** Systems Manager's three endpoints in a Region: ssm, ssmmessages and ec2messages, at addresses of Amazon's. */
export function systemsManagerAddresses(regionName: string): readonly string[] {
  let number = 0;
  for (const character of regionName) number = (number * 31 + character.charCodeAt(0)) % 16_381;
  return [0, 1, 2].map((service) => `52.119.${160 + (number % 64)}.${20 + 70 * service + (number % 61)}`);
}

/** The agent keeps two connections open and asks for work on them; records show one line each way and minute. */
function agentTraffic(
  context: Context,
  instance: InstanceState,
  networkInterface: NetworkInterfaceState,
  from: number,
  until: number,
): PlannedPacket[] {
  const agent = context.region.ssm.agents[instance.id];
  if (!agent || agent.registeredAt >= until || agent.registeredAt < (instance.runningSince ?? 0)) return [];
  const [, messages = "", work = ""] = systemsManagerAddresses(context.regionName);
  return [messages, work].flatMap((destination, connection) => {
    const packet = {
      protocol: TCP,
      source: networkInterface.privateAddress,
      destination,
      sourcePort: connectionPort(agent.registeredAt, connection),
      destinationPort: 443,
    };
    const exchanges = context.randomInteger(1, 4);
    return Array.from({ length: exchanges }, () => {
      const [bytes, replyBytes] = [context.randomInteger(52, 620), context.randomInteger(52, 460)];
      return {
        at: context.randomInteger(Math.max(from, agent.registeredAt), until - 1),
        send: (at: Context) => exchange(at, networkInterface, packet, bytes, replyBytes),
      };
    });
  });
}

/** An ephemeral port that stays the same as long as the connection does. */
function connectionPort(registeredAt: number, connection: number): number {
  return 32_768 + ((Math.floor(registeredAt / 7) + 10_007 * connection) % 28_232);
}

function timeTraffic(
  context: Context,
  networkInterface: NetworkInterfaceState,
  from: number,
  until: number,
): PlannedPacket[] {
  if (context.random() > 0.4) return [];
  const packet = {
    protocol: UDP,
    source: networkInterface.privateAddress,
    destination: NTP_SERVERS[context.randomInteger(0, NTP_SERVERS.length - 1)] ?? "",
    sourcePort: context.randomInteger(32_768, 60_999),
    destinationPort: 123,
  };
  const send = (at: Context) => exchange(at, networkInterface, packet, NTP_BYTES, NTP_BYTES);
  return [{ at: context.randomInteger(from, until - 1), send }];
}

/** An instance's packet to a service on the internet, and its answer. */
function exchange(
  context: Context,
  { id }: NetworkInterfaceState,
  packet: Parameters<typeof sendPacket>[1],
  bytes: number,
  replyBytes: number,
): void {
  const there = sendPacket(context, packet, bytes, { from: id });
  if (there.delivered) sendReply(context, there, replyBytes);
}

/** Scanners come to every public address: some tries a minute, a packet each. */
function strangersTraffic(
  context: Context,
  networkInterface: NetworkInterfaceState,
  from: number,
  until: number,
): PlannedPacket[] {
  const destination = publicAddressOf(context.region.ec2, networkInterface);
  if (destination === undefined) return [];
  return Array.from({ length: context.randomInteger(0, 3) }, () => {
    const isUdp = context.random() < 0.15;
    const ports = isUdp ? SCANNED_UDP_PORTS : SCANNED_TCP_PORTS;
    const packet = {
      protocol: isUdp ? UDP : TCP,
      source: strangersAddress(context),
      destination,
      sourcePort: context.randomInteger(1_024, 65_535),
      destinationPort: ports[context.randomInteger(0, ports.length - 1)] ?? 23,
    };
    const bytes = [40, 44, 60][context.randomInteger(0, 2)] ?? 40;
    return {
      at: context.randomInteger(from, until - 1),
      send: (at: Context) => {
        const there = sendPacket(at, packet, bytes);
        // Where a group lets it in TCP answers: with a reset, or as shortly where something listens. (UDP's answer
        // would be ICMP.)
        if (there.delivered && !isUdp) sendReply(at, there, 40);
      },
    };
  });
}

function strangersAddress(context: Context): string {
  const first = SCANNER_FIRST_OCTETS[context.randomInteger(0, SCANNER_FIRST_OCTETS.length - 1)];
  return [first, ...[0, 0, 0].map(() => context.randomInteger(1, 254))].join(".");
}
