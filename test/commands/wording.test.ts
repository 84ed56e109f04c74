/** The commands say the same thing in the same words. */
import { describe, expect, it } from "vitest";
import { insights } from "../../src/commands/insights.ts";
import { logs } from "../../src/commands/logs.ts";
import { logsReconcile } from "../../src/commands/logs-reconcile.ts";
import { ping } from "../../src/commands/ping.ts";
import type { GlobalOptions, Program } from "../../src/commands/program.ts";
import { status } from "../../src/commands/status.ts";
import { teardown } from "../../src/commands/teardown.ts";
import { traffic } from "../../src/commands/traffic.ts";
import { up } from "../../src/commands/up.ts";
import { why } from "../../src/commands/why.ts";
import { labHome, refusal, SIMULATED, unwrapped } from "./in-process.ts";

/** What needs an instance or records. */
const ABSENT: readonly ((program: Program, options: GlobalOptions) => Promise<number>)[] = [
  (program, options) => ping(program, "private", options),
  (program, options) => why(program, "private", options),
  traffic,
  logs,
  logsReconcile,
  (program, options) => insights(program, "top-10-byte-transfers", options),
];

describe("without a lab", () => {
  it.each<[string, (program: Program) => Promise<number>]>([
    ["ping", (program) => ping(program, "private", SIMULATED)],
    ["why", (program) => why(program, "private", SIMULATED)],
    ["traffic", (program) => traffic(program, SIMULATED)],
  ])("%s names the instance that it would send from", async (_name, command) => {
    expect(await refusal(() => labHome().run(command))).toMatchObject({
      code: "not-there",
      message: "There is no instance 1 in us-east-1.",
      next: ["vpclab up"],
    });
  });

  it("teardown and its dry run say that there is nothing to do", async () => {
    for (const dryRun of [false, true]) {
      const { stdout } = await labHome().run((program) =>
        teardown(program, { ...SIMULATED, yes: true, dryRun }),
      );
      expect(unwrapped(stdout)).toContain(
        "Nothing stands of lab nextwork in us-east-1, neither there nor in IAM. There is nothing to do.",
      );
    }
  });

  it("teardown names the labs that are remembered, so that a mistyped name does not read like a lab that is gone", async () => {
    const home = labHome();
    for (const lab of ["class-7", "class-8"])
      await home.run((program) => up(program, { ...SIMULATED, lab, yes: true, until: "vpcs" }));
    const takeDown = async (lab: string) => {
      const { stdout } = await home.run((program) => teardown(program, { ...SIMULATED, lab, yes: true }));
      return unwrapped(stdout);
    };
    const remembered = "Remembered as standing: class-8 (us-east-1), class-7 (us-east-1).";
    const mistyped = { ...SIMULATED, lab: "clas-7" };
    const { stdout } = await home.run((program) => status(program, mistyped));
    expect(unwrapped(stdout)).toContain(`Nothing of this lab stands. ${remembered}`);
    for (const command of ABSENT)
      expect(await refusal(() => home.run((program) => command(program, mistyped)))).toMatchObject({
        exitCode: 1,
        why: expect.stringContaining(remembered),
      });
    // One that is remembered is no slip of the hand.
    for (const command of ABSENT)
      expect(
        await refusal(() => home.run((program) => command(program, { ...SIMULATED, lab: "class-7" }))),
      ).toMatchObject({ exitCode: 1, why: expect.not.stringContaining("Remembered") });
    expect(await takeDown("clas-7")).toContain(
      "There is nothing to do. Remembered as standing: class-8 (us-east-1), class-7 (us-east-1).",
    );
    await takeDown("class-7");
    expect(await takeDown("class-7")).toContain(
      "nothing to do. Remembered as standing: class-8 (us-east-1).",
    );
    await takeDown("class-8");
    expect(await takeDown("class-8")).not.toContain("Remembered");
  });

  it("ping names instance 2 where that is to send", async () => {
    const back = () =>
      labHome().run((program) => ping(program, "private", { ...SIMULATED, from: "instance-2" }));
    expect(await refusal(back)).toMatchObject({ message: "There is no instance 2 in us-east-1." });
  });
});

describe("with a lab", () => {
  it("ping says instance 1 and instance 2, and up and teardown what there is to do and to wait for", async () => {
    const home = labHome();
    const walk = await home.run((program) => up(program, { ...SIMULATED, yes: true }));
    expect(walk.stdout.trimEnd().split("\n").slice(-4)).toEqual([
      "  → vpclab why         follows the ping, hop by hop",
      "  → vpclab insights    has more questions about the log",
      "  → vpclab status      shows what stands",
      "  → vpclab teardown    takes everything down",
    ]);
    const { stdout, stderr } = await home.run((program) => ping(program, "public", SIMULATED));
    expect(stderr).toMatch(/instance 1 pings instance 2 at \d/);
    expect(stdout).toContain("instance 2 answers on its public address");
    const long = await home.run((program) => ping(program, "private", { ...SIMULATED, count: "90" }));
    expect(long.stderr).toContain("(usually about 1:33)");
    const down = await home.run((program) => teardown(program, { ...SIMULATED, yes: true }));
    expect(unwrapped(down.stderr)).toContain("resources go, the instances first … (usually 1:00 to 3:00)");
  });

  it("teardown speaks of no instances where there are none", async () => {
    const home = labHome();
    await home.run((program) => up(program, { ...SIMULATED, yes: true, until: "vpcs" }));
    const { stderr } = await home.run((program) => teardown(program, { ...SIMULATED, yes: true }));
    expect(unwrapped(stderr)).toMatch(/\d+ resources go …/);
    expect(stderr).not.toMatch(/instances|usually/);
  });
});
