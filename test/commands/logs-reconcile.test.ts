import type { FlowLog, Instance } from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { type Evidence, judge } from "../../src/commands/logs-reconcile.ts";
import { reconcile, type SentPing } from "../../src/commands/ping-records.ts";
import { parseRecord, type TrafficRecord } from "../../src/flow-logs/record.ts";
import { knownAddressesOf } from "../../src/steps/known-addresses.ts";

const instance = (side: 1 | 2, PrivateIpAddress: string, PublicIpAddress: string): Instance => ({
  PrivateIpAddress,
  PublicIpAddress,
  State: { Name: "running" },
  Tags: [{ Key: "vpclab:part", Value: `instance-${side}` }],
});
const known = knownAddressesOf([instance(1, "10.1.0.4", "3.8.0.1"), instance(2, "10.2.0.9", "3.8.0.2")]);

const BLOCKS = { cidr1: "10.1.0.0/16", cidr2: "10.2.0.0/16" };
const T0 = 1_767_600_000;
/** A ping that ended so many seconds after T0. */
const sent = (end: number, ping: Partial<SentPing["ping"]> = {}): SentPing => ({
  at: (T0 + end) * 1000,
  ping: {
    from: "instance-1",
    to: "instance-2",
    address: "10.2.0.9",
    scope: "private",
    sent: 5,
    received: 0,
    lossPercent: 100,
    rttMs: null,
    reachable: false,
    ...ping,
  },
});
const record = (source: string, destination: string, packets: number, start: number, end: number) => {
  const line = `2 123456789012 eni-1 ${source} ${destination} 0 0 1 ${packets} ${84 * packets} ${T0 + start} ${T0 + end} ACCEPT OK`;
  return parseRecord(line) as TrafficRecord;
};
const out = (packets: number, start: number, end: number) =>
  record("10.1.0.4", "10.2.0.9", packets, start, end);
const back = (packets: number, start: number, end: number) =>
  record("10.2.0.9", "10.1.0.4", packets, start, end);
const counts = (pings: readonly SentPing[], records: readonly TrafficRecord[], among = known) => {
  const { pings: accounts, unclaimed } = reconcile(pings, records, among, BLOCKS);
  return { counts: accounts.map(({ recorded, expected }) => `${recorded}/${expected}`), unclaimed };
};

