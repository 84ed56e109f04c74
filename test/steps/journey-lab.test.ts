import { DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { describe, expect, it } from "vitest";
import { STEPS } from "../../src/steps/index.ts";
import { walkDown, walkUp } from "../../src/steps/walk.ts";
import { embeddedLab, inventoryOf, labBeside } from "./lab-context.ts";

describe("the whole lab on the embedded AWS", () => {
  it("goes through all steps, is found whole by a second run, and is gone after the teardown", async () => {
    const first = embeddedLab();
    await walkUp(first.lab);
    const built = await inventoryOf(first.lab);
    expect(first.told.warnings).toEqual([]);
    expect(STEPS.map((step) => step.state(built, first.lab.journal, first.lab.spec))).toEqual(
      STEPS.map(() => "done"),
    );

    const second = labBeside(first);
    await walkUp(second.lab);
    expect(second.told.resources.filter(({ outcome }) => outcome === "made")).toEqual([]);
    expect((await inventoryOf(second.lab)).resources.map(({ id }) => id)).toEqual(
      built.resources.map(({ id }) => id),
    );

    const receipt = await walkDown(second.lab, await inventoryOf(second.lab));
    expect(receipt).toMatchObject({ complete: true, leftovers: [] });
    expect(receipt.removals.map(({ outcome }) => outcome)).toEqual(Array(19).fill("deleted"));
    // Records that were still on their way must not bring the group back later.
    await second.lab.aws.clock.sleep(1_800_000);
    const { logGroups } = await second.lab.aws.logs.send(new DescribeLogGroupsCommand({}));
    expect(logGroups).toEqual([]);
  });

  it("shares an account with another lab and leaves it alone", async () => {
    const one = embeddedLab();
    const other = labBeside(one, { lab: "other" });
    await walkUp(one.lab, { until: "flow-log" });
    await walkUp(other.lab, { until: "flow-log" });
    const before = await inventoryOf(other.lab);
    expect(before.resources).toHaveLength(18);
    const receipt = await walkDown(one.lab, await inventoryOf(one.lab));
    expect(receipt.complete).toBe(true);
    expect((await inventoryOf(other.lab)).resources.map(({ id }) => id)).toEqual(
      before.resources.map(({ id }) => id),
    );
  });
});
