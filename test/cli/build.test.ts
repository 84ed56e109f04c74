/** build.js, in a copy of the checkout. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

it("leaves alone what another build is writing, and clears away what one that was killed has left", () => {
  const copy = temporaryFolder();
  for (const name of ["src", "build.js", "licences.js", "package.json", "package-lock.json"])
    cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
  const dist = join(copy, "dist");
  mkdirSync(dist);
  for (const name of ["modules-A.cjs.1.new", "modules-B.cjs.2.new", "modules-C.cjs"])
    writeFileSync(join(dist, name), "half of it");
  utimesSync(join(dist, "modules-B.cjs.2.new"), new Date(0), new Date(0));
  execFileSync(process.execPath, [join(copy, "build.js")]);
  const built = readdirSync(dist);
  expect(built).toContain("start.cjs");
  expect(built.filter((name) => /modules-[ABC]\.cjs/.test(name))).toEqual(["modules-A.cjs.1.new"]);
});
