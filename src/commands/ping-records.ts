/** Which packets of the records are whose ping's. Pure. */
import type { TrafficRecord } from "../flow-logs/record.ts";
import type { PingSummary } from "../lab/narrator.ts";
import type { KnownAddresses } from "../steps/known-addresses.ts";

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
 * Allots the records' packets to the pings: first strictly by time, then with the slack that AWS gives itself, and in
 * the end what is left over to any ping that has no earlier one of its kind in between: the journal notes when we
 * learned of a ping's end, which can be long after it.
 * @param records ICMP records of VPC 1's interface
 */
export function reconcile(
  pings: readonly SentPing[],
  records: readonly TrafficRecord[],
  known: KnownAddresses,
): Reconciliation {
  const accounts: Account[] = [...pings]
    .sort((a, b) => a.at - b.at)
    .map((sent) => ({
      ...sent,
      from: sent.at - sent.ping.sent * 1000 - OVERHEAD_MS,
      ways: waysOf(sent.ping, known).map((way) => ({ ...way, missing: way.packets })),
      recorded: 0,
      recordedBytes: 0,
    }));
  const rests = records.map((record) => ({ record, packets: record.packets }));
  const previousEnd = (account: Account) =>
    accounts.findLast((other) => other.at < account.at && isSameKind(other.ping, account.ping))?.at ?? 0;
  allot(accounts, rests, ({ from, at }) => [from, at]);
  allot(accounts, rests, ({ from, at }) => [from, at + LATE_START_MS]);
  allot(accounts, rests, (account) => [previousEnd(account), account.at]);
  const isBetweenPinged = ({ record }: Rest) =>
    accounts.some(({ ways }) => ways.some((way) => isOn(way, record)));
  return {
    pings: accounts.map(({ ways, ...account }) => ({
      ...account,
      expected: ways.reduce((sum, { packets }) => sum + packets, 0),
    })),
    unclaimed: rests.filter(isBetweenPinged).reduce((sum, { packets }) => sum + packets, 0),
  };
}

interface Account extends SentPing {
  readonly from: number;
  readonly ways: (Way & { missing: number })[];
  recorded: number;
  recordedBytes: number;
}

/** A record with the packets that no ping has claimed yet. */
interface Rest {
  readonly record: TrafficRecord;
  packets: number;
}

/** @param windowOf from when to when a ping's packets may be in a record, in ms */
function allot(
  accounts: readonly Account[],
  rests: readonly Rest[],
  windowOf: (account: Account) => readonly [from: number, to: number],
): void {
  for (const account of accounts) {
    const [from, to] = windowOf(account);
    for (const rest of rests) {
      const { record } = rest;
      // Whole seconds: a record's last one may have gone on for almost another.
      if (record.start * 1000 > to || record.end * 1000 + 999 < from) continue;
      for (const way of account.ways) {
        if (!isOn(way, record)) continue;
        const taken = Math.min(way.missing, rest.packets);
        way.missing -= taken;
        rest.packets -= taken;
        account.recorded += taken;
        account.recordedBytes += (taken * record.bytes) / record.packets;
      }
    }
  }
}

function isOn(way: Way, record: TrafficRecord): boolean {
  return way.source(record.srcAddr) && way.destination(record.dstAddr);
}

function isSameKind(one: PingSummary, other: PingSummary): boolean {
  return one.from === other.from && one.address === other.address;
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
