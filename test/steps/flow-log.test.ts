import {
  CreateFlowLogsCommand,
  DeleteFlowLogsCommand,
  DescribeFlowLogsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  DeletePolicyCommand,
  DeleteRoleCommand,
  DetachRolePolicyCommand,
  GetPolicyCommand,
  GetRoleCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListInstanceProfilesForRoleCommand,
  ListPolicyVersionsCommand,
  ListRolePoliciesCommand,
} from "@aws-sdk/client-iam";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import { memoryJournal } from "../../src/lab/journal.ts";
import { flowLog } from "../../src/steps/flow-log.ts";
import { refusal } from "../aws/refusal.ts";
import { holding, mockedLab } from "./lab-context.ts";

const ec2 = mockClient(EC2Client);
const iam = mockClient(IAMClient);
const NO_SUCH_ENTITY = refusal("NoSuchEntityException");
const POLICY_ARN = "arn:aws:iam::123456789012:policy/NextWorkVPCFlowLogsPolicy";
const STANDS = {
  FlowLogId: "fl-1",
  TrafficType: "ALL" as const,
  MaxAggregationInterval: 60,
  DeliverLogsStatus: "SUCCESS",
};

const ALL = [
  ["vpc-flow-log", "fl-1", "flow-log"],
  ["iam-role", "NextWorkVPCFlowLogsRole", "flow-log-role"],
  ["iam-policy", POLICY_ARN, "flow-log-policy"],
] as const;

beforeEach(() => {
  ec2.reset();
  iam.reset();
  ec2.on(DescribeVpcsCommand).resolves({ Vpcs: [{ VpcId: "vpc-1" }] });
});

describe("the flow log and its permission", () => {
  beforeEach(() => {
    iam.on(GetPolicyCommand).rejects(NO_SUCH_ENTITY);
    iam.on(GetRoleCommand).rejects(NO_SUCH_ENTITY);
    iam.on(CreatePolicyCommand).resolves({ Policy: { Arn: POLICY_ARN } });
    iam.on(CreateRoleCommand).resolves({});
    iam.on(AttachRolePolicyCommand).resolves({});
    ec2.on(CreateFlowLogsCommand).resolves({ FlowLogIds: ["fl-1"] });
    ec2
      .on(DescribeFlowLogsCommand)
      .resolvesOnce({ FlowLogs: [] })
      .resolves({ FlowLogs: [STANDS] });
  });

  it("are made where VPC 1 was made a moment ago and does not show at once", async () => {
    const { lab, told } = mockedLab();
    ec2
      .on(DescribeVpcsCommand)
      .resolvesOnce({ Vpcs: [] })
      .resolves({ Vpcs: [{ VpcId: "vpc-1" }] });
    await flowLog.up(lab);
    expect(told.resources.at(-1)).toMatchObject({ part: "flow-log", id: "fl-1", outcome: "made" });
  });

  it("say that there is no VPC 1 once it would have shown", async () => {
    const { lab } = mockedLab();
    ec2.on(DescribeVpcsCommand).resolves({ Vpcs: [] });
    const begun = lab.aws.clock.now();
    await expect(flowLog.up(lab)).rejects.toMatchObject({ code: "not-there" });
    expect(lab.aws.clock.now() - begun).toBeLessThan(60_000);
  });

  it("are made in the order in which they need each other", async () => {
    const { lab, told } = mockedLab();
    await flowLog.up(lab);
    expect(iam.commandCalls(CreatePolicyCommand)).toHaveLength(1);
    expect(iam.commandCalls(CreateRoleCommand)).toHaveLength(1);
    expect(iam.commandCalls(AttachRolePolicyCommand)[0]?.args[0].input).toEqual({
      RoleName: "NextWorkVPCFlowLogsRole",
      PolicyArn: POLICY_ARN,
    });
    expect(ec2.commandCalls(CreateFlowLogsCommand)[0]?.args[0].input).toMatchObject({
      ResourceIds: ["vpc-1"],
      DeliverLogsPermissionArn: "arn:aws:iam::123456789012:role/NextWorkVPCFlowLogsRole",
    });
    const attached = iam.commandCalls(AttachRolePolicyCommand)[0];
    const created = ec2.commandCalls(CreateFlowLogsCommand)[0];
    expect(created?.calledAfter(attached ?? created)).toBe(true);
    expect(told.resources.map(({ part, outcome }) => `${part} ${outcome}`)).toEqual([
      "flow-log-policy made",
      "flow-log-role made",
      "flow-log made",
    ]);
    expect(told.waits).toEqual(["IAM knows the policy and the role", "flow logs can take their role"]);
  });

  it("allow what the lab's policy lists, on everything", async () => {
    await flowLog.up(mockedLab().lab);
    const { PolicyDocument = "" } = iam.commandCalls(CreatePolicyCommand)[0]?.args[0].input ?? {};
    expect(JSON.parse(PolicyDocument).Statement).toEqual([
      {
        Effect: "Allow",
        Action: [
          "logs:CreateLogGroup",
          "logs:CreateLogStream",
          "logs:PutLogEvents",
          "logs:DescribeLogGroups",
          "logs:DescribeLogStreams",
        ],
        Resource: "*",
      },
    ]);
  });

  it("need a VPC 1", async () => {
    ec2.on(DescribeVpcsCommand).resolves({ Vpcs: [] });
    await expect(flowLog.up(mockedLab().lab)).rejects.toMatchObject({ code: "not-there" });
    expect(ec2.commandCalls(CreateFlowLogsCommand)).toHaveLength(0);
  });

  it.each([
    [{ TrafficType: "REJECT" as const }, /notes REJECT traffic/],
    [{ MaxAggregationInterval: 600 }, /every 600 s/],
    [
      { DeliverLogsStatus: "FAILED", DeliverLogsErrorMessage: "Access error" },
      /cannot deliver.*\(Access error\): its role/,
    ],
    [
      { DeliverLogsStatus: "FAILED", DeliverLogsErrorMessage: "Rate limited" },
      /cannot deliver.*\(Rate limited\): CloudWatch Logs takes no more/,
    ],
    [
      { DeliverLogsStatus: "FAILED", DeliverLogsErrorMessage: "Unknown error" },
      /cannot deliver.*\(Unknown error\): AWS itself failed\.$/,
    ],
    [{ DeliverLogsStatus: "FAILED" }, /cannot deliver its records \(no reason given\)\.$/],
  ])("warn where the flow log that stands differs: %j", async (difference, warning) => {
    ec2.reset();
    ec2.on(DescribeVpcsCommand).resolves({ Vpcs: [{ VpcId: "vpc-1" }] });
    ec2.on(DescribeFlowLogsCommand).resolves({ FlowLogs: [{ ...STANDS, ...difference }] });
    const { lab, told } = mockedLab();
    await flowLog.up(lab);
    expect(told.warnings).toEqual([expect.stringMatching(warning)]);
    expect(ec2.commandCalls(CreateFlowLogsCommand)).toHaveLength(0);
  });

  it("warn of a second flow log", async () => {
    ec2.reset();
    ec2.on(DescribeVpcsCommand).resolves({ Vpcs: [{ VpcId: "vpc-1" }] });
    ec2.on(DescribeFlowLogsCommand).resolves({ FlowLogs: [STANDS, { ...STANDS, FlowLogId: "fl-2" }] });
    const { lab, told } = mockedLab();
    await flowLog.up(lab);
    expect(told.warnings.join(" ")).toContain("2 flow logs");
  });
});

