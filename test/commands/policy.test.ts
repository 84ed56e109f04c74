import {
  AssociateRouteTableCommand,
  CreateRouteTableCommand,
  CreateSubnetCommand,
  DeleteRouteTableCommand,
  DeleteSubnetCommand,
  DescribeInstancesCommand,
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  ModifyInstanceAttributeCommand,
  ReplaceRouteCommand,
  ReplaceRouteTableAssociationCommand,
} from "@aws-sdk/client-ec2";
import {
  AttachRolePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  DetachRolePolicyCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { beforeAll, describe, expect, it } from "vitest";
import { type Aws, connect } from "../../src/aws/clients.ts";
import { openEmbedded } from "../../src/aws/embedded.ts";
import { whoAmI } from "../../src/aws/identity.ts";
import { runInsightsQuery } from "../../src/aws/insights-query.ts";
import { describeInstances } from "../../src/aws/instance.ts";
import { policyArn } from "../../src/aws/policy.ts";
import { runCommand } from "../../src/aws/run-command.ts";
import { doctor } from "../../src/commands/doctor.ts";
import { insights } from "../../src/commands/insights.ts";
import { logs } from "../../src/commands/logs.ts";
import { ping } from "../../src/commands/ping.ts";
import { type PolicyOptions, policy } from "../../src/commands/policy.ts";
import type { Program } from "../../src/commands/program.ts";
import { status } from "../../src/commands/status.ts";
import { teardown } from "../../src/commands/teardown.ts";
import { traffic } from "../../src/commands/traffic.ts";
import { up } from "../../src/commands/up.ts";
import { why } from "../../src/commands/why.ts";
import { worldFolder } from "../../src/lab/home.ts";
import { labMemory } from "../../src/lab/memory.ts";
import { labPolicy, POLICY_LIMIT, WITHOUT_A_CALL } from "../../src/lab/permissions.ts";
import { DEFAULT_OPTIONS, labSpec } from "../../src/lab/spec.ts";
import { parseIdentityPolicy } from "../../src/simulator/iam/policy-document.ts";
import { decide } from "../../src/simulator/iam/policy-evaluation.ts";
import { labHome, refusal, SIMULATED } from "./in-process.ts";

const ACCOUNT = "123456789012";
const REGION = "us-east-1";
const spec = labSpec({ ...DEFAULT_OPTIONS, region: REGION, hours: undefined });
const PREFIX: Readonly<Record<string, string>> = {
  EC2: "ec2",
  IAM: "iam",
  CloudWatchLogs: "logs",
  SSM: "ssm",
  STS: "sts",
};

/** `service:Operation` of every call made. */
const called = new Set<string>();

function note(service: string, operation: string): void {
  called.add(`${PREFIX[service] ?? service}:${operation}`);
}

/** What the policy grants. */
function granted(): Set<string> {
  return new Set(labPolicy(spec, ACCOUNT).Statement.flatMap(({ Action }) => Action));
}

describe("the policy against the calls of a whole journey", () => {
  const home = labHome();
  const all = { ...SIMULATED, debug: true };
  /** Runs a command and notes its calls. */
  const run = async (command: (program: Program) => Promise<number>) => {
    const { code, stderr } = await home.run(command);
    for (const [, service = "", operation = ""] of stderr.matchAll(/^debug: (\w+) (\w+) · /gm))
      note(service, operation);
    return code;
  };
  const goUp = (retention: string) => run((program) => up(program, { ...all, yes: true, retention }));
  const goDown = () => run((program) => teardown(program, { ...all, yes: true }));

  beforeAll(async () => {
    expect(await run((program) => doctor(program, all))).toBe(0);
    expect(await goUp("7")).toBe(0);
    await behindItsBack(home.folder, misplaceRoutes);
    expect(await goUp("never")).toBe(0);
    expect(await run((program) => ping(program, "private", all))).toBe(0);
    expect(await run((program) => why(program, "private", all))).toBe(0);
    expect(await run((program) => traffic(program, all))).toBe(0);
    expect(await run((program) => status(program, all))).toBe(0);
    expect(await run((program) => status(program, { ...all, all: true }))).toBe(0);
    expect(await run((program) => logs(program, all))).toBe(0);
    expect(await run((program) => logs(program, { ...all, streams: true }))).toBe(0);
    expect(await run((program) => insights(program, "top-talkers", all))).toBe(0);
    await interruptedOnes(home.folder);
    await behindItsBack(home.folder, keepVolume);
    await behindItsBack(home.folder, holdOn);
    expect(await goDown()).toBe(5);
    await behindItsBack(home.folder, letGo);
    expect(await goDown()).toBe(0);
  }, 180_000);

  it("allows each", () => {
    expect([...called].filter((action) => !granted().has(action)).sort()).toEqual([]);
  });

  it("allows nothing else but what has no call of its own", () => {
    const superfluous = [...granted()].filter((action) => !called.has(action) && !WITHOUT_A_CALL[action]);
    expect(superfluous.sort()).toEqual([]);
    expect(Object.keys(WITHOUT_A_CALL).filter((action) => !granted().has(action))).toEqual([]);
    expect(Object.keys(WITHOUT_A_CALL).filter((action) => called.has(action))).toEqual([]);
  });
});

/** What somebody else does in the same account: not among the program's calls. */
async function behindItsBack(folder: string, work: (aws: Aws) => Promise<void>): Promise<void> {
  const embedded = openEmbedded({ folder: worldFolder(folder), speed: "virtual" });
  try {
    const signal = new AbortController().signal;
    await work(connect({ region: REGION, signal, embedded: embedded.connection }));
  } finally {
    embedded.close();
  }
}

/** So that `up` has routes and an association to put right. */
async function misplaceRoutes({ ec2 }: Aws): Promise<void> {
  const tagged = [{ Name: "tag:vpclab:part", Values: ["route-table-1"] }];
  const { RouteTables: [table] = [] } = await ec2.send(new DescribeRouteTablesCommand({ Filters: tagged }));
  await ec2.send(
    new ReplaceRouteCommand({
      RouteTableId: table?.RouteTableId,
      DestinationCidrBlock: spec.cidr2,
      GatewayId: table?.Routes?.find(({ GatewayId }) => GatewayId?.startsWith("igw-"))?.GatewayId,
    }),
  );
  const other = await ec2.send(new CreateRouteTableCommand({ VpcId: table?.VpcId }));
  const association = table?.Associations?.find(({ SubnetId }) => SubnetId !== undefined);
  await ec2.send(
    new ReplaceRouteTableAssociationCommand({
      AssociationId: association?.RouteTableAssociationId,
      RouteTableId: other.RouteTable?.RouteTableId,
    }),
  );
}

const DOCUMENT = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "logs:PutLogEvents", Resource: "*" }],
});
const FOREIGN_ROLE = "somebody-elses";

