/** build.js, in a copy of the checkout. */
import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, expect, it } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

let copy: string;
let dist: string;

beforeEach(() => {
  copy = temporaryFolder();
  dist = join(copy, "dist");
  for (const name of ["src", "build.js", "licences.js", "package.json", "package-lock.json"])
    cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
});

function build() {
  return spawnSync(process.execPath, [join(copy, "build.js")], { encoding: "utf8" });
}

it("leaves alone what another build is writing, and clears away what one that was killed has left", () => {
  mkdirSync(dist);
  for (const name of ["modules-A.cjs.1.new", "modules-B.cjs.2.new", "modules-C.cjs"])
    writeFileSync(join(dist, name), "half of it");
  utimesSync(join(dist, "modules-B.cjs.2.new"), new Date(0), new Date(0));
  const { status, stderr } = build();
  expect(status, stderr).toBe(0);
  const built = readdirSync(dist);
  expect(built).toContain("start.cjs");
  expect(built.filter((name) => /modules-[ABC]\.cjs/.test(name))).toEqual(["modules-A.cjs.1.new"]);
});

it("builds anew what was saved while it built", () => {
  const start = () => statSync(join(dist, "start.cjs"));
  build();
  const { ino, ctimeMs } = start();
  build();
  expect(start().ino).toBe(ino);
  const saved = new Date(ctimeMs - 50);
  utimesSync(join(copy, "src/cli.ts"), saved, saved);
  build();
  expect(start().ino).not.toBe(ino);
});

it.each([
  ["console.log(import.meta.url);", /there is no way to it in a bundle: import\.meta/],
  ["export let calls = 0;", /src\/cli\.ts: .*first value: export let calls/],
  ["console.log(/[→]/.test(process.title));", /not escaped it.*→/],
])("refuses what would mean something else in the bundle: %s", (line, message) => {
  appendFileSync(join(copy, "src/cli.ts"), `\n${line}\n`);
  const { status, stderr } = build();
  expect(status).toBe(1);
  expect(stderr).toMatch(message);
  expect(existsSync(dist)).toBe(false);
});
