/** What the records of the flow log say, with the lab's own names for addresses. */
import { strangers, type WhoseAddress } from "../flow-logs/addresses.ts";
import { protocolName, serviceName } from "../flow-logs/protocols.ts";
import type { FlowLogRecord, TrafficRecord } from "../flow-logs/record.ts";
import { plural } from "../lab/figures.ts";
import { byText } from "../lab/order.ts";
import type { Host } from "./hosts.ts";
import { INSTANCE_1, type InstanceAddresses, isLabs, namesFor } from "./known-addresses.ts";
import { isPing } from "./ping-account.ts";

const AWS = "AWS";
const STRANGER = "a stranger on the internet";

/**
 * The names that addresses have everywhere (known-addresses.ts); and of those on the internet, what they did. Whom
 * instance 1 calls on port 443 is AWS: its Systems Manager agent does that, and nothing else in the lab would.
 */
export function nameAddresses(
  records: readonly FlowLogRecord[],
  [one, two]: readonly [Host, Host],
): WhoseAddress {
  const whose = namesFor(addressesOf(one), addressesOf(two));
  const rejected = strangers(records, whose);
  const called = new Map<string, string>();
  for (const record of records) {
    if (record.logStatus !== "OK" || record.action !== "ACCEPT") continue;
    if (record.srcAddr !== one.privateAddress) continue;
    if (record.dstPort === 443) called.set(record.dstAddr, AWS);
    if (record.dstPort === 123) called.set(record.dstAddr, "a time server on the internet (NTP)");
  }
  return (address) => {
    const owner = whose(address);
    if (owner !== "internet") return owner;
    return called.get(address) ?? (rejected.has(address) ? STRANGER : owner);
  };
}

function addressesOf({ privateAddress, publicAddress }: Host): InstanceAddresses {
  return { private: [privateAddress], public: publicAddress ? [publicAddress] : [] };
}

/** Of each owner but the lab: a public address meets hundreds of strangers in a day. */
const SHOWN_OF_EACH = 5;

/**
 * Which address of the records is whose: the lab's own first and all of them, then a few of each other owner, and how
 * many more there are.
 */
export function addressRows(
  records: readonly FlowLogRecord[],
  whose: WhoseAddress,
): { readonly address: string; readonly whose: string }[] {
  const addresses = new Set(
    records.flatMap((record) => (record.logStatus === "OK" ? [record.srcAddr, record.dstAddr] : [])),
  );
  const byOwner = new Map<string, string[]>();
  for (const address of addresses) {
    const owner = whose(address) ?? "unknown";
    byOwner.set(owner, [...(byOwner.get(owner) ?? []), address]);
  }
  const rank = (owner: string) => (isLabs(owner) ? 0 : owner === STRANGER ? 2 : 1);
  const owners = [...byOwner].sort(([a], [b]) => rank(a) - rank(b) || byText(String)(a, b));
  return owners.flatMap(([owner, all]) => {
    const shown = isLabs(owner) ? all : all.slice(0, SHOWN_OF_EACH);
    const rows = shown.map((address) => ({ address, whose: owner }));
    const more = all.length - shown.length;
    if (more === 0) return rows;
    const others = owner === STRANGER ? "strangers on the internet" : owner;
    return [...rows, { address: `… and ${more} more`, whose: others }];
  });
}

/** What records of one kind share, however much each holds: who to whom, what, and what follows. */
export function kindOf(
  record: TrafficRecord,
  records: readonly FlowLogRecord[],
  whose: WhoseAddress,
): string {
  return `${wayOf(record, whose)}: ${consequence(record, records, whose)}`;
}

/** One line on a record: who to whom, what, how much, and what follows. */
export function noteOn(
  record: TrafficRecord,
  records: readonly FlowLogRecord[],
  whose: WhoseAddress,
): string {
  const size = plural(record.packets, "packet");
  return `${wayOf(record, whose)}, ${size}: ${consequence(record, records, whose)}`;
}

function wayOf(record: TrafficRecord, whose: WhoseAddress): string {
  const name = (address: string) => whose(address) ?? address;
  return `${name(record.srcAddr)} → ${name(record.dstAddr)}, ${protocolOf(record)}`;
}

function protocolOf(record: TrafficRecord): string {
  if (isPing(record)) return "ping";
  const { protocol, srcPort, dstPort } = record;
  return serviceName(protocol, srcPort, dstPort) ?? protocolName(protocol);
}

function consequence(record: TrafficRecord, records: readonly FlowLogRecord[], whose: WhoseAddress): string {
  if (record.action === "REJECT") {
    const way = whose(record.srcAddr) === INSTANCE_1 ? "out" : "in";
    return `REJECT, no rule let it ${way} or a network ACL denied it`;
  }
  if (!isPing(record) || whose(record.srcAddr) !== INSTANCE_1) return "ACCEPT";
  const unanswered = unansweredPackets(record, records, whose);
  if (unanswered === 0) return "ACCEPT, and answered";
  return unanswered === record.packets
    ? "ACCEPT, and nothing came back"
    : `ACCEPT, and ${unanswered} of them were not answered`;
}

/** How many packets of a ping of instance 1 were let out and never answered: what a missing way looks like. */
export function unansweredPackets(
  record: FlowLogRecord,
  records: readonly FlowLogRecord[],
  whose: WhoseAddress,
): number {
  if (!isPing(record) || record.action !== "ACCEPT" || whose(record.srcAddr) !== INSTANCE_1) return 0;
  return Math.max(0, record.packets - answeredPackets(record, records));
}

/** Packets of the way back at the same time. Start and end are whole seconds: a reply may seem one later. */
function answeredPackets(request: TrafficRecord, records: readonly FlowLogRecord[]): number {
  let packets = 0;
  for (const other of records)
    if (
      isPing(other) &&
      other.action === "ACCEPT" &&
      other.srcAddr === request.dstAddr &&
      other.dstAddr === request.srcAddr &&
      other.start <= request.end + 1 &&
      other.end >= request.start
    )
      packets += other.packets;
  return packets;
}
