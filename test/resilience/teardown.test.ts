/** Every call of `teardown` meets every fault. */
import { describe, it } from "vitest";
import { AFTER_EFFECT, FAULT_KINDS } from "./faults.ts";
import { casesOf, cleanJourney, expectComplete, expectTeardown, faultyTeardown } from "./matrix.ts";
import { openWorld } from "./world.ts";

const clean = await cleanJourney();

describe("teardown is followed by up, which ends complete", () => {
  it.each(casesOf(clean.downCalls, FAULT_KINDS))("$call · $kind", async (fault) => {
    const world = openWorld(clean.built);
    await faultyTeardown(world, clean, fault);
    await expectComplete(world, clean);
    await expectTeardown(world, clean);
  });
});

describe("teardown is completed by the next teardown", () => {
  it.each(casesOf(clean.downCalls, AFTER_EFFECT))("$call · $kind", async (fault) => {
    const world = openWorld(clean.built);
    await faultyTeardown(world, clean, fault);
    await expectTeardown(world, clean);
  });
});
