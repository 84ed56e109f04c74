/** Pings sent against packets in the flow log: what is accounted for, and what is not (yet). */
import type { FlowLogRecord, TrafficRecord } from "../flow-logs/record.ts";
import type { PingSummary } from "../lab/narrator.ts";
import { ICMP } from "../network/packet.ts";

/** All pings together; `vpclab logs reconcile` tells each apart, by time (commands/ping-records.ts). */
export interface PingAccount {
  /** Packets that the pings sent and got back, by the journal. */
  readonly expected: number;
  /** How many of those the records hold. */
  readonly recorded: number;
}

/** Whether it is of ICMP: in this lab nothing but pings is. */
export function isPing(record: FlowLogRecord): record is TrafficRecord {
  return record.logStatus === "OK" && record.protocol === ICMP;
}

/**
 * @param pings from instance 1, whose interface is logged; others are left out
 * @param own instance 1's private address: its side of every record
 */
export function accountForPings(
  pings: readonly PingSummary[],
  records: readonly FlowLogRecord[],
  own: string,
): PingAccount {
  const expected = new Map<string, number>();
  for (const { from, address, sent, received } of pings) {
    if (from !== "instance-1") continue;
    add(expected, wayOf(own, address), sent);
    add(expected, wayOf(address, own), received);
  }
  const recorded = new Map<string, number>();
  for (const record of records)
    if (isPing(record)) add(recorded, wayOf(record.srcAddr, record.dstAddr), record.packets);
  let accounted = 0;
  // Pings that somebody else made count no further than ours.
  for (const [way, packets] of expected) accounted += Math.min(packets, recorded.get(way) ?? 0);
  return { expected: sum(expected.values()), recorded: accounted };
}

function wayOf(source: string, destination: string): string {
  return `${source} ${destination}`;
}

function add(counts: Map<string, number>, way: string, packets: number): void {
  counts.set(way, (counts.get(way) ?? 0) + packets);
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
