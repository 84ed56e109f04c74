/** IP addresses and CIDR blocks, both versions, as numbers. */

export interface Address {
  readonly version: 4 | 6;
  readonly number: bigint;
}

export interface Subnet {
  readonly version: 4 | 6;
  readonly length: number;
  readonly prefix: bigint;
}

/** Undefined for what is no address. IPv4 in four decimal parts only; IPv6 with :: and a dotted tail, without zone. */
export function parseAddress(text: string): Address | undefined {
  if (text.includes(":")) {
    const number = parseIpv6(text);
    return number === undefined ? undefined : { version: 6, number };
  }
  const number = parseIpv4(text);
  return number === undefined ? undefined : { version: 4, number: BigInt(number) };
}

/** Undefined for what is no CIDR block. Host bits are ignored: 10.1.4.12/16 is 10.1.0.0/16. */
export function parseSubnet(text: string): Subnet | undefined {
  const slash = text.indexOf("/");
  const digits = text.slice(slash + 1);
  const address = slash === -1 ? undefined : parseAddress(text.slice(0, slash));
  if (address === undefined || !/^\d{1,3}$/.test(digits)) return undefined;
  const length = Number(digits);
  const width = address.version === 4 ? 32 : 128;
  if (length > width) return undefined;
  return { version: address.version, length, prefix: address.number >> BigInt(width - length) };
}

export function isIn(address: Address, subnet: Subnet): boolean {
  if (address.version !== subnet.version) return false;
  const width = address.version === 4 ? 32 : 128;
  return address.number >> BigInt(width - subnet.length) === subnet.prefix;
}

function parseIpv4(text: string): number | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  let number = 0;
  for (const part of parts) {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return undefined;
    number = number * 256 + Number(part);
  }
  return number;
}

function parseIpv6(text: string): bigint | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const left = groups(halves[0] ?? "", halves.length === 1);
  const right = halves.length === 2 ? groups(halves[1] ?? "", true) : [];
  if (left === undefined || right === undefined) return undefined;
  const missing = 8 - left.length - right.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const all = [...left, ...new Array<number>(missing).fill(0), ...right];
  return all.reduce((number, group) => (number << 16n) | BigInt(group), 0n);
}

/** The 16-bit groups of one side of a "::"; the last may be a dotted IPv4 address where the text ends with it. */
function groups(side: string, endsText: boolean): number[] | undefined {
  if (side === "") return [];
  const parts = side.split(":");
  const numbers: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (endsText && index === parts.length - 1 && part.includes(".")) {
      const tail = parseIpv4(part);
      if (tail === undefined) return undefined;
      numbers.push(Math.floor(tail / 65_536), tail % 65_536);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return undefined;
      numbers.push(Number.parseInt(part, 16));
    }
  }
  return numbers.length <= 8 ? numbers : undefined;
}
