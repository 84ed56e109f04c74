import {
  AuthorizeSecurityGroupIngressCommand,
  DescribeSecurityGroupsCommand,
  StopInstancesCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { whoAmI } from "../../src/aws/identity.ts";
import { describeInstances } from "../../src/aws/instance.ts";
import { logs } from "../../src/commands/logs.ts";
import { logsReconcile } from "../../src/commands/logs-reconcile.ts";
import { ping } from "../../src/commands/ping.ts";
import { type TrafficOptions, traffic } from "../../src/commands/traffic.ts";
import { up } from "../../src/commands/up.ts";
import type { TrafficRecord } from "../../src/flow-logs/record.ts";
import type { ForecastRecord } from "../../src/network/flow-log-forecast.ts";
import { until } from "../ui/fake-terminal.ts";
import { byHand, letTimePass } from "./by-hand.ts";
import { FAST, type LabHome, labHome, type RunOptions, refusal, SIMULATED, unwrapped } from "./in-process.ts";
import { standingLab } from "./standing-lab.ts";

interface Told {
  readonly kind: string;
  readonly from: string;
  readonly to: string;
  readonly scope: string;
  readonly address: string | null;
  readonly port: number | null;
  readonly sent: number;
  readonly answered: number;
  readonly otherwise: readonly string[];
  readonly flowLog: readonly ForecastRecord[];
}

const make = (home: LabHome, options: TrafficOptions = {}, run: RunOptions = {}) =>
  home.run((program) => traffic(program, { ...SIMULATED, ...options }), { json: options.json, ...run });

describe("vpclab traffic of each kind", () => {
  const home = standingLab();

  it("is made both ways; the records that it foretells come, and reconcile accounts for every packet", async () => {
    const since = await byHand(home, async (aws) => {
      // The world's time is known from its first answer on.
      await whoAmI(aws);
      return aws.clock.now();
    });
    const { code, stdout } = await make(home, { json: true });
    const told: Told[] = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(told.map(({ kind, from, to, scope }) => [kind, from, to, scope].join(" "))).toEqual([
      "icmp instance-1 instance-2 private",
      "icmp instance-1 instance-2 public",
      "icmp instance-2 instance-1 private",
      "icmp instance-2 instance-1 public",
      "ssh instance-1 instance-2 private",
      "ssh instance-2 instance-1 private",
      "https instance-1 checkip.amazonaws.com internet",
      "http instance-1 checkip.amazonaws.com internet",
      "blocked instance-1 instance-2 private",
      "blocked instance-1 instance-2 public",
      "blocked instance-2 instance-1 private",
      "blocked instance-2 instance-1 public",
    ]);
    for (const { kind, sent, answered, otherwise } of told) {
      expect(sent).toBe(kind === "icmp" ? 3 : 1);
      expect(answered).toBe(kind === "blocked" ? 0 : sent);
      expect(otherwise).toEqual(kind === "blocked" ? ["silence"] : []);
    }
    expect(
      told.map(({ flowLog }) => flowLog.map(({ action, flow }) => `${action} ${flow}`).join(" ")),
    ).toEqual([
      ...Array(2).fill("ACCEPT egress ACCEPT ingress"),
      ...Array(2).fill("ACCEPT ingress ACCEPT egress"),
      "ACCEPT egress ACCEPT ingress",
      "ACCEPT ingress ACCEPT egress",
      ...Array(2).fill("ACCEPT egress ACCEPT ingress"),
      ...Array(2).fill("ACCEPT egress"),
      ...Array(2).fill("REJECT ingress"),
    ]);

    const records = await recordsSince(home, since);
    for (const { kind, address, port, flowLog } of told)
      for (const foretold of flowLog) {
        const isWeb = address === null;
        const found = records.filter(
          (record) =>
            record.action === foretold.action &&
            record.protocol === (kind === "icmp" ? 1 : 6) &&
            (isWeb || (record.srcAddr === foretold.source && record.dstAddr === foretold.destination)) &&
            (port === null || (foretold.of === "request" ? record.dstPort : record.srcPort) === port),
        );
        expect(found, `${kind} ${foretold.action} ${foretold.flow}`).not.toEqual([]);
      }
    // Three requests from each side and three replies to each, in whichever records AWS puts them.
    const pings = records.filter(({ protocol, dstAddr }) => protocol === 1 && dstAddr.startsWith("10.2."));
    expect(pings.reduce((sum, { packets }) => sum + packets, 0)).toBe(6);

    const reconciled = await home.run((program) => logsReconcile(program, SIMULATED));
    expect(reconciled.code).toBe(0);
    const accounts = /(1 → 2|2 → 1) \((private|public)\) +3\/3 +6 of 6 +accounted for/g;
    expect(reconciled.stdout.match(accounts)).toHaveLength(4);
    expect(reconciled.stdout).toMatch(/^(\d+) of \1 packets are in the log/m);
  }, 30_000);
});

describe("vpclab traffic", () => {
  const home = standingLab();

  it("shows what was tried, what came of it and what the log will say, within 80 columns", async () => {
    const { code, stdout } = await make(
      home,
      { kinds: "ssh,blocked", rounds: "2" },
      { columns: 80, color: false },
    );
    expect(code).toBe(0);
    expect(stdout.split("\n").every((line) => [...line].length <= 80)).toBe(true);
    expect(unwrapped(stdout)).toMatch(
      /instance 1 tries TCP 22 of 2 tries, all answered ACCEPT out, ACCEPT in/,
    );
    expect(stdout).toMatch(/2 tries: silence +REJECT in/);
    expect(stdout).not.toContain("pings");
    expect(stdout).toContain("vpclab logs --action REJECT");
  });

  it("tells a port that is let in but that nothing listens on from one that is not let in", async () => {
    await byHand(home, async ({ ec2 }) => {
      const Filters = [{ Name: "tag:vpclab:part", Values: ["security-group-1"] }];
      const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({ Filters }));
      const GroupId = SecurityGroups?.[0]?.GroupId;
      const telnet = { IpProtocol: "tcp", FromPort: 23, ToPort: 23, CidrIp: "10.2.0.0/16" };
      await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, ...telnet }));
    });
    const { stdout } = await make(home, { kinds: "blocked", json: true });
    const told: Told[] = JSON.parse(stdout);
    const ofInstance2 = told.filter(({ from }) => from === "instance-2");
    expect(ofInstance2).toMatchObject([
      { scope: "private", answered: 0, otherwise: ["refused"] },
      { scope: "public", answered: 0, otherwise: ["silence"] },
    ]);
    expect(ofInstance2.map(({ flowLog }) => flowLog.map(({ action }) => action))).toEqual([
      ["ACCEPT", "ACCEPT"],
      ["REJECT"],
    ]);
  });

  it.each<TrafficOptions>([
    { kinds: "icmp,smoke" },
    { kinds: "" },
    { kinds: "ssh; reboot" },
    { rounds: "0" },
    { rounds: "21" },
    { rounds: "1.5" },
  ])("refuses %o before any call", async (options) => {
    const fresh = labHome();
    const error = await refusal(() => fresh.run((program) => traffic(program, { ...SIMULATED, ...options })));
    expect(error).toMatchObject({ code: "usage", exitCode: 2 });
  });

  it("promises no records where no flow log would write them", async () => {
    const fresh = labHome();
    await fresh.run((program) => up(program, { ...SIMULATED, yes: true, until: "log-group" }));
    const { code, stdout } = await make(fresh, { kinds: "icmp" });
    expect(code).toBe(0);
    expect(stdout).toContain("There is no flow log of this lab yet. Of all this no record will come.");
    expect(stdout).toContain("vpclab up --until flow-log");
    expect(stdout).not.toMatch(/records arrive|vpclab logs/);
  });

  it("says where there is no lab that there is none", async () => {
    const fresh = labHome();
    const error = await refusal(() => fresh.run((program) => traffic(program, SIMULATED)));
    expect(error).toMatchObject({ code: "not-there" });
  });

  it("tells on Ctrl-C what was made until then", async () => {
    const interruption = new AbortController();
    let shown = "";
    const error = await refusal(() =>
      home.run(
        async (program, terminal) => {
          const making = traffic(program, { ...SIMULATED, kinds: "icmp,blocked", rounds: "20" });
          await until(() => terminal.stderr.written.includes("round 2 of 20"), "a round was made");
          interruption.abort(new Error("Ctrl-C"));
          return making.finally(() => {
            shown = terminal.stdout.written;
          });
        },
        { signal: interruption.signal, speed: FAST },
      ),
    );
    expect(error).toMatchObject({ message: "Ctrl-C" });
    expect(shown).toContain("what came of it");
  });
});

