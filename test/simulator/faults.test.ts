import { readFileSync } from "node:fs";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeInstancesCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  EC2Client,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterEach, describe, expect, test } from "vitest";
import { VirtualClock } from "../../src/simulator/clock.ts";
import { parseFaults } from "../../src/simulator/fault-rules.ts";
import { type FaultRule, FaultyAws, type MetFault } from "../../src/simulator/faults.ts";
import { createEmbeddedAws, OPERATIONS } from "../../src/simulator/index.ts";
import { inProcessHandler } from "../../src/simulator/request-handler.ts";
import { type RunningServer, startServer } from "../../src/simulator/server.ts";
import { MemoryStorage } from "../../src/simulator/storage.ts";

const servers: RunningServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** Clients of a faulty AWS, in process or over HTTP. */
async function faulty(rules: readonly FaultRule[], way: "in process" | "over HTTP", maxAttempts = 1) {
  const met: MetFault[] = [];
  const clock = new VirtualClock();
  const aws = createEmbeddedAws({ storage: new MemoryStorage(), clock, seed: 1 });
  const endpoint = new FaultyAws(aws, rules, (fault) => met.push(fault));
  const errors: unknown[] = [];
  const common = {
    region: "us-east-1",
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "nobody-checks-it" },
    maxAttempts,
  };
  let configuration: typeof common &
    ({ endpoint: string } | { requestHandler: ReturnType<typeof inProcessHandler> });
  if (way === "over HTTP") {
    const server = await startServer({
      aws: endpoint,
      port: 0,
      onError: (error) => errors.push(error),
    });
    servers.push(server);
    configuration = { ...common, endpoint: server.endpoint };
  } else configuration = { ...common, requestHandler: inProcessHandler(endpoint) };
  return {
    met,
    clock,
    errors,
    calls: endpoint.calls,
    ec2: new EC2Client(configuration),
    ec2InParis: new EC2Client({ ...configuration, region: "eu-west-3" }),
    iam: new IAMClient(configuration),
    logs: new CloudWatchLogsClient(configuration),
    sts: new STSClient(configuration),
  };
}

const createVpc = () => new CreateVpcCommand({ CidrBlock: "10.1.0.0/16" });
const describeVpcs = () => new DescribeVpcsCommand({});

async function vpcCount({ ec2 }: { ec2: EC2Client }): Promise<number | undefined> {
  return (await ec2.send(describeVpcs())).Vpcs?.length;
}

describe.each(["in process", "over HTTP"] as const)("%s", (way) => {
  test("throttles the calls that it names and no other, in each service's own words", async () => {
    const aws = await faulty(
      [
        { operation: "ec2:DescribeVpcs", calls: [1, 3], fault: "throttle" },
        { operation: "sts:*", calls: 1, fault: "throttle" },
        { operation: "logs:DescribeLogGroups", calls: 1, fault: "throttle" },
      ],
      way,
    );
    const throttledEc2 = { name: "RequestLimitExceeded", $metadata: { httpStatusCode: 503 } };
    await expect(aws.ec2.send(describeVpcs())).rejects.toMatchObject(throttledEc2);
    expect(await vpcCount(aws)).toBe(1);
    await expect(aws.ec2.send(describeVpcs())).rejects.toMatchObject(throttledEc2);
    expect(await vpcCount(aws)).toBe(1);
    await expect(aws.sts.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: "Throttling",
    });
    await expect(aws.logs.send(new DescribeLogGroupsCommand({}))).rejects.toMatchObject({
      name: "ThrottlingException",
    });
    expect(aws.met.map(({ operation, call }) => `${operation} ${call}`)).toEqual([
      "ec2:DescribeVpcs 1",
      "ec2:DescribeVpcs 3",
      "sts:GetCallerIdentity 1",
      "logs:DescribeLogGroups 1",
    ]);
    expect(aws.calls.get("ec2:DescribeVpcs")).toBe(4);
  });

  test("errs with any code, without effect", async () => {
    const aws = await faulty(
      [
        { operation: "iam:CreateRole", fault: "error", code: "AccessDenied", status: 403, message: "No." },
        { operation: "ec2:CreateVpc", calls: 1, fault: "error", code: "InternalError", status: 500 },
        { operation: "logs:CreateLogGroup", fault: "error", code: "OperationAbortedException" },
      ],
      way,
    );
    const role = { RoleName: "r", AssumeRolePolicyDocument: "{}" };
    await expect(aws.iam.send(new CreateRoleCommand(role))).rejects.toMatchObject({
      name: "AccessDenied",
      message: "No.",
      $metadata: { httpStatusCode: 403 },
    });
    await expect(aws.ec2.send(createVpc())).rejects.toMatchObject({
      name: "InternalError",
      $metadata: { httpStatusCode: 500 },
    });
    await expect(aws.logs.send(new CreateLogGroupCommand({ logGroupName: "g" }))).rejects.toMatchObject({
      name: "OperationAbortedException",
      $metadata: { httpStatusCode: 400 },
    });
    expect(await vpcCount(aws)).toBe(1);
  });

  test.each([
    ["drop", 2],
    ["cut", 1],
  ] as const)("%s: the connection is lost; VPCs then: %i", async (fault, vpcs) => {
    const aws = await faulty([{ operation: "ec2:CreateVpc", calls: 1, fault }], way);
    await expect(aws.ec2.send(createVpc())).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(await vpcCount(aws)).toBe(vpcs);
    await aws.ec2.send(createVpc());
    expect(await vpcCount(aws)).toBe(vpcs + 1);
    expect(aws.errors).toEqual([]);
  });

  test("a client that retries blindly makes a second one of what was dropped", async () => {
    const aws = await faulty([{ operation: "ec2:CreateVpc", calls: 1, fault: "drop" }], way, 2);
    await aws.ec2.send(createVpc());
    expect(await vpcCount(aws)).toBe(3);
  });
});