describe("pings against records", () => {
  it("expects of a ping without replies what went out, and of one with replies both ways", () => {
    expect(counts([sent(10)], [out(5, 4, 8)])).toEqual({ counts: ["5/5"], unclaimed: 0 });
    const answered = sent(10, { received: 4, reachable: true });
    expect(counts([answered], [out(5, 4, 8), back(4, 4, 8)])).toEqual({ counts: ["9/9"], unclaimed: 0 });
  });

  it("splits a record that sums up two pings, and joins two of one ping", () => {
    expect(counts([sent(10), sent(30)], [out(10, 4, 28)])).toEqual({ counts: ["5/5", "5/5"], unclaimed: 0 });
    expect(counts([sent(62)], [out(3, 57, 59), out(2, 60, 61)])).toEqual({ counts: ["5/5"], unclaimed: 0 });
  });

  it("gives a record to the ping of its time, not to an earlier one whose packets are lost", () => {
    expect(counts([sent(10), sent(200)], [out(5, 194, 198)])).toEqual({
      counts: ["0/5", "5/5"],
      unclaimed: 0,
    });
  });

  it("does so also where the earlier one is near enough for AWS's slack", () => {
    expect(counts([sent(10), sent(50)], [out(5, 44, 48)])).toEqual({ counts: ["0/5", "5/5"], unclaimed: 0 });
  });

  it("takes a record whose start AWS noted late, and one that was long over when we learned of it", () => {
    expect(counts([sent(10)], [out(5, 40, 44)]).counts).toEqual(["5/5"]);
    expect(counts([sent(600)], [out(5, 4, 8)]).counts).toEqual(["5/5"]);
  });

  it("leaves over what no ping of the journal sent", () => {
    expect(counts([sent(10)], [out(8, 4, 12)])).toEqual({ counts: ["5/5"], unclaimed: 3 });
    expect(counts([sent(10)], [record("203.0.113.5", "10.1.0.4", 9, 4, 8)])).toEqual({
      counts: ["0/5"],
      unclaimed: 0,
    });
  });

  it("takes what was turned away for the ping's own: its replies, and requests that came as far as VPC 1", () => {
    const turnedAway = (source: string, destination: string, packets: number) =>
      parseRecord(
        `2 123456789012 eni-1 ${source} ${destination} 0 0 1 ${packets} ${84 * packets} ${T0 + 4} ${T0 + 8} REJECT OK`,
      ) as TrafficRecord;
    const rejected = (ping: SentPing, records: readonly TrafficRecord[]) => {
      const { pings, unclaimed } = reconcile([ping], records, known, BLOCKS);
      return { rejected: pings[0]?.rejected, expected: pings[0]?.expected, unclaimed };
    };
    const replies = [out(5, 4, 8), turnedAway("10.2.0.9", "10.1.0.4", 5)];
    expect(rejected(sent(10), replies)).toEqual({ rejected: 5, expected: 5, unclaimed: 0 });
    const some = [out(5, 4, 8), back(3, 4, 8), turnedAway("10.2.0.9", "10.1.0.4", 4)];
    expect(rejected(sent(10, { received: 3 }), some)).toEqual({ rejected: 2, expected: 8, unclaimed: 2 });
    const fromTwo = sent(10, { from: "instance-2", to: "instance-1", address: "10.1.0.4" });
    const requests = [turnedAway("10.2.0.9", "10.1.0.4", 5)];
    expect(rejected(fromTwo, requests)).toEqual({ rejected: 5, expected: 0, unclaimed: 0 });
    // From one's own machine, whose address nobody knows: a stranger's are not taken for it.
    const fromHere = sent(10, { from: "local", to: "instance-1", address: "3.8.0.1", scope: "public" });
    expect(rejected(fromHere, [turnedAway("203.0.113.5", "10.1.0.4", 5)])).toMatchObject({ rejected: 0 });
    // Let in, and the reply was lost elsewhere: its own all the same.
    expect(rejected(fromTwo, [back(5, 4, 8)])).toEqual({ rejected: 0, expected: 0, unclaimed: 0 });
  });

  it("knows the far side by the address that was pinged, the own side always by its private one", () => {
    const ping = sent(10, { scope: "public", address: "3.8.0.2", received: 5 });
    const records = [record("10.1.0.4", "3.8.0.2", 5, 4, 8), record("3.8.0.2", "10.1.0.4", 5, 4, 8)];
    expect(counts([ping], records).counts).toEqual(["10/10"]);
  });

  it("expects of pings from elsewhere what instance 1 saw, and nothing of those that never came to VPC 1", () => {
    const fromTwo = sent(10, {
      from: "instance-2",
      to: "instance-1",
      address: "3.8.0.1",
      scope: "public",
      received: 5,
    });
    const records = [record("3.8.0.2", "10.1.0.4", 5, 4, 8), record("10.1.0.4", "3.8.0.2", 5, 4, 8)];
    expect(counts([fromTwo], records).counts).toEqual(["10/10"]);
    const fromHere = sent(10, {
      from: "local",
      to: "instance-1",
      address: "3.8.0.1",
      scope: "public",
      received: 2,
    });
    const stranger = [record("203.0.113.5", "10.1.0.4", 2, 4, 8), record("10.1.0.4", "203.0.113.5", 2, 4, 8)];
    expect(counts([fromHere], stranger).counts).toEqual(["4/4"]);
    expect(
      counts([sent(10, { from: "instance-2", to: "8.8.8.8", address: "8.8.8.8", scope: "other" })], [])
        .counts,
    ).toEqual(["0/0"]);
    expect(counts([sent(10, { from: "local", scope: "public", address: "3.8.0.2" })], []).counts).toEqual([
      "0/0",
    ]);
    expect(counts([sent(10, { to: "instance-1", address: "10.1.0.4", received: 5 })], []).counts).toEqual([
      "0/0",
    ]);
  });
});

describe("pings of instances that have gone since", () => {
  it.each([
    ["terminated", knownAddressesOf([])],
    ["replaced", knownAddressesOf([instance(1, "10.1.7.7", "3.8.9.1"), instance(2, "10.2.7.7", "3.8.9.2")])],
  ])("are accounted for by the addresses that they had: %s", (_, now) => {
    const answered = { received: 5, reachable: true };
    expect(counts([sent(10, answered)], [out(5, 4, 8), back(5, 4, 8)], now)).toEqual({
      counts: ["10/10"],
      unclaimed: 0,
    });
    const fromTwo = { ...answered, from: "instance-2", to: "instance-1" } as const;
    const privately = sent(10, { ...fromTwo, address: "10.1.0.4" });
    expect(counts([privately], [out(5, 4, 8), back(5, 4, 8)], now).counts).toEqual(["10/10"]);
    const publicly = sent(10, { ...fromTwo, address: "3.8.0.1", scope: "public" });
    const records = [record("3.8.0.2", "10.1.0.4", 5, 4, 8), record("10.1.0.4", "3.8.0.2", 5, 4, 8)];
    expect(counts([publicly], records, now).counts).toEqual(["10/10"]);
    // Their VPCs' traffic is not the internet's.
    expect(counts([publicly], [out(5, 4, 8), back(5, 4, 8)], now).counts).toEqual(["0/10"]);
    const self = sent(10, { to: "instance-1", address: "10.1.0.4", received: 5 });
    expect(counts([self], [], now).counts).toEqual(["0/0"]);
  });

  it("take no record from a ping of those that are there now", () => {
    const now = knownAddressesOf([instance(1, "10.1.7.7", "3.8.9.1"), instance(2, "10.2.0.9", "3.8.9.2")]);
    const records = [record("10.1.7.7", "10.2.0.9", 5, 200, 204)];
    expect(counts([sent(10), sent(210)], records, now).counts).toEqual(["0/5", "5/5"]);
  });
});