describe("taking them down", () => {
  beforeEach(() => {
    ec2.on(DeleteFlowLogsCommand).resolves({});
    ec2.on(DescribeFlowLogsCommand).resolves({ FlowLogs: [] });
    iam.on(ListAttachedRolePoliciesCommand).resolves({ AttachedPolicies: [{ PolicyArn: POLICY_ARN }] });
    iam.on(ListRolePoliciesCommand).resolves({});
    iam.on(ListInstanceProfilesForRoleCommand).resolves({});
    iam.on(ListPolicyVersionsCommand).resolves({});
    iam.on(GetRoleCommand).rejects(NO_SUCH_ENTITY);
    iam.on(GetPolicyCommand).rejects(NO_SUCH_ENTITY);
  });

  it("deletes the flow log first, then the role, then the policy", async () => {
    const removals = await flowLog.down(mockedLab().lab, holding(...ALL));
    expect(removals.map(({ part, outcome }) => `${part} ${outcome}`)).toEqual([
      "flow-log deleted",
      "flow-log-role deleted",
      "flow-log-policy deleted",
    ]);
    const order = [
      ec2.commandCalls(DeleteFlowLogsCommand)[0],
      iam.commandCalls(DeleteRoleCommand)[0],
      iam.commandCalls(DeletePolicyCommand)[0],
    ];
    for (const [index, call] of order.slice(1).entries())
      expect(call?.calledAfter(order[index] ?? call)).toBe(true);
    expect(iam.commandCalls(DetachRolePolicyCommand)).toHaveLength(1);
  });

  it("goes on after a failure, and says what AWS said", async () => {
    ec2.on(DeleteFlowLogsCommand).rejects(refusal("UnauthorizedOperation", "You are not authorized."));
    const removals = await flowLog.down(mockedLab().lab, holding(...ALL));
    expect(removals.map(({ outcome }) => outcome)).toEqual(["failed", "deleted", "deleted"]);
    expect(removals[0]?.reason).toContain("You are not authorized.");
  });

  it("deletes doubles too", async () => {
    const removals = await flowLog.down(
      mockedLab().lab,
      holding(["vpc-flow-log", "fl-1"], ["vpc-flow-log", "fl-2"]),
    );
    expect(removals.map(({ id }) => id)).toEqual(["fl-1", "fl-2"]);
    expect(ec2.commandCalls(DeleteFlowLogsCommand)).toHaveLength(2);
  });
});

it("is done, partial or todo by what stands", () => {
  const journal = memoryJournal();
  expect(flowLog.state(holding(...ALL), journal, mockedLab().lab.spec)).toBe("done");
  expect(flowLog.state(holding(ALL[1]), journal, mockedLab().lab.spec)).toBe("partial");
  expect(flowLog.state(holding(), journal, mockedLab().lab.spec)).toBe("todo");
});
