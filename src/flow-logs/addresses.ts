/** Whose address it is: the lab's own, a special one, or somebody's on the internet. */
import { isIPv6 } from "node:net";
import { contains, parseAddress, toCidr } from "../network/cidr.ts";
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

/** The same of IPv6, by how such an address begins: 16 bits tell these ranges apart. */
const specialBeginnings: readonly { readonly beginning: RegExp; readonly owner: string }[] = [
  { beginning: /^f[cd][0-9a-f]{2}:/i, owner: "a private address" },
  { beginning: /^fe[89ab][0-9a-f]:/i, owner: "link-local" },
  { beginning: /^ff[0-9a-f]{2}:/i, owner: "multicast" },
  { beginning: /^::1$/, owner: "loopback" },
];

/** Says whose an address is; undefined for "-" and for what is no address. */
export type WhoseAddress = (address: string) => string | undefined;

/**
 * Makes a WhoseAddress from what is known: labels with their addresses (`{ "instance 1": ["10.1.4.12", "3.8.1.2"] }`)
 * and, if at hand, published ranges (default: none). An address that is in neither is "a private address" and the
 * like, else "internet". Throws RangeError for a range that is no CIDR block.
 */
export function whoseAddress(
  known: Readonly<Record<string, readonly string[]>>,
  ranges: readonly AddressRange[] = [],
): WhoseAddress {
  const labels = new Map(
    Object.entries(known).flatMap(([label, addresses]) => addresses.map((address) => [address, label])),
  );
  const searched = [...ranges, ...specialRanges].map(({ cidr, owner }) => ({ cidr: toCidr(cidr), owner }));
  return (address) => {
    const label = labels.get(address) ?? serviceAddresses.get(address);
    if (label !== undefined) return label;
    const number = parseAddress(address);
    if (number === undefined) return isIPv6(address) ? ownerOfIPv6(address) : undefined;
    return searched.find(({ cidr }) => contains(cidr, number))?.owner ?? "internet";
  };
}

function ownerOfIPv6(address: string): string {
  return specialBeginnings.find(({ beginning }) => beginning.test(address))?.owner ?? "internet";
}

/**
 * The owner for a sentence about one record. In a VPC every public IPv6 address may be an interface's own: there is no
 * translation, so the address alone does not say on which side of the internet gateway it is.
 */
export function ownerInWords(address: string, whose: WhoseAddress): string | undefined {
  const owner = whose(address);
  return owner === "internet" && isIPv6(address) ? "a public IPv6 address" : owner;
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
