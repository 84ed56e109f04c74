/**
 * The tutorial's way: the same steps and the same calls, but one call at a time, and each step waited for to its end
 * before the next: instances until they run and their agents are Online, and taken down one kind after the other.
 */
import { waitForAgents } from "../src/aws/agent.ts";
import { connect } from "../src/aws/clients.ts";
import { whoAmI } from "../src/aws/identity.ts";
import { waitUntilRunning } from "../src/aws/instance-running.ts";
import { readInventory } from "../src/aws/inventory.ts";
import { lookBeforeBuilding } from "../src/aws/readiness/before-building.ts";
import { silentNarrator } from "../src/commands/narrate.ts";
import { memoryJournal } from "../src/lab/journal.ts";
import { DEFAULT_OPTIONS, labSpec, type StepId } from "../src/lab/spec.ts";
import { findHosts } from "../src/steps/hosts.ts";
import { STEPS } from "../src/steps/index.ts";
import type { LabContext, Step } from "../src/steps/step.ts";
import { walkDown, walkUp } from "../src/steps/walk.ts";
import { type LabAccount, REGION, type Run } from "./lab-account.ts";
import { type Term, teardownBound, upBound } from "./lab-bound.ts";

/** Each of a teardown's steps after the one before it: AWS-FACTS' order. */
const DOWN: readonly StepId[] = ["flow-log", "instances", "peering", "vpcs", "prepare", "log-group"];

export interface Serial {
  readonly up: Run;
  readonly upBound: readonly Term[];
  readonly down: Run;
  readonly downBound: readonly Term[];
}

export async function serially(account: LabAccount): Promise<Serial> {
  const { embedded, calls } = account.way({ oneAtATime: true });
  const signal = new AbortController().signal;
  const aws = connect({ region: REGION, signal, embedded: embedded.connection });
  const spec = labSpec({ ...DEFAULT_OPTIONS, region: REGION, hours: undefined });
  const begun = aws.clock.now();
  const { account: number } = await whoAmI(aws);
  const { ingredients } = await lookBeforeBuilding(aws, spec, number);
  const journal = memoryJournal();
  const lab: LabContext = {
    spec,
    aws,
    journal,
    narrator: silentNarrator(),
    prepared: { account: number, ...ingredients },
  };
  await walkUp(lab, { until: "peering", afterStep: (step) => waitForEnd(lab, step) });
  const ping = journal.entries().findLast(({ kind }) => kind === "ping");
  if (ping?.kind !== "ping" || !ping.ping.reachable) throw new Error("The private ping has not answered.");
  const of = { account, lab: spec.lab };
  const up = { tookMs: ping.at - begun, calls: [...calls] };
  const chain = await upBound(of, up);

  const downBegun = aws.clock.now();
  await whoAmI(aws);
  const inventory = await readInventory(aws, spec, { account: number });
  const receipt = await walkDown(lab, inventory, inTurn());
  if (!receipt.complete) throw new Error("The teardown left something.");
  const down = { tookMs: aws.clock.now() - downBegun, calls: calls.slice(up.calls.length) };
  return { up, upBound: chain, down, downBound: await teardownBound(of) };
}

async function waitForEnd(lab: LabContext, { id }: Step): Promise<void> {
  if (id !== "instances") return;
  const ids = (await findHosts(lab)).map(({ instanceId }) => instanceId);
  await waitUntilRunning(lab.aws, ids);
  await waitForAgents(lab.aws, ids);
}

function inTurn(): Step[] {
  return STEPS.map((step) => {
    const before = DOWN[DOWN.indexOf(step.id) - 1];
    return { ...step, downAfter: before === undefined ? [] : [before] };
  });
}
