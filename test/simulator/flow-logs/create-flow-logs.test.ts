import {
  CreateFlowLogsCommand,
  type CreateFlowLogsRequest,
  DeleteFlowLogsCommand,
  DescribeFlowLogsCommand,
} from "@aws-sdk/client-ec2";
import { beforeEach, describe, expect, it } from "vitest";
import { type Embedded, embedded } from "../embedded.ts";
import { LOG_GROUP, makeFlowLog, makeFlowLogRole, makeRoles, makeVpc, type Vpc } from "../lab.ts";
import { refusal } from "../refusal.ts";

describe("CreateFlowLogs", () => {
  let aws: Embedded;
  let vpc: Vpc;

  beforeEach(async () => {
    aws = embedded();
    vpc = await makeVpc(aws, 1);
  });

  it("cannot assume the role until it has propagated", async () => {
    const arn = await makeFlowLogRole(aws, ["PutLogEvents"]);
    expect(await refusal(makeFlowLog(aws, vpc.vpcId))).toEqual({
      code: "InvalidParameter",
      message: `Unable to assume given IAM role: '${arn}'`,
    });
    await aws.clock.sleep(15_000);
    expect(await makeFlowLog(aws, vpc.vpcId)).toMatch(/^fl-0[0-9a-f]{16}$/);
  });

  it("shows what was made, by id, by filter and by tag", async () => {
    await makeRoles(aws);
    const tags = [{ Key: "vpclab:lab", Value: "nextwork" }];
    const id = await makeFlowLog(aws, vpc.vpcId, {
      TagSpecifications: [{ ResourceType: "vpc-flow-log", Tags: tags }],
    });
    await makeFlowLog(aws, vpc.subnetId, { ResourceType: "Subnet", TrafficType: "REJECT" });
    const shown = {
      FlowLogId: id,
      FlowLogStatus: "ACTIVE",
      ResourceId: vpc.vpcId,
      TrafficType: "ALL",
      LogGroupName: LOG_GROUP,
      LogDestinationType: "cloud-watch-logs",
      MaxAggregationInterval: 60,
      DeliverLogsStatus: "SUCCESS",
      Tags: tags,
    };
    const describe = async (input: object) =>
      (await aws.ec2.send(new DescribeFlowLogsCommand(input))).FlowLogs;
    expect(await describe({ FlowLogIds: [id, "fl-00000000000000000"] })).toMatchObject([shown]);
    expect((await refusal(describe({ FlowLogIds: ["fl-none"] }))).code).toBe("InvalidFlowLogId.Malformed");
    expect(await describe({ Filter: [{ Name: "tag:vpclab:lab", Values: ["nextwork"] }] })).toMatchObject([
      shown,
    ]);
    expect(await describe({ Filter: [{ Name: "resource-id", Values: [vpc.vpcId] }] })).toMatchObject([shown]);
    expect(await describe({})).toHaveLength(2);
  });

  it("makes one flow log of a call made twice with one ClientToken", async () => {
    await makeRoles(aws);
    const first = await makeFlowLog(aws, vpc.vpcId, { ClientToken: "once" });
    expect(await makeFlowLog(aws, vpc.vpcId, { ClientToken: "once" })).toBe(first);
    const other = makeFlowLog(aws, vpc.vpcId, { ClientToken: "once", TrafficType: "REJECT" });
    expect((await refusal(other)).code).toBe("IdempotentParameterMismatch");
  });

  it("puts a twin of an existing flow log into Unsuccessful, asked as often as one likes", async () => {
    await makeRoles(aws);
    await makeFlowLog(aws, vpc.vpcId);
    for (const ClientToken of [undefined, "again", "again"]) {
      const twin = await aws.ec2.send(new CreateFlowLogsCommand(await request({ ClientToken })));
      expect(twin.FlowLogIds).toEqual([]);
      expect(twin.Unsuccessful).toEqual([
        {
          ResourceId: vpc.vpcId,
          Error: {
            Code: "FlowLogAlreadyExists",
            Message: "There is an existing Flow Log with the same configuration and log destination.",
          },
        },
      ]);
    }
  });

  const request = async (more: Partial<CreateFlowLogsRequest> = {}): Promise<CreateFlowLogsRequest> => ({
    ResourceIds: [vpc.vpcId],
    ResourceType: "VPC",
    TrafficType: "ALL",
    LogGroupName: LOG_GROUP,
    DeliverLogsPermissionArn: await aws.world.look(
      "us-east-1",
      ({ account }) => `arn:aws:iam::${account}:role/NextWorkVPCFlowLogsRole`,
    ),
    ...more,
  });

  it.each<[string, Partial<CreateFlowLogsRequest>, string, string]>([
    [
      "no destination",
      { LogGroupName: undefined },
      "InvalidParameter",
      "LogDestination can't be empty if LogGroupName is not provided.",
    ],
    [
      "no role",
      { DeliverLogsPermissionArn: undefined },
      "InvalidParameter",
      "DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs.",
    ],
    [
      "another interval than 60 or 600",
      { MaxAggregationInterval: 300 },
      "InvalidParameter",
      "Invalid Flow Log Max Aggregation Interval",
    ],
    [
      "a VPC that is not there",
      { ResourceIds: ["vpc-00000000000000000"] },
      "InvalidVpcID.NotFound",
      "The vpc ID 'vpc-00000000000000000' does not exist",
    ],
    [
      "an ARN that ends in :*, as DescribeLogGroups gives it",
      { LogGroupName: undefined, LogDestination: "arn:aws:logs:us-east-1:123456789012:log-group:x:*" },
      "InvalidParameter",
      "Invalid LogDestination: arn:aws:logs:us-east-1:123456789012:log-group:x:*",
    ],
    [
      "a log group that cannot be",
      { LogGroupName: "my flow logs" },
      "InvalidParameter",
      "Invalid LogGroupName: my flow logs",
    ],
    [
      "a format of one's own",
      { LogFormat: ["version", "srcaddr"].map((field) => `$\{${field}}`).join(" ") },
      "UnsupportedOperation",
      "The embedded AWS of vpclab models the default LogFormat of CreateFlowLogs only.",
    ],
  ])("refuses %s", async (_, more, code, message) => {
    await makeRoles(aws);
    const call = aws.ec2.send(new CreateFlowLogsCommand(await request(more)));
    expect(await refusal(call)).toEqual({ code, message });
  });

  it("tells of an unknown id in DeleteFlowLogs' Unsuccessful, and deletes the others", async () => {
    await makeRoles(aws);
    const id = await makeFlowLog(aws, vpc.vpcId);
    const unknown = "fl-00000000000000000";
    const { Unsuccessful } = await aws.ec2.send(new DeleteFlowLogsCommand({ FlowLogIds: [unknown, id] }));
    expect(Unsuccessful).toMatchObject([
      { ResourceId: unknown, Error: { Code: "InvalidFlowLogId.NotFound" } },
    ]);
    expect((await aws.ec2.send(new DescribeFlowLogsCommand({}))).FlowLogs).toEqual([]);
    const again = await aws.ec2.send(new DeleteFlowLogsCommand({ FlowLogIds: [id] }));
    expect(again.Unsuccessful).toMatchObject([
      { ResourceId: id, Error: { Code: "InvalidFlowLogId.NotFound" } },
    ]);
  });
});
