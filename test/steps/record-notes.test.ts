import { describe, expect, test } from "vitest";
import { type FlowLogRecord, parseRecord, type TrafficRecord } from "../../src/flow-logs/record.ts";
import type { PingSummary } from "../../src/lab/narrator.ts";
import type { Host } from "../../src/steps/hosts.ts";
import { isLabs, knownAddressesOf } from "../../src/steps/known-addresses.ts";
import { accountForPings } from "../../src/steps/ping-account.ts";
import { addressRows, nameAddresses, noteOn, unansweredPackets } from "../../src/steps/record-notes.ts";

const ONE = host(1, "10.1.4.12", "3.8.1.2");
const TWO = host(2, "10.2.9.80", "3.8.9.9");

function host(side: 1 | 2, privateAddress: string, publicAddress: string): Host {
  return {
    part: `instance-${side}`,
    instanceId: `i-${side}`,
    vpcId: `vpc-${side}`,
    subnetId: `subnet-${side}`,
    networkInterfaceId: `eni-${side}`,
    privateAddress,
    publicAddress,
    launchedAt: 0,
  };
}

function record(flow: string, packets = 5, [start, end] = [100, 104], action = "ACCEPT"): TrafficRecord {
  const line = `2 123456789012 eni-1 ${flow} ${packets} ${packets * 84} ${start} ${end} ${action} OK`;
  return parseRecord(line) as TrafficRecord;
}

const OUT = "10.1.4.12 10.2.9.80 0 0 1";
const BACK = "10.2.9.80 10.1.4.12 0 0 1";

function note(subject: TrafficRecord, ...others: FlowLogRecord[]): string {
  const all = [subject, ...others];
  return noteOn(subject, all, nameAddresses(all, [ONE, TWO]));
}

const NO_REPLY = { sent: 5, received: 0, lossPercent: 100, rttMs: null, reachable: false };

describe("a ping of instance 1 in the records", () => {
  test("is ACCEPT and silence where nothing came back", () => {
    expect(note(record(OUT))).toBe("instance 1 → instance 2, ping, 5 packets: ACCEPT, and nothing came back");
  });

  test("is answered where as many packets came back at the same time", () => {
    expect(note(record(OUT), record(BACK))).toMatch(/ACCEPT, and answered$/);
  });

  test("counts what was not answered where two pings share a record", () => {
    const out = record(OUT, 10, [100, 129]);
    expect(note(out, record(BACK, 5, [125, 129]))).toMatch(/5 of them were not answered$/);
  });

  test("is answered by a reply that seems to have come a second later", () => {
    expect(note(record(OUT), record(BACK, 5, [105, 105]))).toMatch(/ACCEPT, and answered$/);
    expect(note(record(OUT), record(BACK, 5, [106, 106]))).toMatch(/nothing came back$/);
  });

  test("is not answered by a later ping's replies", () => {
    const later = [record(OUT, 5, [120, 124]), record(BACK, 5, [120, 124])];
    expect(note(record(OUT), ...later)).toMatch(/nothing came back$/);
  });

  test("is not answered by a reply that was rejected", () => {
    expect(note(record(OUT), record(BACK, 5, [100, 104], "REJECT"))).toMatch(/nothing came back$/);
  });
});

test("a rejected record says that no rule let it in, or that a network ACL denied it", () => {
  expect(note(record("198.51.100.7 10.1.4.12 40000 22 6", 1, [100, 100], "REJECT"))).toBe(
    "a stranger on the internet → instance 1, ssh, 1 packet: REJECT, no rule let it in or a network ACL denied it",
  );
});

test("a rejected record of what instance 1 sent says that no rule let it out", () => {
  expect(note(record(OUT, 5, [100, 104], "REJECT"))).toBe(
    "instance 1 → instance 2, ping, 5 packets: REJECT, no rule let it out or a network ACL denied it",
  );
  expect(note(record(BACK, 5, [100, 104], "REJECT"))).toMatch(/no rule let it in or/);
});

test("a record of others is never an unanswered ping", () => {
  const records = [
    record(BACK),
    record("198.51.100.7 10.1.4.12 40000 22 6", 1, [100, 100], "REJECT"),
    record("10.1.4.12 203.0.113.9 40000 443 6"),
  ];
  const whose = nameAddresses(records, [ONE, TWO]);
  for (const each of records) expect(unansweredPackets(each, records, whose)).toBe(0);
});

