import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatCidr, network, privateRange } from "../../src/network/cidr.ts";
import { checkLabCidr, checkLabCidrsApart } from "../../src/network/lab-cidr.ts";

describe("a VPC's CIDR block", () => {
  test.each(["10.1.0.0/16", "10.1.0.0/28", "172.31.16.0/20", "192.168.1.0/24"])("may be %s", (text) => {
    expect(checkLabCidr(text)).toBeUndefined();
  });

  test.each([
    ["10.1.0.0", "is not an IPv4 CIDR block", "10.1.0.0/16"],
    ["10.1.0.0/16;reboot", "is not an IPv4 CIDR block", "10.1.0.0/16"],
    ["10.1.2.3/16", "has host bits set", "10.1.0.0/16"],
    ["10.1.0.17/28", "has host bits set", "10.1.0.16/28"],
    ["10.1.0.0/8", "too large", "10.1.0.0/16"],
    ["8.8.0.0/16", "not a block of private addresses", "10.1.0.0/16"],
    ["127.0.0.0/16", "not a block of private addresses", "10.1.0.0/16"],
    ["169.254.0.0/16", "not a block of private addresses", "10.1.0.0/16"],
    ["10.1.0.4/30", "too small", "10.1.0.0/28"],
  ])("is refused as %s, %s, with the fix %s", (text, reason, fix) => {
    const sentence = checkLabCidr(text);
    expect(sentence).toContain(reason);
    expect(sentence).toContain(fix);
    expect(checkLabCidr(fix)).toBeUndefined();
  });

  test("that is refused always gets a suggestion that works", () => {
    const within10 = fc.nat({ max: 0xffffff }).map((host) => 0x0a000000 + host);
    const address = fc.oneof(fc.nat({ max: 0xffffffff }), within10);
    fc.assert(
      fc.property(address, fc.nat({ max: 32 }), (base, prefix) => {
        const fix = /([\d./]+)\.$/.exec(checkLabCidr(formatCidr({ base, prefix })) ?? "")?.[1];
        if (fix !== undefined) expect(checkLabCidr(fix)).toBeUndefined();
      }),
    );
  });
});

describe("two VPCs' CIDR blocks", () => {
  test("may lie side by side", () => {
    expect(checkLabCidrsApart("10.1.0.0/16", "10.2.0.0/16")).toBeUndefined();
  });

  test.each([
    ["10.1.0.0/16", "10.1.0.0/16", "10.2.0.0/16"],
    ["10.1.0.0/16", "10.1.128.0/17", "10.2.0.0/17"],
    ["192.168.0.0/16", "192.168.0.0/16", "10.2.0.0/16"],
    ["10.255.0.0/16", "10.255.0.0/24", "10.2.0.0/24"],
  ])("%s and %s overlap; use %s", (one, other, fix) => {
    const sentence = checkLabCidrsApart(one, other);
    expect(sentence).toContain(`${one} and ${other} overlap`);
    expect(sentence).toContain(`use ${fix}`);
  });

  test("that overlap always get a suggestion that works", () => {
    const prefix = fc.integer({ min: 16, max: 28 });
    // Both blocks hold the same address, so they overlap.
    fc.assert(
      fc.property(fc.nat({ max: 0xffffffff }), prefix, prefix, (base, onePrefix, otherPrefix) => {
        const one = formatCidr(network({ base, prefix: onePrefix }));
        const other = formatCidr(network({ base, prefix: otherPrefix }));
        const fix = /use ([\d./]+) for/.exec(checkLabCidrsApart(one, other) ?? "")?.[1] ?? "";
        expect(checkLabCidr(fix)).toBeUndefined();
        expect(checkLabCidrsApart(one, fix)).toBeUndefined();
        expect(privateRange(fix.split("/")[0] ?? "")).toBe("RFC 1918");
      }),
    );
  });
});
