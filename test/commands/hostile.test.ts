/**
 * Whatever strangers write into names, tags, log lines, outputs, errors or our own files: nothing that a terminal acts on
 * reaches it, nothing of it reaches a shell, and no file is written anywhere else for its sake.
 */
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CreateLogStreamCommand, PutLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  DescribeInstancesCommand,
  DescribeTagsCommand,
} from "@aws-sdk/client-ec2";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Aws } from "../../src/aws/clients.ts";
import { connectionScript } from "../../src/aws/connection-try.ts";
import { pingScript } from "../../src/aws/ping.ts";
import { deleteCommand } from "../../src/commands/delete-command.ts";
import { pingHere } from "../../src/commands/ping.ts";
import { showError } from "../../src/commands/show-error.ts";
import { teardown } from "../../src/commands/teardown.ts";
import { up } from "../../src/commands/up.ts";
import { labMemory } from "../../src/lab/memory.ts";
import { ScaledClock } from "../../src/simulator/clock.ts";
import type { Endpoint } from "../../src/simulator/faults.ts";
import { createEmbeddedAws } from "../../src/simulator/index.ts";
import { type RunningServer, startServer } from "../../src/simulator/server.ts";
import { MemoryStorage } from "../../src/simulator/storage.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { byHand } from "./by-hand.ts";
import { everyCommand } from "./every-command.ts";
import { type LabHome, labHome, SIMULATED } from "./in-process.ts";
import { standingLab } from "./standing-lab.ts";

/** Stands after each hostile character, so that one that came through is told from what we write ourselves. */
const MARK = "zq7";
const HOSTILE_CHARACTERS = [
  "\x1b[31m", // a colour of ours, which the last line of defence lets through
  "\x1b[2J",
  "\x1b]0;title\x07",
  "\x9b31m",
  "\n",
  "\r",
  "\x00",
  "\b",
  "\x7f",
  "\u0085",
  "\u2028",
  "\u202e",
  "\u2066",
  "\u200b",
  "\ufeff",
];

/** Begins with a letter, so that what stands before a mark is always what the hostile character became. */
const hostile = fc
  .array(
    fc.oneof(fc.constantFrom(...HOSTILE_CHARACTERS), fc.constantFrom("abc", "../", "$(id)", "`id`", "';")),
    {
      minLength: 1,
      maxLength: 20,
    },
  )
  .map((units) => `x${units.map((unit) => unit + MARK).join("")}`);

/** Each of them once: what chance leaves out in one run is in this one. */
const ALL_HOSTILE = `x${HOSTILE_CHARACTERS.map((character) => character + MARK).join("")}`;

/** A mark after something that a terminal acts on, or after one of its escape sequences. */
const CAME_THROUGH = new RegExp(
  `(?:[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]|${String.fromCodePoint(0x1b)}\\[[0-9;]*m)${MARK}`,
  "u",
);

function expectHarmless(what: string, ...written: readonly string[]): void {
  for (const text of written) {
    const came = CAME_THROUGH.exec(text);
    expect(
      came && `${what}: …${JSON.stringify(text.slice(Math.max(0, came.index - 80), came.index + 20))}`,
    ).toBe(null);
  }
}

/** Runs a command as the program does: an error is told, not thrown. */
async function run(
  home: LabHome,
  command: ReturnType<typeof everyCommand>[string],
  options: Parameters<ReturnType<typeof everyCommand>[string]>[1],
) {
  return home.run(
    async (program) => {
      try {
        return await command(program, options);
      } catch (error) {
        return showError(program.terminal, error, true);
      }
    },
    { columns: 80, env: { TERM: "xterm-256color", CI: "" }, json: options.json },
  );
}

function named(name: string): ReturnType<typeof everyCommand>[string] {
  const command = everyCommand("")[name];
  if (command === undefined) throw new Error(`no command ${name}`);
  return command;
}

