/**
 * `kill -9` of the built program at chosen calls, against `vpclab simulator --faults`: the fault holds the call back
 * for longer than anybody waits, before its effect or before its answer, and says so; then the process is killed.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Run } from "../cli/run-program.ts";
import { freshHome } from "../cli/vpclab.ts";
import { census, shape } from "./census.ts";
import { cleanJourney } from "./matrix.ts";
import { clientOf, type Home, homeBelow, SPEED, TEARDOWN, told, UP, worldOf } from "./process.ts";

const clean = await cleanJourney();
const file = freshHome();

/** Real hours at this speed: the call is still held when the process is long dead. */
const HELD_MS = 10_000_000;

interface Kill {
  /** As in a faults file: "ec2:CreateVpc". */
  readonly operation: string;
  readonly when: "before" | "after";
  /** What is run next. */
  readonly next: "up" | "teardown";
}

/** Each operation once: before and after its effect in turn, and after each of these every other way on. */
function killsOf(calls: readonly string[]): Kill[] {
  const operations = new Set(calls.map((call) => call.replace(/ \d+$/, "")));
  return [...operations].map((operation, index) => ({
    operation: `${serviceOf(operation)}:${operation}`,
    when: index % 2 === 0 ? "after" : "before",
    next: index % 4 < 2 ? "up" : "teardown",
  }));
}

function serviceOf(operation: string): string {
  if (/LogGroup|Query$/.test(operation)) return "logs";
  if (/Command/.test(operation)) return "ssm";
  return /Role|Policy|InstanceProfile/.test(operation) && !/Route/.test(operation) ? "iam" : "ec2";
}

/** `vpclab simulator` on the home's world while `work` runs. */
async function simulated<T>(
  home: Home,
  faults: readonly object[],
  work: (endpoint: string, fault: Promise<void>) => Promise<T>,
): Promise<T> {
  const path = join(home.folder, "faults.json");
  writeFileSync(path, JSON.stringify(faults));
  let stop = () => {};
  let met = () => {};
  const fault = new Promise<void>((resolve) => {
    met = resolve;
  });
  let ended: Promise<Run> | undefined;
  const endpoint = await new Promise<string>((resolve, reject) => {
    ended = home.vpclab(["simulator", "--port", "0", "--json", "--speed", String(SPEED), "--faults", path], {
      during(process) {
        stop = () => process.kill("SIGKILL");
        process.stdout?.once("data", (line) => resolve(JSON.parse(String(line)).endpoint));
        process.stderr?.on("data", (text) => String(text).includes("fault: ") && met());
      },
    });
    ended.then((run) => reject(new Error(told(run))), reject);
  });
  try {
    return await work(endpoint, fault);
  } finally {
    stop();
    await ended;
  }
}

/** Runs vpclab until its call is held, and kills it there. */
async function killAt(
  home: Home,
  args: readonly string[],
  endpoint: string,
  fault: Promise<void>,
): Promise<void> {
  const run = await home.vpclab(args, {
    env: clientOf(endpoint),
    during: (process) => void fault.then(() => process.kill("SIGKILL")),
  });
  expect(run.code, told(run)).toBeNull();
}

async function expectUp(home: Home, endpoint: string): Promise<void> {
  const run = await home.vpclab(UP, { env: clientOf(endpoint) });
  expect(run.code, told(run)).toBe(0);
  expect(shape(census(worldOf(home)), clean.strangers)).toEqual(clean.shape);
}

async function expectTeardown(home: Home, endpoint: string): Promise<void> {
  const run = await home.vpclab(TEARDOWN, { env: clientOf(endpoint) });
  expect(run.code, told(run)).toBe(0);
  expect(Object.fromEntries(census(worldOf(home)))).toEqual(Object.fromEntries(clean.strangers));
}

function holding({ operation, when }: Kill): object[] {
  return [{ operation, calls: 1, fault: "delay", ms: HELD_MS, when }];
}

describe("up, killed", () => {
  it.each(killsOf(clean.upCalls).filter(({ operation }) => operation !== "logs:StartQuery"))(
    "$when $operation, then $next",
    async (kill) => {
      const home = homeBelow(file, `up-${kill.operation.replace(":", "-")}`, clean.empty);
      await simulated(home, holding(kill), async (endpoint, fault) => {
        await killAt(home, UP, endpoint, fault);
        if (kill.next === "up") await expectUp(home, endpoint);
        await expectTeardown(home, endpoint);
      });
    },
  );
});

describe("teardown, killed", () => {
  let built: string;
  beforeAll(async () => {
    const home = homeBelow(file, "built", clean.empty);
    await simulated(home, [], (endpoint) => expectUp(home, endpoint));
    built = JSON.stringify(worldOf(home));
  });

  it.each(killsOf(clean.downCalls))("$when $operation, then $next", async (kill) => {
    const home = homeBelow(file, `teardown-${kill.operation.replace(":", "-")}`, built);
    await simulated(home, holding(kill), async (endpoint, fault) => {
      await killAt(home, TEARDOWN, endpoint, fault);
      if (kill.next === "up") await expectUp(home, endpoint);
      await expectTeardown(home, endpoint);
    });
  });
});
