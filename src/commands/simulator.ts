/** `vpclab simulator`: serves the embedded AWS on loopback, for the AWS CLI, boto3 or any other AWS client. */
import { readFileSync } from "node:fs";
import { LabError, messageOf, usageError } from "../lab/error.ts";
import { worldFolder } from "../lab/home.ts";
import { labMemory, type RememberedLab } from "../lab/memory.ts";
import { ScaledClock } from "../simulator/clock.ts";
import { DEFAULT_QUOTAS, grantQuotas, type Quotas } from "../simulator/ec2/quotas.ts";
import { type Endpoint, type FaultRule, FaultyAws, type MetFault } from "../simulator/faults.ts";
import { createEmbeddedAws, OPERATIONS } from "../simulator/index.ts";
import { type RunningServer, startServer } from "../simulator/server.ts";
import { FileStorage, MemoryStorage } from "../simulator/storage.ts";
import type { Terminal } from "../ui/terminal.ts";
import { plain } from "../ui/text.ts";
import { isSameEndpoint } from "./endpoint.ts";
import { DEFAULT_SPEED, wholeNumber, worldSpeed } from "./options.ts";
import type { GlobalOptions, Program } from "./program.ts";

export interface SimulatorOptions extends Pick<GlobalOptions, "json" | "color" | "debug"> {
  readonly port: string;
  readonly world?: string;
  readonly memory?: boolean;
  readonly speed?: string;
  readonly quota?: readonly string[];
  readonly faults?: string;
}

/** The CLI's own, so that `vpclab status` and `aws ec2 describe-vpcs` see the same VPCs. */
const CLI_WORLD = "default";

/** Serves until Ctrl-C, or SIGTERM as process managers send it. @returns the exit code; @throws LabError where it cannot begin */
export async function simulator(program: Program, options: SimulatorOptions): Promise<number> {
  const { terminal } = program;
  const port = wholeNumber("--port", options.port, 0, 65_535);
  const speed = speedOf(options, program.env);
  const world = worldName(options);
  const quotas = quotasFrom(options.quota ?? []);
  const faults = options.faults === undefined ? undefined : await faultsFrom(options.faults);

  const storage =
    world === undefined ? new MemoryStorage() : new FileStorage(worldFolder(program.home, world));
  const aws = createEmbeddedAws({ storage, clock: new ScaledClock(speed) });
  // Opens the world before anybody calls: one that is damaged, or cannot be written, is told here.
  await aws.world.change("us-east-1", (context) => grantQuotas(context, quotas));
  const tellFault = (fault: MetFault) => terminal.say(faultLine(fault));
  const server = await listen(faults ? new FaultyAws(aws, faults, tellFault) : aws, port, terminal);
  try {
    if (options.json)
      terminal.stdout.write(`${JSON.stringify({ endpoint: server.endpoint, pid: process.pid })}\n`);
    else introduce(terminal, server.endpoint, world, speed);
    await untilTold(program.signal);
  } finally {
    await server.close();
    aws.world.close();
    if (world === undefined) forgetLabsAt(server.endpoint, program);
  }
  if (!options.json)
    terminal.say(
      world === undefined
        ? "Ended; the world was in memory and is gone."
        : `Ended; the world ${world} is saved, and goes on from here.`,
    );
  return 0;
}

/** Of labs in a world that is gone nothing is left, and no command is to look for them there. */
function forgetLabsAt(endpoint: string, { home, terminal }: Program): void {
  const memory = labMemory(home, (text) => terminal.say(`Note: ${plain(text)}`));
  const isThere = ({ endpointUrl, tornDownAt }: RememberedLab) =>
    tornDownAt === undefined && endpointUrl !== undefined && isSameEndpoint(endpointUrl, endpoint);
  for (const lab of memory.labs().filter(isThere)) memory.remember({ ...lab, tornDownAt: Date.now() });
}

