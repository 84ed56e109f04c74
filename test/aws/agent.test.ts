import { DescribeInstancesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { DescribeInstanceInformationCommand, SSMClient } from "@aws-sdk/client-ssm";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, expect, test } from "vitest";
import { waitForAgents } from "../../src/aws/agent.ts";
import { waitUntilRunning } from "../../src/aws/instance-running.ts";
import { mockedLab } from "../steps/lab-context.ts";

const ssm = mockClient(SSMClient);
const ec2 = mockClient(EC2Client);
const { aws } = mockedLab().lab;
const IDS = ["i-1", "i-2"];

function agents(...states: readonly string[]) {
  return {
    InstanceInformationList: states.map((state, index) => ({
      InstanceId: `i-${index + 1}`,
      PingStatus: state === "Online" ? ("Online" as const) : ("ConnectionLost" as const),
    })),
  };
}

function instances(...states: readonly ("pending" | "running" | "terminated" | "stopped")[]) {
  const Instances = states.map((Name, index) => ({ InstanceId: `i-${index + 1}`, State: { Name } }));
  return { Reservations: [{ Instances }] };
}

beforeEach(() => {
  ssm.reset();
  ec2.reset();
});

test("waits until the agents of both are Online, and tells how many are", async () => {
  ssm
    .on(DescribeInstanceInformationCommand)
    .resolvesOnce(agents())
    .resolvesOnce(agents("Online", "ConnectionLost"))
    .resolves(agents("Online", "Online"));
  const notes: string[] = [];
  await waitForAgents(aws, IDS, { note: (text) => notes.push(text) });
  expect(notes).toEqual(["0 of 2 registered", "1 of 2 registered", "2 of 2 registered"]);
  expect(ssm.commandCalls(DescribeInstanceInformationCommand)[0]?.args[0].input.Filters).toEqual([
    { Key: "InstanceIds", Values: IDS },
  ]);
});

test("gives up after ten minutes and names the likely causes", async () => {
  ssm.on(DescribeInstanceInformationCommand).resolves(agents("Online"));
  const begun = aws.clock.now();
  await expect(waitForAgents(aws, IDS)).rejects.toMatchObject({
    code: "timed-out",
    why: expect.stringContaining("instance profile"),
    next: expect.arrayContaining([expect.stringContaining("reboot-instances --instance-ids i-1 i-2")]),
  });
  expect(aws.clock.now() - begun).toBeGreaterThan(9 * 60_000);
});

test("waits until both instances run, also while one does not show yet", async () => {
  ec2
    .on(DescribeInstancesCommand)
    .resolvesOnce(instances("running"))
    .resolvesOnce(instances("running", "pending"))
    .resolves(instances("running", "running"));
  await waitUntilRunning(aws, IDS);
  expect(ec2.commandCalls(DescribeInstancesCommand)).toHaveLength(3);
});

test.each([
  ["stopped", /start-instances/],
  ["terminated", /vpclab up/],
] as const)("says at once that an instance is %s, and what to do", async (state, next) => {
  ec2.on(DescribeInstancesCommand).resolves(instances("running", state));
  await expect(waitUntilRunning(aws, IDS)).rejects.toMatchObject({
    code: "instance-not-running",
    next: expect.arrayContaining([expect.stringMatching(next)]),
  });
  expect(ec2.commandCalls(DescribeInstancesCommand)).toHaveLength(1);
});
