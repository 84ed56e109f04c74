import { describe, expect, it } from "vitest";
import { openLab } from "../../src/commands/open-lab.ts";
import { showPlan } from "../../src/commands/plan.ts";
import { up } from "../../src/commands/up.ts";
import type { StepId } from "../../src/lab/spec.ts";
import { labHome, SIMULATED, unwrapped } from "./in-process.ts";
import { standingLab } from "./standing-lab.ts";

const home = standingLab("peering");

const planned = async (until?: StepId, of = home) => {
  const options = { ...SIMULATED, dryRun: true, ...(until !== undefined && { until }) };
  return unwrapped((await of.run((program) => up(program, options))).stdout).trimEnd();
};

describe("the plan ends with the sensible next command:", () => {
  it("up, as far as it was asked about, where something is to be made", async () => {
    expect(await planned(undefined, labHome())).toMatch(/Nothing was made\. To make it: vpclab up$/);
    expect(await planned("vpcs", labHome())).toMatch(/To make it: vpclab up --until vpcs$/);
  });

  it("up, where all stands and a step is left", async () => {
    expect(await planned()).toMatch(/All of it stands\. For the steps that are not done: vpclab up$/);
  });

  it("status and teardown, where there is nothing to make", async () => {
    expect(await planned("peering")).toMatch(
      /there is nothing to make\. → vpclab status shows what stands → vpclab teardown takes everything down$/,
    );
  });
});

it.each<[StepId, RegExp]>([
  ["vpcs", /Nothing of this has a price by the hour\. Nothing was made/],
  ["instances", /2 instances \(t[23]\.micro\) \$[\d.]+ an hour 2 public IPv4 addresses/],
])("the price on AWS of all up to %s is of what that makes", async (until, price) => {
  const { stdout } = await labHome().run(async (program) => {
    const lab = await openLab(program, SIMULATED);
    const onAws = { ...lab, place: { ...lab.place, target: "aws" as const } };
    return showPlan(program, onAws, until).finally(() => lab.close());
  });
  expect(unwrapped(stdout)).toMatch(price);
  expect(stdout).not.toContain("0 instances");
});
