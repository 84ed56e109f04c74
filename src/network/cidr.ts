/**
 * IPv4 addresses and CIDR blocks. An address is an unsigned 32-bit number here and dotted text everywhere else;
 * functions that take either throw a RangeError for text that is neither, since callers check input with `parse…`.
 */
export interface Cidr {
  /** The address as written; the first of the block unless `hasHostBits`. */
  readonly base: number;
  /** Prefix length, 0 to 32. */
  readonly prefix: number;
}

const OCTET = "(0|[1-9]\\d{0,2})";
const DOTTED_QUAD = new RegExp(`^${[OCTET, OCTET, OCTET, OCTET].join("\\.")}$`);

/** A dotted quad as a number; undefined if it is anything else. Leading zeros are refused: some read them as octal. */
export function parseAddress(text: string): number | undefined {
  const octets = DOTTED_QUAD.exec(text)?.slice(1).map(Number);
  if (!octets || octets.some((octet) => octet > 255)) return undefined;
  return octets.reduce((address, octet) => address * 256 + octet, 0);
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
}

/** `address/prefix`; undefined if it is anything else. Host bits are kept, for `hasHostBits` to tell. */
export function parseCidr(text: string): Cidr | undefined {
  const match = /^([\d.]+)\/(0|[1-9]\d?)$/.exec(text);
  const base = parseAddress(match?.[1] ?? "");
  const prefix = Number(match?.[2]);
  return base === undefined || prefix > 32 ? undefined : { base, prefix };
}

export function formatCidr(cidr: Cidr): string {
  return `${formatAddress(cidr.base)}/${cidr.prefix}`;
}

/** The block without host bits: 10.1.2.3/16 → 10.1.0.0/16. */
export function network(cidr: Cidr): Cidr {
  return { base: firstAddress(cidr), prefix: cidr.prefix };
}

export function hasHostBits(cidr: Cidr): boolean {
  return cidr.base !== firstAddress(cidr);
}

/** How many addresses the block holds. */
export function size(cidr: Cidr): number {
  return 2 ** (32 - cidr.prefix);
}

export function firstAddress(cidr: Cidr): number {
  return cidr.base - (cidr.base % size(cidr));
}

export function lastAddress(cidr: Cidr): number {
  return firstAddress(cidr) + size(cidr) - 1;
}

export function contains(cidr: Cidr | string, address: number | string): boolean {
  const block = toCidr(cidr);
  const number = toAddress(address);
  return firstAddress(block) <= number && number <= lastAddress(block);
}

export function overlaps(one: Cidr | string, other: Cidr | string): boolean {
  const [a, b] = [toCidr(one), toCidr(other)];
  return firstAddress(a) <= lastAddress(b) && firstAddress(b) <= lastAddress(a);
}

/** Whether every address of `inner` is in `outer`; a block is within itself. */
export function isWithin(inner: Cidr | string, outer: Cidr | string): boolean {
  const [a, b] = [toCidr(inner), toCidr(outer)];
  return firstAddress(b) <= firstAddress(a) && lastAddress(a) <= lastAddress(b);
}

export type PrivateRange = "RFC 1918" | "RFC 6598" | "RFC 3927";

const PRIVATE_RANGES: readonly (readonly [string, PrivateRange])[] = [
  ["10.0.0.0/8", "RFC 1918"],
  ["172.16.0.0/12", "RFC 1918"],
  ["192.168.0.0/16", "RFC 1918"],
  // Shared address space of carriers' NAT: internet gateways refuse it too.
  ["100.64.0.0/10", "RFC 6598"],
  // Link-local: instance metadata, Amazon DNS and time live here, on the host itself.
  ["169.254.0.0/16", "RFC 3927"],
];
const PRIVATE_BLOCKS = PRIVATE_RANGES.map(([text, range]) => ({ cidr: toCidr(text), range }));

/** Which range without a place on the internet holds the address; undefined for a public one. */
export function privateRange(address: number | string): PrivateRange | undefined {
  const number = toAddress(address);
  return PRIVATE_BLOCKS.find(({ cidr }) => contains(cidr, number))?.range;
}

/** RFC 1918, and also link-local 169.254.0.0/16 and carrier-grade NAT 100.64.0.0/10. */
export function isPrivateAddress(address: number | string): boolean {
  return privateRange(address) !== undefined;
}

/** 127.0.0.0/8: the host itself, whatever its network is. */
export function isLoopback(address: number | string): boolean {
  return contains("127.0.0.0/8", address);
}

export function toAddress(address: number | string): number {
  const number = typeof address === "number" ? address : parseAddress(address);
  if (number === undefined) throw new RangeError(`"${address}" is not an IPv4 address`);
  return number;
}

export function toCidr(cidr: Cidr | string): Cidr {
  const block = typeof cidr === "string" ? parseCidr(cidr) : cidr;
  if (block === undefined) throw new RangeError(`"${cidr}" is not an IPv4 CIDR block`);
  return block;
}
