import { DescribeInstancesCommand, DescribeVpcsCommand } from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { flowLog } from "../../src/steps/flow-log.ts";
import { instances } from "../../src/steps/instances.ts";
import { logGroup } from "../../src/steps/log-group.ts";
import { prepare } from "../../src/steps/prepare.ts";
import type { Step } from "../../src/steps/step.ts";
import { vpcs } from "../../src/steps/vpcs.ts";
import { walkDown, walkUp } from "../../src/steps/walk.ts";
import { embeddedLab, inventoryOf, labBeside } from "./lab-context.ts";

const STEPS: readonly Step[] = [prepare, vpcs, instances, logGroup, flowLog];

describe("the network and its instances on the embedded AWS", () => {
  it("keeps the default VPC", async () => {
    const { lab } = embeddedLab();
    await walkUp(lab, { steps: STEPS });
    await walkDown(lab, await inventoryOf(lab), STEPS);
    const { Vpcs = [] } = await lab.aws.ec2.send(new DescribeVpcsCommand({}));
    expect(Vpcs.map(({ IsDefault }) => IsDefault)).toEqual([true]);
  });

  it("ends its instances by itself after the hours that it was made for, and leaves the rest for the teardown", async () => {
    const { lab } = embeddedLab({ hours: 2 });
    await walkUp(lab, { steps: STEPS });
    await lab.aws.clock.sleep(118 * 60_000);
    expect((await inventoryOf(lab)).instances.map(({ State }) => State?.Name)).toEqual([
      "running",
      "running",
    ]);
    await lab.aws.clock.sleep(5 * 60_000);
    const forgotten = await inventoryOf(lab);
    expect(forgotten.fading.map(({ type, state }) => `${type} ${state}`)).toEqual([
      "instance terminated",
      "instance terminated",
    ]);
    expect(forgotten.resources.map(({ type }) => type)).not.toContain("instance");
    expect(await walkDown(lab, forgotten, STEPS)).toMatchObject({ complete: true, leftovers: [] });
  });

  it("starts the second instance only, where the first stands already", async () => {
    const run = embeddedLab();
    await walkUp(run.lab, { steps: STEPS });
    const built = await inventoryOf(run.lab);
    await instances.down(run.lab, {
      ...built,
      resources: built.resources.filter(({ part }) => part === "instance-2"),
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