async function theirPolicy(aws: Aws): Promise<{ RoleName: string; PolicyArn: string }> {
  const { account } = await whoAmI(aws);
  return {
    RoleName: FOREIGN_ROLE,
    PolicyArn: policyArn(REGION, account, spec.nameOf("flow-log-policy")),
  };
}

/** So that an instance leaves its volume behind. */
async function keepVolume({ ec2 }: Aws): Promise<void> {
  const running = [{ Name: "instance-state-name", Values: ["running"] }];
  const { Reservations: [reservation] = [] } = await ec2.send(
    new DescribeInstancesCommand({ Filters: running }),
  );
  await ec2.send(
    new ModifyInstanceAttributeCommand({
      InstanceId: reservation?.Instances?.[0]?.InstanceId,
      BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { DeleteOnTermination: false } }],
    }),
  );
}

/**
 * So that `teardown` finds a subnet of somebody else on the lab's route table, the policy in a second version and held by
 * a stranger, and an inline policy on the role.
 */
async function holdOn(aws: Aws): Promise<void> {
  const { RouteTables = [] } = await aws.ec2.send(new DescribeRouteTablesCommand({}));
  for (const { RouteTableId, Tags = [], Associations = [] } of RouteTables)
    if (Tags.length === 0 && Associations.length === 0)
      await aws.ec2.send(new DeleteRouteTableCommand({ RouteTableId }));
  const table = RouteTables.find(({ Tags }) => Tags?.some(({ Value }) => Value === "route-table-1"));
  const { Subnet } = await aws.ec2.send(
    new CreateSubnetCommand({ VpcId: table?.VpcId, CidrBlock: "10.1.240.0/20" }),
  );
  await aws.ec2.send(
    new AssociateRouteTableCommand({ RouteTableId: table?.RouteTableId, SubnetId: Subnet?.SubnetId }),
  );
  const theirs = await theirPolicy(aws);
  await aws.iam.send(
    new CreateRoleCommand({
      RoleName: FOREIGN_ROLE,
      AssumeRolePolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
        ],
      }),
    }),
  );
  await aws.iam.send(new AttachRolePolicyCommand(theirs));
  await aws.iam.send(
    new CreatePolicyVersionCommand({ PolicyArn: theirs.PolicyArn, PolicyDocument: DOCUMENT }),
  );
  await aws.iam.send(
    new PutRolePolicyCommand({
      RoleName: spec.nameOf("flow-log-role"),
      PolicyName: "more",
      PolicyDocument: DOCUMENT,
    }),
  );
}

