import {
  CloudWatchLogsClient,
  DeleteLogGroupCommand,
  FilterLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  DeleteFlowLogsCommand,
  DescribeFlowLogsCommand,
  DescribeInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { type InsightsOptions, insights } from "../../src/commands/insights.ts";
import { type LogsOptions, logs } from "../../src/commands/logs.ts";
import { logsExplain } from "../../src/commands/logs-explain.ts";
import { logsReconcile } from "../../src/commands/logs-reconcile.ts";
import { ping } from "../../src/commands/ping.ts";
import type { Program } from "../../src/commands/program.ts";
import { status } from "../../src/commands/status.ts";
import { why } from "../../src/commands/why.ts";
import { parseRecord, type TrafficRecord } from "../../src/flow-logs/record.ts";
import { until } from "../ui/fake-terminal.ts";
import { byHand, letTimePass } from "./by-hand.ts";
import { FAST, labHome, type RunOptions, refusal, SIMULATED, unwrapped } from "./in-process.ts";
import { standingLab } from "./standing-lab.ts";

const home = standingLab();
// So that there is more than the pings: the agent, the time servers, strangers.
beforeAll(() => letTimePass(home, 10 * 60_000), 60_000);

const list = (options: LogsOptions = {}, run: RunOptions = {}) =>
  home.run((program) => logs(program, { ...SIMULATED, ...options }), { json: options.json, ...run });
const ask = (name: string | undefined, options: InsightsOptions = {}) =>
  home.run((program) => insights(program, name, { ...SIMULATED, ...options }), { json: options.json });
const rawRecords = async (options: LogsOptions = {}) =>
  (await list({ raw: true, ...options })).stdout
    .split("\n")
    .filter((line) => line !== "")
    .map(parseRecord)
    .filter((record): record is TrafficRecord => record.logStatus === "OK");

describe("vpclab logs", () => {
  it("shows every record in a line of at most 80 columns, the lab's addresses by name", async () => {
    const { code, stdout, stderr } = await list({}, { columns: 80, color: false });
    const lines = stdout.split("\n").filter((line) => line !== "");
    expect(code).toBe(0);
    expect(lines.every((line) => line.length <= 80)).toBe(true);
    expect(lines[0]).toMatch(/^time +source +→ +destination +protocol +pkts +bytes +action$/);
    // A ping may begin in one window and end in the next: then it is two records.
    expect(lines.some((line) => /instance 1 +→ instance 2 +icmp +\d+ +\d+ ACCEPT$/.test(line))).toBe(true);
    expect(lines.some((line) => /instance 1 +→ instance 2 public +icmp +\d+ +\d+ ACCEPT$/.test(line))).toBe(
      true,
    );
    expect(lines.some((line) => /instance 1 +→ AWS \S+ +tcp https /.test(line))).toBe(true);
    expect(unwrapped(stderr)).toContain(
      "An address without a name is of no instance that stands in this lab. A public one is somebody's on the internet.",
    );
    expect(stderr).toMatch(/→ vpclab logs explain .*\n +→ vpclab insights /);
  });

  it("explains a REJECT of what instance 1 sends to instance 2 by outbound rules: whose the interface is, is known", async () => {
    const line = (await list({ raw: true })).stdout
      .split("\n")
      .find((one) => / 10\.1\.\S+ 10\.2\.\S+ 0 0 1 /.test(one));
    const explained = await home.run((program) =>
      logsExplain(program, [(line ?? "").replace("ACCEPT", "REJECT")], { ...SIMULATED, json: true }),
    );
    const { fields } = JSON.parse(explained.stdout);
    expect(fields[12]).toMatchObject({ name: "action", meaning: expect.stringContaining("On its way out") });
  });

  it("has the owner beside every address where there is room", async () => {
    const { stdout } = await list({ action: "REJECT" }, { columns: 120, color: false });
    expect(stdout).toMatch(/internet \d+\.\d+\.\d+\.\d+ +→ instance 1 \S*10\.1\./);
  });

  it("of more days than there have been since 1970 asks for all, as AWS takes no earlier time", async () => {
    const send = vi.spyOn(CloudWatchLogsClient.prototype, "send");
    const { code } = await list({ since: "999999d", json: true });
    const asked = send.mock.calls.flatMap(([command]) =>
      command instanceof FilterLogEventsCommand ? [command.input.startTime] : [],
    );
    send.mockRestore();
    expect(code).toBe(0);
    expect(new Set(asked)).toEqual(new Set([0]));
  });

  it("gives the records as they are with --raw, and as an array of records with --json", async () => {
    const { stdout } = await list({ json: true });
    const json: unknown[] = JSON.parse(stdout);
    const raw = (await list({ raw: true })).stdout.trim().split("\n").map(parseRecord);
    // The world goes on between the two: what came later is only in the second.
    expect(raw.slice(0, json.length)).toEqual(json);
    expect(json.length).toBeGreaterThan(20);
  });

  it.each<[LogsOptions, (record: TrafficRecord) => boolean]>([
    [{ action: "reject" }, ({ action }) => action === "REJECT"],
    [{ protocol: "icmp" }, ({ protocol }) => protocol === 1],
    [{ protocol: "17" }, ({ protocol }) => protocol === 17],
    [{ port: "443" }, ({ srcPort, dstPort }) => srcPort === 443 || dstPort === 443],
    [{ from: "10.1.0.0/16" }, ({ srcAddr }) => srcAddr.startsWith("10.1.")],
    [{ to: "internet" }, ({ dstAddr, protocol }) => !dstAddr.startsWith("10.") && protocol !== 1],
    [
      { from: "instance-1", to: "instance-2" },
      ({ srcAddr, protocol }) => srcAddr.startsWith("10.1.") && protocol === 1,
    ],
    [
      { from: "instance-2", action: "ACCEPT" },
      ({ srcAddr, dstAddr, protocol }) =>
        dstAddr.startsWith("10.1.") && !srcAddr.startsWith("10.1.") && protocol === 1,
    ],
  ])("shows with %o just the records that are so", async (flags, isWanted) => {
    const all = (await rawRecords()).filter(isWanted);
    const shown = await rawRecords(flags);
    expect(all.length).toBeGreaterThan(0);
    expect(shown.slice(0, all.length)).toEqual(all);
    expect(shown.every(isWanted)).toBe(true);
  });

  it("shows the latest with --limit, oldest first", async () => {
    const before = await rawRecords({ protocol: "icmp" });
    expect(await rawRecords({ protocol: "icmp", limit: "2" })).toEqual(before.slice(-2));
  });

  it("says that nothing is like that, and gives an empty array", async () => {
    const { code, stdout, stderr } = await list({ port: "9", json: true });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "[]\n" });
    expect(stderr).toContain("No record is like that.\n  → vpclab logs    all of them\n");
    expect((await list({ since: "1s", protocol: "icmp" })).stderr).toContain("No record");
  });

  it("lists the streams: one, of instance 1's interface", async () => {
    const { stdout } = await list({ streams: true, json: true });
    expect(JSON.parse(stdout)).toMatchObject([{ name: expect.stringMatching(/^eni-[0-9a-f]{17}-all$/) }]);
    const shown = await list({ streams: true });
    expect(shown.stdout).toMatch(/eni-[0-9a-f]{17}-all {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/);
  });

  it("follows: shows what comes, once, until Ctrl-C interrupts it, and then has a whole array", async () => {
    const interruption = new AbortController();
    const { stdout } = await home.run(
      async (program, terminal) => {
        const following = logs(program, { ...SIMULATED, follow: true, json: true, limit: "1" });
        await until(() => terminal.stdout.written.split("\n").length > 8, "new records were shown");
        interruption.abort(new Error("Ctrl-C"));
        await expect(following).rejects.toThrow("Ctrl-C");
        return 0;
      },
      { signal: interruption.signal, json: true, speed: FAST },
    );
    const records: TrafficRecord[] = JSON.parse(stdout);
    expect(new Set(records.map((record) => JSON.stringify(record))).size).toBe(records.length);
    expect(records.length).toBeGreaterThan(5);
  });

  it("follows from the last ten records on, or from the first of the time that is asked for", async () => {
    const lines = (stdout: string) => stdout.split("\n").filter((line) => line !== "");
    const before = lines((await list({ raw: true })).stdout);
    const firstShown = async (options: LogsOptions) => {
      const interruption = new AbortController();
      const { stdout } = await home.run(
        async (program, terminal) => {
          const following = logs(program, { ...SIMULATED, follow: true, raw: true, ...options });
          await until(() => terminal.stdout.written !== "", "a record was shown");
          interruption.abort(new Error("Ctrl-C"));
          await expect(following).rejects.toThrow("Ctrl-C");
          return 0;
        },
        { signal: interruption.signal, speed: FAST },
      );
      return lines(stdout)[0];
    };
    expect(before.slice(0, -10)).not.toContain(await firstShown({}));
    expect(await firstShown({ since: "7d" })).toBe(before[0]);
  });

  it("follows: shows what arrives late, with a time before the newest", async ({ onTestFinished }) => {
    onTestFinished(() => void vi.restoreAllMocks());
    const at = Date.UTC(2026, 0, 5, 10);
    const event = (eventId: string, timestamp: number) => ({
      eventId,
      timestamp,
      message: `2 123456789012 eni-1 10.1.4.12 10.2.9.80 0 0 1 ${eventId} 420 ${timestamp / 1000} ${timestamp / 1000} ACCEPT OK`,
    });
    const stored = [event("1", at)];
    const send = CloudWatchLogsClient.prototype.send as (command: object) => Promise<unknown>;
    vi.spyOn(CloudWatchLogsClient.prototype, "send").mockImplementation(function (
      this: CloudWatchLogsClient,
      command: object,
    ) {
      if (!(command instanceof FilterLogEventsCommand)) return send.call(this, command);
      const { startTime = 0 } = command.input;
      const events = stored.filter(({ timestamp }) => timestamp >= startTime);
      // By the next look there is one more, of five minutes before.
      if (stored.length === 1) stored.push(event("2", at - 300_000));
      return Promise.resolve({ events });
    });
    const interruption = new AbortController();
    const { stdout } = await home.run(
      async (program, terminal) => {
        const following = logs(program, { ...SIMULATED, follow: true, raw: true });
        await until(() => terminal.stdout.written.split("\n").length > 2, "the late one was shown");
        interruption.abort(new Error("Ctrl-C"));
        await expect(following).rejects.toThrow("Ctrl-C");
        return 0;
      },
      { signal: interruption.signal, speed: FAST },
    );
    expect(stdout.match(/1 (\d) 420/g)).toEqual(["1 1 420", "1 2 420"]);
  });

  it("waits for whoever reads slowly, and no longer than until Ctrl-C", async () => {
    const interruption = new AbortController();
    await home.run(
      async (program, terminal) => {
        const { stdout } = terminal;
        const shown = () => stdout.written.split("\n").length - 1;
        Object.defineProperty(stdout, "writableNeedDrain", { value: true });
        const listing = logs(program, { ...SIMULATED, raw: true });
        await until(() => stdout.listenerCount("drain") > 0, "it waits");
        expect(shown()).toBe(1);
        stdout.emit("drain");
        await until(() => shown() === 2, "it goes on");
        interruption.abort(new Error("Ctrl-C"));
        await expect(listing).rejects.toBe(interruption.signal.reason);
        return 0;
      },
      { signal: interruption.signal },
    );
  });

  it.each<LogsOptions>([
    { action: "DROP" },
    { from: "instance-3" },
    { from: "10.1.2.3/16" },
    { to: "1.1.1.1;reboot" },
    { protocol: "smoke" },
    { protocol: "256" },
    { port: "0" },
    { port: "70000" },
    { since: "15" },
    { since: "0m" },
    { limit: "0" },
    { raw: true, json: true },
    { streams: true, follow: true },
    { streams: true, action: "REJECT" },
    { streams: true, since: "15m" },
  ])("refuses %o before any call", async (options) => {
    const fresh = labHome();
    const error = await refusal(() => fresh.run((program) => logs(program, { ...SIMULATED, ...options })));
    expect(error).toMatchObject({ code: "usage", exitCode: 2 });
  });
});

