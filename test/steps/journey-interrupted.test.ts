import { describe, expect, it } from "vitest";
import { readInventory } from "../../src/aws/inventory.ts";
import type { CallTrace } from "../../src/aws/middleware.ts";
import { walkDown, walkUp } from "../../src/steps/walk.ts";
import { inventoryOf, labOnAws, newEmbeddedAws } from "./lab-context.ts";

const NEVER = new AbortController().signal;

/** Stops, as Ctrl-C does, after so many calls that make or delete something. */
function stoppingAfter(changes: number): { signal: AbortSignal; trace: (call: CallTrace) => void } {
  const controller = new AbortController();
  let done = 0;
  return {
    signal: controller.signal,
    trace({ operation }) {
      if (/^(Describe|Get|List)/.test(operation)) return;
      done++;
      if (done === changes) controller.abort(new Error("interrupted"));
    },
  };
}

/** Every third place, so that the whole stays quick; all sub-steps are among them. */
const PLACES = Array.from({ length: 12 }, (_, index) => 1 + index * 3);

describe("an interrupted lab", () => {
  it.each(PLACES)(
    "built after change %i was stopped, is completed by the next run and nothing is made twice",
    async (n) => {
      const aws = newEmbeddedAws();
      const { signal, trace } = stoppingAfter(n);
      await expect(walkUp(labOnAws(aws(signal, trace)).lab, { until: "flow-log" })).rejects.toThrow(
        "interrupted",
      );
      const { lab } = labOnAws(aws(NEVER));
      await walkUp(lab, { until: "flow-log" });
      const { resources } = await inventoryOf(lab);
      expect(resources.map(({ part }) => part).sort()).toEqual(
        [...new Set(resources.map(({ part }) => part))].sort(),
      );
      expect(resources).toHaveLength(18);
    },
  );

  it.each([1, 4, 8, 12, 16])("torn down until change %i, is gone after the next teardown", async (n) => {
    const aws = newEmbeddedAws();
    const built = labOnAws(aws(NEVER)).lab;
    await walkUp(built, { until: "flow-log" });
    const account = built.prepared.account ?? "";
    const { signal, trace } = stoppingAfter(n);
    const stopped = labOnAws(aws(signal, trace)).lab;
    await expect(walkDown(stopped, await readInventory(built.aws, built.spec, { account }))).rejects.toThrow(
      "interrupted",
    );
    const receipt = await walkDown(built, await readInventory(built.aws, built.spec, { account }));
    expect(receipt).toMatchObject({ leftovers: [], complete: true });
  });
});
