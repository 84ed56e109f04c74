/** Going on where an earlier run ended: what is done is told in a line, and not asked, pinged and explained again. */
import { whoAmI } from "../aws/identity.ts";
import { readInventory } from "../aws/inventory.ts";
import type { Narrator } from "../lab/narrator.ts";
import { STEP_IDS, type StepId } from "../lab/spec.ts";
import { STEPS } from "./index.ts";
import type { LabContext, Step } from "./step.ts";

/** The steps that show rather than make, and what shows the same again: there is nothing in them to make sure of. */
const SHOWN_AGAIN_BY: Partial<Record<StepId, string>> = {
  "first-ping": "vpclab ping",
  peering: "vpclab ping",
  analyze: "vpclab insights",
};

/**
 * The steps from the first on that an earlier run has done and that AWS shows to stand. What follows one that is not
 * done is walked in full, whatever the journal says of it: it was done with something else.
 */
export async function doneSteps({ aws, spec, journal, prepared }: LabContext): Promise<Set<StepId>> {
  const walked = new Set(
    journal.entries().map((entry) => (entry.kind === "step-done" ? entry.step : undefined)),
  );
  if (!walked.has("prepare")) return new Set();
  const account = prepared.account ?? (await whoAmI(aws)).account;
  const inventory = await readInventory(aws, spec, { account });
  const end = STEPS.findIndex(
    (step) => !walked.has(step.id) || step.state(inventory, journal, spec) !== "done",
  );
  return new Set(STEPS.slice(0, end === -1 ? undefined : end).map(({ id }) => id));
}

/**
 * Tells that a step is done, and makes sure of all that it makes, quietly: only what had to be made again is told.
 * @throws what the step throws
 */
export async function resume(lab: LabContext, step: Step): Promise<void> {
  const again = SHOWN_AGAIN_BY[step.id];
  const number = STEP_IDS.indexOf(step.id);
  const where = number === 0 ? "Before we begin" : `Step ${number} of ${STEP_IDS.length - 1}`;
  lab.narrator.stands?.(
    `${where} · ${step.title}: ${again === undefined ? "stands already" : `done (again: ${again})`}`,
  );
  if (again === undefined) await step.up({ ...lab, narrator: quiet(lab.narrator) });
}

function quiet(narrator: Narrator): Narrator {
  return {
    resource: (event) => {
      if (event.outcome === "made") narrator.resource(event);
    },
    say: () => undefined,
    warn: (text) => narrator.warn(text),
    wait: (_wait, work) => work(() => undefined),
    finding: async () => undefined,
    predict: async () => undefined,
  };
}