describe("vpclab logs --follow, when the log group is deleted", () => {
  const begun = standingLab("flow-log");

  it("says so and ends", async () => {
    const error = await refusal(() =>
      begun.run(
        async (program, terminal) => {
          const following = logs(program, { ...SIMULATED, follow: true, debug: true });
          following.catch(() => undefined);
          await until(() => terminal.stderr.written.includes("FilterLogEvents"), "it has looked once");
          await byHand(begun, ({ logs }) =>
            logs.send(new DeleteLogGroupCommand({ logGroupName: "NextWorkVPCFlowLogsGroup" })),
          );
          return following;
        },
        { speed: FAST },
      ),
    );
    expect(error).toMatchObject({
      code: "no-log-group",
      exitCode: 1,
      message: "The log group NextWorkVPCFlowLogsGroup is gone: it was deleted while it was followed.",
      next: expect.arrayContaining([expect.stringContaining("vpclab up")]),
    });
  });
});

describe("before the first record", () => {
  const begun = standingLab("flow-log");

  it("logs says when it comes, and how to see it come", async () => {
    const { code, stdout, stderr } = await begun.run((program) => logs(program, SIMULATED));
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(unwrapped(stderr)).toMatch(
      /No records yet\. The first arrive 5 to 10 minutes after .* → vpclab logs --follow /,
    );
  });

  it("logs --streams says that the first record makes one", async () => {
    const options = { ...SIMULATED, streams: true };
    const { code, stderr } = await begun.run((program) => logs(program, options));
    expect(code).toBe(0);
    expect(stderr).toContain("No stream yet: the first record makes one");
  });
});