/** @throws LabError if the port cannot be had */
async function listen(aws: Endpoint, port: number, terminal: Terminal): Promise<RunningServer> {
  try {
    return await startServer({
      aws,
      port,
      onError: (error) => terminal.say(`A request was not answered: ${messageOf(error)}`),
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EADDRINUSE" && code !== "EACCES") throw error;
    throw new LabError(code, `Port ${port} cannot be had.`, {
      why:
        code === "EADDRINUSE"
          ? "Another program listens there; perhaps another vpclab simulator."
          : "This account may not listen there; ports below 1024 are the system's.",
      next: [
        "vpclab simulator --port 0        takes one that is free",
        `vpclab simulator --port ${port === 4567 ? 4568 : 4567}     takes that one`,
      ],
      cause: error,
    });
  }
}

function speedOf({ speed }: SimulatorOptions, env: NodeJS.ProcessEnv): number {
  if (speed !== undefined) return worldSpeed("--speed", speed);
  return env.VPCLAB_SIM_SPEED ? worldSpeed("VPCLAB_SIM_SPEED", env.VPCLAB_SIM_SPEED) : DEFAULT_SPEED;
}

/** Undefined: in memory. A name is one folder below the home's own, never a path. */
function worldName({ world, memory }: SimulatorOptions): string | undefined {
  if (memory && world !== undefined)
    throw usageError("--memory keeps nothing, and --world names what to keep: take one of them.");
  if (memory) return undefined;
  if (world !== undefined && !/^[a-z0-9][a-z0-9-]{0,31}$/.test(world))
    throw usageError(
      `"${world}" cannot be a world's name: take 1 to 32 of a-z, 0-9 and hyphen, such as --world class-7.`,
    );
  return world ?? CLI_WORLD;
}

/** `vpcs=1000`: each a quota of the account, by the name that src/simulator/ec2/quotas.ts has for it. */
function quotasFrom(texts: readonly string[]): Partial<Quotas> {
  const quotas: Partial<Quotas> = {};
  for (const text of texts) {
    const [name = "", number = "", ...rest] = text.split("=");
    if (!isQuota(name) || rest.length > 0)
      throw usageError(
        `--quota takes a name and a number, such as vpcs=20, not "${text}".`,
        `The quotas are ${Object.keys(DEFAULT_QUOTAS).join(", ")}.`,
      );
    quotas[name] = wholeNumber(`--quota ${name}=`, number, 0, 1_000_000);
  }
  return quotas;
}

function isQuota(name: string): name is keyof Quotas {
  return Object.hasOwn(DEFAULT_QUOTAS, name);
}

/** @throws LabError with exit code 2 */
async function faultsFrom(path: string): Promise<readonly FaultRule[]> {
  const { FaultsError, parseFaults } = await import("../simulator/fault-rules.ts");
  try {
    return parseFaults(readFileSync(path, "utf8"), OPERATIONS);
  } catch (error) {
    if (!(error instanceof FaultsError) && (error as NodeJS.ErrnoException).syscall === undefined)
      throw error;
    throw usageError(
      `--faults ${path}: ${messageOf(error)}`,
      'A rule reads, for instance: [{ "operation": "ec2:CreateVpc", "calls": 1, "fault": "throttle" }]',
    );
  }
}

/** For the person who asked for it, and for the program that waits for it: kill -9 at this moment, say. */
function faultLine({ operation, call, rule }: MetFault): string {
  const what = rule.fault === "error" ? `error ${rule.code}` : rule.fault;
  return `fault: ${operation}, call ${call} of ${rule.operation}: ${what}`;
}

/** Not checked by the embedded AWS: AWS's own example key, so that nobody takes it for a real one. */
const VARIABLES = (endpoint: string): readonly (readonly [name: string, value: string])[] => [
  ["AWS_ENDPOINT_URL", endpoint],
  ["AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"],
  ["AWS_SECRET_ACCESS_KEY", "not-a-secret"],
  ["AWS_REGION", "us-east-1"],
  // The AWS CLI before version 2 and boto3 read only this one.
  ["AWS_DEFAULT_REGION", "us-east-1"],
];

const SHELLS: readonly (readonly [name: string, set: (name: string, value: string) => string])[] = [
  ["bash, zsh", (name, value) => `export ${name}=${value}`],
  ["PowerShell", (name, value) => `$env:${name} = "${value}"`],
  ["fish", (name, value) => `set -gx ${name} ${value}`],
];

function introduce(terminal: Terminal, endpoint: string, world: string | undefined, speed: number): void {
  terminal.out(`The embedded AWS listens at ${terminal.colour.bold(endpoint)}`);
  terminal.out(
    terminal.wrap(
      `${world === undefined ? "Its world is in memory and goes with it" : `World ${world}`}; ` +
        `its time runs ${speed} times as fast as ours. Nothing here costs anything. Ctrl-C ends it.`,
    ),
  );
  for (const [name, set] of SHELLS) {
    terminal.out("");
    terminal.out(terminal.colour.dim(`# ${name}`));
    for (const [variable, value] of VARIABLES(endpoint)) terminal.out(set(variable, value));
  }
  terminal.out("");
  terminal.out(
    terminal.wrap(
      "Then, for instance: aws ec2 describe-vpcs. AWS CLI before 2.13 and boto3 before 1.28 do not read " +
        `AWS_ENDPOINT_URL: give them --endpoint-url ${endpoint} (boto3: endpoint_url="${endpoint}").`,
    ),
  );
}

function untilTold(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
