/** Every call of `up` meets every fault. */
import { describe, it } from "vitest";
import { AFTER_EFFECT, FAULT_KINDS } from "./faults.ts";
import { casesOf, cleanJourney, expectComplete, expectTeardown, faultyUp } from "./matrix.ts";
import { openWorld } from "./world.ts";

const clean = await cleanJourney();

describe("up is completed by the next up, and taken down after that", () => {
  it.each(casesOf(clean.upCalls, FAULT_KINDS))("$call · $kind", async (fault) => {
    const world = openWorld(clean.empty);
    await faultyUp(world, fault);
    await expectComplete(world, clean);
    await expectTeardown(world, clean);
  });
});

describe("up is taken down without another up", () => {
  it.each(casesOf(clean.upCalls, AFTER_EFFECT))("$call · $kind", async (fault) => {
    const world = openWorld(clean.empty);
    await faultyUp(world, fault);
    await expectTeardown(world, clean);
  });
});