async function letGo(aws: Aws): Promise<void> {
  const stray = [{ Name: "cidr-block", Values: ["10.1.240.0/20"] }];
  const { Subnets: [subnet] = [] } = await aws.ec2.send(new DescribeSubnetsCommand({ Filters: stray }));
  await aws.ec2.send(new DeleteSubnetCommand({ SubnetId: subnet?.SubnetId }));
  await aws.iam.send(new DetachRolePolicyCommand(await theirPolicy(aws)));
}

/** A command whose answer is lost, and a command and a query that end by Ctrl-C: the calls that only these make. */
async function interruptedOnes(folder: string): Promise<void> {
  await behindItsBack(folder, async (aws) => {
    const [instance] = await describeInstances(aws, [{ Name: "instance-state-name", Values: ["running"] }]);
    const command = { instanceId: instance?.InstanceId ?? "", script: "sleep 30", seconds: 60 };
    const query = { logGroupName: spec.nameOf("log-group"), query: "fields @message" };
    await runCommand(noting(aws, { losing: "SendCommand" }), { ...command, script: "true" });
    await refusal(() => runCommand(noting(aws, { interruptedAfter: "SendCommand" }), command));
    await refusal(() => runInsightsQuery(noting(aws, { interruptedAfter: "StartQuery" }), query));
  });
}

/** The same world by clients of its own, whose calls are noted, and which meet with one mishap. */
function noting(aws: Aws, { losing, interruptedAfter }: { losing?: string; interruptedAfter?: string }): Aws {
  const { requestHandler } = aws.ssm.config;
  const interruption = new AbortController();
  let isToBeLost = losing !== undefined;
  return connect({
    region: REGION,
    signal: interruption.signal,
    trace: ({ service, operation }) => {
      note(service, operation);
      if (operation === interruptedAfter) interruption.abort(new Error("Ctrl-C"));
    },
    embedded: {
      clock: aws.clock,
      credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "not-a-secret" },
      requestHandler: {
        ...requestHandler,
        async handle(request: Parameters<typeof requestHandler.handle>[0]) {
          const answer = await requestHandler.handle(request);
          if (isToBeLost && request.headers["x-amz-target"]?.endsWith(`.${losing}`)) {
            isToBeLost = false;
            throw Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
          }
          return answer;
        },
      },
    },
  });
}

