/**
 * One simulated account: an embedded AWS in virtual time whose calls take as long as AWS's, and learners who run the
 * program's own commands on it, each from a home of their own.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import type { Embedded } from "../src/aws/embedded.ts";
import type { GlobalOptions, Program } from "../src/commands/program.ts";
import { teardown } from "../src/commands/teardown.ts";
import { up } from "../src/commands/up.ts";
import type { JournalEntry } from "../src/lab/journal.ts";
import { labMemory } from "../src/lab/memory.ts";
import { VirtualClock } from "../src/simulator/clock.ts";
import type { EmbeddedAws } from "../src/simulator/embedded-aws.ts";
import { type Endpoint, FaultyAws } from "../src/simulator/faults.ts";
import { createEmbeddedAws } from "../src/simulator/index.ts";
import { inProcessHandler } from "../src/simulator/request-handler.ts";
import type { RegionState, WorldState } from "../src/simulator/state.ts";
import { MemoryStorage } from "../src/simulator/storage.ts";
import { openTerminal } from "../src/ui/terminal.ts";
import { type LabCall, Queue, WatchedAws } from "./lab-calls.ts";

export const REGION = "us-east-1";

/** What one call takes, there and back, in ms of world time. */
export const CALL_MS = 80;

/** Room for a class: two VPCs, gateways and instances a learner. */
const LIFTED = { vpcs: 1_000, internetGateways: 1_000, vcpus: 1_000, pendingPeeringConnections: 1_000 };

/** A way to the account, and the calls that went along it. */
export interface Way {
  readonly embedded: Embedded;
  readonly calls: readonly LabCall[];
}

export class LabAccount {
  readonly clock = new VirtualClock();
  /** When each thing that happens by itself was first planned to: "ec2.instance-running i-0ab1". In ms. */
  readonly planned = new Map<string, number>();
  readonly #aws: EmbeddedAws;
  readonly #endpoint: Endpoint;
  readonly #homes: string[] = [];

  /** @param seed of the latencies that the world draws; EC2's request-rate limits are on */
  constructor(seed: number) {
    this.#aws = createEmbeddedAws({ storage: new MemoryStorage(), clock: this.clock, seed, quotas: LIFTED });
    this.#endpoint = new FaultyAws(this.#aws, [{ operation: "ec2:*", fault: "rate-limit" }]);
  }

  /** @param lab its name, `--lab` */
  learner(lab: string): Learner {
    const home = mkdtempSync(join(tmpdir(), "vpclab-bench-"));
    this.#homes.push(home);
    return new Learner(this, lab, home, this.way());
  }

  /** @param options.oneAtATime no call goes out before the one before it has been answered */
  way({ oneAtATime = false } = {}): Way {
    const calls: LabCall[] = [];
    const watched = new WatchedAws(this.#endpoint, async (call) => {
      calls.push(call);
      await this.#notePlans();
    });
    const requestHandler = oneAtATime
      ? inProcessHandler(new Queue(watched, CALL_MS))
      : inProcessHandler(watched, { callLatencyMs: CALL_MS });
    const credentials = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "not-a-secret" };
    const embedded = {
      connection: { requestHandler, clock: this.clock, credentials },
      // Granted when the account was made, to all of its learners.
      grantVpcs: async () => undefined,
      close: () => undefined,
    };
    return { embedded, calls };
  }

  /** All that the account holds. */
  state(): Promise<WorldState> {
    return this.#aws.world.look(REGION, ({ state }) => state);
  }

  region(): Promise<RegionState> {
    return this.#aws.world.look(REGION, ({ region }) => region);
  }

  close(): void {
    for (const home of this.#homes) rmSync(home, { recursive: true });
  }

  async #notePlans(): Promise<void> {
    for (const { kind, subject, at } of (await this.state()).events) {
      const key = `${kind} ${subject}`;
      if (!this.planned.has(key)) this.planned.set(key, at);
    }
  }
}

/** One run of a command. */
export interface Run {
  /** From the start to what was wanted of it, in ms of world time. */
  readonly tookMs: number;
  readonly calls: readonly LabCall[];
}

export class Learner {
  readonly account: LabAccount;
  readonly lab: string;
  readonly #home: string;
  readonly #way: Way;

  constructor(account: LabAccount, lab: string, home: string, way: Way) {
    this.account = account;
    this.lab = lab;
    this.#home = home;
    this.#way = way;
  }

  /** `vpclab up --yes --until peering`. @returns up to the ping from VPC to VPC that answered */
  async up(): Promise<Run> {
    const begun = this.account.clock.now();
    const calls = await this.#run(up, { yes: true, until: "peering", vpcQuota: String(LIFTED.vpcs) });
    const pingedAt = this.#pingedAt();
    if (pingedAt === undefined) throw new Error(`The private ping of ${this.lab} has not answered.`);
    return { tookMs: pingedAt - begun, calls };
  }

  /** `vpclab teardown --yes`. @returns up to its end */
  async teardown(): Promise<Run> {
    const begun = this.account.clock.now();
    const calls = await this.#run(teardown, { yes: true });
    return { tookMs: this.account.clock.now() - begun, calls };
  }

  /** As the program itself remembers it. */
  #pingedAt(): number | undefined {
    const memory = labMemory(this.#home, (text) => {
      throw new Error(text);
    });
    const [place] = memory.labs();
    if (place === undefined) return undefined;
    const isIt = (entry: JournalEntry) =>
      entry.kind === "ping" && entry.step === "peering" && entry.ping.reachable;
    return memory.journal(place).entries().find(isIt)?.at;
  }

  /** @returns its calls */
  async #run<O extends GlobalOptions>(
    command: (program: Program, options: O) => Promise<number>,
    options: O,
  ): Promise<readonly LabCall[]> {
    const printed = new PassThrough();
    const said = new PassThrough();
    const program: Program = {
      terminal: openTerminal({ stdout: printed, stderr: said, stdin: new PassThrough(), env: {} }),
      signal: new AbortController().signal,
      env: {},
      home: this.#home,
      embedded: this.#way.embedded,
    };
    const before = this.#way.calls.length;
    const code = await command(program, { ...options, lab: this.lab, region: REGION, simulate: true });
    if (code !== 0)
      throw new Error(
        `${command.name} of ${this.lab} ended with ${code}:\n${printed.read()}\n${said.read()}`,
      );
    return this.#way.calls.slice(before);
  }
}
