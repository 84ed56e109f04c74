/**
 * `status`, `why` and `ping` ask AWS in one round: all their reads go out together. Here each call takes 80 ms of a time
 * that stands still but for calls, so the time that a command takes says how many rounds it took.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ListCommandsCommand } from "@aws-sdk/client-ssm";
import { beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../src/aws/clients.ts";
import { openEmbedded } from "../../src/aws/embedded.ts";
import { ping } from "../../src/commands/ping.ts";
import type { Program } from "../../src/commands/program.ts";
import { status } from "../../src/commands/status.ts";
import { teardown } from "../../src/commands/teardown.ts";
import { up } from "../../src/commands/up.ts";
import { why } from "../../src/commands/why.ts";
import { worldFolder } from "../../src/lab/home.ts";
import { labMemory } from "../../src/lab/memory.ts";
import { VirtualClock } from "../../src/simulator/clock.ts";
import { type LabHome, labHome, refusal, SIMULATED } from "./in-process.ts";
import { standingLab } from "./standing-lab.ts";

const LATENCY_MS = 80;

const COMMANDS = {
  status: (program: Program) => status(program, { ...SIMULATED, debug: true }),
  "status --json": (program: Program) => status(program, { ...SIMULATED, debug: true, json: true }),
  "status --all": (program: Program) => status(program, { ...SIMULATED, all: true }),
  why: (program: Program) => why(program, "private", { ...SIMULATED, debug: true }),
  ping: (program: Program) => ping(program, "private", { ...SIMULATED, debug: true }),
};

interface Asked {
  /** Of 80 ms each. */
  readonly rounds: number;
  /** "EC2 DescribeVpcs", in order of their ends; undefined where the command was refused. */
  readonly calls: readonly string[] | undefined;
  readonly stdout: string | undefined;
  /** The code of the error. */
  readonly refused: string | undefined;
  /** World time at the beginning. */
  readonly begun: number;
}

async function ask(home: LabHome, command: keyof typeof COMMANDS): Promise<Asked> {
  const begun = worldTime(home) ?? new VirtualClock().now();
  let written: { stdout: string; stderr: string } | undefined;
  const error = (await refusal(async () => {
    written = await home.run(COMMANDS[command], { latencyMs: LATENCY_MS });
  })) as { code: string } | undefined;
  return {
    rounds: ((worldTime(home) ?? 0) - begun) / LATENCY_MS,
    calls: written && [...written.stderr.matchAll(/^debug: (\S+ \S+)/gm)].map(([, call]) => call ?? ""),
    stdout: written?.stdout,
    refused: error?.code,
    begun,
  };
}

function worldTime({ folder }: LabHome): number | undefined {
  try {
    return JSON.parse(readFileSync(join(worldFolder(folder), "time.json"), "utf8")).world;
  } catch {
    return undefined;
  }
}

const NETWORK = [
  "EC2 DescribeFlowLogs",
  "EC2 DescribeInstances",
  "EC2 DescribeInternetGateways",
  "EC2 DescribeNetworkAcls",
  "EC2 DescribeNetworkInterfaces",
  "EC2 DescribeRouteTables",
  "EC2 DescribeSecurityGroups",
  "EC2 DescribeSubnets",
  "EC2 DescribeVpcPeeringConnections",
  "EC2 DescribeVpcs",
];
const WHO = "STS GetCallerIdentity";
const ALL = [
  ...NETWORK,
  WHO,
  "CloudWatchLogs DescribeLogGroups",
  "CloudWatchLogs ListTagsForResource",
  "EC2 DescribeNatGateways",
  "EC2 DescribeVolumes",
  "EC2 DescribeVpcEndpoints",
  "IAM GetInstanceProfile",
  "IAM GetPolicy",
  "IAM GetRole",
  "IAM GetRole",
  "SSM DescribeInstanceInformation",
];

