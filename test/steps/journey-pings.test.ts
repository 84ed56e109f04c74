import { DeleteLogGroupCommand, PutLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  AcceptVpcPeeringConnectionCommand,
  CreateRouteCommand,
  CreateVpcPeeringConnectionCommand,
  DeleteRouteCommand,
  DescribeSecurityGroupsCommand,
  RevokeSecurityGroupIngressCommand,
  type RouteTable,
  StopInstancesCommand,
} from "@aws-sdk/client-ec2";
import { DetachRolePolicyCommand, ListAttachedRolePoliciesCommand } from "@aws-sdk/client-iam";
import { describe, expect, it } from "vitest";
import { deleteFlowLog, findFlowLogs } from "../../src/aws/flow-log.ts";
import { describeStreams } from "../../src/aws/flow-log-records.ts";
import { findRouteTables } from "../../src/aws/route-table.ts";
import { findVpcs } from "../../src/aws/vpc.ts";
import { memoryJournal } from "../../src/lab/journal.ts";
import type { Finding } from "../../src/lab/narrator.ts";
import type { LabOptions, StepId } from "../../src/lab/spec.ts";
import { analyze } from "../../src/steps/analyze.ts";
import { firstPing } from "../../src/steps/first-ping.ts";
import { flowLog } from "../../src/steps/flow-log.ts";
import { findHosts } from "../../src/steps/hosts.ts";
import type { LabContext } from "../../src/steps/step.ts";
import { walkUp } from "../../src/steps/walk.ts";
import { embeddedLab, inventoryOf, labBeside, type TestLab } from "./lab-context.ts";

type Kind<K extends Finding["kind"]> = Extract<Finding, { kind: K }>;

function findings<K extends Finding["kind"]>({ told }: TestLab, kind: K): Kind<K>[] {
  return told.findings.filter((finding): finding is Kind<K> => finding.kind === kind);
}

async function labUntil(until: StepId, options: Partial<LabOptions> = {}): Promise<TestLab> {
  const test = embeddedLab(options);
  await walkUp(test.lab, { until });
  return test;
}

async function routeTable({ aws, spec }: LabContext, side: 1 | 2): Promise<RouteTable> {
  const [vpc] = await findVpcs(aws, spec, side);
  const [table] = await findRouteTables(aws, spec, side, vpc?.VpcId ?? "");
  if (!table) throw new Error("The lab has no such route table.");
  return table;
}

/** As a learner would who runs ahead, without the lab's tags. */
async function peerByHand(lab: LabContext): Promise<void> {
  const { ec2, clock } = lab.aws;
  const tables = [await routeTable(lab, 1), await routeTable(lab, 2)] as const;
  const { VpcPeeringConnection } = await ec2.send(
    new CreateVpcPeeringConnectionCommand({ VpcId: tables[0].VpcId, PeerVpcId: tables[1].VpcId }),
  );
  const VpcPeeringConnectionId = VpcPeeringConnection?.VpcPeeringConnectionId;
  await clock.sleep(20_000);
  await ec2.send(new AcceptVpcPeeringConnectionCommand({ VpcPeeringConnectionId }));
  for (const [index, DestinationCidrBlock] of ["10.2.0.0/16", "10.1.0.0/16"].entries())
    await ec2.send(
      new CreateRouteCommand({
        RouteTableId: tables[index]?.RouteTableId,
        DestinationCidrBlock,
        VpcPeeringConnectionId,
      }),
    );
  await clock.sleep(20_000);
}

/** Another run that remembers what the learner did. */
function again(test: TestLab): TestLab {
  const { lab, told } = labBeside(test);
  return { lab: { ...lab, journal: test.lab.journal }, told };
}

