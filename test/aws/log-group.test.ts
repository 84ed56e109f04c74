import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  ListTagsForResourceCommand,
  PutRetentionPolicyCommand,
  TagResourceCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { DescribeFlowLogsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, test } from "vitest";
import {
  deleteLogGroup,
  deleteReturned,
  ensureLogGroup,
  findLogGroup,
  readLogGroup,
} from "../../src/aws/log-group.ts";
import { mockedLab } from "../steps/lab-context.ts";
import { refusal } from "./refusal.ts";

const logs = mockClient(CloudWatchLogsClient);
const ec2 = mockClient(EC2Client);
const { aws, spec } = mockedLab().lab;
const NAME = "NextWorkVPCFlowLogsGroup";
const ACCOUNT = "123456789012";
const ARN = `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:${NAME}`;

function group(more: { retentionInDays?: number; creationTime?: number } = {}) {
  return { logGroupName: NAME, arn: `${ARN}:*`, creationTime: 0, ...more };
}

beforeEach(() => {
  logs.reset();
  ec2.reset();
  ec2.on(DescribeFlowLogsCommand).resolves({ FlowLogs: [] });
  logs.on(ListTagsForResourceCommand).resolves({ tags: { "vpclab:lab": "nextwork" } });
});

describe("the log group", () => {
  test("is made in the Standard class with its tags", async () => {
    logs
      .on(DescribeLogGroupsCommand)
      .resolvesOnce({ logGroups: [] })
      .resolves({ logGroups: [group()] });
    const { outcome, resource } = await ensureLogGroup(aws, spec, ACCOUNT);
    expect(outcome).toBe("made");
    expect(resource.retentionDays).toBeUndefined();
    expect(logs.commandCalls(CreateLogGroupCommand)[0]?.args[0].input).toEqual({
      logGroupName: NAME,
      logGroupClass: "STANDARD",
      tags: spec.tagsOf("log-group"),
    });
    expect(logs.commandCalls(PutRetentionPolicyCommand)).toHaveLength(0);
  });

  test("is made at a second try while the deletion of an earlier one is under way", async () => {
    logs
      .on(DescribeLogGroupsCommand)
      .resolvesOnce({ logGroups: [] })
      .resolves({ logGroups: [group()] });
    logs.on(CreateLogGroupCommand).rejectsOnce(refusal("OperationAbortedException")).resolves({});
    expect((await ensureLogGroup(aws, spec, ACCOUNT)).outcome).toBe("made");
    expect(logs.commandCalls(CreateLogGroupCommand)).toHaveLength(2);
  });

  describe("without a tag", () => {
    const MADE = new Date("2026-01-05T09:00:00Z");
    const flowLogs = (...CreationTimes: Date[]) =>
      ec2.on(DescribeFlowLogsCommand).resolves({
        FlowLogs: CreationTimes.map((CreationTime) => ({ LogGroupName: NAME, CreationTime })),
      });
    beforeEach(() => {
      logs.on(ListTagsForResourceCommand).resolves({ tags: {} });
      logs.on(DescribeLogGroupsCommand).resolves({ logGroups: [group({ creationTime: MADE.getTime() })] });
    });

    test("is the lab's where the flow log that writes to it is older, and is tagged then", async () => {
      flowLogs(new Date(MADE.getTime() - 1));
      expect(await findLogGroup(aws, spec, ACCOUNT)).toMatchObject({ name: NAME, isOurs: true });
      expect(ec2.commandCalls(DescribeFlowLogsCommand)[0]?.args[0].input.Filter).toEqual([
        { Name: "tag:vpclab:lab", Values: ["nextwork"] },
        { Name: "log-group-name", Values: [NAME] },
      ]);
      expect((await ensureLogGroup(aws, spec, ACCOUNT)).outcome).toBe("found");
      expect(logs.commandCalls(TagResourceCommand)[0]?.args[0].input).toEqual({
        resourceArn: ARN,
        tags: spec.tagsOf("log-group"),
      });
    });

    test.each([
      ["that it is older than", [MADE]],
      ["that there is none", []],
    ])("is nobody's for all we know, of the flow log is known %s", async (_, times) => {
      flowLogs(...times);
      await expect(ensureLogGroup(aws, spec, ACCOUNT)).rejects.toMatchObject({ code: "not-ours" });
      expect(logs.commandCalls(TagResourceCommand)).toEqual([]);
      expect(await readLogGroup(aws, spec, ACCOUNT)).toMatchObject({ isOurs: false, tags: {} });
    });

    test("is another lab's by that lab's tag, whichever flow log writes to it", async () => {
      flowLogs(new Date(MADE.getTime() - 1));
      logs.on(ListTagsForResourceCommand).resolves({ tags: { "vpclab:lab": "other" } });
      await expect(findLogGroup(aws, spec, ACCOUNT)).rejects.toMatchObject({ code: "not-ours" });
    });
  });

  test("is the one of exactly this name, on whichever page", async () => {
    logs
      .on(DescribeLogGroupsCommand)
      .resolvesOnce({ logGroups: [{ logGroupName: `${NAME}2`, arn: "x" }], nextToken: "n" })
      .resolves({ logGroups: [group()] });
    expect(await findLogGroup(aws, spec, ACCOUNT)).toMatchObject({ name: NAME, arn: ARN });
    expect(logs.commandCalls(ListTagsForResourceCommand)[0]?.args[0].input.resourceArn).toBe(ARN);
  });

  test.each([
    [undefined, 30, PutRetentionPolicyCommand, { logGroupName: NAME, retentionInDays: 30 }],
    [7, 30, PutRetentionPolicyCommand, { logGroupName: NAME, retentionInDays: 30 }],
    [7, undefined, DeleteRetentionPolicyCommand, { logGroupName: NAME }],
  ])("that keeps records %s days is set to %s", async (present, wanted, command, input) => {
    const lab = mockedLab({ retentionDays: wanted }).lab;
    logs
      .on(DescribeLogGroupsCommand)
      .resolves({ logGroups: [group(present ? { retentionInDays: present } : {})] });
    const { resource } = await ensureLogGroup(lab.aws, lab.spec, ACCOUNT);
    expect(resource.retentionDays).toBe(wanted);
    expect(logs.commandCalls(command as typeof PutRetentionPolicyCommand)[0]?.args[0].input).toEqual(input);
  });

  test("of somebody else is left alone, with a way out", async () => {
    logs.on(DescribeLogGroupsCommand).resolves({ logGroups: [group()] });
    logs.on(ListTagsForResourceCommand).resolves({ tags: {} });
    await expect(ensureLogGroup(aws, spec, ACCOUNT)).rejects.toMatchObject({
      code: "not-ours",
      next: [expect.stringContaining("--lab"), expect.stringContaining("delete-log-group")],
    });
    expect(logs.commandCalls(CreateLogGroupCommand)).toHaveLength(0);
  });

  test("that another run made at the same moment is taken over", async () => {
    logs
      .on(DescribeLogGroupsCommand)
      .resolvesOnce({ logGroups: [] })
      .resolves({ logGroups: [group()] });
    logs.on(CreateLogGroupCommand).rejects(refusal("ResourceAlreadyExistsException"));
    expect((await ensureLogGroup(aws, spec, ACCOUNT)).resource.name).toBe(NAME);
  });
});

