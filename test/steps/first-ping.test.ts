import {
  CreateNetworkAclEntryCommand,
  DeleteRouteCommand,
  type DescribeInstancesCommandOutput,
  DescribeNetworkAclsCommand,
} from "@aws-sdk/client-ec2";
import { expect, it } from "vitest";
import { findRouteTables } from "../../src/aws/route-table.ts";
import { findVpcs } from "../../src/aws/vpc.ts";
import { firstPing } from "../../src/steps/first-ping.ts";
import { walkUp } from "../../src/steps/walk.ts";
import { embeddedLab, type TestLab } from "./lab-context.ts";

async function labWithFlowLog(): Promise<TestLab> {
  const test = embeddedLab();
  await walkUp(test.lab, { until: "flow-log" });
  return test;
}

/** AWS does not show instance 2 in this many of its next answers. */
function hideInstance2({ lab }: TestLab, answers: number): void {
  let left = answers;
  lab.aws.ec2.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const result = await next(args);
        if (commandName !== "DescribeInstancesCommand" || left-- <= 0) return result;
        const output = result.output as DescribeInstancesCommandOutput;
        output.Reservations = (output.Reservations ?? []).filter(
          ({ Instances = [] }) =>
            !Instances.some(({ Tags = [] }) => Tags.some(({ Value }) => Value === "instance-2")),
        );
        return result;
      },
    { step: "initialize" },
  );
}

function publicPing({ told }: TestLab) {
  return told.findings.find((finding) => finding.kind === "ping" && finding.result.scope === "public");
}

it("waits for an instance that was launched a moment ago to show", async () => {
  const test = await labWithFlowLog();
  hideInstance2(test, 3);
  await firstPing.up(test.lab);
  expect(publicPing(test)).toMatchObject({ result: { reachable: true } });
});

it("says within seconds which instance is not there", async () => {
  const test = await labWithFlowLog();
  hideInstance2(test, Number.POSITIVE_INFINITY);
  const begun = test.lab.aws.clock.now();
  await expect(firstPing.up(test.lab)).rejects.toMatchObject({
    code: "not-there",
    message: expect.stringContaining("no instance 2"),
  });
  expect(test.lab.aws.clock.now() - begun).toBeLessThan(30_000);
});

it("tells why no reply came from an instance 2 whose agent never registers", async () => {
  const test = await labWithFlowLog();
  const { aws, spec } = test.lab;
  const [vpc] = await findVpcs(aws, spec, 2);
  const [table] = await findRouteTables(aws, spec, 2, vpc?.VpcId ?? "");
  const RouteTableId = table?.RouteTableId;
  await aws.ec2.send(new DeleteRouteCommand({ RouteTableId, DestinationCidrBlock: "0.0.0.0/0" }));

  await firstPing.up(test.lab);
  expect(test.told.warnings.join(" ")).toMatch(/Waited 10 minutes for the agent of i-\w+ to register/);
  expect(publicPing(test)).toMatchObject({
    result: { reachable: false },
    meaning: expect.arrayContaining([expect.stringMatching(/the reply stops at route table/)]),
  });
});

it.each<[string, number | undefined, RegExp]>([
  ["is not what stops it", undefined, /It lets the ping out, by rule 100: .* So it is not what stops it\./],
  ["stops it", 7, /It stops the ping: rule 7 denies .*10\.2\./],
])("says of the network ACL that it %s", async (_, denyingRule, sentence) => {
  const test = await labWithFlowLog();
  const { aws, spec } = test.lab;
  const [vpc] = await findVpcs(aws, spec, 1);
  const ofVpc = { Filters: [{ Name: "vpc-id", Values: [vpc?.VpcId ?? ""] }] };
  const { NetworkAcls = [] } = await aws.ec2.send(new DescribeNetworkAclsCommand(ofVpc));
  if (denyingRule !== undefined)
    await aws.ec2.send(
      new CreateNetworkAclEntryCommand({
        NetworkAclId: NetworkAcls[0]?.NetworkAclId,
        RuleNumber: denyingRule,
        Protocol: "-1",
        RuleAction: "deny",
        Egress: true,
        CidrBlock: spec.cidr2,
      }),
    );
  await firstPing.up(test.lab);
  expect(test.told.said.join("\n")).toMatch(sentence);
});
