import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { describe, expect, it, vi } from "vitest";
import { type StatusOptions, status } from "../../src/commands/status.ts";
import { refusal as awsRefusal } from "../aws/refusal.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { until } from "../ui/fake-terminal.ts";
import { type LabHome, labHome, type RunOptions, refusal, SIMULATED } from "./in-process.ts";
import { standingLab } from "./standing-lab.ts";

const folder = temporaryFolder();

const look = (home: LabHome, options: StatusOptions = {}, run: RunOptions = {}) =>
  home.run((program) => status(program, { ...SIMULATED, ...options }), { json: options.json, ...run });

it.each<StatusOptions>([
  { all: true, watch: true },
  { all: true, svg: "lab.svg" },
])("vpclab status refuses %o before any call: neither has had a meaning with --all", async (options) => {
  expect(await refusal(() => look(labHome(), options))).toMatchObject({ code: "usage", exitCode: 2 });
});

describe("vpclab status draws the lab", () => {
  it("as nothing before there is one, in the SVG as well", async () => {
    const home = labHome();
    const svg = join(folder, "nothing.svg");
    const { code, stdout } = await look(home, { svg });
    expect(code).toBe(0);
    expect(stdout).not.toContain("the internet");
    expect(readFileSync(svg, "utf8")).toContain("Nothing of this lab stands.");
  });

  describe("as far as it stands:", () => {
    const home = standingLab("vpcs");

    it("VPCs, subnets, gateways and route tables alone", async () => {
      const { stdout } = await look(home, {}, { columns: 80, color: false });
      expect(stdout).toMatch(/^├─ internet gateway NextWork-1-igw$/m);
      expect(stdout).toMatch(/^│ {5}NextWork-1-subnet-public1-us-east-1[a-f] {2}10\.1\.0\.0\/20$/m);
      expect(stdout).toMatch(/^ {10}0\.0\.0\.0\/0 +→ NextWork-2-igw$/m);
      expect(stdout).not.toMatch(/Instance -|peering|logged/);
    });
  });

  describe("once it is peered", () => {
    const home = standingLab("peering");
    const full = standingLab("flow-log");

    it("with instances, routes, the peering and what is logged, within 80 columns", async () => {
      const { stdout } = await look(home, {}, { columns: 80, color: false });
      expect(stdout).toMatch(
        /^│ {7}Instance - NextWork VPC 1 {2}running\n│ {9}10\.1\.\d+\.\d+, public \d+\.\d+\.\d+\.\d+$/m,
      );
      expect(stdout).toMatch(/^│ {9}10\.2\.0\.0\/16 +→ VPC 1 <> VPC 2$/m);
      expect(stdout).toMatch(/NextWork-1-vpc is logged: all traffic → NextWorkVPCFlowLogsGroup/);
      expect(stdout).toMatch(/║ peering VPC 1 <> VPC 2 to NextWork-2-vpc: active/);
      expect(stdout.split("\n").every((line) => [...line].length <= 80)).toBe(true);
    });

    it("and the rest, within 60 columns", async () => {
      const { stdout } = await look(full, {}, { columns: 60, color: false });
      expect(stdout).toContain("delivery");
      expect(stdout.split("\n").filter((line) => [...line].length > 60)).toEqual([]);
    });

    describe("again and again with --watch, from the top of the screen", () => {
      const watch = async (rows: number) => {
        const interruption = new AbortController();
        const top = "\x1b[H";
        const { stdout } = await full.run(
          async (program, terminal) => {
            terminal.stdout.rows = rows;
            const watching = status(program, { ...SIMULATED, watch: true });
            await until(() => terminal.stdout.written.includes(top), "it has drawn once");
            interruption.abort(new Error("Ctrl-C"));
            await expect(watching).rejects.toThrow("Ctrl-C");
            return 0;
          },
          { columns: 80, color: false, signal: interruption.signal },
        );
        return stdout.slice(stdout.lastIndexOf(top) + top.length).split("\n");
      };

      it("whole on a screen that is tall enough", async () => {
        const rows = await watch(80);
        expect(rows.some((row) => /^resource +id +name +state$/.test(row))).toBe(true);
        expect(rows).toContain("├─ internet gateway NextWork-1-igw");
      });

      it("with the states counted on a lower one: each resource is in the drawing, too", async () => {
        const rows = await watch(50);
        expect(rows).toContain("18 resources: 9 present, 4 available, 2 attached, 2 pending, 1 active");
        expect(rows.some((row) => row.startsWith("resource  "))).toBe(false);
        expect(rows).toContain("├─ internet gateway NextWork-1-igw");
        expect(rows).toContain("  → vpclab up");
      });

      it("without the drawing in 24 rows, to the end", async () => {
        const rows = await watch(24);
        expect(rows.length).toBeLessThanOrEqual(24);
        expect(rows[0]).toMatch(/^vpclab · lab nextwork · embedded AWS/);
        expect(rows).toContain("  4 of 7 steps done");
        expect(rows.join("\n")).toContain("18 resources: ");
        expect(rows.at(-2)).toBe("  → vpclab teardown    takes everything down");
      });

      it("also where AWS fails in between, and says so", async () => {
        const interruption = new AbortController();
        const send = EC2Client.prototype.send as (command: object) => Promise<unknown>;
        await full.run(
          async (program, terminal) => {
            const watching = status(program, { ...SIMULATED, watch: true, json: true });
            await until(() => terminal.stdout.written.includes('"strays"'), "it has looked once");
            vi.spyOn(EC2Client.prototype, "send").mockImplementation(function (
              this: EC2Client,
              command: object,
            ) {
              if (command instanceof DescribeVpcsCommand) throw awsRefusal("ServiceUnavailable", "busy");
              return send.call(this, command);
            });
            try {
              await Promise.race([
                watching,
                vi.waitFor(() => expect(terminal.stderr.written).toContain("Not read: busy."), {
                  timeout: 20_000,
                }),
              ]);
            } finally {
              vi.restoreAllMocks();
            }
            interruption.abort(new Error("Ctrl-C"));
            await expect(watching).rejects.toThrow("Ctrl-C");
            return 0;
          },
          { signal: interruption.signal, json: true },
        );
      }, 30_000);

      it("until twelve looks in a row have failed: one that succeeds begins the count anew", async () => {
        const send = EC2Client.prototype.send as (command: object) => Promise<unknown>;
        const later = globalThis.setTimeout;
        // The pauses between two looks, that is.
        vi.spyOn(globalThis, "setTimeout").mockImplementation(((work: () => void, ms?: number) =>
          later(work, ms === 5_000 ? 0 : ms)) as typeof setTimeout);
        try {
          await full.run(
            async (program, terminal) => {
              const times = (text: string, words: string) => text.split(words).length - 1;
              const looked = () => times(terminal.stdout.written, '"strays"');
              const failed = () => times(terminal.stderr.written, "Not read: busy.");
              vi.spyOn(EC2Client.prototype, "send").mockImplementation(async function (
                this: EC2Client,
                command: object,
              ) {
                const isToFail = looked() > 0 && !(looked() === 1 && failed() === 11);
                if (isToFail && command instanceof DescribeVpcsCommand)
                  throw awsRefusal("ServiceUnavailable", "busy");
                return send.call(this, command);
              });
              const watching = status(program, { ...SIMULATED, watch: true, json: true });
              await expect(watching).rejects.toThrow("busy");
              expect([looked(), failed()]).toEqual([2, 22]);
              return 0;
            },
            { json: true },
          );
        } finally {
          vi.restoreAllMocks();
        }
      }, 30_000);

      it("as far as it goes in 12, and says how much does not", async () => {
        const rows = await watch(12);
        expect(rows).toHaveLength(12);
        expect(rows.at(-2)).toMatch(/^… \d+ more lines: /);
      });
    });

    it("into a file, beside the JSON", async () => {
      const svg = join(folder, "lab.svg");
      const { stdout } = await look(home, { svg, json: true });
      const { resources } = JSON.parse(stdout);
      const drawn = readFileSync(svg, "utf8");
      const peering = resources.find(({ type }: { type: string }) => type === "vpc-peering-connection");
      expect(drawn).toContain(peering.id);
      expect(drawn).toContain("<title");
    });

    it("and says where it cannot write", async () => {
      const svg = join(folder, "no", "such", "folder.svg");
      const error = await refusal(() => look(home, { svg }));
      expect(error).toMatchObject({ code: "svg-not-written", message: expect.stringContaining(svg) });
    });
  });
});