describe("packets that are in no record", () => {
  const flowLog: FlowLog = {
    CreationTime: new Date((T0 - 600) * 1000),
    TrafficType: "ALL",
    MaxAggregationInterval: 60,
    DeliverLogsStatus: "SUCCESS",
  };
  const evidence = (more: Partial<Evidence> = {}): Evidence => ({
    now: (T0 + 3600) * 1000,
    flowLog,
    firstRecordAt: (T0 - 500) * 1000,
    skipped: [],
    keptFor: undefined,
    ...more,
  });
  const account = (ping: SentPing, records: readonly TrafficRecord[] = []) => {
    const [first] = reconcile([ping], records, known, BLOCKS).pings;
    if (first === undefined) throw new Error("one ping, one account");
    return first;
  };

  it.each<[string, Partial<Evidence>, string, RegExp]>([
    [
      "are still to come a minute after the ping",
      { now: (T0 + 70) * 1000 },
      "still-to-come",
      /^5 packets of 5 not there yet, 60 seconds after the ping: about 6 minutes are usual/,
    ],
    [
      "are still to come longer where nothing ever came",
      { now: (T0 + 900) * 1000, firstRecordAt: undefined },
      "still-to-come",
      /not there yet/,
    ],
    [
      "went before the flow log was made",
      { flowLog: { ...flowLog, CreationTime: new Date((T0 + 60) * 1000) } },
      "before-collecting",
      /before the flow log was made, at 08:01:00 UTC/,
    ],
    [
      "went before it began to collect",
      { firstRecordAt: (T0 + 120) * 1000 },
      "before-collecting",
      /first record, which begins at 08:02:00 UTC/,
    ],
    ["are lost without a flow log", { flowLog: undefined }, "lost", /no flow log/],
    [
      "are lost where AWS may not deliver",
      { flowLog: { ...flowLog, DeliverLogsStatus: "FAILED", DeliverLogsErrorMessage: "Access error" } },
      "lost",
      /Access error/,
    ],
    [
      "are lost where only REJECT is captured",
      { flowLog: { ...flowLog, TrafficType: "REJECT" } },
      "lost",
      /REJECT alone/,
    ],
    [
      "are lost where AWS says so",
      { skipped: [{ from: T0 * 1000, to: (T0 + 60) * 1000 }] },
      "lost",
      /SKIPDATA/,
    ],
    [
      "are lost by retention",
      { now: (T0 + 200_000) * 1000, keptFor: 86_400_000 },
      "lost",
      /older than the log group keeps/,
    ],
    ["are lost without a reason in the end", {}, "lost", /none of the usual reasons/],
    [
      "may have been turned away where only ACCEPT is captured",
      { flowLog: { ...flowLog, TrafficType: "ACCEPT" } },
      "lost",
      /may have turned them away/,
    ],
  ])("%s", (_what, more, status, reason) => {
    const judged = judge(account(sent(10)), evidence(more));
    expect(judged).toMatchObject({ status, reason: expect.stringMatching(reason) });
  });

  it("need no reason where there are none", () => {
    const whole = account(sent(10), [out(5, 4, 8)]);
    expect(judge(whole, evidence({ flowLog: undefined }))).toMatchObject({
      status: "accounted-for",
      reason: "",
    });
  });

  it("are none where they were turned away, which is told", () => {
    const rejected = parseRecord(
      `2 123456789012 eni-1 10.2.0.9 10.1.0.4 0 0 1 5 420 ${T0 + 4} ${T0 + 8} REJECT OK`,
    ) as TrafficRecord;
    const told = {
      status: "accounted-for",
      reason: "5 packets of it were turned away by VPC 1's security group or network ACL: REJECT.",
    };
    expect(judge(account(sent(10), [out(5, 4, 8), rejected]), evidence())).toMatchObject(told);
    const request = sent(10, { from: "instance-2", to: "instance-1", address: "10.1.0.4" });
    expect(judge(account(request, [rejected]), evidence())).toMatchObject(told);
  });

  it("are none where they passed and the reply was lost, which is told as soon as the records are there", () => {
    const request = sent(10, { from: "instance-2", to: "instance-1", address: "10.1.0.4" });
    expect(judge(account(request, [back(5, 4, 8), out(5, 4, 8)]), evidence())).toMatchObject({
      status: "accounted-for",
      reason: "10 packets of it passed instance 1's network interface, though no reply was received: ACCEPT.",
    });
    expect(judge(account(request), evidence())).toMatchObject({
      status: "not-logged",
      reason: "Nothing of it was answered, and no record tells that it reached instance 1.",
    });
  });

  it("are counted where some are there", () => {
    const part = account(sent(10), [out(3, 6, 8)]);
    expect(judge(part, evidence()).reason).toMatch(/^2 packets of 5 in no record/);
  });

  it("are not looked for where no logged interface saw the ping", () => {
    const elsewhere = account(
      sent(10, { from: "instance-2", to: "8.8.8.8", address: "8.8.8.8", scope: "other" }),
    );
    expect(judge(elsewhere, evidence())).toMatchObject({
      status: "not-logged",
      reason: expect.stringContaining("VPC 2"),
    });
  });
});