describe("without a flow log", () => {
  const begun = standingLab("log-group");

  it.each<LogsOptions>([{}, { follow: true }, { json: true }, { streams: true }])(
    "logs with %o says so, and how to make it",
    async (options) => {
      const error = await refusal(() =>
        begun.run((program) => logs(program, { ...SIMULATED, ...options }), { json: options.json }),
      );
      expect(error).toMatchObject({
        code: "no-flow-log",
        exitCode: 1,
        message: "There is no flow log of this lab yet.",
        why: "The log group NextWorkVPCFlowLogsGroup stands and is empty: nothing writes to it.",
        next: ["vpclab up --until flow-log"],
      });
    },
  );

  it("why says the same", async () => {
    const { stdout } = await begun.run((program) => why(program, "private", SIMULATED));
    expect(unwrapped(stdout)).toContain("There is no flow log of this lab yet. → vpclab up --until flow-log");
  });
});

describe("when the flow log is gone", () => {
  const left = standingLab();

  it("logs shows the records that it has left", async () => {
    await byHand(left, async ({ ec2 }) => {
      const { FlowLogs = [] } = await ec2.send(new DescribeFlowLogsCommand({}));
      const FlowLogIds = FlowLogs.map(({ FlowLogId = "" }) => FlowLogId);
      await ec2.send(new DeleteFlowLogsCommand({ FlowLogIds }));
    });
    const { code, stdout } = await left.run((program) => logs(program, { ...SIMULATED, protocol: "icmp" }));
    expect(code).toBe(0);
    expect(stdout).toMatch(/instance 1 +→ instance 2 +icmp/);
  });
});

