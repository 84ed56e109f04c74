/** Two processes that build or take down the same lab at the same time. */
import { describe, expect, it } from "vitest";
import { LabError } from "../../src/aws/errors.ts";
import { whoAmI } from "../../src/aws/identity.ts";
import { readInventory } from "../../src/aws/inventory.ts";
import { Context } from "../../src/simulator/context.ts";
import { labOnAws } from "../steps/lab-context.ts";
import { census } from "./census.ts";
import { cleanJourney, expectNothingOfTheLab, expectTeardown } from "./matrix.ts";
import { clientsOf, openWorld, type Run, type TestWorld, teardown, up } from "./world.ts";

const clean = await cleanJourney();
const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);

/** 20 to 400 ms a call: another seed, another order in which the two meet. */
function latencies(seed: number): () => number {
  const chance = new Context({ ...openWorld(clean.empty).state(), random: seed }, "us-east-1", 0);
  return () => chance.randomInteger(20, 400);
}

/** It came to its end, or to a sentence that says what to do. */
function expectEnded({ end }: Run<unknown>): void {
  if (end.kind !== "failed") return;
  expect(end.error).toBeInstanceOf(LabError);
  expect((end.error as LabError).next).not.toEqual([]);
}

/** What `status` shows holds everything that carries the lab's tag, doubles included. */
async function expectAllInInventory(world: TestWorld): Promise<void> {
  const { lab } = labOnAws(clientsOf(world));
  const { account } = await whoAmI(lab.aws);
  const { resources } = await readInventory(lab.aws, lab.spec, { account });
  const shown = new Set(resources.map(({ id }) => id));
  const unseen = [...census(world.state())].filter(
    ([key, { tags }]) => tags?.["vpclab:lab"] === lab.spec.lab && !shown.has(key.slice(key.indexOf(" ") + 1)),
  );
  // What goes with its instance has no row of its own.
  expect(unseen.map(([key]) => key).filter((key) => !/^(networkInterfaces|volumes) /.test(key))).toEqual([]);
}

describe("two ups at once", () => {
  it.each(SEEDS)("both end, and teardown takes what both made (%i)", async (seed) => {
    const world = openWorld(clean.empty);
    const runs = await Promise.all([
      up(world, { latency: latencies(seed) }),
      up(world, { latency: latencies(seed + 1000) }),
    ]);
    runs.forEach(expectEnded);
    await expectAllInInventory(world);
    await expectTeardown(world, clean);
  });
});

describe("two teardowns at once", () => {
  it.each(SEEDS)("both end complete (%i)", async (seed) => {
    const world = openWorld(clean.built);
    const runs = await Promise.all([
      teardown(world, { latency: latencies(seed) }),
      teardown(world, { latency: latencies(seed + 1000) }),
    ]);
    for (const { end } of runs) {
      if (end.kind === "failed") throw end.error;
      if (end.kind === "done")
        expect(end.value.removals.filter(({ outcome }) => outcome === "failed")).toEqual([]);
    }
    await expectNothingOfTheLab(world, clean);
  });
});

describe("a teardown while an up still builds", () => {
  it.each(SEEDS)("leaves nothing that the next teardown does not take (%i)", async (seed) => {
    const world = openWorld(clean.empty);
    const { clock } = world.aws.world;
    const building = up(world, { latency: latencies(seed) });
    await clock.sleep(seed * 1_500);
    const removed = await teardown(world, { latency: latencies(seed + 1000) });
    if (removed.end.kind === "failed") throw removed.end.error;
    expectEnded(await building);
    await expectTeardown(world, clean);
  });
});