describe("where an instance was stopped", () => {
  const home = standingLab("instances");

  it("traffic and ping say so at once, and start nothing", async () => {
    const stopped = await byHand(home, async (aws) => {
      const instances = await describeInstances(aws, [{ Name: "tag:vpclab:part", Values: ["instance-2"] }]);
      const InstanceIds = instances.flatMap(({ InstanceId }) => InstanceId ?? []);
      await aws.ec2.send(new StopInstancesCommand({ InstanceIds }));
      return InstanceIds[0];
    });
    const start = `aws ec2 start-instances --instance-ids ${stopped} --region us-east-1`;
    const attempts = [
      () => make(home),
      () => home.run((program) => ping(program, "private", { ...SIMULATED, from: "instance-2" })),
    ];
    for (const attempt of attempts)
      expect(await refusal(attempt)).toMatchObject({
        code: "instance-not-running",
        message: `Instance 2 (${stopped}) is stopping.`,
        next: [expect.stringContaining("wait instance-stopped"), start, "Then run the same command again."],
      });
    await letTimePass(home, 120_000);
    for (const attempt of attempts)
      expect(await refusal(attempt)).toMatchObject({
        message: `Instance 2 (${stopped}) is stopped.`,
        next: [start, "Then run the same command again."],
      });
  });
});

/** Once the records of what was sent after `since` (in ms) have had the time to arrive. */
async function recordsSince(home: LabHome, since: number): Promise<TrafficRecord[]> {
  await letTimePass(home, 15 * 60_000);
  const { stdout } = await home.run((program) => logs(program, { ...SIMULATED, json: true }), { json: true });
  const records: TrafficRecord[] = JSON.parse(stdout);
  return records.filter(({ start }) => start * 1000 >= since - 60_000);
}
