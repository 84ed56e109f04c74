import { DeleteLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { UpdateAssumeRolePolicyCommand } from "@aws-sdk/client-iam";
import { beforeEach, describe, expect, it } from "vitest";
import { findFlowLogs } from "../../src/aws/flow-log.ts";
import { flowLogPermission } from "../../src/aws/flow-log-permission.ts";
import type { readInventory } from "../../src/aws/inventory.ts";
import { describeLogGroup } from "../../src/aws/log-group.ts";
import { trustPolicy } from "../../src/aws/role.ts";
import { DEFAULT_OPTIONS, labSpec } from "../../src/lab/spec.ts";
import { flowLog } from "../../src/steps/flow-log.ts";
import { flowLogLesson } from "../../src/steps/lessons/flow-log.ts";
import type { LabContext } from "../../src/steps/step.ts";
import { walkUp } from "../../src/steps/walk.ts";
import { embeddedLab, inventoryOf, labBeside, type TestLab } from "./lab-context.ts";

const ACCOUNT = "123456789012";
const options = { ...DEFAULT_OPTIONS, region: "eu-west-3", hours: undefined };
const narrow = flowLogPermission(labSpec({ ...options, leastPrivilege: true }), ACCOUNT);
const wide = flowLogPermission(labSpec(options), ACCOUNT);
const MINUTES = 60_000;

describe("the flow log's permission", () => {
  it("is the tutorial's unless asked otherwise", () => {
    expect(JSON.parse(wide.policy).Statement[0]).toMatchObject({ Resource: "*" });
    expect(wide.policy).toContain("logs:CreateLogGroup");
    expect(wide.trust).not.toContain("Condition");
  });

  it("is as narrow as AWS's guide recommends with --least-privilege", () => {
    expect(narrow.policy).not.toContain("CreateLogGroup");
    const group = `arn:aws:logs:eu-west-3:${ACCOUNT}:log-group:NextWorkVPCFlowLogsGroup`;
    expect(JSON.parse(narrow.policy).Statement[0].Resource).toEqual([group, `${group}:*`]);
    expect(JSON.parse(narrow.trust).Statement[0].Condition).toEqual({
      StringEquals: { "aws:SourceAccount": ACCOUNT },
      ArnLike: { "aws:SourceArn": `arn:aws:ec2:eu-west-3:${ACCOUNT}:vpc-flow-log/*` },
    });
  });

  it("is compared in the lesson, which shows the same by hand", () => {
    expect(flowLogLesson.concepts.find(({ term }) => term === "Least privilege")?.text).toContain(
      "--least-privilege",
    );
    const spec = labSpec({ ...options, leastPrivilege: true });
    const trust = flowLogLesson.byCli(spec).filter((line) => line.startsWith("TRUST"));
    expect(trust.join("").replaceAll("'TRUST+='", "")).toContain(`"aws:SourceAccount":"'"$ACCOUNT"'"`);
    expect(flowLogLesson.byConsole(spec).join("\n")).toContain("aws:SourceArn");
  });
});

describe("a lab with least privilege, on the embedded AWS", () => {
  let test: TestLab;
  let lab: LabContext;
  const status = async () => {
    const [found] = await findFlowLogs(lab.aws, lab.spec, (await inventory()).vpcs[0]?.VpcId ?? "");
    return found?.DeliverLogsStatus;
  };
  const inventory = async () => inventoryOf(lab);

  beforeEach(async () => {
    test = embeddedLab({ leastPrivilege: true });
    lab = test.lab;
    await walkUp(lab, { until: "flow-log" });
    await lab.aws.clock.sleep(15 * MINUTES);
  });

  it("has its records delivered all the same", async () => {
    expect(await status()).toBe("SUCCESS");
    expect(await describeLogGroup(lab.aws, lab.spec.nameOf("log-group"))).toBeDefined();
  });

  it("warns a run that would have it otherwise, and leaves it as it is", async () => {
    const other = labBeside(test);
    await walkUp(other.lab, { until: "flow-log" });
    expect(other.told.warnings.join(" ")).toContain("another trust policy");
    const again = labBeside(test, { leastPrivilege: true });
    await walkUp(again.lab, { until: "flow-log" });
    expect(again.told.warnings).toEqual([]);
  });

  it("lets a deleted log group stay deleted, though records are in flight", async () => {
    const name = lab.spec.nameOf("log-group");
    await lab.aws.logs.send(new DeleteLogGroupCommand({ logGroupName: name }));
    await lab.aws.clock.sleep(15 * MINUTES);
    expect(await describeLogGroup(lab.aws, name)).toBeUndefined();
    expect(await status()).toBe("FAILED");
  });

  it.each([
    ["another account", { StringEquals: { "aws:SourceAccount": "999999999999" } }],
    ["another Region", { ArnLike: { "aws:SourceArn": "arn:aws:ec2:eu-west-3:*:vpc-flow-log/*" } }],
  ])("is refused its flow log where the role is for %s", async (_whose, condition) => {
    await flowLog.down(lab, { ...(await inventory()), resources: flowLogsOf(await inventory()) });
    await lab.aws.iam.send(
      new UpdateAssumeRolePolicyCommand({
        RoleName: lab.spec.nameOf("flow-log-role"),
        PolicyDocument: trustPolicy("vpc-flow-logs.amazonaws.com", condition),
      }),
    );
    await lab.aws.clock.sleep(MINUTES);
    await expect(flowLog.up(lab)).rejects.toMatchObject({
      message: expect.stringMatching(/assum/),
    });
  });
});

function flowLogsOf({ resources }: Awaited<ReturnType<typeof readInventory>>) {
  return resources.filter(({ part }) => part === "flow-log");
}
