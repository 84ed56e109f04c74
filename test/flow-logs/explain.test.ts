import { describe, expect, test } from "vitest";
import { strangers, whoseAddress } from "../../src/flow-logs/addresses.ts";
import { explainRecord } from "../../src/flow-logs/explain.ts";
import {
  hasPorts,
  portName,
  protocolName,
  protocolNumber,
  serviceName,
} from "../../src/flow-logs/protocols.ts";
import { parseFields, parseRecord } from "../../src/flow-logs/record.ts";

const PING = "2 123456789012 eni-1 10.1.4.12 10.2.9.80 0 0 1 5 420 1673458742 1673458772 ACCEPT OK";
const whose = whoseAddress({ "instance 1": ["10.1.4.12", "3.8.1.2"], "instance 2": ["10.2.9.80"] });

function meanings(line: string, fields?: readonly string[]): Record<string, string> {
  const format = fields?.map((name) => `\${${name}}`).join(" ");
  const record = format === undefined ? parseRecord(line) : parseFields(line, format);
  return Object.fromEntries(explainRecord(record, whose).map(({ name, meaning }) => [name, meaning]));
}

describe("explaining a record", () => {
  test("goes field by field in the record's order", () => {
    const explained = explainRecord(parseRecord(PING));
    expect(explained.map((field) => field.value).join(" ")).toBe(PING);
    expect(explained.every((field) => field.meaning.endsWith("."))).toBe(true);
  });

  test("says what follows from a ping that was let out", () => {
    const ping = meanings(PING);
    expect(ping.srcaddr).toContain("instance 1");
    expect(ping.dstaddr).toContain("instance 2");
    expect(ping.srcport).toContain("ICMP has no ports");
    expect(ping.protocol).toContain("ping");
    expect(ping.bytes).toContain("84 a packet");
    expect(ping.start).toContain("2023-01-11 17:39:02 UTC");
    expect(ping.end).toContain("30 s after the first");
    expect(ping.action).toContain("does not say that it arrived");
  });

  test("says of a REJECT that it is never routing", () => {
    const line = "2 123456789012 eni-1 45.83.64.1 10.1.4.12 50123 23 6 3 121 1673458742 1673458742 REJECT OK";
    const reject = meanings(line);
    expect(reject.action).toContain("A missing route is never the reason");
    expect(reject.srcaddr).toContain("internet");
    expect(reject.srcport).toContain("high port");
    expect(reject.dstport).toContain("telnet");
    expect(reject.protocol).toContain("TCP, and by its port telnet");
    expect(reject.bytes).toContain("about 40 a packet");
    expect(reject.end).toContain("17:39:02 UTC, the same second as the first.");
  });

  test.each([
    ["10.1.4.12 45.83.64.1", /On its way out: no outbound rule of the interface's own security groups/],
    ["45.83.64.1 10.1.4.12", /On its way in: no inbound rule/],
    // Both private: without knowing whose the interface is, either.
    ["10.1.4.12 10.2.9.80", /No security group's rule let it pass, or/],
  ])("says of a REJECT %s whose rule did not let it pass", (addresses, words) => {
    const line = `2 123456789012 eni-1 ${addresses} 0 0 1 5 420 1673458742 1673458746 REJECT OK`;
    expect(meanings(line).action).toMatch(words);
  });

  test("knows the way of a REJECT by the interface's own address, and by the record's own word", () => {
    const line = "2 123456789012 eni-1 10.1.4.12 10.2.9.80 0 0 1 5 420 1673458742 1673458746 REJECT OK";
    const action = (own: string) =>
      explainRecord(
        parseRecord(line),
        whose,
        (address, interfaceId) => interfaceId === "eni-1" && address === own,
      ).find(({ name }) => name === "action")?.meaning;
    expect(action("10.1.4.12")).toContain("On its way out");
    expect(action("10.2.9.80")).toContain("On its way in");
    const fields = ["srcaddr", "dstaddr", "action", "flow-direction"];
    expect(meanings("10.1.4.12 10.2.9.80 REJECT egress", fields).action).toContain("On its way out");
    expect(meanings("10.1.4.12 10.2.9.80 REJECT ingress", fields).action).toContain("On its way in");
  });

  test("explains windows without data", () => {
    const nothing = meanings("2 123456789012 eni-1 - - - - - - - 1673458742 1673458772 - NODATA");
    expect(nothing["log-status"]).toContain("no traffic");
    expect(nothing.srcaddr).toContain("Empty");
    expect(nothing.start).toBe("When the window began. Epoch seconds: 2023-01-11 17:39:02 UTC.");
    expect(nothing.end).toBe("When the window ended. Epoch seconds: 2023-01-11 17:39:32 UTC, 30 s later.");
    const skipped = meanings("2 123456789012 eni-1 - - - - - - - 1673458742 1673458772 - SKIPDATA");
    expect(skipped["log-status"]).toContain("too low");
  });

  test("puts neither end of an IPv6 record on the internet: one of them is the interface's own", () => {
    const line =
      "2 123456789012 eni-1 2600:1f18::5 2001:db8::1 40000 22 6 1 80 1673458742 1673458742 ACCEPT OK";
    const { srcaddr, dstaddr } = meanings(line);
    expect(srcaddr).toContain("Here: a public IPv6 address.");
    expect(dstaddr).toContain("Here: a public IPv6 address.");
    expect(meanings(line.replace("2001:db8::1", "fe80::1")).dstaddr).toContain("Here: link-local.");
  });

  test("explains custom formats", () => {
    const custom = meanings("18 10.2.9.80 unknown 99999999999999 -", [
      "tcp-flags",
      "pkt-dstaddr",
      "account-id",
      "start",
      "pkt-src-aws-service",
    ]);
    expect(custom["tcp-flags"]).toContain("Here: SYN, ACK.");
    expect(custom["pkt-dstaddr"]).toContain("instance 2");
    expect(custom["account-id"]).toContain("an AWS service made the interface");
    expect(custom.start).toContain("beyond any calendar");
    expect(custom["pkt-src-aws-service"]).toContain("Empty");
  });
});

describe("whose address it is", () => {
  test.each([
    ["10.1.4.12", "instance 1"],
    ["3.8.1.2", "instance 1"],
    ["10.2.9.80", "instance 2"],
    ["10.2.9.81", "a private address"],
    ["172.31.255.1", "a private address"],
    ["172.32.0.1", "internet"],
    ["192.168.1.1", "a private address"],
    ["169.254.169.254", "instance metadata"],
    ["169.254.169.123", "Amazon Time Sync"],
    ["169.254.1.1", "link-local"],
    ["224.0.0.1", "multicast"],
    ["255.255.255.255", "broadcast"],
    ["8.8.8.8", "internet"],
    ["2001:db8::1", "internet"],
    ["fd00:ec2::23", "a private address"],
    ["FE80::1", "link-local"],
    ["fec0::1", "internet"],
    ["ff02::16", "multicast"],
    ["::1", "loopback"],
    ["::11", "internet"],
    ["a:b", undefined],
    ["-", undefined],
    ["constructor", undefined],
    ["10.1.4.256", undefined],
  ])("%s: %s", (address, owner) => {
    expect(whose(address)).toBe(owner);
  });

  test("uses ranges that the caller has at hand, before any other", () => {
    const withRanges = whoseAddress({ me: ["52.94.0.9"] }, [{ cidr: "52.94.0.0/22", owner: "AWS" }]);
    expect(withRanges("52.94.3.255")).toBe("AWS");
    expect(withRanges("52.94.4.0")).toBe("internet");
    expect(withRanges("52.94.0.9")).toBe("me");
    expect(() => whoseAddress({}, [{ cidr: "52.94.0.0/33", owner: "AWS" }])).toThrow(/not an IPv4 CIDR/);
  });

  test("strangers are those on the internet who were only ever turned away", () => {
    const line = (from: string, to: string, action: string): string =>
      `2 123456789012 eni-1 ${from} ${to} 50000 22 6 1 40 1673458742 1673458742 ${action} OK`;
    const records = [
      line("45.83.64.1", "10.1.4.12", "REJECT"),
      line("10.2.9.80", "10.1.4.12", "REJECT"),
      line("8.8.8.8", "10.1.4.12", "REJECT"),
      line("10.1.4.12", "8.8.8.8", "ACCEPT"),
      "2 123456789012 eni-1 - - - - - - - 1673458742 1673458772 - NODATA",
    ].map(parseRecord);
    expect([...strangers(records, whose)]).toEqual(["45.83.64.1"]);
  });
});

describe("names of protocols and ports", () => {
  test.each([
    [1, "icmp"],
    [6, "tcp"],
    [17, "udp"],
    [58, "icmpv6"],
    [200, "200"],
  ])("protocol %i is %s, and back", (number, name) => {
    expect(protocolName(number)).toBe(name);
    expect(protocolNumber(name.toUpperCase())).toBe(number);
  });

  test.each([["256"], ["-1"], ["constructor"], [""], ["6.0"]])("%j is no protocol", (name) => {
    expect(protocolNumber(name)).toBeUndefined();
  });

  test("ports have names, and a flow the name of the port that serves it", () => {
    expect([22, 443, 80, 53, 123, 3389].map(portName)).toEqual(["ssh", "https", "http", "dns", "ntp", "rdp"]);
    expect(portName(50_123)).toBeUndefined();
    expect(serviceName(6, 50_123, 443)).toBe("https");
    expect(serviceName(6, 443, 50_123)).toBe("https");
    expect(serviceName(17, 50_123, 50_124)).toBeUndefined();
    expect(serviceName(1, 0, 22)).toBeUndefined();
    expect([1, 6, 17, 50].map(hasPorts)).toEqual([false, true, true, false]);
  });
});
