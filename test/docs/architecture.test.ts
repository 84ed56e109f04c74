/** docs/architecture.md against the imports: what it says of who may know whom is so. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "./documented-commands.ts";

const text = readFileSync(join(ROOT, "docs/architecture.md"), "utf8");
const SRC = join(ROOT, "src");

/** "commands/up.ts" is of "commands"; "cli.ts" is of "cli". */
function folderOf(path: string): string {
  return relative(SRC, path).split(/[/\\]/)[0]?.replace(/\.ts$/, "") ?? "";
}

/** By folder, those that its files import from, itself left out. */
const imported = new Map<string, Set<string>>();
for (const entry of readdirSync(SRC, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !entry.name.endsWith(".ts")) continue;
  const path = join(entry.parentPath, entry.name);
  const into = imported.get(folderOf(path)) ?? new Set();
  imported.set(folderOf(path), into);
  for (const [, target = ""] of readFileSync(path, "utf8").matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)) {
    const folder = folderOf(resolve(dirname(path), target));
    if (folder !== folderOf(path)) into.add(folder);
  }
}

/** By folder, those that the table gives it. */
const told = new Map(
  [...text.matchAll(/^\| `src\/([a-z-]+)[^`]*` \| .+ \| (.+) \|$/gm)].map(([, folder = "", cell = ""]) => {
    const named = [...imported.keys()].filter((name) => new RegExp(`(^|[ ,])${name}\\b`).test(cell));
    return [folder, { named, isPure: cell.includes("the pure folders") }] as const;
  }),
);
const PURE = ["network", "flow-logs", "insights"];

it("has a row for everything in src", () => {
  expect([...told.keys()].sort()).toEqual([...imported.keys()].sort());
});

it.each([...told])("tells of src/%s whom it imports, no more and no less", (folder, { named, isPure }) => {
  const really = [...(imported.get(folder) ?? [])].filter((name) => !isPure || !PURE.includes(name));
  expect(named.sort()).toEqual(really.sort());
});

it("names files and folders that are there", () => {
  const names = [...text.matchAll(/`((?:src|test|bench|bin)\/[\w./-]*)`/g)].map(([, name = ""]) => name);
  const inSimulator = [
    ...text
      .slice(text.indexOf("| In `src/simulator/`"), text.indexOf("## Rounds"))
      .matchAll(/^\| (.+?) \|/gm),
  ]
    .slice(2)
    .flatMap(([, cell = ""]) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => `src/simulator/${name}`));
  expect(inSimulator.length).toBeGreaterThan(10);
  // What a benchmark writes may not have been written yet.
  const all = [...names, ...inSimulator].filter((name) => name !== "bench/RESULTS.md");
  expect(all.filter((name) => !existsSync(join(ROOT, name)))).toEqual([]);
});