describe("the first pings", () => {
  it("fail by the private address, work by the public one, and say why", async () => {
    const test = await labUntil("first-ping");
    const [privately, publicly] = findings(test, "ping");
    expect(privately).toMatchObject({
      expected: "no reply",
      result: { sent: 5, received: 0, scope: "private" },
    });
    // Not yet: first the learner looks where the fault may be.
    expect(privately?.meaning.join(" ")).not.toContain("stops at");
    expect(publicly).toMatchObject({
      expected: "replies",
      result: { sent: 5, received: 5, scope: "public" },
    });

    expect(findings(test, "network-acl")[0]?.rows[0]).toMatchObject({ rule: "100", action: "allow" });
    const missing = findings(test, "route-table")[0]?.rows.filter(({ note }) => note.startsWith("missing"));
    expect(missing?.map(({ destination }) => destination)).toEqual(["10.2.0.0/16"]);
    expect(findings(test, "walk")[0]?.hops.map(({ verdict }) => verdict)).toEqual([
      "allowed",
      "allowed",
      expect.stringMatching(/^→ igw-/),
      "dropped",
    ]);
    expect(findings(test, "walk")[0]?.meaning.join(" ")).toMatch(
      /stops at internet gateway NextWork-1-igw.*nothing for 10\.2\.0\.0\/16.*ACCEPT and silence, not REJECT/,
    );
    const pings = test.lab.journal.entries().filter(({ kind }) => kind === "ping");
    expect(pings).toHaveLength(2);
  });

  it("compare what was expected with what came", async () => {
    const { lab, told } = await labUntil("flow-log");
    const answers = [0, undefined];
    const narrator = { ...lab.narrator, predict: async () => answers.shift() };
    await firstPing.up({ ...lab, narrator });
    const pings = findings({ lab, told }, "ping");
    expect(pings[0]?.meaning[0]).toBe("You expected replies; there was no reply.");
    expect(pings[1]?.meaning.join(" ")).not.toContain("You expected");
    expect(lab.journal.entries().filter(({ kind }) => kind === "prediction")).toMatchObject([
      { step: "first-ping", expected: "replies", right: false },
    ]);
  });

  it("say so where what was expected came", async () => {
    const { lab, told } = await labUntil("flow-log");
    const answers = [1, 0];
    await firstPing.up({ ...lab, narrator: { ...lab.narrator, predict: async () => answers.shift() } });
    expect(findings({ lab, told }, "ping").map(({ meaning }) => meaning[0])).toEqual([
      "You expected no reply, and none came.",
      "You expected replies, and they came.",
    ]);
  });

  it("say at once that an instance does not run, and do not wait for its agent", async () => {
    const { lab } = await labUntil("flow-log");
    const [, to] = await findHosts(lab);
    await lab.aws.ec2.send(new StopInstancesCommand({ InstanceIds: [to.instanceId] }));
    const begun = lab.aws.clock.now();
    await expect(firstPing.up(lab)).rejects.toMatchObject({ code: "instance-not-running" });
    expect(lab.aws.clock.now() - begun).toBeLessThan(60_000);
  });

  it("name the security group where the public address keeps silent too", async () => {
    const test = await labUntil("flow-log");
    const { aws } = test.lab;
    const { SecurityGroups } = await aws.ec2.send(
      new DescribeSecurityGroupsCommand({ Filters: [{ Name: "group-name", Values: ["NextWork-2-SG"] }] }),
    );
    const icmp = SecurityGroups?.[0]?.IpPermissions?.find(({ IpProtocol }) => IpProtocol === "icmp");
    await aws.ec2.send(
      new RevokeSecurityGroupIngressCommand({
        GroupId: SecurityGroups?.[0]?.GroupId,
        IpPermissions: icmp
          ? [{ IpProtocol: "icmp", FromPort: -1, ToPort: -1, IpRanges: icmp.IpRanges }]
          : [],
      }),
    );
    await firstPing.up(test.lab);
    const publicly = findings(test, "ping")[1];
    expect(publicly?.result.received).toBe(0);
    expect(publicly?.meaning.join(" ")).toMatch(
      /were to be expected.*stops at security group NextWork-2-SG, in/,
    );
  });

  it("wait for instance 1 to take commands, not for instance 2", async () => {
    const { lab } = await labUntil("flow-log");
    const asked: string[] = [];
    lab.aws.ssm.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          if (commandName === "DescribeInstanceInformationCommand") asked.push(JSON.stringify(args.input));
          return next(args);
        },
      { step: "initialize" },
    );
    const [from, to] = await findHosts(lab);
    await firstPing.up(lab);
    expect(asked.join(" ")).toContain(from.instanceId);
    expect(asked.join(" ")).not.toContain(to.instanceId);
  });

  it("give instance 2 time to come up where it kept silent, and ping it once more", async () => {
    const test = await labUntil("flow-log");
    const { lab } = test;
    const [, to] = await findHosts(lab);
    let publicPings = 0;
    let agentLooks = 0;
    lab.aws.ssm.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const input = JSON.stringify(args.input);
          if (commandName === "SendCommandCommand" && input.includes(to.publicAddress ?? "none"))
            publicPings++;
          const result = await next(args);
          const output = result.output as object;
          // The kernel of instance 2 is not there yet: it neither answers nor has it an agent.
          if (commandName === "GetCommandInvocationCommand" && publicPings === 1)
            Object.assign(output, {
              StandardOutputContent: "5 packets transmitted, 0 received, 100% packet loss, time 4095ms",
            });
          if (commandName === "DescribeInstanceInformationCommand" && input.includes(to.instanceId))
            if (agentLooks++ < 2) Object.assign(output, { InstanceInformationList: [] });
          return result;
        },
      { step: "initialize" },
    );
    await firstPing.up(lab);
    expect(publicPings).toBe(2);
    expect(test.told.waits.join(" ")).toContain("instance 2 comes up");
    expect(findings(test, "ping").map(({ result }) => result.reachable)).toEqual([false, true]);
    expect(lab.journal.entries().filter(({ kind }) => kind === "ping")).toHaveLength(2);
  });

  it("find that the request arrives and the reply has no way back, where one route is missing", async () => {
    const test = await labUntil("peering");
    const table = await routeTable(test.lab, 2);
    await test.lab.aws.ec2.send(
      new DeleteRouteCommand({ RouteTableId: table.RouteTableId, DestinationCidrBlock: "10.1.0.0/16" }),
    );
    const second = again(test);
    await firstPing.up(second.lab);
    const [privately] = findings(second, "ping");
    expect(privately?.result.received).toBe(0);
    const [walk] = findings(second, "walk");
    expect(walk?.title).toContain("way of the reply");
    expect(walk?.meaning.join(" ")).toMatch(
      /request arrives, but the reply stops at internet gateway NextWork-2-igw.*nothing for 10\.1\.0\.0\/16/,
    );
  });

  it("say so and go on where the private address answers before its time", async () => {
    const test = await labUntil("flow-log");
    await peerByHand(test.lab);
    await firstPing.up(test.lab);
    const [privately, publicly] = findings(test, "ping");
    expect(privately).toMatchObject({ expected: "no reply", result: { received: 5 } });
    expect(privately?.meaning.join(" ")).toMatch(/not to be expected.*peered by hand/);
    expect(publicly?.result.received).toBe(5);
    expect(findings(test, "network-acl")).toEqual([]);
    expect(findings(test, "route-table")[0]?.rows.some(({ target }) => target.startsWith("pcx-"))).toBe(true);
  });

  it("are told from the journal once the VPCs are peered", async () => {
    const first = await labUntil("peering");
    const second = again(first);
    await firstPing.up(second.lab);
    expect(findings(second, "ping")).toEqual([]);
    expect(second.told.said.join(" ")).toMatch(/peered by now.*5 sent, 0 received, 100% packet loss/);
    expect(second.lab.journal.entries()).toHaveLength(first.lab.journal.entries().length);
  });

  it("are left out with a word where nobody remembers them", async () => {
    const forgetful = labBeside(await labUntil("peering"));
    await firstPing.up(forgetful.lab);
    expect(forgetful.told.said.join(" ")).toContain("left out");
  });
});