test("delays by world time, before the effect or after it", async () => {
  const aws = await faulty(
    [
      { operation: "ec2:CreateVpc", calls: 1, fault: "delay", ms: 45_000 },
      { operation: "ec2:CreateVpc", calls: 2, fault: "delay", ms: 45_000, when: "after" },
    ],
    "in process",
  );
  const begun = aws.clock.now();
  await aws.ec2.send(createVpc());
  expect(aws.clock.now() - begun).toBe(45_000);
  const controller = new AbortController();
  const second = aws.ec2.send(createVpc(), { abortSignal: controller.signal });
  const given = aws.clock.sleep(10_000).then(() => controller.abort());
  await expect(second).rejects.toThrow();
  await given;
  expect(await vpcCount(aws)).toBe(3);
});

test("a client that gives up during a delay before the effect leaves nothing", async () => {
  const aws = await faulty([{ operation: "ec2:CreateVpc", fault: "delay", ms: 45_000 }], "in process");
  const controller = new AbortController();
  const call = aws.ec2.send(createVpc(), { abortSignal: controller.signal });
  const given = aws.clock.sleep(10_000).then(() => controller.abort());
  await expect(call).rejects.toThrow();
  await given;
  expect(await vpcCount(aws)).toBe(1);
});

test("rules that match the same call apply in their order, each counting for itself", async () => {
  const aws = await faulty(
    [
      { operation: "*", calls: 3, fault: "error", code: "Third", message: "of all" },
      { operation: "ec2:DescribeVpcs", fault: "delay", ms: 1_000 },
      { operation: "ec2:DescribeVpcs", calls: 2, fault: "error", code: "Second", message: "of these" },
    ],
    "in process",
  );
  await aws.ec2.send(describeVpcs());
  const begun = aws.clock.now();
  await expect(aws.ec2.send(describeVpcs())).rejects.toMatchObject({ name: "Second" });
  expect(aws.clock.now() - begun).toBe(1_000);
  await expect(aws.ec2.send(describeVpcs())).rejects.toMatchObject({ name: "Third" });
  await aws.ec2.send(describeVpcs());
});