describe("what the policy keeps out", () => {
  const statements = parseIdentityPolicy(JSON.stringify(labPolicy(spec, ACCOUNT)));
  const may = (action: string, resource: string, keys: Record<string, string> = {}) =>
    decide(statements, { action, resource, keys }).decision === "allowed";
  const ec2 = (resource: string) => `arn:aws:ec2:${REGION}:${ACCOUNT}:${resource}`;
  const iam = (resource: string) => `arn:aws:iam::${ACCOUNT}:${resource}`;
  const OURS = { "aws:resourcetag/vpclab:lab": "nextwork" };

  it("deletes and changes what carries the lab's tag, and nothing else", () => {
    expect(may("ec2:DeleteVpc", ec2("vpc/vpc-1"), OURS)).toBe(true);
    expect(may("ec2:DeleteVpc", ec2("vpc/vpc-1"))).toBe(false);
    expect(may("ec2:DeleteVpc", ec2("vpc/vpc-1"), { "aws:resourcetag/vpclab:lab": "other" })).toBe(false);
    expect(may("ec2:TerminateInstances", `arn:aws:ec2:eu-west-3:${ACCOUNT}:instance/i-1`, OURS)).toBe(false);
  });

  it("makes only what is tagged from the start", () => {
    expect(may("ec2:RunInstances", ec2("instance/i-1"), { "aws:requesttag/vpclab:lab": "nextwork" })).toBe(
      true,
    );
    expect(may("ec2:RunInstances", ec2("instance/i-1"))).toBe(false);
    expect(may("ec2:RunInstances", ec2("subnet/subnet-1"), OURS)).toBe(true);
    expect(may("ec2:RunInstances", ec2("subnet/subnet-1"))).toBe(false);
    expect(may("ec2:CreateTags", ec2("vpc/vpc-1"), { "ec2:createaction": "CreateVpc" })).toBe(true);
    expect(may("ec2:CreateTags", ec2("vpc/vpc-1"))).toBe(false);
  });

  it("has the lab's own roles, with the lab's own policies, and no way to become an administrator", () => {
    const role = iam("role/NextWorkVPCFlowLogsRole");
    expect(may("iam:PassRole", role)).toBe(true);
    expect(may("iam:PassRole", iam("role/admin"))).toBe(false);
    expect(may("iam:CreateRole", iam("role/admin"))).toBe(false);
    const attach = (arn: string) => may("iam:AttachRolePolicy", role, { "iam:policyarn": arn });
    expect(attach(iam("policy/NextWorkVPCFlowLogsPolicy"))).toBe(true);
    expect(attach("arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore")).toBe(true);
    expect(attach("arn:aws:iam::aws:policy/AdministratorAccess")).toBe(false);
  });

  it("runs the shell on the lab's instances alone", () => {
    const instance = ec2("instance/i-1");
    expect(may("ssm:SendCommand", instance, { "ssm:resourcetag/vpclab:lab": "nextwork" })).toBe(true);
    expect(may("ssm:SendCommand", instance)).toBe(false);
    expect(may("ssm:SendCommand", `arn:aws:ssm:${REGION}::document/AWS-RunShellScript`)).toBe(true);
    expect(may("ssm:SendCommand", `arn:aws:ssm:${REGION}::document/AWS-RunRemoteScript`)).toBe(false);
  });
});

it("stays under IAM's limit for a managed policy, with the longest names there are", () => {
  const longest = labSpec({
    ...DEFAULT_OPTIONS,
    lab: "a".repeat(32),
    region: "ap-southeast-1",
    hours: undefined,
  });
  expect(JSON.stringify(labPolicy(longest, ACCOUNT)).length).toBeLessThanOrEqual(POLICY_LIMIT);
});

describe("vpclab policy", () => {
  const home = labHome();
  const print = (options: PolicyOptions = {}) => home.run((program) => policy(program, options));

  it("has the policy alone on stdout, for whichever account where none is known", async () => {
    const { code, stdout, stderr } = await print();
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(labPolicy(spec, "*"))));
    expect(stderr).toContain("us-east-1");
  });

  it("is for the lab, Region and account that are named", async () => {
    const { stdout } = await print({ lab: "class-7", region: "eu-west-3", account: ACCOUNT, json: true });
    expect(stdout).toContain(`arn:aws:iam::${ACCOUNT}:role/class-7-NextWorkVPCFlowLogsRole`);
    expect(stdout).toContain(`arn:aws:ec2:eu-west-3:${ACCOUNT}:`);
    expect(stdout).not.toContain("us-east-1");
  });

  it("is for the Region in which the lab is remembered on AWS, as up would go on there", async () => {
    const memory = labMemory(home.folder, () => undefined);
    const lab = {
      lab: "class-8",
      target: "aws",
      region: "eu-west-3",
      account: ACCOUNT,
      upAt: 1,
      options: { cidr1: "10.1.0.0/16", cidr2: "10.2.0.0/16", trafficType: "ALL", aggregationSeconds: 60 },
    } as const;
    const regionOf = async (options: PolicyOptions) =>
      /arn:aws:ec2:([a-z0-9-]+):/.exec((await print({ lab: "class-8", ...options })).stdout)?.[1];
    memory.remember({ ...lab, endpointUrl: "http://127.0.0.1:4566" });
    expect(await regionOf({}), "a simulator's permissions are of no use on AWS").toBe("us-east-1");
    memory.remember(lab);
    expect(await regionOf({})).toBe("eu-west-3");
    expect(await regionOf({ region: "sa-east-1" })).toBe("sa-east-1");
    expect(await regionOf({ simulate: true })).toBe("us-east-1");
    memory.remember({ ...lab, tornDownAt: 2 });
    expect(await regionOf({})).toBe("us-east-1");
  });

  it.each<PolicyOptions>([
    { endpointUrl: "nowhere" },
    { account: "123" },
    { region: "moon-1" },
    { lab: "A B" },
  ])("takes no %o", async (options) => {
    expect(await refusal(() => print(options))).toMatchObject({ exitCode: 2 });
  });
});