describe("names", () => {
  const records = [
    record("198.51.100.7 10.1.4.12 40000 22 6", 1, [100, 100], "REJECT"),
    record("10.1.4.12 203.0.113.9 40000 443 6"),
    record("10.1.4.12 192.0.2.123 40000 123 17"),
    record("10.1.4.12 3.111.45.100 40000 123 17"),
    record("198.51.100.8 10.1.4.12 50000 22 6"),
  ];
  const whose = nameAddresses(records, [ONE, TWO]);

  test.each([
    ["10.1.4.12", "instance 1"],
    ["3.8.1.2", "instance 1 public"],
    ["10.2.9.80", "instance 2"],
    ["3.8.9.9", "instance 2 public"],
    ["203.0.113.9", "AWS"],
    ["192.0.2.123", "a time server on the internet (NTP)"],
    ["3.111.45.100", "AWS"],
    ["169.254.169.123", "Amazon Time Sync"],
    ["198.51.100.7", "a stranger on the internet"],
    ["198.51.100.8", "internet"],
  ])("%s as %s", (address, owner) => {
    expect(whose(address)).toBe(owner);
  });

  test("are those of vpclab logs and insights, where more is not known of whom it is on the internet", () => {
    const instanceOf = (part: string, PrivateIpAddress: string, PublicIpAddress: string) => ({
      PrivateIpAddress,
      PublicIpAddress,
      State: { Name: "running" as const },
      Tags: [{ Key: "vpclab:part", Value: part }],
    });
    const known = knownAddressesOf([
      instanceOf("instance-1", "10.1.4.12", "3.8.1.2"),
      instanceOf("instance-2", "10.2.9.80", "3.8.9.9"),
    ]);
    const addresses = ["10.1.4.12", "3.8.1.2", "10.2.9.80", "3.8.9.9", "3.111.45.100", "169.254.169.123"];
    expect(addresses.map((address) => whose(address))).toEqual(
      addresses.map((address) => known.whose(address)),
    );
    expect(known.whose("192.0.2.123")).toBe("internet");
  });

  test("of a public address that an instance had are known by the pings to it, unless another one has it now", () => {
    const pinged = (to: string, address: string, scope: "public" | "other" = "public") => ({
      kind: "ping" as const,
      at: 0,
      ping: { from: "instance-1", to, address, scope, ...NO_REPLY },
    });
    const now = {
      PrivateIpAddress: "10.1.4.12",
      PublicIpAddress: "3.8.7.7",
      State: { Name: "running" as const },
      Tags: [{ Key: "vpclab:part", Value: "instance-1" }],
    };
    const journal = [
      pinged("instance-2", "3.8.9.9"),
      pinged("instance-2", "3.8.7.7"),
      pinged("52.0.0.1", "52.0.0.1", "other"),
    ];
    const { whose } = knownAddressesOf([now], journal);
    expect(whose("3.8.9.9")).toBe("instance 2 public, earlier");
    expect(whose("3.8.7.7")).toBe("instance 1 public");
    expect(whose("52.0.0.1")).toBe("AWS");
    expect(isLabs(whose("3.8.9.9"))).toBe(true);
  });

  test("are an interface's own where it has them, not where another one does", () => {
    const having = (NetworkInterfaceId: string, PrivateIpAddress: string) => ({
      NetworkInterfaces: [{ NetworkInterfaceId, PrivateIpAddress }],
    });
    const { isOf } = knownAddressesOf([having("eni-1", "10.1.4.12"), having("eni-2", "10.2.9.80")]);
    expect(isOf("10.1.4.12", "eni-1")).toBe(true);
    expect(isOf("10.2.9.80", "eni-1")).toBe(false);
    expect(isOf("10.1.4.12", "eni-9")).toBe(false);
  });

  test("of the lab's instances are told from the instance metadata", () => {
    expect(isLabs(whose("10.1.4.12"))).toBe(true);
    expect(isLabs(whose("3.8.9.9"))).toBe(true);
    expect(whose("169.254.169.254")).toBe("instance metadata");
    expect(isLabs(whose("169.254.169.254"))).toBe(false);
  });
});

describe("accounting for pings", () => {
  function ping(address: string, sent: number, received: number, from = "instance-1"): PingSummary {
    return {
      from,
      to: "instance-2",
      address,
      scope: "private",
      sent,
      received,
      lossPercent: 0,
      rttMs: null,
      reachable: received > 0,
    };
  }

  test("counts packets out and back, over all pings and records of a way", () => {
    const pings = [ping("10.2.9.80", 5, 0), ping("10.2.9.80", 5, 5)];
    const records = [record(OUT, 7), record(OUT, 3), record(BACK, 4)];
    expect(accountForPings(pings, records, "10.1.4.12")).toEqual({ expected: 15, recorded: 14 });
  });

  test("does not let other people's packets stand for ours", () => {
    const records = [record(OUT, 50), record("10.1.4.12 203.0.113.9 40000 443 6", 5)];
    expect(accountForPings([ping("10.2.9.80", 5, 5)], records, "10.1.4.12")).toEqual({
      expected: 10,
      recorded: 5,
    });
  });

  test("leaves out pings that did not start at the logged instance", () => {
    expect(accountForPings([ping("10.1.4.12", 5, 5, "instance-2")], [], "10.1.4.12").expected).toBe(0);
  });
});

describe("which address is whose", () => {
  test("the lab's own, AWS's, and only a few of hundreds of strangers", () => {
    const knocks = Array.from({ length: 395 }, (_, n) =>
      record(`198.51.${n >> 8}.${n & 255} 10.1.4.12 40000 23 6`, 1, [100, 104], "REJECT"),
    );
    const all = [...knocks, record(OUT), record(BACK), record("10.1.4.12 52.94.0.1 40000 443 6")];
    const rows = addressRows(all, nameAddresses(all, [ONE, TWO]));
    expect(rows.map(({ whose }) => whose)).toEqual([
      "instance 1",
      "instance 2",
      "AWS",
      ...Array.from({ length: 5 }, () => "a stranger on the internet"),
      "strangers on the internet",
    ]);
    expect(rows.at(-1)?.address).toBe("… and 390 more");
  });
});
