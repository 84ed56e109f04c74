/** A packet, and the patterns of protocol, ports and ICMP types that rules match it with. */
import type { IcmpTypeCode, PortRange } from "./topology.ts";

export const ICMP = 1;
export const TCP = 6;
export const UDP = 17;
/** What AWS writes for every protocol. */
const ALL_PROTOCOLS = -1;

export interface Packet {
  /** Protocol number: 1 ICMP, 6 TCP, 17 UDP. */
  readonly protocol: number;
  readonly source: string;
  readonly destination: string;
  /** TCP and UDP; 0 for ICMP, as in flow-log records. */
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** ICMP only: echo request is 8/0, echo reply 0/0. */
  readonly icmp?: IcmpTypeCode | undefined;
}

/** The part that rules of security groups and network ACLs have in common. */
export interface TrafficPattern {
  /** Protocol number, or -1 for all. */
  readonly protocol: number;
  /** Ports of the destination; undefined: all. Ignored unless TCP or UDP. */
  readonly ports?: PortRange | undefined;
  /** Type and code, -1 any; undefined: all. Ignored unless ICMP. */
  readonly icmp?: IcmpTypeCode | undefined;
}

export function matchesTraffic(pattern: TrafficPattern, packet: Packet): boolean {
  if (pattern.protocol === ALL_PROTOCOLS) return true;
  if (pattern.protocol !== packet.protocol) return false;
  const { ports, icmp } = pattern;
  if (ports && hasPorts(packet.protocol)) {
    return ports.from <= packet.destinationPort && packet.destinationPort <= ports.to;
  }
  if (icmp && packet.protocol === ICMP) {
    return (
      (icmp.type === -1 || icmp.type === packet.icmp?.type) &&
      (icmp.code === -1 || icmp.code === packet.icmp?.code)
    );
  }
  return true;
}

/** "all traffic", "TCP 22", "TCP 8000-8080", "all ICMP", "ICMP echo request" … */
export function describePattern(pattern: TrafficPattern): string {
  const { protocol, ports, icmp } = pattern;
  if (protocol === ALL_PROTOCOLS) return "all traffic";
  if (protocol === ICMP) return icmp && icmp.type !== -1 ? icmpName(icmp) : "all ICMP";
  if (!hasPorts(protocol)) return protocolName(protocol);
  if (!ports || (ports.from === 0 && ports.to === 65535)) return `all ${protocolName(protocol)}`;
  return `${protocolName(protocol)} ${ports.from === ports.to ? ports.from : `${ports.from}-${ports.to}`}`;
}

/** "ICMP echo request", "TCP 22", "protocol 47". */
export function describeTraffic(packet: Packet): string {
  if (packet.protocol === ICMP) return packet.icmp ? icmpName(packet.icmp) : "ICMP";
  const name = protocolName(packet.protocol);
  return hasPorts(packet.protocol) ? `${name} ${packet.destinationPort}` : name;
}

/** What ping sends. */
export function echoRequest(source: string, destination: string): Packet {
  return {
    protocol: ICMP,
    source,
    destination,
    sourcePort: 0,
    destinationPort: 0,
    icmp: { type: 8, code: 0 },
  };
}

/** Where a client's connections come from: within the range that Linux takes, 32768 to 60999. */
const CLIENT_PORT = 40_000;

/** What a client of TCP or UDP sends first. @param port the destination's */
export function firstPacket({
  protocol,
  source,
  destination,
  port,
}: Pick<Packet, "protocol" | "source" | "destination"> & { readonly port: number }): Packet {
  return { protocol, source, destination, sourcePort: CLIENT_PORT, destinationPort: port };
}

/** The answer to a packet as its receiver sees it: addresses and ports turned round, an echo request's reply. */
export function replyTo(packet: Packet): Packet {
  return {
    protocol: packet.protocol,
    source: packet.destination,
    destination: packet.source,
    sourcePort: packet.destinationPort,
    destinationPort: packet.sourcePort,
    ...(packet.icmp && { icmp: packet.icmp.type === 8 ? { type: 0, code: 0 } : packet.icmp }),
  };
}

/** Whether packets of the protocol have ports: TCP and UDP. */
export function hasPorts(protocol: number): boolean {
  return protocol === TCP || protocol === UDP;
}

function protocolName(protocol: number): string {
  return protocol === TCP ? "TCP" : protocol === UDP ? "UDP" : `protocol ${protocol}`;
}

function icmpName({ type, code }: IcmpTypeCode): string {
  if (type === 8) return "ICMP echo request";
  if (type === 0) return "ICMP echo reply";
  return code === -1 ? `ICMP type ${type}` : `ICMP type ${type} code ${code}`;
}