describe("the flow log's analysis", () => {
  it("accounts for every packet of every ping, in the records and in the query", async () => {
    const test = await labUntil("analyze");
    const [from, to] = await findHosts(test.lab);
    expect(test.told.said.join(" ")).toMatch(/25 packets.*the records hold every one/);
    expect(findings(test, "drawing")[0]?.picture).toMatchObject({
      vpcs: [
        {
          name: "NextWork-1-vpc",
          flowLogs: [{ of: "NextWork-1-vpc", destination: "NextWorkVPCFlowLogsGroup" }],
        },
        { name: "NextWork-2-vpc", flowLogs: [] },
      ],
      peeringConnections: [{ status: "active" }],
    });
    const [query] = findings(test, "query");
    expect(query?.columns).toEqual(["srcAddr", "dstAddr", "bytesTransferred"]);
    const bytes = (source: string, destination = "") =>
      query?.rows.find(([src, dst]) => src === source && dst === destination)?.[2];
    expect(bytes(from.privateAddress, to.privateAddress)).toBe(String(10 * 84));
    expect(bytes(to.privateAddress, from.privateAddress)).toBe(String(5 * 84));
    expect(bytes(from.privateAddress, to.publicAddress)).toBe(String(5 * 84));
    expect(query?.bars.map(({ value }) => String(value))).toEqual(
      query?.rows.slice(0, 5).map((row) => row[2]),
    );
  });

  it("ends with what was learned, and with how many predictions came true", async () => {
    const { lab, told } = embeddedLab();
    const predicting = { ...lab.narrator, predict: async () => 0 };
    await walkUp({ ...lab, narrator: predicting });
    expect(told.said.at(-2)).toMatch(/^That was the lab/);
    expect(told.said.at(-1)).toBe("Of your 3 predictions, 2 came true.");
  });

  it("counts a question that was asked again once, by the latest answer", async () => {
    const { lab, told } = embeddedLab();
    lab.journal.add({
      kind: "prediction",
      at: 0,
      step: "first-ping",
      question: "Instance 1 pings the private address of instance 2. What will happen?",
      expected: "no reply",
      right: true,
    });
    const predicting = { ...lab.narrator, predict: async () => 0 };
    await walkUp({ ...lab, narrator: predicting });
    expect(lab.journal.entries().filter(({ kind }) => kind === "prediction")).toHaveLength(4);
    expect(told.said.at(-1)).toBe("Of your 3 predictions, 2 came true.");
  });

  it("reads an unanswered ping as ACCEPT, and never as REJECT", async () => {
    const test = await labUntil("analyze");
    const said = test.told.said.join(" ");
    expect(said).toMatch(
      /5 ping packets went out and nothing came back.*ACCEPT.*no way, as here, or rules at the other end/,
    );
    const [record] = findings(test, "record");
    expect(record?.fields.map(({ name }) => name)).toContain("action");
    expect(record?.fields.find(({ name }) => name === "protocol")?.value).toBe("1");
    const whose = new Map(findings(test, "addresses")[0]?.rows.map((row) => [row.whose, row.address]));
    expect([...whose.keys()].slice(0, 3)).toEqual(["instance 1", "instance 2", "instance 2 public"]);
    const [records] = findings(test, "records");
    expect(records?.records.length).toBeGreaterThan(3);
    expect(records?.records.every(({ note }) => note !== "")).toBe(true);
  });

  it("shows the ping that was answered, however many before it were not", async () => {
    const first = await labUntil("first-ping");
    for (let time = 0; time < 6; time++) {
      await first.lab.aws.clock.sleep(120_000);
      await firstPing.up(first.lab);
    }
    const second = again(first);
    await walkUp(second.lab);
    const notes = findings(second, "records")[0]?.records.map(({ note }) => note) ?? [];
    expect(new Set(notes).size).toBe(notes.length);
    expect(notes).toContainEqual(expect.stringMatching(/instance 1 → instance 2, .*nothing came back/));
    expect(notes).toContainEqual(expect.stringMatching(/instance 1 → instance 2, .*answered$/));
  });

  it("does not wait again for a learner who has seen it", async () => {
    const first = await labUntil("analyze");
    const second = again(first);
    await walkUp(second.lab);
    expect(second.told.waits).not.toContain("the flow log's records arrive");
    expect(findings(second, "query")).toHaveLength(1);
  });

  it("leaves out what is no record in its stream, and says so", async () => {
    const first = await labUntil("analyze");
    const { aws, spec } = first.lab;
    const logGroupName = spec.nameOf("log-group");
    const [stream] = await describeStreams(aws, logGroupName);
    const logEvents = [{ timestamp: aws.clock.now(), message: "written by hand" }];
    const logStreamName = stream?.name;
    await aws.logs.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
    const second = again(first);
    await walkUp(second.lab);
    expect(second.told.said.join(" ")).toContain("1 line in it is no record of the default format");
    expect(findings(second, "records")[0]?.records.map(({ line }) => line)).not.toContain("written by hand");
  });

  it("goes on without records where the learner skips the wait", async () => {
    const { lab, told } = await labUntil("peering");
    const skip = new AbortController();
    const skipping: LabContext["narrator"] = {
      ...lab.narrator,
      wait: (wait, work) => {
        if (wait.skipTo !== undefined) void lab.aws.clock.sleep(30_000).then(() => skip.abort());
        return work(() => undefined, skip.signal);
      },
    };
    await walkUp({ ...lab, narrator: skipping }, { steps: [analyze] });
    const inventory = await inventoryOf(lab);
    expect(analyze.state(inventory, lab.journal, lab.spec)).toBe("todo");
    expect(told.said.join(" ")).toContain("No record has arrived yet");
    expect(findings({ lab, told }, "records")).toEqual([]);
  });

  it.each([
    [60, 20],
    [600, 29],
  ] as const)(
    "of %d s ends with the reason where the flow log may not write",
    async (aggregationSeconds, minutes) => {
      const { lab, told } = await labUntil("log-group", { aggregationSeconds });
      await flowLog.up(lab);
      const roleName = lab.spec.nameOf("flow-log-role");
      const { AttachedPolicies = [] } = await lab.aws.iam.send(
        new ListAttachedRolePoliciesCommand({ RoleName: roleName }),
      );
      for (const { PolicyArn } of AttachedPolicies)
        await lab.aws.iam.send(new DetachRolePolicyCommand({ RoleName: roleName, PolicyArn }));
      const begun = lab.aws.clock.now();
      await expect(analyze.up(lab)).rejects.toMatchObject({
        code: "timed-out",
        message: expect.stringContaining("first records"),
      });
      const waitedMinutes = (lab.aws.clock.now() - begun) / 60_000;
      expect(waitedMinutes).toBeGreaterThan(minutes - 1);
      expect(waitedMinutes).toBeLessThanOrEqual(minutes);
      expect(told.warnings.join(" ")).toContain("cannot deliver its records (Access error)");
    },
  );

  describe("while somebody takes down what the records come from", () => {
    /** Deletes it a minute and a half into the wait. @returns what the step ended with, and how long after that, in ms */
    async function meanwhile(test: TestLab, remove: (lab: LabContext) => Promise<unknown>) {
      const { lab } = test;
      let removedAt = 0;
      const wait: LabContext["narrator"]["wait"] = (wait, work) => {
        if (wait.text.includes("records"))
          void lab.aws.clock
            .sleep(90_000)
            .then(() => remove(lab))
            .then(() => {
              removedAt = lab.aws.clock.now();
            });
        return work(() => undefined);
      };
      const error = await analyze.up({ ...lab, narrator: { ...lab.narrator, wait } }).catch((error) => error);
      return { error, afterMs: lab.aws.clock.now() - removedAt };
    }

    async function deleteOwnFlowLog({ aws, spec }: LabContext) {
      const [vpc] = await findVpcs(aws, spec, 1);
      const [found] = await findFlowLogs(aws, spec, vpc?.VpcId ?? "");
      await deleteFlowLog(aws, found?.FlowLogId ?? "");
    }

    it.each([
      ["the flow log", deleteOwnFlowLog, /^No more records come: flow log fl-\w+ deleted meanwhile\.$/],
      [
        "its log group",
        ({ aws, spec }: LabContext) =>
          aws.logs.send(new DeleteLogGroupCommand({ logGroupName: spec.nameOf("log-group") })),
        /^No more records come: log group NextWorkVPCFlowLogsGroup deleted meanwhile\.$/,
      ],
    ])("ends within a minute or so where it is %s, and says so", async (_what, remove, message) => {
      const test = await labUntil("log-group");
      // Without a ping of ours there is next to nothing to record so soon.
      await flowLog.up(test.lab);
      const { error, afterMs } = await meanwhile(test, remove);
      expect(error).toMatchObject({ code: "records-cut-off", message: expect.stringMatching(message) });
      expect(afterMs).toBeLessThanOrEqual(90_000);
    });

    it("goes on with the records that are there by then, and says that no more come", async () => {
      const test = await labUntil("analyze");
      const { lab } = test;
      // Another run, which has seen none yet, waits for pings of which nothing was recorded.
      const journal = memoryJournal();
      const pings = lab.journal.entries().filter(({ kind }) => kind === "ping");
      for (const entry of pings) journal.add({ ...entry, at: lab.aws.clock.now() });
      for (const entry of pings) journal.add({ ...entry, at: lab.aws.clock.now() });
      const { error } = await meanwhile({ ...test, lab: { ...lab, journal } }, deleteOwnFlowLog);
      expect(error).toBeUndefined();
      expect(test.told.warnings.join()).toContain("No more records come: flow log fl-");
    });
  });

  it("reads todo without a journal, whatever stands", async () => {
    const { lab } = await labUntil("analyze");
    const inventory = await inventoryOf(lab);
    for (const step of [firstPing, analyze]) {
      expect(step.state(inventory, lab.journal, lab.spec)).toBe("done");
      expect(step.state(inventory, memoryJournal(), lab.spec)).toBe("todo");
    }
  });
});
