/** IP addresses and CIDR blocks of both versions. */
// Whole: Node loads what BlockList needs when it is first asked for.
import net from "node:net";
import { contains, parseAddress, parseCidr } from "../network/cidr.ts";

/** 4 or 6; undefined for what is no address. An IPv6 address with a zone (`fe80::1%eth0`) is none. */
export function ipVersion(text: string): 4 | 6 | undefined {
  const version = text.includes("%") ? 0 : net.isIP(text);
  return version === 4 || version === 6 ? version : undefined;
}

/**
 * Whether an address is in a CIDR block; undefined for what is no CIDR block. Host bits are ignored: 10.1.4.12/16 is
 * 10.1.0.0/16. An address of the other version is in none.
 */
export function subnet(text: string): ((address: string) => boolean) | undefined {
  // Node's BlockList would do for both versions, at ten times the time for each address.
  const ipv4 = parseCidr(text);
  if (ipv4 !== undefined)
    return (address) => {
      const number = parseAddress(address);
      return number !== undefined && contains(ipv4, number);
    };
  const [, base = "", length = ""] = /^(.+)\/(\d{1,3})$/.exec(text) ?? [];
  if (ipVersion(base) !== 6 || Number(length) > 128) return undefined;
  const block = new net.BlockList();
  block.addSubnet(base, Number(length), "ipv6");
  return (address) => ipVersion(address) === 6 && block.check(address, "ipv6");
}
