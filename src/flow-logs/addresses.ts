/** Whose address it is: the lab's own, a special one, or somebody's on the internet. */
import type { FlowLogRecord } from "./record.ts";

/** An address range that belongs to somebody: `{ cidr: "52.94.0.0/22", owner: "AWS" }`. IPv4. */
export interface AddressRange {
  readonly cidr: string;
  readonly owner: string;
}

/**
 * Link-local addresses by which a VPC offers services, as the EC2 and VPC user guides name them. AWS's public ranges
 * are not listed here: they change, and https://ip-ranges.amazonaws.com/ip-ranges.json is their only source. Who has
 * them at hand passes them in.
 */
const serviceAddresses = new Map([
  ["169.254.169.123", "Amazon Time Sync"],
  ["169.254.169.253", "Amazon DNS"],
  ["169.254.169.254", "instance metadata"],
]);

const specialRanges: readonly AddressRange[] = [
  { cidr: "10.0.0.0/8", owner: "a private address" },
  { cidr: "172.16.0.0/12", owner: "a private address" },
  { cidr: "192.168.0.0/16", owner: "a private address" },
  { cidr: "100.64.0.0/10", owner: "a carrier's private address" },
  { cidr: "169.254.0.0/16", owner: "link-local" },
  { cidr: "127.0.0.0/8", owner: "loopback" },
  { cidr: "224.0.0.0/4", owner: "multicast" },
  { cidr: "255.255.255.255/32", owner: "broadcast" },
];

/** Says whose an address is; undefined for "-" and for what is no address. */
export type WhoseAddress = (address: string) => string | undefined;

/**
 * Makes a WhoseAddress from what is known: labels with their addresses (`{ "instance 1": ["10.1.4.12", "3.8.1.2"] }`)
 * and, if at hand, published ranges. An address that is in neither is "a private address" and the like, else
 * "internet".
 */
export function whoseAddress(
  known: Readonly<Record<string, string | readonly string[]>>,
  ranges: readonly AddressRange[] = [],
): WhoseAddress {
  const labels = new Map<string, string>();
  for (const [label, addresses] of Object.entries(known)) {
    for (const address of typeof addresses === "string" ? [addresses] : addresses) labels.set(address, label);
  }
  const searched = [...ranges, ...specialRanges].map((range) => ({
    ...parseCidr(range.cidr),
    owner: range.owner,
  }));
  return (address) => {
    const label = labels.get(address) ?? serviceAddresses.get(address);
    if (label !== undefined) return label;
    const number = parseIpv4(address);
    if (number === undefined) return address.includes(":") ? "internet" : undefined;
    return searched.find((range) => contains(range, number))?.owner ?? "internet";
  };
}

/**
 * The addresses on the internet that knocked and were turned away: sources of REJECT records that are "internet" by
 * `whose` and that no ACCEPT record was ever sent to. In the lab these are the scanners that every public address meets.
 */
export function strangers(records: Iterable<FlowLogRecord>, whose: WhoseAddress): Set<string> {
  const rejected = new Set<string>();
  const answered = new Set<string>();
  for (const record of records) {
    if (record.logStatus !== "OK") continue;
    if (record.action === "ACCEPT") answered.add(record.dstAddr);
    else if (whose(record.srcAddr) === "internet") rejected.add(record.srcAddr);
  }
  for (const address of answered) rejected.delete(address);
  return rejected;
}

interface Range {
  readonly base: number;
  readonly size: number;
}

function parseCidr(cidr: string): Range {
  const [address = "", length = ""] = cidr.split("/");
  const base = parseIpv4(address);
  const bits = /^\d{1,2}$/.test(length) ? Number(length) : Number.NaN;
  if (base === undefined || !(bits <= 32))
    throw new RangeError(`${JSON.stringify(cidr)} is not an IPv4 CIDR block.`);
  const size = 2 ** (32 - bits);
  return { base: base - (base % size), size };
}

function contains(range: Range, address: number): boolean {
  return address >= range.base && address < range.base + range.size;
}

function parseIpv4(address: string): number | undefined {
  const octets = address.split(".");
  if (octets.length !== 4) return undefined;
  let number = 0;
  for (const octet of octets) {
    if (!/^\d{1,3}$/.test(octet) || Number(octet) > 255) return undefined;
    number = number * 256 + Number(octet);
  }
  return number;
}
