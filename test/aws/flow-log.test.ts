import {
  CreateFlowLogsCommand,
  DeleteFlowLogsCommand,
  DescribeFlowLogsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, test } from "vitest";
import { deleteFlowLog, ensureFlowLog, findFlowLogs } from "../../src/aws/flow-log.ts";
import { translate } from "../../src/aws/translate.ts";
import { mockedLab } from "../steps/lab-context.ts";
import { refusal } from "./refusal.ts";

const ec2 = mockClient(EC2Client);
const { aws, spec } = mockedLab({ aggregationSeconds: 60 }).lab;
const TARGET = {
  vpcId: "vpc-1",
  logGroupName: "NextWorkVPCFlowLogsGroup",
  roleArn: "arn:aws:iam::123456789012:role/NextWorkVPCFlowLogsRole",
};
const CANNOT_ASSUME = `Unable to assume given IAM role: '${TARGET.roleArn}'`;
const STANDS = { FlowLogId: "fl-1", TrafficType: "ALL" as const };

function made() {
  ec2
    .on(DescribeFlowLogsCommand)
    .resolvesOnce({ FlowLogs: [] })
    .resolves({ FlowLogs: [STANDS] });
}

function unsuccessful(Code: string, Message: string) {
  return { Unsuccessful: [{ ResourceId: "vpc-1", Error: { Code, Message } }] };
}

beforeEach(() => {
  ec2.reset();
});