/** Writes the texts wherever AWS takes them: tags, a stray's name, a stream's name, log events. */
async function plant({ ec2, logs }: Aws, texts: readonly string[], round: number): Promise<void> {
  const text = (index: number) => texts[index % texts.length] ?? "";
  const { Tags = [] } = await ec2.send(
    new DescribeTagsCommand({ Filters: [{ Name: "key", Values: ["vpclab:lab"] }] }),
  );
  for (const [index, { ResourceId = "" }] of Tags.entries())
    await ec2.send(
      new CreateTagsCommand({
        Resources: [ResourceId],
        Tags: [
          { Key: "Name", Value: text(index).slice(0, 256) },
          { Key: text(index + 1).slice(0, 128), Value: text(index + 2).slice(0, 256) },
        ],
      }),
    );
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
  const VpcId = Reservations[0]?.Instances?.[0]?.VpcId;
  // A stray, and what says it is of a lab that cannot be.
  const group = { VpcId, GroupName: `stray ${round}`, Description: "by hand" };
  const { GroupId = "" } = await ec2.send(new CreateSecurityGroupCommand(group));
  const tag = (id: string, Key: string, value: string) =>
    ec2.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key, Value: value.slice(0, 256) }] }));
  await tag(GroupId, "Name", text(0));
  await tag(GroupId, "vpclab:lab", text(1));
  const logGroupName = "NextWorkVPCFlowLogsGroup";
  const logStreamName = `eni-${round}-${text(2)}`.replace(/[:*]/g, "").slice(0, 500);
  await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
  const timestamp = Date.UTC(2026, 0, 5, 9, 10, 0);
  await logs.send(
    new PutLogEventsCommand({
      logGroupName,
      logStreamName,
      logEvents: texts.flatMap((message) => [
        { timestamp, message },
        // One with the right count of fields, each of them hostile.
        { timestamp, message: Array.from({ length: 14 }, () => message.replace(/\s/g, "_")).join(" ") },
      ]),
    }),
  );
}

describe("hostile text in AWS", () => {
  const home = standingLab();

  test("is shown harmless by every command, as text and as JSON", async () => {
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(hostile, { minLength: 3, maxLength: 6 }), async (texts) => {
        round += 1;
        await byHand(home, (aws) => plant(aws, texts, round));
        for (const [name, command] of Object.entries(everyCommand(texts[0] ?? "")))
          for (const json of [false, true]) {
            if (json && /dry-run|up|ping|traffic/.test(name)) continue;
            const { stdout, stderr } = await run(home, command, { ...SIMULATED, json, debug: true });
            // Within quotes, a line break is CSV's own way to say it.
            const isCsv = name.includes("--csv");
            expectHarmless(name, isCsv ? stdout.replaceAll("\n", " ") : stdout, stderr);
          }
      }),
      { numRuns: 2, endOnFailure: true, examples: [[[ALL_HOSTILE, ALL_HOSTILE, ALL_HOSTILE]]] },
    );
    // What was planted was seen: else all this proves nothing.
    const { stdout } = await run(home, named("status"), { ...SIMULATED });
    expect(stdout).toContain(MARK);
    const { stdout: raw } = await run(home, named("logs --raw"), { ...SIMULATED });
    expect(raw).toContain(MARK);
  }, 120_000);
});

describe("hostile text in AWS, taken down", () => {
  const home = standingLab();

  test("is harmless in the receipt, on the screen and in its file", async () => {
    const texts = HOSTILE_CHARACTERS.map((character) => `x${character}${MARK}`);
    await byHand(home, (aws) => plant(aws, texts, 1));
    const { stdout, stderr } = await home.run(
      (program) => teardown(program, { ...SIMULATED, yes: true, includeStrays: true }),
      { columns: 80 },
    );
    expectHarmless("teardown", stdout, stderr);
    expect(stdout).toContain(MARK);
  }, 60_000);
});

