/**
 * The matrix: every call that changes something, of `up` and of `teardown`, meets every fault. A clean journey is
 * recorded first, so no call can be forgotten. One world a case.
 */
import { expect } from "vitest";
import { codeOf } from "../../src/aws/errors.ts";
import type { Receipt } from "../../src/steps/walk.ts";
import type { Call } from "./calls.ts";
import { type Census, census, shape } from "./census.ts";
import { type Fault, type FaultKind, PASSING, REFUSAL_CODES } from "./faults.ts";
import { plantStrangers } from "./strangers.ts";
import { clientsOf, openWorld, type Run, type TestWorld, teardown, up } from "./world.ts";

/** A journey without a fault: what every case is held against. */
export interface CleanJourney {
  /** The calls that change something, each once, in their order. */
  readonly upCalls: readonly string[];
  readonly downCalls: readonly string[];
  /** Worlds to begin with: only strangers in it; the lab standing too. */
  readonly empty: string;
  readonly built: string;
  readonly strangers: Census;
  /** Of a complete lab. */
  readonly shape: readonly string[];
}

export async function cleanJourney(): Promise<CleanJourney> {
  const world = openWorld();
  await plantStrangers(clientsOf(world));
  const empty = world.text();
  const strangers = census(world.state());
  const upCalls = await recorded((onCall) => up(world, { onCall }));
  const built = world.text();
  const standing = census(world.state());
  const downCalls = await recorded((onCall) => teardown(world, { onCall }));
  const journey = { upCalls, downCalls, empty, built, strangers, shape: shape(standing, strangers) };
  await expectNothingOfTheLab(world, journey);
  return journey;
}

/** The calls of a run that change something, each once, in their order. */
export async function recorded(
  walk: (onCall: (call: Call) => void) => Promise<Run<unknown>>,
): Promise<string[]> {
  const names = new Set<string>();
  const { end } = await walk(({ name }) => name !== undefined && names.add(name));
  if (end.kind === "failed") throw end.error;
  return [...names];
}

export function casesOf(calls: readonly string[], kinds: Iterable<FaultKind>): Fault[] {
  return calls.flatMap((call) => [...kinds].map((kind) => ({ call, kind })));
}

/** An `up` with a fault ends as that fault has to end it. */
export async function faultyUp(world: TestWorld, fault: Fault): Promise<void> {
  const { end, wasHit } = await up(world, { fault });
  expect(wasHit, `${fault.call} was made and met its fault`).toBe(true);
  expectEnd(end, fault);
}

/** A `teardown` with a fault: what it could not delete is in its receipt, never an error. */
export async function faultyTeardown(world: TestWorld, clean: CleanJourney, fault: Fault): Promise<void> {
  const { end, wasHit } = await teardown(world, { fault });
  expect(wasHit, `${fault.call} was made and met its fault`).toBe(true);
  if (end.kind === "done" && end.value.complete) await expectNothingOfTheLab(world, clean);
  if (fault.kind !== "refused for good") {
    expectEnd(end, fault);
    if (end.kind === "done") expectCompleteReceipt(end.value);
    return;
  }
  if (end.kind !== "done") throw new Error(`teardown ${end.kind}`, { cause: end });
  // What may not be deleted may still go with something else, as a flow log does with its VPC.
  if (end.value.complete) return;
  expect(end.value.leftovers).not.toEqual([]);
  expect(reasonsOf(end.value)).toMatch(REFUSAL_CODES);
}

function expectCompleteReceipt(receipt: Receipt): void {
  expect(receipt.removals.filter(({ outcome }) => outcome === "failed")).toEqual([]);
  expect(receipt).toMatchObject({ complete: true, leftovers: [] });
}

function reasonsOf({ removals }: Receipt): string {
  return removals.map(({ reason = "" }) => reason).join("\n");
}

function expectEnd(end: Run<unknown>["end"], { kind }: Fault): void {
  if (PASSING.has(kind)) {
    if (end.kind === "failed") throw end.error;
    expect(end.kind).toBe("done");
  } else if (kind === "refused for good") {
    if (end.kind !== "failed") throw new Error(`ended as ${end.kind} though it was refused`);
    expect(codeOf(end.error)).toMatch(REFUSAL_CODES);
  } else if (kind === "answer lost at Ctrl-C") {
    if (end.kind !== "failed") throw new Error(`ended as ${end.kind} though it was interrupted`);
    expect((end.error as Error).name).toBe("Interrupted");
  } else expect(end.kind).toBe("killed");
}

/** The next `up` ends with exactly one of everything, as a clean one leaves it. */
export async function expectComplete(world: TestWorld, clean: CleanJourney): Promise<void> {
  const { end, test } = await up(world);
  if (end.kind === "failed") throw end.error;
  expect(test.told.warnings).toEqual([]);
  expect(shape(census(world.state()), clean.strangers)).toEqual(clean.shape);
}

/** The next `teardown` leaves nothing of the lab, and what is not the lab's as it was. */
export async function expectTeardown(world: TestWorld, clean: CleanJourney): Promise<void> {
  const { end } = await teardown(world);
  if (end.kind === "failed") throw end.error;
  if (end.kind !== "done") throw new Error(`teardown ${end.kind}`);
  expectCompleteReceipt(end.value);
  await expectNothingOfTheLab(world, clean);
}

/** Records on their way have had their time to bring the log group back. */
const MUCH_LATER_MS = 1_800_000;

export async function expectNothingOfTheLab(world: TestWorld, { strangers }: CleanJourney): Promise<void> {
  await world.aws.world.clock.sleep(MUCH_LATER_MS);
  await world.aws.world.change("us-east-1", () => undefined);
  expect(Object.fromEntries(census(world.state()))).toEqual(Object.fromEntries(strangers));
}
