/** What V8 compiled at one start of the built program, kept for the next: it may be there or not, and nobody notices. */
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, expect, it } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";
import { runProgram } from "./run-program.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

let installed: string;
let cache: string;

beforeEach(() => {
  installed = temporaryFolder();
  cache = join(installed, "dist/code-cache");
  for (const name of ["bin", "package.json"])
    cpSync(join(ROOT, name), join(installed, name), { recursive: true });
  mkdirSync(join(installed, "dist"));
  for (const name of readdirSync(join(ROOT, "dist")).filter((name) => name.endsWith(".cjs")))
    cpSync(join(ROOT, "dist", name), join(installed, "dist", name));
});

async function says(args: readonly string[], flags: readonly string[] = []): Promise<string> {
  const env = { HOME: installed, VPCLAB_HOME: join(installed, "vpclab") };
  const bin = join(installed, "bin/vpclab.js");
  const { code, stdout, stderr } = await runProgram(process.execPath, [...flags, bin, ...args], { env });
  expect(code, stderr).toBe(0);
  return stdout;
}

/** The files that are kept, with the names of the modules whose functions are in them. */
function kept(): Record<string, string[]> {
  const [folder = "", ...others] = readdirSync(cache);
  expect(others).toEqual([]);
  return Object.fromEntries(
    readdirSync(join(cache, folder)).map((name) => {
      const [head = ""] = readFileSync(join(cache, folder, name), "latin1").split("\n", 1);
      return [name.replace(/-\w+/, ""), JSON.parse(head)];
    }),
  );
}

function keptFiles(): string[] {
  return readdirSync(cache).flatMap((folder) =>
    readdirSync(join(cache, folder)).map((name) => join(cache, folder, name)),
  );
}

const POLICY = ["policy", "--account", "123456789012", "--region", "eu-west-3"];

it("is kept at the first start, and added to by a command that needs more", async () => {
  const version = await says(["--version"]);
  expect(Object.keys(kept())).toEqual(["start.cjs"]);
  const policy = await says(POLICY);
  const { "modules.cjs": modules = [] } = kept();
  expect(modules.length).toBeGreaterThan(0);
  await says(["completion", "bash"]);
  expect(kept()["modules.cjs"]).toEqual(expect.arrayContaining(modules));
  expect(kept()["modules.cjs"]?.length).toBeGreaterThan(modules.length);
  expect(await says(["--version"])).toBe(version);
  expect(await says(POLICY)).toBe(policy);
});

it("is written no more once all is in it", async () => {
  await says(POLICY);
  const before = keptFiles().map((file) => statSync(file).ino);
  expect(before).toHaveLength(2);
  await says(POLICY);
  expect(keptFiles().map((file) => statSync(file).ino)).toEqual(before);
});

it.each([
  ["empty", () => ""],
  ["something else", () => "something else\n"],
  ["cut short", (kept: Buffer) => kept.subarray(0, kept.length - 100)],
])("is not believed where it is %s", async (_, damage) => {
  const policy = await says(POLICY);
  for (const file of keptFiles()) writeFileSync(file, damage(readFileSync(file)));
  expect(await says(POLICY)).toBe(policy);
});

it("is made anew by a Node with other flags, and again by one without", async () => {
  const policy = await says(POLICY);
  const inodes = () => keptFiles().map((file) => statSync(file).ino);
  const seen = [inodes()];
  for (const flags of [["--no-opt"], [], []]) {
    expect(await says(POLICY, flags)).toBe(policy);
    seen.push(inodes());
  }
  const [first, second, third, fourth] = seen;
  expect(second).not.toEqual(first);
  expect(third).not.toEqual(second);
  expect(fourth).toEqual(third);
});

it("can be done without, where its folder cannot be made", async () => {
  writeFileSync(cache, "");
  expect(await says(["--version"])).toMatch(/^\d/);
  expect(readFileSync(cache, "utf8")).toBe("");
});