describe("a hostile endpoint in the place of AWS", () => {
  const home = labHome();
  const aws = createEmbeddedAws({ storage: new MemoryStorage(), clock: new ScaledClock(300) });
  let server: RunningServer;
  let endpointUrl = "";
  /** What becomes of an answer. */
  let spoil: (operation: string, body: string) => string = (_operation, body) => body;

  const endpoint: Endpoint = {
    world: aws.world,
    async answer(request) {
      const answer = await aws.answer(request);
      const operation =
        request.headers["x-amz-target"]?.split(".")[1] ?? /Action=(\w+)/.exec(request.body)?.[1] ?? "";
      return { ...answer, body: spoil(operation, String(answer.body)) };
    },
  };

  beforeAll(async () => {
    server = await startServer({ aws: endpoint, port: 0 });
    endpointUrl = server.endpoint;
  });
  beforeEach(() => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIDPLANTED");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "planted-secret");
    vi.stubEnv("AWS_REGION", "us-east-1");
  });
  afterEach(() => vi.unstubAllEnvs());
  afterAll(async () => {
    await server.close();
  });

  const options = () => ({ endpointUrl, simulate: false, region: "us-east-1", debug: true });

  test("may say what it likes in errors: they are told harmless", async () => {
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        spoil = (operation, body) => {
          if (operation === "GetCallerIdentity") return body;
          if (body.startsWith("{")) return JSON.stringify({ __type: `Some${text}`, message: text });
          const xml = text.replace(/[<>&]/g, "_");
          return `<Response><Errors><Error><Code>Some${xml}</Code><Message>${xml}</Message></Error></Errors></Response>`;
        };
        for (const [name, command] of Object.entries(everyCommand(text))) {
          if (name === "status --all" || name.includes("--all-regions")) continue;
          const { stdout, stderr } = await run(home, command, options());
          expectHarmless(name, stdout, stderr);
        }
      }),
      { numRuns: 2, endOnFailure: true },
    );
  }, 120_000);

  test("may say what it likes as a command's output and in flow log records", async () => {
    spoil = (_operation, body) => body;
    expect((await run(home, (program, all) => up(program, { ...all, yes: true }), options())).code).toBe(0);
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        // Lines are kept where a command's output is shown: a line break is no harm there.
        const oneLine = text.replace(/[\r\n\u0085\u2028]/g, "\t");
        spoil = (operation, body) => {
          if (operation === "GetCommandInvocation")
            return body.replace(
              /"StandardOutputContent":"/,
              (start) => start + JSON.stringify(oneLine).slice(1, -1),
            );
          if (operation === "FilterLogEvents" || operation === "GetQueryResults")
            return body.replace(/eni-[0-9a-f]+/g, JSON.stringify(text).slice(1, -1));
          return body;
        };
        for (const name of ["ping", "why", "logs", "logs --raw", "logs reconcile", "insights"]) {
          const { stdout, stderr } = await run(home, named(name), options());
          expectHarmless(name, stdout, stderr);
          if (name === "ping") expect(stdout).toContain(MARK);
        }
      }),
      { numRuns: 1, endOnFailure: true },
    );
  }, 120_000);

  test("may name whatever account: no folder is named so", async () => {
    const own = labHome();
    for (const account of ["../../../evil", "1234", "12345678901\n", ""]) {
      spoil = (_operation, body) => body.replace(/<Account>\d+/, `<Account>${account}`);
      const { code, stderr } = await run(own, named("up"), options());
      expect(code).toBe(1);
      expect(stderr).toContain("no account of twelve digits");
    }
    expect(readdirSync(own.folder)).toEqual([]);
  });
});

