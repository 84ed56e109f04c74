/** What AWS and the lab ask of a VPC's CIDR block, each refusal with the way out. */
import {
  type Cidr,
  formatAddress,
  formatCidr,
  hasHostBits,
  lastAddress,
  network,
  overlaps,
  parseCidr,
  privateRange,
  size,
  toCidr,
} from "./cidr.ts";

const LARGEST_PREFIX = 16;
const SMALLEST_PREFIX = 28;

/** Why a text cannot be the CIDR block of a VPC, in one sentence with the fix; undefined if it can. */
export function checkLabCidr(text: string): string | undefined {
  const cidr = parseCidr(text);
  if (cidr === undefined) {
    return `"${text}" is not an IPv4 CIDR block: write four numbers from 0 to 255 and a prefix length, such as 10.1.0.0/16.`;
  }
  // AWS takes most public blocks too. But the lab shows that a gateway drops private addresses: these it would not.
  if (privateRange(cidr.base) !== "RFC 1918" && privateRange(cidr.base) !== "RFC 6598") {
    return `${text} is not a block of private addresses: choose one in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16, such as 10.1.0.0/16.`;
  }
  if (cidr.prefix < LARGEST_PREFIX || cidr.prefix > SMALLEST_PREFIX) {
    const isLarge = cidr.prefix < LARGEST_PREFIX;
    const fix = network({ base: cidr.base, prefix: isLarge ? LARGEST_PREFIX : SMALLEST_PREFIX });
    return `${text} is too ${isLarge ? "large" : "small"} for a VPC: choose a block from /16 to /28, such as ${formatCidr(fix)}.`;
  }
  if (hasHostBits(cidr)) {
    const fix = network(cidr);
    return `${text} has host bits set: that /${cidr.prefix} begins at ${formatAddress(fix.base)}, so write ${formatCidr(fix)}.`;
  }
  return undefined;
}

/**
 * Why two blocks cannot be those of two VPCs that are to be peered, in one sentence with the fix; undefined if they
 * can. Both must have passed `checkLabCidr`.
 */
export function checkLabCidrsApart(one: string, other: string): string | undefined {
  if (!overlaps(one, other)) return undefined;
  return `${one} and ${other} overlap, and AWS peers only VPCs whose addresses differ: keep ${one} and use ${formatCidr(apartFrom(toCidr(one), toCidr(other).prefix))} for the other.`;
}

/** A private block of the prefix length that does not overlap the given one: the next one if it is private. */
function apartFrom(taken: Cidr, prefix: number): Cidr {
  const step = size({ base: 0, prefix });
  const next = Math.ceil((lastAddress(taken) + 1) / step) * step;
  const candidates = [next, toCidr("10.2.0.0/16").base, toCidr("10.1.0.0/16").base].map((base) => ({
    base,
    prefix,
  }));
  const free = candidates.find((block) => privateRange(block.base) === "RFC 1918" && !overlaps(block, taken));
  // Two blocks of /16 or longer cannot both overlap a third of /16 or longer.
  if (free === undefined) throw new RangeError(`No private /${prefix} beside ${formatCidr(taken)}`);
  return free;
}