describe("without a log group", () => {
  const MISSING = {
    code: "no-log-group",
    exitCode: 1,
    message: "There is no log group NextWorkVPCFlowLogsGroup in us-east-1.",
    next: expect.arrayContaining([expect.stringContaining("vpclab up")]),
  };

  it.each<[string, (program: Program) => Promise<number>]>([
    ["logs", (program) => logs(program, SIMULATED)],
    ["logs --json", (program) => logs(program, { ...SIMULATED, json: true })],
    ["logs --follow", (program) => logs(program, { ...SIMULATED, follow: true })],
    ["logs --streams", (program) => logs(program, { ...SIMULATED, streams: true })],
    ["logs explain", (program) => logsExplain(program, [], SIMULATED)],
    ["logs reconcile", (program) => logsReconcile(program, SIMULATED)],
    ["insights pings", (program) => insights(program, "pings", SIMULATED)],
  ])("%s says so and ends", async (_, run) => {
    expect(await refusal(() => labHome().run(run, { columns: 80 }))).toMatchObject(MISSING);
  });
});

describe("vpclab logs reconcile", () => {
  it("accounts for every packet of every ping once the records are there", async () => {
    const { code, stdout } = await home.run(
      (program) => logsReconcile(program, { ...SIMULATED, json: true }),
      {
        json: true,
      },
    );
    const { pings, ...sums } = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(pings).toMatchObject([
      {
        scope: "private",
        sent: 5,
        received: 0,
        expected: { packets: 5, bytes: 420 },
        recorded: { packets: 5, bytes: 420 },
        status: "accounted-for",
      },
      {
        scope: "public",
        sent: 5,
        received: 5,
        recorded: { packets: 10, bytes: 840 },
        status: "accounted-for",
      },
      {
        scope: "private",
        sent: 5,
        received: 5,
        recorded: { packets: 10, bytes: 840 },
        status: "accounted-for",
      },
    ]);
    expect(sums).toEqual({ expectedPackets: 25, recordedPackets: 25, unclaimedPackets: 0 });
  });
});

