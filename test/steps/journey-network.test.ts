import { DescribeInstancesCommand, DescribeVpcsCommand } from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { type Inventory, readInventory } from "../../src/aws/inventory.ts";
import { flowLog } from "../../src/steps/flow-log.ts";
import { instances } from "../../src/steps/instances.ts";
import { logGroup } from "../../src/steps/log-group.ts";
import { prepare } from "../../src/steps/prepare.ts";
import type { LabContext, Step } from "../../src/steps/step.ts";
import { vpcs } from "../../src/steps/vpcs.ts";
import { walkDown, walkUp } from "../../src/steps/walk.ts";
import { embeddedLab, labBeside } from "./lab-context.ts";

const STEPS: readonly Step[] = [prepare, vpcs, instances, logGroup, flowLog];

function inventoryOf({ aws, spec, prepared }: LabContext): Promise<Inventory> {
  return readInventory(aws, spec, { account: prepared.account ?? "" });
}

describe("the network and its instances on the embedded AWS", () => {
  it("makes everything once, finds it the second time, and takes it all down again", async () => {
    const first = embeddedLab();
    await walkUp(first.lab, { steps: STEPS });
    const built = await inventoryOf(first.lab);
    expect(built.resources).toHaveLength(18);
    expect(STEPS.map((step) => step.state(built, first.lab.journal))).toEqual(STEPS.map(() => "done"));

    const second = labBeside(first);
    await walkUp(second.lab, { steps: STEPS });
    expect(second.told.resources.filter(({ outcome }) => outcome === "made")).toEqual([]);
    expect((await inventoryOf(second.lab)).resources).toEqual(built.resources);

    const receipt = await walkDown(second.lab, built, STEPS);
    expect(receipt.removals.filter(({ outcome }) => outcome !== "deleted")).toEqual([]);
    expect(receipt).toMatchObject({ leftovers: [], complete: true });
    expect(receipt.removals).toHaveLength(18);
  });

  it("keeps the default VPC", async () => {
    const { lab } = embeddedLab();
    await walkUp(lab, { steps: STEPS });
    await walkDown(lab, await inventoryOf(lab), STEPS);
    const { Vpcs = [] } = await lab.aws.ec2.send(new DescribeVpcsCommand({}));
    expect(Vpcs.map(({ IsDefault }) => IsDefault)).toEqual([true]);
  });

  it("starts the second instance only, where the first stands already", async () => {
    const run = embeddedLab();
    await walkUp(run.lab, { steps: STEPS });
    const { instances: standing } = await inventoryOf(run.lab);
    const [, second] = standing;
    await instances.down(run.lab, {
      ...(await inventoryOf(run.lab)),
      resources: [
        { type: "instance", part: "instance-2", id: second?.InstanceId ?? "", name: "", state: "running" },
      ],
    });
    const again = labBeside(run);
    await walkUp(again.lab, { steps: STEPS });
    expect(again.told.resources.filter(({ outcome }) => outcome === "made").map(({ part }) => part)).toEqual([
      "instance-2",
    ]);
    const { Reservations = [] } = await run.lab.aws.ec2.send(new DescribeInstancesCommand({}));
    expect(Reservations).toHaveLength(3);
  });
});
