import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Cidr,
  contains,
  firstAddress,
  formatAddress,
  formatCidr,
  hasHostBits,
  isPrivateAddress,
  isWithin,
  lastAddress,
  network,
  overlaps,
  parseAddress,
  parseCidr,
  privateRange,
} from "../../src/network/cidr.ts";

const address = fc.nat({ max: 0xffffffff });
const cidr: fc.Arbitrary<Cidr> = fc.record({ base: address, prefix: fc.nat({ max: 32 }) });
/** Two blocks that meet often: the second begins near the first. */
const nearby = fc
  .tuple(cidr, fc.nat({ max: 32 }), fc.integer({ min: -70_000, max: 70_000 }))
  .map(([one, prefix, distance]) => {
    const base = Math.min(0xffffffff, Math.max(0, one.base + distance));
    return [one, { base, prefix }] as const;
  });

describe("addresses", () => {
  test.each([
    "",
    "10.1.2",
    "10.1.2.3.4",
    "256.1.1.1",
    "01.2.3.4",
    "1.2.3.4 ",
    "1.2.3.-4",
    "1e1.2.3.4",
    "::1",
  ])("refuses %j", (text) => expect(parseAddress(text)).toBeUndefined());

  test("refuses a line break at the end, so that nothing can follow an address", () => {
    expect(parseAddress("1.2.3.4\n")).toBeUndefined();
    expect(parseCidr("1.2.3.4/8\n")).toBeUndefined();
  });

  test("come back from their text", () => {
    fc.assert(
      fc.property(address, (number) => {
        expect(parseAddress(formatAddress(number))).toBe(number);
      }),
    );
  });

  test("are read with the first octet as the highest", () => {
    expect(parseAddress("10.1.2.3")).toBe(10 * 2 ** 24 + 2 ** 16 + 2 * 2 ** 8 + 3);
    expect(parseAddress("255.255.255.255")).toBe(2 ** 32 - 1);
  });

  test.each([
    ["10.0.0.0", "RFC 1918"],
    ["10.255.255.255", "RFC 1918"],
    ["11.0.0.0", undefined],
    ["172.15.255.255", undefined],
    ["172.16.0.0", "RFC 1918"],
    ["172.31.255.255", "RFC 1918"],
    ["172.32.0.0", undefined],
    ["192.168.255.255", "RFC 1918"],
    ["192.169.0.0", undefined],
    ["100.63.255.255", undefined],
    ["100.64.0.0", "RFC 6598"],
    ["100.128.0.0", undefined],
    ["169.254.169.254", "RFC 3927"],
    ["8.8.8.8", undefined],
  ])("%s is private by %s", (text, range) => {
    expect(privateRange(text)).toBe(range);
    expect(isPrivateAddress(text)).toBe(range !== undefined);
  });
});

describe("CIDR blocks", () => {
  test.each([
    "10.1.0.0",
    "10.1.0.0/",
    "10.1.0.0/33",
    "10.1.0.0/08",
    "10.1.0.0/-1",
    "10.1.0/16",
    "10.1.0.0/16/8",
  ])("refuses %j", (text) => expect(parseCidr(text)).toBeUndefined());

  test("come back from their text, host bits included", () => {
    fc.assert(
      fc.property(cidr, (block) => {
        expect(parseCidr(formatCidr(block))).toEqual(block);
      }),
    );
  });

  test("hold their first and last address and nothing beside them", () => {
    fc.assert(
      fc.property(cidr, (block) => {
        const [first, last] = [firstAddress(block), lastAddress(block)];
        expect(contains(block, first) && contains(block, last) && contains(block, block.base)).toBe(true);
        expect(first > 0 && contains(block, first - 1)).toBe(false);
        expect(last < 0xffffffff && contains(block, last + 1)).toBe(false);
        expect(last - first + 1).toBe(2 ** (32 - block.prefix));
      }),
    );
  });

  test("overlap exactly where one holds the other's first address", () => {
    fc.assert(
      fc.property(nearby, ([one, other]) => {
        const meet = contains(one, firstAddress(other)) || contains(other, firstAddress(one));
        expect(overlaps(one, other)).toBe(meet);
        expect(overlaps(other, one)).toBe(meet);
        expect(overlaps(one, other)).toBe(isWithin(one, other) || isWithin(other, one));
      }),
    );
  });

  test("lose their host bits only", () => {
    fc.assert(
      fc.property(cidr, (block) => {
        expect(hasHostBits(network(block))).toBe(false);
        expect(hasHostBits(block)).toBe(block.base !== network(block).base);
        expect(isWithin(block, network(block)) && isWithin(network(block), block)).toBe(true);
      }),
    );
  });

  test("of length 0 hold everything", () => {
    expect(contains("0.0.0.0/0", "255.255.255.255")).toBe(true);
    expect(contains("0.0.0.0/0", "0.0.0.0")).toBe(true);
  });

  test("say what is wrong with text that is none", () => {
    expect(() => contains("10.1.0.0", "10.1.2.3")).toThrow('"10.1.0.0" is not an IPv4 CIDR block');
    expect(() => contains("10.1.0.0/16", "10.1.2")).toThrow('"10.1.2" is not an IPv4 address');
  });
});