describe("vpclab logs reconcile, right after a ping", () => {
  const home = standingLab();

  it("says that its records are still to come, and when; its packets then come", async () => {
    await home.run((program) => ping(program, "private", { ...SIMULATED, count: "3", from: "instance-2" }));
    const soon = await home.run((program) => logsReconcile(program, SIMULATED));
    expect(soon.code).toBe(0);
    expect(soon.stdout).toContain("instance 2 → 1 (private)");
    expect(soon.stdout).toContain("still to come");
    expect(soon.stdout).toMatch(/by \d\d:\d\d:\d\d UTC/);
    expect(soon.stderr).toMatch(
      /→ vpclab logs --protocol icmp --follow {4}.*\n {2}→ vpclab logs reconcile {4}again after that\n$/,
    );
    await letTimePass(home, 10 * 60_000);
    const later = await home.run((program) => logsReconcile(program, SIMULATED));
    expect(later.stdout).toContain("31 of 31 packets are in the log");
    expect(later.stderr).toMatch(/→ vpclab insights pings {4}the same as a query\n$/);
  });
});

describe("vpclab insights", () => {
  it("agrees with a sum over vpclab logs --raw", async () => {
    const { stdout } = await ask("top-10-byte-transfers", { json: true });
    const answer = JSON.parse(stdout);
    const sums = new Map<string, number>();
    const seen = (await list({ raw: true })).stdout
      .trim()
      .split("\n")
      .slice(0, answer.statistics.recordsScanned);
    for (const line of seen) {
      const { srcAddr, dstAddr, bytes } = { bytes: 0, srcAddr: "", dstAddr: "", ...parseRecord(line) };
      sums.set(`${srcAddr} ${dstAddr}`, (sums.get(`${srcAddr} ${dstAddr}`) ?? 0) + bytes);
    }
    expect(answer.columns).toEqual(["srcAddr", "dstAddr", "bytesTransferred"]);
    expect(answer.rows).toHaveLength(10);
    for (const row of answer.rows)
      expect(Number(row.bytesTransferred)).toBe(sums.get(`${row.srcAddr} ${row.dstAddr}`));
    expect(answer.price).toBe(0);
  });

  it("shows when, a table with names, bars and what was scanned, in 80 columns", async () => {
    const { code, stdout } = await home.run((program) => insights(program, "pings", SIMULATED), {
      columns: 80,
      color: false,
    });
    expect(code).toBe(0);
    expect(stdout.split("\n").every((line) => line.length <= 80)).toBe(true);
    expect(stdout).toMatch(/Records over time: \d\d:\d\d to \d\d:\d\d UTC, 1 minute a column/);
    expect(stdout).toMatch(/10\.1\.\d+\.\d+ (?:is )?instance 1/);
    expect(stdout).toMatch(/instance 1 → instance 2, ACCEPT +█+/);
    expect(unwrapped(stdout)).toMatch(/of \d+ records matched, .* scanned, at no cost on the embedded AWS/);
  });

  it("asks for what --limit, --since and a query of one's own say", async () => {
    const query = "fields srcAddr, dstAddr | filter protocol = 1";
    const limited = JSON.parse((await ask(undefined, { query, limit: "2", json: true })).stdout);
    expect(limited.rows).toHaveLength(2);
    const recent = JSON.parse((await ask(undefined, { query, since: "1s", json: true })).stdout);
    expect(recent.rows).toEqual([]);
    expect(Date.parse(recent.end) - Date.parse(recent.start)).toBeLessThanOrEqual(10_000);
  });

  it("gives CSV", async () => {
    const { stdout } = await ask("verdicts", { csv: true });
    expect(stdout.split("\n")[0]).toBe("action,protocol,records,bytesSeen");
    expect(stdout).toMatch(/\nACCEPT,1,\d+,\d+\n/);
  });

  it("refuses by name what this AWS does not run", async () => {
    const error = await refusal(() => ask(undefined, { query: "pattern @message" }));
    expect(error).toMatchObject({ exitCode: 2, why: expect.stringContaining("pattern is not supported") });
  });
});

