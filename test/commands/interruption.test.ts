/** Questions that are left, and stdin in which nothing comes: what was done, what stands, what it costs, how to go on. */
import { beforeEach, describe, expect, it } from "vitest";
import type { Inventory } from "../../src/aws/inventory.ts";
import { insights } from "../../src/commands/insights.ts";
import { standingNow } from "../../src/commands/interruption.ts";
import { logsExplain } from "../../src/commands/logs-explain.ts";
import type { Program } from "../../src/commands/program.ts";
import { teardown } from "../../src/commands/teardown.ts";
import { up } from "../../src/commands/up.ts";
import { Interrupted } from "../../src/lab/error.ts";
import type { Place } from "../../src/lab/memory.ts";
import { holding } from "../steps/lab-context.ts";
import { type FakeTerminal, until } from "../ui/fake-terminal.ts";
import { type LabHome, labHome, refusal, SIMULATED, unwrapped } from "./in-process.ts";

const CTRL_C = "\x03";
const CTRL_D = "\x04";
const ENTER = "\r";

let home: LabHome;
beforeEach(() => {
  home = labHome();
});

/** Runs a command at a terminal, presses the keys as their questions show, and gives what it said in the end. */
async function left(
  command: (program: Program) => Promise<number>,
  ...keys: readonly (readonly [question: string, key: string])[]
) {
  let screen: FakeTerminal | undefined;
  const error = await refusal(() =>
    home.run(
      async (program, terminal) => {
        screen = terminal;
        const running = command(program);
        running.catch(() => undefined);
        for (const [question, key] of keys) {
          await until(() => terminal.stderr.screen().slice(-8).join("\n").includes(question), question);
          terminal.stdin.write(key);
        }
        return running;
      },
      { columns: 80 },
    ),
  );
  return { error, said: unwrapped(screen?.stderr.screen().join("\n") ?? ""), screen };
}

describe("a question that is left", () => {
  it.each([
    ["Ctrl-C", CTRL_C],
    ["Ctrl-D", CTRL_D],
  ])("of up by %s says what stands, what it costs and how to go on", async (_, key) => {
    const { error, said, screen } = await left(
      (program) => up(program, SIMULATED),
      ["Stop here", ENTER],
      ["Stop here", key],
    );
    expect(error).toBeInstanceOf(Interrupted);
    expect(said).toMatch(
      /Stopped\. 10 resources of the lab stand by now, on the embedded AWS and at no cost\. → vpclab up goes on from here → vpclab teardown takes everything down $/,
    );
    expect(screen?.stderr.cursorIsHidden()).toBe(false);
    expect(screen?.stdin.isRaw).toBe(false);
  });

  it("of teardown deletes nothing, and says what stands", async () => {
    await home.run((program) => up(program, { ...SIMULATED, yes: true, until: "vpcs" }));
    const { error, said } = await left(
      (program) => teardown(program, SIMULATED),
      ["Type nextwork to delete", "next"],
      ["next", CTRL_D],
    );
    expect(error).toBeInstanceOf(Interrupted);
    expect(said).toMatch(
      /Nothing was deleted\. 10 resources of the lab stand by now, .*\. → vpclab teardown/,
    );
  });
});

describe("stdin in which nothing comes", () => {
  it.each<[string, (program: Program) => Promise<number>]>([
    ["a query", (program) => insights(program, "-", SIMULATED)],
    ["a record", (program) => logsExplain(program, ["-"], SIMULATED)],
    ["records", (program) => insights(program, "top-talkers", { ...SIMULATED, file: "-" })],
  ])("is waited for as %s, until Ctrl-C", async (_, command) => {
    const interruption = new AbortController();
    const error = await refusal(() =>
      home.run(
        (program) => {
          const running = command(program);
          setTimeout(() => interruption.abort(new Interrupted()), 50);
          return running;
        },
        { signal: interruption.signal },
      ),
    );
    expect(error).toBeInstanceOf(Interrupted);
  });
});

describe("what stands by now", () => {
  const place: Place = { lab: "nextwork", target: "aws", region: "us-east-1", account: "123456789012" };
  const inventory = (resources: number, types: readonly string[]): Inventory => ({
    ...holding(...Array.from({ length: resources }, (_, index) => ["vpc", `vpc-${index}`] as const)),
    instances: types.map((InstanceType) => ({
      InstanceType: InstanceType as "t3.micro",
      State: { Name: "running" as const },
    })),
  });

  it("is told with its price an hour, of all Regions together", () => {
    expect(standingNow(place, [inventory(0, [])])).toBe("Nothing of the lab stands.");
    expect(standingNow(place, [inventory(1, [])])).toBe(
      "1 resource of the lab stands by now, at no cost by the hour.",
    );
    expect(standingNow(place, [inventory(12, ["t3.micro"]), inventory(7, ["t3.micro"])])).toMatch(
      /^19 resources of the lab stand by now, at about \$0\.03\d? an hour\.$/,
    );
    expect(standingNow({ ...place, target: "simulator" }, [inventory(12, ["t3.micro"])])).toBe(
      "12 resources of the lab stand by now, on the embedded AWS and at no cost.",
    );
  });
});
