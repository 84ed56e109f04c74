/** Names that every JavaScript object has are names like any other: what is made under them is there. */
import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  ListTagsForResourceCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { CreateVpcCommand, DeleteTagsCommand, DescribeVpcsCommand } from "@aws-sdk/client-ec2";
import {
  CreateInstanceProfileCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetInstanceProfileCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListRolesCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { describe, expect, it } from "vitest";
import { embedded } from "./embedded.ts";
import { refusal } from "./refusal.ts";

const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
});
const POLICY = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "logs:*", Resource: "*" }],
});

describe.each(["__proto__", "constructor", "toString", "hasOwnProperty"])("what is named %s", (name) => {
  it("is a role with a policy and a tag, until it is deleted", async () => {
    const { iam } = embedded();
    const Tags = [{ Key: name, Value: "mine" }];
    const role = { RoleName: name, AssumeRolePolicyDocument: TRUST, Tags };
    await iam.send(new CreateRoleCommand(role));
    expect((await refusal(iam.send(new CreateRoleCommand(role)))).code).toBe("EntityAlreadyExistsException");
    expect((await iam.send(new GetRoleCommand({ RoleName: name }))).Role).toMatchObject({
      RoleName: name,
      Tags,
    });
    const inline = { RoleName: name, PolicyName: name };
    await iam.send(new PutRolePolicyCommand({ ...inline, PolicyDocument: POLICY }));
    const { PolicyDocument = "" } = await iam.send(new GetRolePolicyCommand(inline));
    expect(decodeURIComponent(PolicyDocument)).toBe(POLICY);
    await iam.send(new DeleteRolePolicyCommand(inline));
    await iam.send(new DeleteRoleCommand({ RoleName: name }));
    expect((await iam.send(new ListRolesCommand({}))).Roles).toEqual([]);
  });

  it("is an instance profile", async () => {
    const { iam } = embedded();
    await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: name }));
    const found = await iam.send(new GetInstanceProfileCommand({ InstanceProfileName: name }));
    expect(found.InstanceProfile?.InstanceProfileName).toBe(name);
  });

  it("is a log group with a stream and events", async () => {
    const { logs, clock } = embedded();
    const stream = { logGroupName: name, logStreamName: name };
    await logs.send(new CreateLogGroupCommand({ logGroupName: name }));
    await logs.send(new CreateLogStreamCommand(stream));
    const logEvents = [{ timestamp: clock.now(), message: "hello" }];
    await logs.send(new PutLogEventsCommand({ ...stream, logEvents }));
    const { logGroups } = await logs.send(new DescribeLogGroupsCommand({}));
    expect(logGroups).toMatchObject([{ logGroupName: name }]);
    const { logStreams } = await logs.send(new DescribeLogStreamsCommand({ logGroupName: name }));
    expect(logStreams).toMatchObject([{ logStreamName: name, lastEventTimestamp: clock.now() }]);
    await logs.send(new DeleteLogGroupCommand({ logGroupName: name }));
    expect((await logs.send(new DescribeLogGroupsCommand({}))).logGroups).toEqual([]);
  });

  it("is a tag of a VPC", async () => {
    const { ec2 } = embedded();
    const Tags = [{ Key: name, Value: "mine" }];
    const { Vpc } = await ec2.send(
      new CreateVpcCommand({ CidrBlock: "10.1.0.0/16", TagSpecifications: [{ ResourceType: "vpc", Tags }] }),
    );
    const byTag = new DescribeVpcsCommand({ Filters: [{ Name: `tag:${name}`, Values: ["mine"] }] });
    expect((await ec2.send(byTag)).Vpcs).toMatchObject([{ VpcId: Vpc?.VpcId, Tags }]);
    const Resources = [Vpc?.VpcId ?? ""];
    await ec2.send(new DeleteTagsCommand({ Resources, Tags: [{ Key: name }] }));
    expect((await ec2.send(byTag)).Vpcs).toEqual([]);
  });

  it("is a tag of a log group", async () => {
    const { logs, world } = embedded();
    // The SDK's own encoder loses __proto__, so as an object has it that came as JSON.
    const tags = JSON.parse(`{ "${name}": "mine" }`);
    await logs.send(new CreateLogGroupCommand({ logGroupName: "g", tags }));
    const account = await world.look("us-east-1", (context) => context.account);
    const resourceArn = `arn:aws:logs:us-east-1:${account}:log-group:g`;
    const listed = await logs.send(new ListTagsForResourceCommand({ resourceArn }));
    expect(Object.entries(listed.tags ?? {})).toEqual([[name, "mine"]]);
  });

  it("is no condition operator", async () => {
    const { iam } = embedded();
    const statement = { Effect: "Allow", Action: "logs:*", Resource: "*" };
    const condition = `{ "${name}": { "aws:SourceAccount": "1" } }`;
    const PolicyDocument = JSON.stringify({
      Version: "2012-10-17",
      Statement: { ...statement, Condition: JSON.parse(condition) },
    });
    expect(await refusal(iam.send(new CreatePolicyCommand({ PolicyName: "p", PolicyDocument })))).toEqual({
      code: "MalformedPolicyDocumentException",
      message: `Invalid Condition type : ${name}.`,
    });
  });
});
