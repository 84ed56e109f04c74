/**
 * A client's own port is not asked about, and yet network ACLs decide by it: the reply goes to it. Whether a connection
 * comes about then depends on which one the client takes.
 */
import type { Packet } from "./packet.ts";
import type { PortRange, Topology } from "./topology.ts";
import { type WalkOptions, walkRoundTrip } from "./walk.ts";

/** What a Linux client chooses from, Amazon's too: net.ipv4.ip_local_port_range. */
const CLIENT_PORTS: PortRange = { from: 32_768, to: 60_999 };

export interface SourcePorts extends PortRange {
  readonly reachable: boolean;
}

/**
 * The client's ports in ranges, in order, by whether the packet and its reply arrive; a single one where all fare alike.
 * Rules differ at their own boundaries alone, so one port of each range between these stands for all of it.
 */
export function sourcePortsOf(
  topology: Topology,
  packet: Packet,
  options: Pick<WalkOptions, "from"> = {},
): SourcePorts[] {
  const boundaries = topology.networkAcls
    .flatMap(({ entries }) => entries)
    .flatMap(({ ports }) => (ports === undefined ? [] : [ports.from, ports.to + 1]))
    .filter((port) => port > CLIENT_PORTS.from && port <= CLIENT_PORTS.to);
  const starts = [CLIENT_PORTS.from, ...new Set(boundaries)].sort((a, b) => a - b);
  const ranges: SourcePorts[] = [];
  for (const [index, from] of starts.entries()) {
    const to = (starts[index + 1] ?? CLIENT_PORTS.to + 1) - 1;
    const { reachable } = walkRoundTrip(topology, { ...packet, sourcePort: from }, options);
    const last = ranges.at(-1);
    if (last?.reachable === reachable) ranges[ranges.length - 1] = { ...last, to };
    else ranges.push({ from, to, reachable });
  }
  return ranges;
}
