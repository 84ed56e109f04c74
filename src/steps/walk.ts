/** Walks the steps: forward to build the lab, back to take it down. */

import { whoAmI } from "../aws/identity.ts";
import { type Inventory, type InventoryResource, readInventory } from "../aws/inventory.ts";
import { deleteReturned } from "../aws/log-group.ts";
import { readStrays, type Stray, type Strays } from "../aws/strays.ts";
import { SHOWS_WITHIN_MS } from "../aws/visible.ts";
import { type Part, type StepId, stepOf } from "../lab/spec.ts";
import { STEPS } from "./index.ts";
import { reasonOf } from "./removal.ts";
import { doneSteps, resume } from "./resume.ts";
import type { LabContext, Removal, Step } from "./step.ts";
import { removeAlongside, removeFirst } from "./strays.ts";
import { together } from "./together.ts";

export interface WalkUpOptions {
  /** The last step to walk; all of them if undefined. */
  readonly until?: StepId | undefined;
  /** Asked before each step that is not done already, prepare included; "stop" ends the walk before it. */
  readonly beforeStep?: ((step: Step) => Promise<"go" | "stop">) | undefined;
  readonly afterStep?: ((step: Step) => Promise<void>) | undefined;
  /** Default: the lab's own. */
  readonly steps?: readonly Step[] | undefined;
}

/**
 * Builds the lab step by step; what stands already is found, not made again. Steps that an earlier run has done are
 * told in a line where the narrator can do so.
 * @returns the step before which it was stopped; undefined if it came to the end
 * @throws what a step throws: the steps before it stand, and walking again goes on from there
 */
export async function walkUp(lab: LabContext, options: WalkUpOptions = {}): Promise<StepId | undefined> {
  const done = lab.narrator.stands === undefined ? new Set() : await doneSteps(lab);
  for (const step of options.steps ?? STEPS) {
    if (done.has(step.id)) {
      await resume(lab, step);
      if (step.id === options.until) return undefined;
      continue;
    }
    if ((await options.beforeStep?.(step)) === "stop") return step.id;
    if ((await step.up(lab)) !== "unfinished")
      lab.journal.add({ kind: "step-done", at: lab.aws.clock.now(), step: step.id });
    await options.afterStep?.(step);
    if (step.id === options.until) return undefined;
  }
  return undefined;
}

export interface Leftover extends InventoryResource {
  /** Why it is still there, in a sentence or two. */
  readonly reason: string;
}

/** What came of a teardown. */
export interface Receipt {
  readonly removals: readonly Removal[];
  /** What a second look still found. */
  readonly leftovers: readonly Leftover[];
  /** What others put into the lab's VPCs and is there still: it keeps them. */
  readonly strays: Strays;
  /** Records in flight had made the log group again, and it was deleted once more. */
  readonly logGroupCameBack: boolean;
  /** Nothing is left and nothing failed. */
  readonly complete: boolean;
}

/**
 * Takes down all that the inventory holds: each step as soon as those that stand in its way have ended, well or not,
 * and what is independent side by side. Then looks again, and takes down what shows only then.
 * @param strays what others put into the lab's VPCs, to be deleted too; default: none of it
 * @throws only what ends everything: Ctrl-C, or that AWS cannot be read
 */
export async function walkDown(
  lab: LabContext,
  inventory: Inventory,
  steps: readonly Step[] = STEPS,
  strays: readonly Stray[] = [],
): Promise<Receipt> {
  let { tried, after, logGroupCameBack } = await goDown(lab, inventory, steps, strays);
  // AWS's reads run some seconds behind (AWS-FACTS §6): what was made just before may be missing from the inventory.
  const known = new Set(inventory.resources.map(({ id }) => id));
  if (after.resources.some(({ id }) => !known.has(id))) {
    const again = await goDown(lab, after, steps, []);
    const triedAgain = new Set(again.tried.map(({ id }) => id));
    tried = [...tried.filter(({ id }) => !triedAgain.has(id)), ...again.tried];
    after = again.after;
    logGroupCameBack ||= again.logGroupCameBack;
  }
  const strayed = await readStrays(lab.aws, after);
  const left = new Set([...after.resources, ...after.elsewhere, ...strayed.found].map(({ id }) => id));
  // What could not be deleted and is gone all the same went with what it hung on: a flow log with its VPC. A log group
  // that came back carries no tag, so that it is not among the leftovers does not say that it is gone.
  const removals = tried.map((removal): Removal => {
    if (removal.outcome !== "failed" || removal.type === "log-group" || left.has(removal.id)) return removal;
    const { reason: _reason, ...gone } = removal;
    return { ...gone, outcome: "absent" };
  });
  const leftovers = [
    ...becauseOf(after.resources, removals, () => "AWS still shows it."),
    ...notInTheLab(after, removals),
  ];
  return {
    removals,
    leftovers,
    strays: strayed,
    logGroupCameBack,
    complete: leftovers.length === 0 && removals.every(({ outcome }) => outcome !== "failed"),
  };
}