describe("by EC2's own limits", () => {
  const rateLimited = () => faulty([{ operation: "ec2:*", fault: "rate-limit" }], "in process");

  /** So many calls at the same moment. @returns how many of them were let through */
  async function letThrough(count: number, call: () => Promise<unknown>): Promise<number> {
    const results = await Promise.allSettled(Array.from({ length: count }, call));
    for (const result of results)
      if (result.status === "rejected")
        expect(result.reason).toMatchObject({
          name: "RequestLimitExceeded",
          $metadata: { httpStatusCode: 503 },
        });
    return results.filter(({ status }) => status === "fulfilled").length;
  }

  test("each operation has a bucket of its own, which refills with time and never above its size", async () => {
    const { ec2, clock } = await rateLimited();
    const read = () => ec2.send(describeVpcs());
    expect(await letThrough(130, read)).toBe(100);
    expect(await letThrough(30, () => ec2.send(new DescribeSubnetsCommand({})))).toBe(30);
    await clock.sleep(2_000);
    expect(await letThrough(130, read)).toBe(40);
    await clock.sleep(600_000);
    expect(await letThrough(130, read)).toBe(100);
  });

  test("changing is let through less often than reading", async () => {
    const { ec2, clock } = await rateLimited();
    const create = new CreateSubnetCommand({ DryRun: true, VpcId: "vpc-0", CidrBlock: "10.0.0.0/24" });
    const dryRun = () => ec2.send(create).catch(passDryRun);
    expect(await letThrough(60, dryRun)).toBe(50);
    await clock.sleep(1_000);
    expect(await letThrough(60, dryRun)).toBe(5);
  });

  test("RunInstances is let through five times at once, and twice a second from then on", async () => {
    const { ec2, clock } = await rateLimited();
    const run = (MaxCount: number) => () =>
      ec2.send(new RunInstancesCommand({ DryRun: true, MinCount: 1, MaxCount })).catch(passDryRun);
    expect(await letThrough(10, run(1))).toBe(5);
    await clock.sleep(3_000);
    expect(await letThrough(10, run(1))).toBe(5);
    await clock.sleep(10_000);
    // 1000 instances at once, 2 more a second: 990 were left, and have been topped up.
    expect(await letThrough(1, run(900))).toBe(1);
    expect(await letThrough(1, run(900))).toBe(0);
    expect(await letThrough(1, run(50))).toBe(1);
  });

  test("DescribeInstances without a filter pays from a smaller bucket", async () => {
    const { ec2 } = await rateLimited();
    const filtered = { Filters: [{ Name: "instance-state-name", Values: ["running"] }] };
    expect(await letThrough(120, () => ec2.send(new DescribeInstancesCommand({})))).toBe(50);
    expect(await letThrough(120, () => ec2.send(new DescribeInstancesCommand(filtered)))).toBe(100);
  });

  test("another Region and another service have nothing to do with it", async () => {
    const { ec2, ec2InParis, sts } = await rateLimited();
    await letThrough(130, () => ec2.send(describeVpcs()));
    expect(await letThrough(10, () => ec2InParis.send(describeVpcs()))).toBe(10);
    expect(await letThrough(300, () => sts.send(new GetCallerIdentityCommand({})))).toBe(300);
  });
});

/** A dry run that would have succeeded ends in an error, too. */
function passDryRun(error: Error): void {
  if (error.name !== "DryRunOperation") throw error;
}

describe("a file of faults", () => {
  test("is read as it is written, and so are the examples of docs/faults.md", () => {
    const text = readFileSync(new URL("../../docs/faults.md", import.meta.url), "utf8");
    const examples = [...text.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json]) => json ?? "");
    expect(examples).toHaveLength(4);
    expect(examples.map((json) => parseFaults(json, OPERATIONS).map(({ fault }) => fault))).toEqual([
      ["throttle"],
      ["drop"],
      ["delay", "error"],
      ["rate-limit"],
    ]);
  });

  test.each([
    ["[", /^not JSON: /],
    ["{}", /^it: takes a list of rules/],
    ['[{"fault":"drop"}]', /^rule 1, operation: /],
    ['[{"operation":"CreateVpc","fault":"drop"}]', /^rule 1, operation: takes a service and an operation/],
    [
      '[{"operation":"ec2:CreateVcp","fault":"drop"}]',
      /^rule 1, operation: the embedded AWS has no ec2:CreateVcp/,
    ],
    [
      '[{"operation":"*","fault":"drop"},{"operation":"*","fault":"explode"}]',
      /^rule 2, fault: takes throttle/,
    ],
    ['[{"operation":"*","fault":"drop","calls":0}]', /^rule 1, calls: takes the number/],
    ['[{"operation":"*","fault":"drop","calls":[]}]', /^rule 1, calls/],
    ['[{"operation":"*","fault":"error"}]', /^rule 1, code/],
    ['[{"operation":"*","fault":"error","code":"X","status":200}]', /^rule 1, status/],
    ['[{"operation":"*","fault":"delay"}]', /^rule 1, ms/],
    ['[{"operation":"*","fault":"delay","ms":1e999}]', /^rule 1, ms/],
    ['[{"operation":"*","fault":"delay","ms":5,"when":"never"}]', /^rule 1, when/],
    ['[{"operation":"*","fault":"drop","call":1}]', /^rule 1, call: no rule of this kind has it$/],
    ['[{"operation":"*","fault":"rate-limit"}]', /^rule 1, operation: takes "ec2:\*"/],
  ])("is refused where it is wrong: %s", (text, message) => {
    expect(() => parseFaults(text, OPERATIONS)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(message) }),
    );
  });
});
