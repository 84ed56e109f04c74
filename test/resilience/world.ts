/** One embedded AWS for one case, in memory and virtual time, and what a process does to it: `up` or `teardown`. */
import { setMaxListeners } from "node:events";
import { type Aws, connect } from "../../src/aws/clients.ts";
import { whoAmI } from "../../src/aws/identity.ts";
import { readInventory } from "../../src/aws/inventory.ts";
import { Interrupted } from "../../src/lab/error.ts";
import { VirtualClock } from "../../src/simulator/clock.ts";
import type { EmbeddedAws } from "../../src/simulator/embedded-aws.ts";
import { createEmbeddedAws } from "../../src/simulator/index.ts";
import type { WorldState } from "../../src/simulator/state.ts";
import { MemoryStorage } from "../../src/simulator/storage.ts";
import { type Receipt, walkDown, walkUp } from "../../src/steps/walk.ts";
import { labOnAws, type TestLab } from "../steps/lab-context.ts";
import type { Call } from "./calls.ts";
import { type Fault, faultyHandler } from "./faults.ts";

export const REGION = "us-east-1";
/** The same world, latencies included, in each case: what differs is the fault. */
const SEED = 20_260_105;

export interface TestWorld {
  readonly aws: EmbeddedAws;
  /** All that it holds, as it would be saved. */
  state(): WorldState;
  text(): string;
}

/** @param saved a world to begin with a copy of; default: an empty one */
export function openWorld(saved?: string): TestWorld {
  const storage = new MemoryStorage();
  if (saved !== undefined) storage.write(saved);
  const clock = new VirtualClock();
  // Two labs at once are more VPCs than AWS's default quota has room for.
  const aws = createEmbeddedAws({ storage, clock, seed: SEED, quotas: { vpcs: 20, internetGateways: 20 } });
  const text = () => {
    const saved = storage.read();
    if (saved === undefined) throw new Error("Nobody has called yet: there is no world.");
    return saved;
  };
  return { aws, text, state: () => JSON.parse(text()) };
}

/** Clients without a fault, as a bystander has them. */
export function clientsOf({ aws }: TestWorld): Aws {
  return connectBy(aws, faultyHandler(aws, undefined).handler, new AbortController().signal);
}

function connectBy(
  aws: EmbeddedAws,
  requestHandler: ReturnType<typeof faultyHandler>["handler"],
  signal: AbortSignal,
): Aws {
  return connect({
    region: REGION,
    signal,
    embedded: {
      requestHandler,
      clock: aws.world.clock,
      credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "not-a-secret" },
    },
  });
}

/** How a process ended. */
export type End<T> =
  | { readonly kind: "done"; readonly value: T }
  | { readonly kind: "failed"; readonly error: unknown }
  | { readonly kind: "killed" };

export interface Run<T> {
  readonly end: End<T>;
  /** Whether the call met its fault. */
  readonly wasHit: boolean;
  readonly test: TestLab;
}

export interface RunOptions {
  readonly fault?: Fault | undefined;
  /** What a call takes before it reaches AWS, in ms of world time. Default: nothing. */
  readonly latency?: () => number;
  readonly onCall?: (call: Call) => void;
}

/** A process that builds the lab, with new clients and no memory of earlier ones. */
export function up(world: TestWorld, options: RunOptions = {}): Promise<Run<void>> {
  return run(world, options, async ({ lab }) => {
    await walkUp(lab);
  });
}

/** A process that takes it down. */
export function teardown(world: TestWorld, options: RunOptions = {}): Promise<Run<Receipt>> {
  return run(world, options, async ({ lab }) => {
    const { account } = await whoAmI(lab.aws);
    return walkDown(lab, await readInventory(lab.aws, lab.spec, { account }));
  });
}

async function run<T>(
  { aws }: TestWorld,
  { fault, latency, onCall }: RunOptions,
  work: (test: TestLab) => Promise<T>,
): Promise<Run<T>> {
  const interruption = new AbortController();
  setMaxListeners(0, interruption.signal);
  const { handler, hit } = faultyHandler(aws, fault, {
    ...(onCall && { onCall }),
    ...(latency && { latency }),
    interrupt: () => interruption.abort(new Interrupted()),
  });
  const test = labOnAws(connectBy(aws, handler, interruption.signal));
  const end = await Promise.race<End<T>>([
    work(test).then(
      (value) => ({ kind: "done", value }),
      (error: unknown) => ({ kind: "failed", error }),
    ),
    hit.killed.then(() => ({ kind: "killed" })),
  ]);
  // Whatever of it still sleeps wakes up to nothing: no call of its is let through.
  if (end.kind === "killed") interruption.abort(new Error("killed"));
  return { end, wasHit: hit.times() > 0, test };
}