describe("deleting the log group", () => {
  test("is tried again while another change of it is under way", async () => {
    logs.on(DeleteLogGroupCommand).rejectsOnce(refusal("OperationAbortedException")).resolves({});
    logs.on(DescribeLogGroupsCommand).resolves({ logGroups: [] });
    expect(await deleteLogGroup(aws, NAME)).toBe("deleted");
    expect(logs.commandCalls(DeleteLogGroupCommand)).toHaveLength(2);
  });

  test("is absent where there is none", async () => {
    logs.on(DeleteLogGroupCommand).rejects(refusal("ResourceNotFoundException"));
    expect(await deleteLogGroup(aws, NAME)).toBe("absent");
  });

  test("looks again, and deletes what records in flight have made anew", async () => {
    const begun = aws.clock.now();
    logs
      .on(DescribeLogGroupsCommand)
      .resolvesOnce({ logGroups: [] })
      .resolvesOnce({ logGroups: [group({ creationTime: begun + 1_000 })] })
      .resolves({ logGroups: [] });
    await deleteLogGroup(aws, NAME);
    expect(logs.commandCalls(DeleteLogGroupCommand)).toHaveLength(2);
  });

  test("keeps a group of that name that is older than ours was deleted", async () => {
    logs.on(DescribeLogGroupsCommand).resolves({ logGroups: [group({ creationTime: 999 })] });
    expect(await deleteReturned(aws, NAME, 1_000)).toBe(false);
    expect(logs.commandCalls(DeleteLogGroupCommand)).toHaveLength(0);
  });
});