/** Once through the steps, and a look at what is left. */
async function goDown(
  lab: LabContext,
  inventory: Inventory,
  steps: readonly Step[],
  strays: readonly Stray[],
): Promise<{ tried: readonly Removal[]; after: Inventory; logGroupCameBack: boolean }> {
  const begun = lab.aws.clock.now();
  const first = await removeFirst(lab, strays);
  const rest = await Promise.all([removeAlongside(lab, strays), takeDown(lab, inventory, steps)]);
  const tried = [...first, ...rest.flat()];
  lab.aws.signal.throwIfAborted();
  const groupDeleted = tried.some(({ type, outcome }) => type === "log-group" && outcome === "deleted");
  // A group that came back carries no tag: it is looked for by its name, and the rest by the tag, at the same time.
  const [logGroupCameBack, after] = await together(lab, [
    groupDeleted ? deleteReturned(lab.aws, lab.spec.nameOf("log-group"), begun) : Promise.resolve(false),
    lookAgain(lab, inventory, tried, begun + SHOWS_WITHIN_MS),
  ]);
  return { tried, after, logGroupCameBack };
}

/** See placed.ts. */
export function whyNotInTheLab({ attachedTo }: InventoryResource): string {
  return attachedTo === undefined
    ? "It carries the lab's tag, but is in none of the lab's VPCs."
    : `It carries the lab's tag, but is attached to ${attachedTo}, which is not the lab's.`;
}

/** What carries the lab's tag elsewhere, and so stays unless it was named. */
export function notInTheLab({ elsewhere }: Inventory, removals: readonly Removal[] = []): Leftover[] {
  return becauseOf(elsewhere, removals, whyNotInTheLab);
}

function becauseOf(
  resources: readonly InventoryResource[],
  removals: readonly Removal[],
  otherwise: (resource: InventoryResource) => string,
): Leftover[] {
  return resources.map((resource) => ({
    ...resource,
    reason: removals.find(({ id }) => id === resource.id)?.reason ?? otherwise(resource),
  }));
}

async function takeDown(lab: LabContext, inventory: Inventory, steps: readonly Step[]): Promise<Removal[]> {
  const running = new Map<StepId, Promise<Removal[]>>();
  const down = (step: Step): Promise<Removal[]> => {
    const begun = running.get(step.id) ?? afterOthers(step);
    running.set(step.id, begun);
    return begun;
  };
  const afterOthers = async (step: Step): Promise<Removal[]> => {
    await Promise.all(steps.filter(({ id }) => step.downAfter.includes(id)).map(down));
    try {
      return await step.down(lab, inventory);
    } catch (error) {
      // No step's `down` throws; should one do so all the same, the others still go on and the receipt says it.
      return inventory.resources
        .filter(({ part }) => stepOf(part as Part) === step.id)
        .map(({ type, part, id, name }) => ({
          type,
          part,
          id,
          name,
          outcome: "failed" as const,
          reason: reasonOf(error),
        }));
    }
  };
  // In the steps' order, whichever ended first.
  return (await Promise.all(steps.map(down))).flat();
}

/** Reads are eventually consistent too: what was seen gone may show once more. */
const LOOKS = 4;
const LOOK_EVERY_MS = 3_000;

/** @param notBefore in ms: until then, what the first look missed may be missed once more */
async function lookAgain(
  lab: LabContext,
  before: Inventory,
  removals: readonly Removal[],
  notBefore: number,
): Promise<Inventory> {
  const { aws, spec, prepared } = lab;
  await aws.clock.sleep(Math.max(0, notBefore - aws.clock.now()), aws.signal);
  const account = prepared.account ?? (await whoAmI(aws)).account;
  const failed = removals.filter(({ outcome }) => outcome === "failed");
  const toStay = new Set([...failed, ...before.elsewhere].map(({ id }) => id));
  for (let look = 1; ; look++) {
    const inventory = await readInventory(aws, spec, { account });
    // Also elsewhere: what shows a little longer than the VPC that it was in seems to be in another one.
    const shown = [...inventory.resources, ...inventory.elsewhere];
    if (look === LOOKS || shown.every(({ id }) => toStay.has(id))) return inventory;
    await aws.clock.sleep(LOOK_EVERY_MS, aws.signal);
  }
}
