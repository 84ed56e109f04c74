/** Which packets of the records are whose ping's. Pure. */
import type { TrafficRecord } from "../flow-logs/record.ts";
import type { PingSummary } from "../lab/narrator.ts";
import type { KnownAddresses } from "./known-addresses.ts";

export interface SentPing {
  /** When it had ended, in ms of the service's time. */
  readonly at: number;
  readonly ping: PingSummary;
}

/** Packets of one ping one way, as VPC 1's flow log is to show them. */
interface Way {
  readonly source: (address: string) => boolean;
  readonly destination: (address: string) => boolean;
  readonly packets: number;
}

export interface RecordedPing extends SentPing {
  /** When its first packet may have left, in ms. */
  readonly from: number;
  /** Packets that passed instance 1's interface, both ways; none for a ping that VPC 1 never saw. */
  readonly expected: number;
  /** How many of those the records hold, and their bytes. */
  readonly recorded: number;
  readonly recordedBytes: number;
}

export interface Reconciliation {
  readonly pings: readonly RecordedPing[];
  /** ICMP packets between the same addresses that no ping of the journal accounts for: somebody else's pings. */
  readonly unclaimed: number;
}

/** Beside a second a packet: Run Command's way there, ping's patience, and how often we ask for the end, in ms. */
const OVERHEAD_MS = 20_000;
/** "start" may be up to 60 s after a packet was sent or received (VPC user guide, "Flow log records"). */
const LATE_START_MS = 60_000;

/**
 * Allots the records' packets to the pings, each record's to those that were under way in its time: first strictly by
 * time, then with the slack that AWS gives itself.
 * @param records ICMP records of VPC 1's interface
 */
export function reconcile(
  pings: readonly SentPing[],
  records: readonly TrafficRecord[],
  known: KnownAddresses,
): Reconciliation {
  const accounts = pings.map((sent) => ({
    ...sent,
    from: sent.at - sent.ping.sent * 1000 - OVERHEAD_MS,
    ways: waysOf(sent.ping, known).map((way) => ({ ...way, missing: way.packets })),
    recorded: 0,
    recordedBytes: 0,
  }));
  const remaining = records.map((record) => ({ record, packets: record.packets }));
  for (const slackMs of [0, LATE_START_MS]) {
    for (const rest of remaining) {
      const { record } = rest;
      for (const account of accounts) {
        const isInTime =
          record.start * 1000 <= account.at + slackMs + 999 && record.end * 1000 >= account.from - 999;
        if (!isInTime) continue;
        for (const way of account.ways) {
          if (!way.source(record.srcAddr) || !way.destination(record.dstAddr)) continue;
          const taken = Math.min(way.missing, rest.packets);
          way.missing -= taken;
          rest.packets -= taken;
          account.recorded += taken;
          account.recordedBytes += (taken * record.bytes) / record.packets;
        }
      }
    }
  }
  const isBetweenPinged = (record: TrafficRecord) =>
    accounts.some(({ ways }) =>
      ways.some((way) => way.source(record.srcAddr) && way.destination(record.dstAddr)),
    );
  return {
    pings: accounts.map(({ ways, ...account }) => ({
      ...account,
      expected: ways.reduce((sum, { packets }) => sum + packets, 0),
    })),
    unclaimed: remaining
      .filter(({ record }) => isBetweenPinged(record))
      .reduce((sum, { packets }) => sum + packets, 0),
  };
}

/**
 * Request and reply at instance 1's interface: its own side is always its private address. Of a ping that comes from
 * elsewhere only what was answered is sure to have arrived there.
 */
function waysOf(ping: PingSummary, { instances }: KnownAddresses): Way[] {
  const own = among(instances["instance-1"].private);
  const there = ping.from === "instance-1";
  if (there) {
    // What an instance sends to its own private address never passes the interface.
    if (own(ping.address)) return [];
    const other = among([ping.address]);
    return [
      { source: own, destination: other, packets: ping.sent },
      { source: other, destination: own, packets: ping.received },
    ];
  }
  if (ping.to !== "instance-1") return [];
  const other =
    ping.from === "instance-2"
      ? among(instances["instance-2"][ping.scope === "private" ? "private" : "public"])
      : isStranger(instances);
  return [
    { source: other, destination: own, packets: ping.received },
    { source: own, destination: other, packets: ping.received },
  ];
}

function among(addresses: readonly string[]): (address: string) => boolean {
  return (address) => addresses.includes(address);
}

/** The learner's own machine: which public address it has, nobody here knows. */
function isStranger(instances: KnownAddresses["instances"]): (address: string) => boolean {
  const ours = Object.values(instances).flatMap((each) => [...each.private, ...each.public]);
  return (address) => !ours.includes(address);
}
