/** A log group that somebody deleted while the flow log still wrote to it: it comes back, without a tag. */
import {
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  ListTagsForResourceCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { DeleteFlowLogsCommand, DescribeFlowLogsCommand } from "@aws-sdk/client-ec2";
import { beforeEach, expect, it } from "vitest";
import { up } from "../../src/commands/up.ts";
import { byHand, letTimePass } from "./by-hand.ts";
import { type LabHome, labHome, SIMULATED, unwrapped } from "./in-process.ts";
import { takeDown, takeDownJson } from "./take-down.ts";

const NAME = "NextWorkVPCFlowLogsGroup";
let home: LabHome;

beforeEach(async () => {
  home = labHome();
  await home.run((program) => up(program, { ...SIMULATED, yes: true, until: "first-ping" }));
  await letTimePass(home, 10 * 60_000);
  await byHand(home, ({ logs }) => logs.send(new DeleteLogGroupCommand({ logGroupName: NAME })));
  await letTimePass(home, 20 * 60_000);
  expect(await groups()).toEqual([{ name: NAME, tags: {} }]);
});

function groups() {
  return byHand(home, async ({ logs }) => {
    const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({}));
    return Promise.all(
      logGroups.map(async ({ logGroupName: name, logGroupArn: resourceArn }) => {
        const { tags } = await logs.send(new ListTagsForResourceCommand({ resourceArn }));
        return { name, tags };
      }),
    );
  });
}

it("is the lab's again at the next up", async () => {
  const { code } = await home.run((program) => up(program, { ...SIMULATED, yes: true, until: "first-ping" }));
  expect(code).toBe(0);
  expect(await groups()).toMatchObject([{ name: NAME, tags: { "vpclab:lab": "nextwork" } }]);
});

it("goes with the lab, and is in the receipt", async () => {
  const { code, receipt } = await takeDownJson(home);
  expect(code).toBe(0);
  expect(receipt.deleted).toContainEqual(expect.objectContaining({ type: "log-group", id: NAME }));
  expect(receipt.untaggedLogGroup).toBeUndefined();
  await letTimePass(home, 30 * 60_000);
  expect(await groups()).toEqual([]);
});

it("stays where the flow log that made it is gone, and each teardown names it, with the command that deletes it", async () => {
  await byHand(home, async ({ ec2 }) => {
    const { FlowLogs = [] } = await ec2.send(new DescribeFlowLogsCommand({}));
    const FlowLogIds = FlowLogs.flatMap(({ FlowLogId }) => FlowLogId ?? []);
    await ec2.send(new DeleteFlowLogsCommand({ FlowLogIds }));
  });
  for (const standing of ["deleted", "There is nothing to do"]) {
    const { code, stdout, stderr } = await takeDown(home);
    expect(code).toBe(0);
    expect(unwrapped(stdout)).toContain(standing);
    expect(unwrapped(stderr)).toContain(
      `The log group ${NAME} has the lab's name but no tag of it, so it stays.`,
    );
    expect(stderr).toContain(`aws logs delete-log-group --log-group-name ${NAME} --region us-east-1`);
  }
  expect((await takeDownJson(home)).receipt.untaggedLogGroup).toBe(NAME);
  expect(await groups()).toHaveLength(1);
});
