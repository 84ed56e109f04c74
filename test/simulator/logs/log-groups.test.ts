import {
  type CloudWatchLogsClient,
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  ListTagsForResourceCommand,
  PutRetentionPolicyCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { describe, expect, test } from "vitest";
import { embedded } from "../embedded.ts";

const NAME = "NextWorkVPCFlowLogsGroup";

function create(logs: CloudWatchLogsClient, name = NAME, more = {}) {
  return logs.send(new CreateLogGroupCommand({ logGroupName: name, ...more }));
}

async function describeOne(logs: CloudWatchLogsClient) {
  const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: NAME }));
  return logGroups?.[0];
}

describe("log groups", () => {
  test("come back as they were made, with both ARNs", async () => {
    const { logs, clock } = embedded({ region: "eu-west-3" });
    await create(logs, NAME, { logGroupClass: "INFREQUENT_ACCESS" });
    const group = await describeOne(logs);
    expect(group).toMatchObject({
      logGroupName: NAME,
      creationTime: clock.now(),
      metricFilterCount: 0,
      storedBytes: 0,
      logGroupClass: "INFREQUENT_ACCESS",
    });
    expect(group?.logGroupArn).toMatch(new RegExp(`^arn:aws:logs:eu-west-3:\\d{12}:log-group:${NAME}$`));
    expect(group?.arn).toBe(`${group?.logGroupArn}:*`);
    expect(group?.retentionInDays).toBeUndefined();
  });

  test("are listed by prefix, by pattern, by class and by page", async () => {
    const { logs } = embedded();
    for (const name of ["/b", "/a/x", "/a/y", "c"]) await create(logs, name);
    const names = async (input: object) =>
      (await logs.send(new DescribeLogGroupsCommand(input))).logGroups?.map((group) => group.logGroupName);
    expect(await names({})).toEqual(["/a/x", "/a/y", "/b", "c"]);
    expect(await names({ logGroupNamePrefix: "/a" })).toEqual(["/a/x", "/a/y"]);
    expect(await names({ logGroupNamePattern: "y" })).toEqual(["/a/y"]);
    const { logGroups: brief } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePattern: "y" }));
    expect(Object.keys(brief?.[0] ?? {}).sort()).toEqual(["arn", "creationTime", "logGroupName"]);
    expect(await names({ logGroupClass: "INFREQUENT_ACCESS" })).toEqual([]);
    const first = await logs.send(new DescribeLogGroupsCommand({ limit: 3 }));
    const second = await logs.send(new DescribeLogGroupsCommand({ limit: 3, nextToken: first.nextToken }));
    expect(first.logGroups).toHaveLength(3);
    expect(second.logGroups?.map((group) => group.logGroupName)).toEqual(["c"]);
    expect(second.nextToken).toBeUndefined();
    for (const input of [
      { logGroupNamePrefix: "a", logGroupNamePattern: "b" },
      { limit: 51 },
      { nextToken: "x" },
      { logGroupClass: "CHEAP" },
    ])
      await expect(names(input)).rejects.toMatchObject({ name: "InvalidParameterException" });
  });

  test("are listed to the end though they are deleted page by page", async () => {
    const { logs } = embedded();
    for (const name of ["a", "b", "c", "d", "e"]) await create(logs, name);
    const deleted: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await logs.send(new DescribeLogGroupsCommand({ limit: 2, nextToken }));
      for (const { logGroupName = "" } of page.logGroups ?? []) {
        await logs.send(new DeleteLogGroupCommand({ logGroupName }));
        deleted.push(logGroupName);
      }
      nextToken = page.nextToken;
    } while (nextToken);
    expect(deleted).toEqual(["a", "b", "c", "d", "e"]);
  });

  test("are refused by a name that is taken or not a name", async () => {
    const { logs } = embedded();
    await create(logs);
    await expect(create(logs)).rejects.toMatchObject({
      name: "ResourceAlreadyExistsException",
      message: "The specified log group already exists",
    });
    await expect(create(logs, "no spaces")).rejects.toMatchObject({ name: "InvalidParameterException" });
  });

  test("that are gone are ResourceNotFound", async () => {
    const { logs } = embedded();
    await create(logs);
    await logs.send(new DeleteLogGroupCommand({ logGroupName: NAME }));
    expect(await describeOne(logs)).toBeUndefined();
    for (const command of [
      new DeleteLogGroupCommand({ logGroupName: NAME }),
      new DeleteLogGroupCommand({ logGroupName: "constructor" }),
      new PutRetentionPolicyCommand({ logGroupName: NAME, retentionInDays: 7 }),
    ])
      await expect(logs.send(command as DeleteLogGroupCommand)).rejects.toMatchObject({
        name: "ResourceNotFoundException",
        message: "The specified log group does not exist.",
      });
  });

  test("belong to one Region", async () => {
    const { aws, logs } = embedded();
    await create(logs);
    const there = await aws.world.look("eu-west-3", (context) => Object.keys(context.region.logs.groups));
    expect(there).toEqual([]);
  });
});

describe("retention", () => {
  test("takes AWS's days and no others", async () => {
    const { logs } = embedded();
    await create(logs);
    await expect(
      logs.send(new PutRetentionPolicyCommand({ logGroupName: NAME, retentionInDays: 2 })),
    ).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: expect.stringMatching(
        /^1 validation error detected: Value '2' at 'retentionInDays' failed .*\[1, 3, 5, 7, 14, 30/,
      ),
    });
    expect((await describeOne(logs))?.retentionInDays).toBeUndefined();
    await logs.send(new PutRetentionPolicyCommand({ logGroupName: NAME, retentionInDays: 30 }));
    expect((await describeOne(logs))?.retentionInDays).toBe(30);
    await logs.send(new DeleteRetentionPolicyCommand({ logGroupName: NAME }));
    expect((await describeOne(logs))?.retentionInDays).toBeUndefined();
  });
});

describe("tags of a log group", () => {
  test("are given at the creation, added, replaced and taken away", async () => {
    const { logs } = embedded();
    await create(logs, NAME, { tags: { "vpclab:lab": "nextwork", Name: "x" } });
    const resourceArn = (await describeOne(logs))?.logGroupArn;
    const list = async () => (await logs.send(new ListTagsForResourceCommand({ resourceArn }))).tags;
    expect(await list()).toEqual({ "vpclab:lab": "nextwork", Name: "x" });
    await logs.send(new TagResourceCommand({ resourceArn, tags: { Name: "y", more: "" } }));
    await logs.send(new UntagResourceCommand({ resourceArn, tagKeys: ["more", "never-there"] }));
    expect(await list()).toEqual({ "vpclab:lab": "nextwork", Name: "y" });
  });

  test("are not found by the ARN that ends in :*, nor at another group", async () => {
    const { logs } = embedded();
    await create(logs);
    const group = await describeOne(logs);
    await expect(
      logs.send(new ListTagsForResourceCommand({ resourceArn: group?.arn })),
    ).rejects.toMatchObject({ name: "InvalidParameterException" });
    await expect(
      logs.send(new ListTagsForResourceCommand({ resourceArn: `${group?.logGroupArn}2` })),
    ).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  test("that AWS does not allow are refused", async () => {
    const { logs } = embedded();
    await expect(create(logs, NAME, { tags: { "aws:x": "1" } })).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, "v"]));
    await expect(create(logs, NAME, { tags: many })).rejects.toMatchObject({ name: "TooManyTagsException" });
    expect(await describeOne(logs)).toBeUndefined();
  });
});
