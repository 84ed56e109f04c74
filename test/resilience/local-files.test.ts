/** The local files, damaged, gone, or on a disk that takes no more: no crash, no loss, a clear line. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Run } from "../cli/run-program.ts";
import { type Simulator, serve } from "../cli/serve.ts";
import { freshHome } from "../cli/vpclab.ts";
import { clientOf, type Home, homeBelow, SPEED, TEARDOWN, told, UP } from "./process.ts";

const file = freshHome();
const FULL_DISK = new URL("full-disk.mjs", import.meta.url).pathname;
const fullDisk = (after: number) => ({
  NODE_OPTIONS: `--import=${FULL_DISK}`,
  FULL_DISK_AFTER: String(after),
});

/** A sentence for a person: no trace of the program's own insides, and no "defect". */
function expectClear(run: Run): void {
  expect(told(run)).not.toMatch(/\n\s+at .*[:(]\d+|defect|undefined|\[object|TypeError/);
}

function partsOf(run: Run): string[] {
  expect(run.code, told(run)).toBe(0);
  const { resources } = JSON.parse(run.stdout) as { resources: { part: string }[] };
  return resources.map(({ part }) => part);
}

const GARBAGE: readonly (readonly [name: string, damage: (path: string) => void])[] = [
  ["truncated", (path) => writeFileSync(path, readFileSync(path).subarray(0, 40))],
  ["empty", (path) => writeFileSync(path, "")],
  ["garbage", (path) => writeFileSync(path, Buffer.from([0, 255, 254, 10, 123, 34, 0, 10, 91]))],
  ["other JSON", (path) => writeFileSync(path, '[{"lab": 5}, null]\nnull\n"x"')],
  [
    "a folder in its place",
    (path) => {
      rmSync(path);
      mkdirSync(path);
    },
  ],
];

describe("a lab on AWS", () => {
  let aws: Simulator;
  let home: Home;
  const run = (args: readonly string[], env: Record<string, string> = {}, at = home) =>
    at.vpclab(args, { env: { ...clientOf(aws.endpoint), ...env } });
  let account = "";
  const labFile = (name: string) => join(home.folder, "labs", `nextwork.${account}.us-east-1`, name);

  beforeAll(async () => {
    home = homeBelow(file, "aws");
    aws = await serve(home.vpclab, "--memory", "--speed", String(SPEED));
    const built = await run(UP);
    expect(built.code, told(built)).toBe(0);
    account = JSON.parse((await run(["status", "--json"])).stdout).account;
  });
  afterAll(() => aws.end());

  it.each(
    ["lab.json", "journal.jsonl"].flatMap((name) => GARBAGE.map(([how, damage]) => ({ name, how, damage }))),
  )("is found and walked on where $name is $how", async ({ name, damage }) => {
    const path = labFile(name);
    damage(path);
    const status = await run(["status", "--json"]);
    expect(partsOf(status)).toHaveLength(19);
    expectClear(status);
    const up = await run(UP);
    expect(up.code, told(up)).toBe(0);
    expectClear(up);
    rmSync(path, { recursive: true });
    expect((await run(UP)).code).toBe(0);
  });

  it("is found again by its name and Region when all local files are gone", async () => {
    rmSync(home.folder, { recursive: true });
    const status = await run(["status", "--json", "--lab", "nextwork", "--region", "us-east-1"]);
    expect(partsOf(status)).toHaveLength(19);
  });

  it.each(["/proc/vpclab", "/dev/null/vpclab"])(
    "stands and goes where VPCLAB_HOME is %s",
    async (VPCLAB_HOME) => {
      for (const args of [TEARDOWN, UP, ["status", "--json"]]) {
        const ended = await run(args, { VPCLAB_HOME });
        expect(ended.code, told(ended)).toBe(0);
        expectClear(ended);
        if (args !== UP && args !== TEARDOWN) expect(partsOf(ended)).toHaveLength(19);
        else expect(ended.stderr).toMatch(/could not be saved|cannot be read/);
      }
    },
  );

  it("stands and goes on a full disk, and what was remembered stays whole", async () => {
    expect((await run(UP)).code).toBe(0);
    const before = readFileSync(labFile("lab.json"), "utf8");
    const up = await run(UP, fullDisk(0));
    expect(up.code, told(up)).toBe(0);
    expect(up.stderr).toContain("could not be saved");
    expectClear(up);
    expect(readFileSync(labFile("lab.json"), "utf8")).toBe(before);
    const teardown = await run(TEARDOWN, fullDisk(0));
    expect(teardown.code, told(teardown)).toBe(0);
    expectClear(teardown);
    expect(partsOf(await run(["status", "--json"]))).toEqual([]);
  });
});

describe("a lab on the embedded AWS", () => {
  it.each(GARBAGE)("is not touched where its world is %s", async (how, damage) => {
    const home = homeBelow(
      file,
      `world-${how.replaceAll(" ", "-")}`,
      JSON.stringify({ format: 1, account: "1" }),
    );
    damage(home.worldFile);
    for (const args of [UP, TEARDOWN, ["status"]]) {
      const ended = await home.vpclab(args);
      expect(ended.code, told(ended)).toBe(1);
      expect(ended.stderr).toContain("world.json");
      expectClear(ended);
    }
  });

  it.each(["/proc/vpclab", "/dev/null/vpclab"])("says so where VPCLAB_HOME is %s", async (VPCLAB_HOME) => {
    const ended = await homeBelow(file, "unwritable").vpclab(UP, { env: { VPCLAB_HOME } });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("VPCLAB_HOME=");
    expectClear(ended);
  });

  it.each([0, 1, 7, 20, 40])("is completed after the disk was full from write %i on", async (after) => {
    const home = homeBelow(file, `disk-${after}`);
    const failed = await home.vpclab(UP, { env: fullDisk(after) });
    expect(failed.code, told(failed)).toBe(1);
    expect(failed.stderr).toContain("ENOSPC");
    expectClear(failed);
    const up = await home.vpclab(UP);
    expect(up.code, told(up)).toBe(0);
    const parts = partsOf(await home.vpclab(["status", "--json"]));
    expect(new Set(parts).size).toBe(parts.length);
    expect(parts).toHaveLength(19);
  });

  it("is built by two processes at once, and what both made is named and taken down", async () => {
    const home = homeBelow(file, "two");
    const runs = await Promise.all([home.vpclab(UP), home.vpclab(UP), home.vpclab(["status", "--json"])]);
    for (const ended of runs) {
      expect(ended.code, told(ended)).toBe(0);
      expectClear(ended);
    }
    const parts = partsOf(await home.vpclab(["status", "--json"]));
    const doubled = new Set(parts.filter((part, index) => parts.indexOf(part) !== index));
    const { stdout } = await home.vpclab(["status"]);
    for (const part of doubled) expect(stdout).toMatch(new RegExp(`There are \\d+ of ${part}`));
    if (doubled.size === 0) expect(stdout).not.toContain("There are");
    const torn = await Promise.all([home.vpclab(TEARDOWN), home.vpclab(TEARDOWN)]);
    for (const ended of torn) expect(ended.code, told(ended)).toBe(0);
    expect(partsOf(await home.vpclab(["status", "--json"]))).toEqual([]);
  });
});