describe("vpclab logs explain", () => {
  it("names the lab's addresses in a record that is piped in, too", async () => {
    const [line = ""] = (await list({ raw: true, protocol: "icmp", from: "instance-1" })).stdout.split("\n");
    const { stdout } = await home.run((program) => logsExplain(program, ["-"], {}), { input: line });
    expect(stdout).toMatch(/10\.1\.\d+\.\d+ \(instance 1\)/);
  });

  it("offers the latest records, with the lab's names", async () => {
    const { code, stdout } = await home.run(
      async (program, terminal) => {
        const explaining = logsExplain(program, [], SIMULATED);
        await until(() => terminal.stderr.written.includes("Which record?"), "it asked");
        await new Promise((resolve) => setTimeout(resolve, 100));
        terminal.stdin.write("\r");
        return explaining;
      },
      { columns: 80 },
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/instance 1/);
  });
});

it("leaves the lab as it was, whatever is asked of its log", async () => {
  const resources = async () => {
    const looked = home.run((program) => status(program, { ...SIMULATED, json: true }), { json: true });
    return JSON.parse((await looked).stdout).resources;
  };
  const before = await resources();
  expect(before).toHaveLength(19);
  await list();
  await list({ streams: true });
  await ask("top-10-byte-transfers");
  await home.run((program) => logsReconcile(program, SIMULATED));
  expect(await resources()).toEqual(before);
});

describe("of instances that were terminated since", () => {
  const gone = standingLab();
  beforeAll(async () => {
    await letTimePass(gone, 15 * 60_000);
    await byHand(gone, async ({ ec2 }) => {
      const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
      const InstanceIds = Reservations.flatMap(({ Instances = [] }) =>
        Instances.flatMap(({ InstanceId }) => InstanceId ?? []),
      );
      await ec2.send(new TerminateInstancesCommand({ InstanceIds }));
    });
    await letTimePass(gone, 5 * 60_000);
  }, 60_000);

  it("logs says that their addresses are not known, not that there are no records", async () => {
    const { code, stderr } = await gone.run((program) => logs(program, { ...SIMULATED, to: "instance-1" }));
    expect(code).toBe(0);
    expect(unwrapped(stderr)).toContain("Instance 1 does not stand, and which addresses it had is not known");
    expect(stderr).not.toContain("No record is like that");
  });

  it("logs reconcile still accounts for every ping", async () => {
    const { code, stdout } = await gone.run((program) => logsReconcile(program, SIMULATED));
    expect(stdout).toMatch(/^(\d+) of \1 packets are in the log/m);
    expect(code).toBe(0);
  });

  it("logs reconcile has the day of pings that were not today's, within 80 columns", async () => {
    const ofToday = await gone.run((program) => logsReconcile(program, SIMULATED));
    expect(ofToday.stdout).not.toContain("2026-01-05");
    await letTimePass(gone, 15 * 3_600_000);
    const { stdout } = await gone.run((program) => logsReconcile(program, SIMULATED));
    expect(stdout).toMatch(/^2026-01-05\n09:0\d:\d\d +instance 1 → 2 \(private\) /m);
    expect(stdout.split("\n").filter((line) => [...line].length > 80)).toEqual([]);
  });
});

describe("a public address that instance 2 had before it was stopped", () => {
  const home = standingLab();

  it("is called the lab's in logs and insights, not AWS's", async () => {
    const had = await byHand(home, async (aws) => {
      const { ec2 } = aws;
      const Filters = [{ Name: "tag:vpclab:part", Values: ["instance-2"] }];
      const { Reservations } = await ec2.send(new DescribeInstancesCommand({ Filters }));
      const two = Reservations?.[0]?.Instances?.[0];
      const InstanceIds = [two?.InstanceId ?? ""];
      await ec2.send(new StopInstancesCommand({ InstanceIds }));
      await aws.clock.sleep(300_000);
      await ec2.send(new StartInstancesCommand({ InstanceIds }));
      return two?.PublicIpAddress ?? "";
    });
    await letTimePass(home, 15 * 60_000);
    const shown = async (columns: number) =>
      (await home.run((program) => logs(program, SIMULATED), { columns, color: false })).stdout;
    expect(await shown(80)).toMatch(/instance 1 +→ 2 public, earlier +icmp/);
    expect(await shown(160)).not.toContain(`AWS ${had}`);
    const query = `filter dstAddr = "${had}" | stats count(*) by dstAddr`;
    const asked = await home.run((program) => insights(program, undefined, { ...SIMULATED, query }), {
      color: false,
    });
    expect(asked.stdout).toContain(`${had} instance 2 public, earlier`);
  });
});
