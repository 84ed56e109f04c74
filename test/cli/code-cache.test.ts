/** What V8 compiled at one start of the built program, kept for the next: it may be there or not, and nobody notices. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
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

function run(args: readonly string[], flags: readonly string[] = []) {
  const env = { HOME: installed, VPCLAB_HOME: join(installed, "vpclab") };
  return runProgram(process.execPath, [...flags, join(installed, "bin/vpclab.js"), ...args], { env });
}

async function says(args: readonly string[], flags: readonly string[] = []): Promise<string> {
  const { code, stdout, stderr } = await run(args, flags);
  expect(code, stderr).toBe(0);
  return stdout;
}

function keptFiles(): string[] {
  return readdirSync(cache).flatMap((folder) =>
    readdirSync(join(cache, folder)).map((name) => join(cache, folder, name)),
  );
}

/** Without the hash of the build. */
function keptNames(): string[] {
  return keptFiles()
    .map((file) => basename(file).replace(/-\w+/, ""))
    .sort();
}

const POLICY = ["policy", "--account", "123456789012", "--region", "eu-west-3"];

it("is kept at a command's first start, and read from then on", async () => {
  const version = await says(["--version"]);
  expect(keptNames()).toEqual(["version.start.cjs"]);
  const policy = await says(POLICY);
  expect(keptNames()).toEqual(["policy.modules.cjs", "policy.start.cjs", "version.start.cjs"]);
  const before = keptFiles().map((file) => statSync(file).ino);
  expect(await says(["--version"])).toBe(version);
  expect(await says(POLICY)).toBe(policy);
  expect(keptFiles().map((file) => statSync(file).ino)).toEqual(before);
});

it("is kept of a command that does without V8's optimizing compiler, too", async () => {
  const inodes = () => keptFiles().map((file) => statSync(file).ino);
  const status = await says(["status", "--simulate"]);
  expect(keptNames()).toEqual(["status.modules.cjs", "status.start.cjs"]);
  const before = inodes();
  expect(await says(["status", "--simulate"])).toBe(status);
  expect(inodes()).toEqual(before);
});

it("is not kept of a command that failed", async () => {
  const { code } = await run(["no-such-command"]);
  expect(code).toBe(2);
  expect(existsSync(cache)).toBe(false);
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

it("leaves nothing half-done behind where it cannot be kept", async () => {
  await says(["--version"]);
  const [kept = ""] = keptFiles();
  rmSync(kept);
  mkdirSync(join(kept, "in the way"), { recursive: true });
  await says(["--version"]);
  expect(keptFiles()).toEqual([kept]);
});

it("can be done without, where its folder cannot be made", async () => {
  writeFileSync(cache, "");
  expect(await says(["--version"])).toMatch(/^\d/);
  expect(readFileSync(cache, "utf8")).toBe("");
});