describe("hostile local files", () => {
  const parent = temporaryFolder();
  const home = join(parent, "a", "b", "home");

  const GOOD = {
    lab: "nextwork",
    target: "simulator",
    region: "us-east-1",
    account: "123456789012",
    upAt: 1,
    options: { cidr1: "10.1.0.0/16", cidr2: "10.2.0.0/16", trafficType: "ALL", aggregationSeconds: 60 },
  };

  test("lead nowhere and are named harmless", () => {
    mkdirSync(join(home, "labs", "x"), { recursive: true });
    const value = fc.oneof(
      hostile.filter((text) => !/^[a-z0-9-]+$/.test(text)),
      fc.constantFrom("../../../evil", "/etc/evil", "..", "", "a/b", "C:\\evil"),
    );
    fc.assert(
      fc.property(fc.constantFrom("lab", "region", "account", "target"), value, (key, evil) => {
        writeFileSync(join(home, "labs", "x", "lab.json"), JSON.stringify({ ...GOOD, [key]: evil }));
        const warnings: string[] = [];
        const memory = labMemory(home, (text) => void warnings.push(text));
        expect(memory.labs()).toEqual([]);
        expect(warnings).toHaveLength(1);
      }),
    );
    expect(readdirSync(parent)).toEqual(["a"]);
    expect(readdirSync(join(home, "labs"))).toEqual(["x"]);
  });

  test("in folders of hostile names are named harmless", async () => {
    const own = labHome();
    const folder = join(own.folder, "labs", `x\x1b[31m${MARK}\n${MARK}\u202e${MARK}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "lab.json"), "{");
    const { stderr } = await run(own, named("status"), { ...SIMULATED });
    expect(stderr).toContain("cannot be read");
    expectHarmless("status", stderr);
  });

  test("are for their owner alone, folders too", async () => {
    const own = labHome();
    await own.run((program) => up(program, { ...SIMULATED, yes: true, until: "first-ping" }));
    await own.run((program) => teardown(program, { ...SIMULATED, yes: true }));
    const paths = readdirSync(own.folder, { recursive: true, encoding: "utf8" });
    expect(paths.join(" ")).toMatch(/lab\.json.*receipt\.txt.*world\.json/);
    for (const path of paths) {
      const { mode } = statSync(join(own.folder, path));
      const expected = statSync(join(own.folder, path)).isDirectory() ? 0o700 : 0o600;
      expect(`${path} ${(mode & 0o777).toString(8)}`).toBe(`${path} ${expected.toString(8)}`);
    }
  });
});

describe("what is typed", () => {
  const anything = fc.oneof(hostile, fc.string({ unit: "binary" }), fc.ipV4(), fc.webUrl());
  const scriptOf = (make: () => string): string => {
    try {
      return make();
    } catch {
      return "refused";
    }
  };

  test("gets into no shell script but as an address and numbers", () => {
    fc.assert(
      fc.property(anything, fc.oneof(fc.integer(), fc.double()), (address, number) => {
        const quad = "(\\d{1,3}\\.){3}\\d{1,3}";
        expect(scriptOf(() => pingScript(address, number))).toMatch(
          new RegExp(`^(refused|ping -c \\d+ -W \\d+ ${quad})$`),
        );
        expect(scriptOf(() => connectionScript({ address, port: number }))).toMatch(
          new RegExp(`^(refused|curl -4 -sS -o /dev/null --max-time \\d+ http://${quad}:\\d+/)$`),
        );
      }),
    );
  });

  test("is given to this machine's ping only as an address", async () => {
    for (const address of ["-f", "--help", "10.0.0.1; id", "localhost", ""])
      await expect(pingHere(address, 1)).rejects.toMatchObject({ exitCode: 2 });
  });

  test("is one word of a shell in the commands that are shown to be copied", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (id) => {
        const command = deleteCommand({ type: "log-group", id }, "us-east-1");
        const word = command.slice(
          "aws logs delete-log-group --log-group-name ".length,
          -" --region us-east-1".length,
        );
        // Unquoted only where nothing in it means anything to a shell.
        expect(word).toMatch(/^([\w@%+=:,./-]+|'([^']|'\\'')*')$/);
        if (word.startsWith("'")) expect(word.slice(1, -1).replaceAll("'\\''", "'")).toBe(id);
        else expect(word).toBe(id);
      }),
    );
  });
});
