/** Which packets of the records are whose ping's. Pure. */
import type { TrafficRecord } from "../flow-logs/record.ts";
import type { PingSummary } from "../lab/narrator.ts";
import type { LabSpec } from "../lab/spec.ts";
import { contains, parseAddress } from "../network/cidr.ts";
import type { KnownAddresses } from "../steps/known-addresses.ts";

export interface SentPing {
  /** When it had ended, in ms of the service's time. */
  readonly at: number;
  readonly ping: PingSummary;
}

/** The lab's address blocks. */
export type Blocks = Pick<LabSpec, "cidr1" | "cidr2">;

/** One side of a ping, by its address. */
interface End {
  /** By the addresses that the instances have now. */
  readonly known: (address: string) => boolean;
  /** By where it was: an instance that was terminated since, or replaced, had another address. */
  readonly likely: (address: string) => boolean;
}
type Certainty = keyof End;

/** Packets of one ping one way, as VPC 1's flow log is to show them. */
interface Way {
  readonly source: End;
  readonly destination: End;
  /** Those that are sure to be there. */
  readonly packets: number;
  /** Those beyond that may be there as well: of what was not answered the records show how far it came. */
  readonly further: number;
}

export interface RecordedPing extends SentPing {
  /** When its first packet may have left, in ms. */
  readonly from: number;
  /** Packets that passed instance 1's interface, both ways; none for a ping that VPC 1 never saw. */
  readonly expected: number;
  /** How many of those the records hold, and their bytes. */
  readonly recorded: number;
  readonly recordedBytes: number;
  /** Further packets of it that VPC 1's rules turned away: REJECT. */
  readonly rejected: number;
  /** Further packets of it that they let pass, though no reply told of them. */
  readonly unanswered: number;
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
 * learned of a ping's end, which can be long after it. All this by the addresses that the instances have, then by those
 * that they may have had. What is left then may be packets that no reply told of: requests or replies that were turned away.
 * @param records ICMP records of VPC 1's interface
 */
export function reconcile(
  pings: readonly SentPing[],
  records: readonly TrafficRecord[],
  known: KnownAddresses,
  blocks: Blocks,
): Reconciliation {
  const accounts: Account[] = [...pings]
    .sort((a, b) => a.at - b.at)
    .map((sent) => ({
      ...sent,
      from: sent.at - sent.ping.sent * 1000 - OVERHEAD_MS,
      ways: waysOf(sent.ping, known, blocks).map((way) => ({
        ...way,
        missing: { packets: way.packets, further: way.further },
      })),
      recorded: 0,
      recordedBytes: 0,
      rejected: 0,
      unanswered: 0,
    }));
  const rests = records.map((record) => ({ record, packets: record.packets }));
  const previousEnd = (account: Account) =>
    accounts.findLast((other) => other.at < account.at && isSameKind(other.ping, account.ping))?.at ?? 0;
  for (const which of ["packets", "further"] as const)
    for (const certainty of ["known", "likely"] as const) {
      allot(accounts, rests, which, certainty, ({ from, at }) => [from, at]);
      allot(accounts, rests, which, certainty, ({ from, at }) => [from, at + LATE_START_MS]);
      allot(accounts, rests, which, certainty, (account) => [previousEnd(account), account.at]);
    }
  const isBetweenPinged = ({ record }: Rest) =>
    accounts.some(({ ways }) => ways.some((way) => isOn(way, record, "known")));
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
  readonly ways: (Way & { readonly missing: Record<Which, number> })[];
  recorded: number;
  recordedBytes: number;
  rejected: number;
  unanswered: number;
}

type Which = "packets" | "further";

/** A record with the packets that no ping has claimed yet. */
interface Rest {
  readonly record: TrafficRecord;
  packets: number;
}

/** @param windowOf from when to when a ping's packets may be in a record, in ms */
function allot(
  accounts: readonly Account[],
  rests: readonly Rest[],
  which: Which,
  certainty: Certainty,
  windowOf: (account: Account) => readonly [from: number, to: number],
): void {
  for (const account of accounts) {
    const [from, to] = windowOf(account);
    for (const rest of rests) {
      const { record } = rest;
      // Whole seconds: a record's last one may have gone on for almost another.
      if (record.start * 1000 > to || record.end * 1000 + 999 < from) continue;
      for (const way of account.ways) {
        if (!isOn(way, record, certainty)) continue;
        const taken = Math.min(way.missing[which], rest.packets);
        way.missing[which] -= taken;
        rest.packets -= taken;
        if (which === "further") {
          account[record.action === "REJECT" ? "rejected" : "unanswered"] += taken;
          continue;
        }
        account.recorded += taken;
        account.recordedBytes += (taken * record.bytes) / record.packets;
      }
    }
  }
}

function isOn(way: Way, record: TrafficRecord, certainty: Certainty): boolean {
  return way.source[certainty](record.srcAddr) && way.destination[certainty](record.dstAddr);
}

function isSameKind(one: PingSummary, other: PingSummary): boolean {
  return one.from === other.from && one.address === other.address;
}

/**
 * Request and reply at instance 1's interface: its own side is always its private address. Of a ping that comes from
 * elsewhere only what was answered is sure to have arrived there.
 */
function waysOf(ping: PingSummary, { instances }: KnownAddresses, blocks: Blocks): Way[] {
  const [one, two] = [instances["instance-1"], instances["instance-2"]];
  const own: End = { known: among(one.private), likely: within(blocks.cidr1) };
  const ways = (other: End, there: number, atMost = ping.sent): Way[] => [
    { source: own, destination: other, packets: there, further: atMost - there },
    { source: other, destination: own, packets: ping.received, further: atMost - ping.received },
  ];
  if (ping.from === "instance-1") {
    // What an instance sends to its own private address never passes the interface.
    if (ping.to === "instance-1" ? ping.scope === "private" : own.known(ping.address)) return [];
    return ways(the(among([ping.address])), ping.sent);
  }
  if (ping.to !== "instance-1") return [];
  const ours = among([one, two].flatMap((each) => [...each.private, ...each.public]));
  const isOutside = (address: string) =>
    ![blocks.cidr1, blocks.cidr2].some((block) => within(block)(address));
  // Which public address the learner's own machine has, nobody here knows: what was not answered may be a stranger's.
  if (ping.from !== "instance-2")
    return ways(
      the((address) => !ours(address)),
      ping.received,
      ping.received,
    );
  return ping.scope === "private"
    ? ways({ known: among(two.private), likely: within(blocks.cidr2) }, ping.received)
    : ways({ known: among(two.public), likely: isOutside }, ping.received);
}

function the(addresses: (address: string) => boolean): End {
  return { known: addresses, likely: addresses };
}

function among(addresses: readonly string[]): (address: string) => boolean {
  return (address) => addresses.includes(address);
}

function within(block: string): (address: string) => boolean {
  return (address) => parseAddress(address) !== undefined && contains(block, address);
}