describe("on a whole lab", () => {
  const home = standingLab();

  it("status asks 21 things, each once and all at once", async () => {
    const { rounds, calls } = await ask(home, "status");
    expect(rounds).toBe(1);
    expect(calls?.toSorted()).toEqual(ALL.toSorted());
  });

  it("why asks 11", async () => {
    const { rounds, calls } = await ask(home, "why");
    expect(rounds).toBe(1);
    expect(calls?.toSorted()).toEqual([...NETWORK, WHO].toSorted());
  });

  it("ping asks 3, then sends, and in the end reads what the packet met, all at once", async () => {
    const { calls, begun } = await ask(home, "ping");
    expect(calls?.slice(0, 3).toSorted()).toEqual(["EC2 DescribeInstances", "EC2 DescribeVpcs", WHO]);
    expect(calls?.[3]).toBe("SSM SendCommand");
    expect(calls?.slice(-NETWORK.length).toSorted()).toEqual(NETWORK.toSorted());
    // Taken when SendCommand's own 80 ms are over.
    expect(((await latestCommandAt(home)) - begun) / LATENCY_MS).toBe(2);
  });

  it("a lab that is remembered of another account is read anew for the one that asks", async () => {
    const { stdout } = await ask(home, "status --json");
    const memory = labMemory(home.folder, () => undefined);
    const [lab] = memory.labs();
    if (!lab) throw new Error("no lab is remembered");
    memory.remember({ ...lab, account: "111111111111" });
    const mistaken = await ask(home, "status --json");
    memory.remember(lab);
    expect(mistaken.rounds).toBe(2);
    expect(mistaken.stdout).toBe(stdout);
  });
});

it("status --all takes no longer for three labs than for one", async () => {
  const home = labHome();
  const make = (lab: string, region: string) =>
    home.run((program) => up(program, { ...SIMULATED, yes: true, until: "vpcs", lab, region }));
  await make("nextwork", "us-east-1");
  const { rounds } = await ask(home, "status --all");
  await make("class-7", "eu-west-3");
  await make("class-8", "us-east-1");
  const three = await ask(home, "status --all");
  expect(three.stdout).toContain("3 labs of this account");
  expect(three.rounds).toBe(rounds);
});

describe("on half a lab", () => {
  const vpcs = standingLab("vpcs");
  const unpeered = standingLab("first-ping");

  it.each(["status", "why", "ping"] as const)("%s takes one round, with the VPCs alone", async (command) => {
    const { rounds, refused } = await ask(vpcs, command);
    expect([rounds, refused]).toEqual([1, command === "status" ? undefined : "not-there"]);
  });

  it.each(["status", "why"] as const)("%s takes one round before the peering", async (command) => {
    expect(await ask(unpeered, command)).toMatchObject({ rounds: 1, refused: undefined });
  });
});

describe("once it is taken down", () => {
  const home = standingLab("log-group");
  beforeAll(async () => {
    await home.run((program) => teardown(program, { ...SIMULATED, yes: true }));
  }, 60_000);

  it.each(["status", "why", "ping"] as const)("%s takes one round", async (command) => {
    const { rounds, refused } = await ask(home, command);
    expect([rounds, refused]).toEqual([1, command === "status" ? undefined : "not-there"]);
  });
});

describe("where nothing says which account it is", () => {
  it("why and ping take one round", async () => {
    for (const command of ["why", "ping"] as const) {
      const home = labHome();
      expect(await ask(home, command)).toMatchObject({ rounds: 1, refused: "not-there" });
    }
  });

  it("status takes a second for the policy and the log group's tags: their ARNs hold the account", async () => {
    const home = labHome();
    const { rounds, calls } = await ask(home, "status");
    expect(rounds).toBe(2);
    expect(calls).toHaveLength(ALL.length);
    expect(calls?.slice(-2).toSorted()).toEqual(["CloudWatchLogs ListTagsForResource", "IAM GetPolicy"]);
  });
});

async function latestCommandAt({ folder }: LabHome): Promise<number> {
  const { connection, close } = openEmbedded({ folder: worldFolder(folder), speed: "virtual" });
  const { ssm } = connect({
    region: "us-east-1",
    signal: new AbortController().signal,
    embedded: connection,
  });
  const { Commands = [] } = await ssm.send(new ListCommandsCommand({}));
  close();
  return Math.max(...Commands.map(({ RequestedDateTime }) => RequestedDateTime?.getTime() ?? 0));
}
