/** A lab by --endpoint-url: everything says that this is not AWS itself, and nothing names AWS's prices for it. */
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { insights } from "../../src/commands/insights.ts";
import { ping } from "../../src/commands/ping.ts";
import type { GlobalOptions, Program } from "../../src/commands/program.ts";
import { status } from "../../src/commands/status.ts";
import { teardown } from "../../src/commands/teardown.ts";
import { up } from "../../src/commands/up.ts";
import { ScaledClock } from "../../src/simulator/clock.ts";
import { createEmbeddedAws } from "../../src/simulator/index.ts";
import { type RunningServer, startServer } from "../../src/simulator/server.ts";
import { MemoryStorage } from "../../src/simulator/storage.ts";
import { labHome, type Ran, refusal, SIMULATED, unwrapped } from "./in-process.ts";

const home = labHome();
let server: RunningServer;
let options: GlobalOptions;
let affair = "";

beforeAll(async () => {
  const aws = createEmbeddedAws({ storage: new MemoryStorage(), clock: new ScaledClock(1_000) });
  server = await startServer({ aws, port: 0 });
  options = { endpointUrl: server.endpoint, region: "us-east-1", simulate: false };
  affair = `${server.endpoint}, which is not AWS itself: whether that costs anything is its own affair`;
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "not-a-secret");
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

const run = async (command: (program: Program) => Promise<number>): Promise<Ran & { all: string }> => {
  const ran = await home.run(command);
  return { ...ran, all: unwrapped(ran.stderr + ran.stdout) };
};

it("is never begun for somebody who is not there, and is not said to be billed by AWS", async () => {
  const error = await refusal(() => run((program) => up(program, options)));
  expect(error).toMatchObject({ exitCode: 2, message: expect.stringContaining("may be billed") });
  expect(String(error)).not.toContain("AWS");
});

it("is not pinged from one's own machine: its addresses may be anybody's", async () => {
  const error = await refusal(() =>
    run((program) => ping(program, "8.8.8.8", { ...options, from: "local" })),
  );
  expect(error).toMatchObject({
    exitCode: 2,
    message: `${server.endpoint} is not AWS itself: from your own machine, a stranger would answer for its addresses.`,
  });
});

it("has no price in the plan, while it is made, while it stands, and when it is gone", async () => {
  const told: [name: string, command: (program: Program) => Promise<number>][] = [
    ["the plan", (program) => up(program, { ...options, dryRun: true })],
    ["up", (program) => up(program, { ...options, yes: true, until: "log-group" })],
    ["status", (program) => status(program, options)],
    ["status --all", (program) => status(program, { ...options, all: true })],
    ["insights", (program) => insights(program, "top-10-byte-transfers", options)],
  ];
  for (const [name, command] of told) {
    const { code, all } = await run(command);
    expect(code, all).toBe(0);
    expect(all, name).toContain(affair);
    expect(all, name).toContain(`vpclab · lab nextwork · not AWS itself but ${server.endpoint} · account `);
    expect(all, name).not.toMatch(/AWS account|\$\d/);
  }
  // Remembered, it is meant without being named, and its addresses are no more to be pinged.
  const signedIn = { AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY: "not-a-secret" };
  const unnamed = await refusal(() =>
    run((program) => ping({ ...program, env: signedIn }, "8.8.8.8", { from: "local" })),
  );
  expect(unnamed).toMatchObject({ message: expect.stringContaining(`${server.endpoint} is not AWS itself`) });

  const { stdout } = await run((program) => status(program, { ...options, json: true }));
  expect(JSON.parse(stdout)).toMatchObject({
    target: "aws",
    endpointUrl: server.endpoint,
    estimatedCostPerHour: 0,
  });
  const everywhere = await run((program) => status(program, { ...options, all: true, json: true }));
  expect(JSON.parse(everywhere.stdout)).toMatchObject({ target: "aws", endpointUrl: server.endpoint });

  // To a command that means another place it is told by the flag that means this one.
  const beside = await refusal(() => run((program) => ping(program, "private", SIMULATED)));
  expect(beside).toMatchObject({ code: "not-there" });
  const { all } = await run((program) => status(program, SIMULATED));
  expect(all).toContain(
    `another lab nextwork stands at ${server.endpoint}, meant by --endpoint-url ${server.endpoint} --region us-east-1`,
  );

  const gone = await run((program) => teardown(program, { ...options, yes: true }));
  expect(gone.code).toBe(0);
  expect(gone.all).toMatch(/it had stood \d+ (seconds|minutes) looked again/);
  expect(gone.all).not.toMatch(/AWS account|\$\d|at no cost/);
}, 120_000);

it("is announced as far as it is to go, but for what stands", async () => {
  const announced = async (until: string) => {
    const { all } = await run((program) => up(program, { ...options, yes: true, until }));
    return /(This makes|\d+ resources stand) .*? removes all of it\./.exec(all)?.[0];
  };
  expect(await announced("vpcs")).toBe(
    `This makes 2 VPCs, 1 role. It is made at ${affair}. \`vpclab teardown\` removes all of it.`,
  );
  expect(await announced("log-group")).toMatch(
    /^This makes 2 t\d\.micro instances, 1 log group; 10 resources stand already\. .* Instances run until you take them down/,
  );
  expect(await announced("log-group")).toBe(
    "15 resources stand already: nothing new is made. `vpclab teardown` removes all of it.",
  );
  expect(await announced("flow-log")).toBe(
    `This makes 1 flow log, 1 role; 15 resources stand already. It is made at ${affair}. \`vpclab teardown\` removes all of it.`,
  );
}, 60_000);