test("makes the flow log with the lab's settings, its tags and a token", async () => {
  made();
  ec2.on(CreateFlowLogsCommand).resolves({ FlowLogIds: ["fl-1"] });
  expect(await ensureFlowLog(aws, spec, TARGET)).toMatchObject({ outcome: "made", resource: STANDS });
  const { input } = ec2.commandCalls(CreateFlowLogsCommand)[0]?.args[0] ?? {};
  expect(input).toMatchObject({
    ResourceIds: ["vpc-1"],
    ResourceType: "VPC",
    TrafficType: "ALL",
    LogDestinationType: "cloud-watch-logs",
    LogGroupName: "NextWorkVPCFlowLogsGroup",
    DeliverLogsPermissionArn: TARGET.roleArn,
    MaxAggregationInterval: 60,
    ClientToken: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
  expect(input?.TagSpecifications?.[0]).toMatchObject({
    ResourceType: "vpc-flow-log",
    Tags: expect.arrayContaining([{ Key: "vpclab:part", Value: "flow-log" }]),
  });
});

test("finds the one that stands, and the oldest of two", async () => {
  const at = (minute: number) => ({ CreationTime: new Date(Date.UTC(2026, 0, 1, 0, minute)) });
  ec2.on(DescribeFlowLogsCommand).resolves({
    FlowLogs: [
      { FlowLogId: "fl-a", ...at(2) },
      { FlowLogId: "fl-b", ...at(1) },
    ],
  });
  expect((await findFlowLogs(aws, spec, "vpc-1")).map(({ FlowLogId }) => FlowLogId)).toEqual([
    "fl-b",
    "fl-a",
  ]);
  expect((await ensureFlowLog(aws, spec, TARGET)).outcome).toBe("found");
  expect(ec2.commandCalls(CreateFlowLogsCommand)).toHaveLength(0);
});

describe("tries again with the same token while the role cannot be assumed", () => {
  test.each([
    [
      "said at the top",
      () => ec2.on(CreateFlowLogsCommand).rejectsOnce(refusal("InvalidParameter", CANNOT_ASSUME)),
    ],
    [
      "said in the answer",
      () => ec2.on(CreateFlowLogsCommand).resolvesOnce(unsuccessful("InvalidParameter", CANNOT_ASSUME)),
    ],
  ])("%s", async (_where, mock) => {
    made();
    mock().resolves({ FlowLogIds: ["fl-1"] });
    await ensureFlowLog(aws, spec, TARGET);
    const tokens = ec2.commandCalls(CreateFlowLogsCommand).map((call) => call.args[0].input.ClientToken);
    expect(tokens).toHaveLength(2);
    expect(tokens[0]).toBe(tokens[1]);
  });
});

test("gives up on the role after two minutes and says why", async () => {
  ec2.on(DescribeFlowLogsCommand).resolves({ FlowLogs: [] });
  ec2.on(CreateFlowLogsCommand).rejects(refusal("InvalidParameter", CANNOT_ASSUME));
  const begun = aws.clock.now();
  await expect(ensureFlowLog(aws, spec, TARGET)).rejects.toMatchObject({
    code: "timed-out",
    why: expect.stringContaining("Unable to assume"),
  });
  expect(aws.clock.now() - begun).toBeLessThanOrEqual(120_000);
  expect(aws.clock.now() - begun).toBeGreaterThan(90_000);
});

test("does not try again where the role may not be passed", async () => {
  ec2.on(DescribeFlowLogsCommand).resolves({ FlowLogs: [] });
  ec2.on(CreateFlowLogsCommand).rejects(refusal("UnauthorizedOperation"));
  await expect(ensureFlowLog(aws, spec, TARGET)).rejects.toMatchObject({ name: "UnauthorizedOperation" });
  expect(ec2.commandCalls(CreateFlowLogsCommand)).toHaveLength(1);
});

test.each([
  ["400", "Access Denied for LogDestination", "its log group"],
  ["SomethingNew", "No.", "AWS refused a call"],
])("tells what else the answer refuses as AWS's refusal: %s", async (code, message, why) => {
  ec2.on(DescribeFlowLogsCommand).resolves({ FlowLogs: [] });
  ec2.on(CreateFlowLogsCommand).resolves(unsuccessful(code, message));
  const error = await ensureFlowLog(aws, spec, TARGET).catch((thrown: unknown) => thrown);
  expect(translate(error)).toMatchObject({
    code,
    message: `${code}: ${message}`,
    why: expect.stringContaining(why),
  });
});

describe("where the same one stands already", () => {
  const EXISTS = "There is an existing Flow Log with the same configuration and log destination.";
  const refusals = [
    ["at the top", () => ec2.on(CreateFlowLogsCommand).rejects(refusal("FlowLogAlreadyExists", EXISTS))],
    [
      "in the answer",
      () => ec2.on(CreateFlowLogsCommand).resolves(unsuccessful("FlowLogAlreadyExists", EXISTS)),
    ],
  ] as const;

  test.each(refusals)("takes over our own, said %s", async (_where, mock) => {
    made();
    mock();
    expect((await ensureFlowLog(aws, spec, TARGET)).resource.FlowLogId).toBe("fl-1");
  });

  test.each(refusals)("leaves somebody else's alone, said %s", async (_where, mock) => {
    ec2.on(DescribeFlowLogsCommand).resolves({ FlowLogs: [] });
    mock();
    await expect(ensureFlowLog(aws, spec, TARGET)).rejects.toMatchObject({ code: "not-ours" });
  });
});

describe("deleting", () => {
  test("ends when a read no longer shows it", async () => {
    ec2.on(DeleteFlowLogsCommand).resolves({});
    ec2
      .on(DescribeFlowLogsCommand)
      .resolvesOnce({ FlowLogs: [STANDS] })
      .resolves({ FlowLogs: [] });
    expect(await deleteFlowLog(aws, "fl-1")).toBe("deleted");
    expect(ec2.commandCalls(DescribeFlowLogsCommand)).toHaveLength(2);
  });

  test.each([
    ["at the top", () => ec2.on(DeleteFlowLogsCommand).rejects(refusal("InvalidFlowLogId.NotFound"))],
    [
      "in the answer",
      () => ec2.on(DeleteFlowLogsCommand).resolves(unsuccessful("InvalidFlowLogId.NotFound", "gone")),
    ],
  ])("is absent where AWS knows it no more, said %s", async (_where, mock) => {
    mock();
    expect(await deleteFlowLog(aws, "fl-1")).toBe("absent");
  });
});
