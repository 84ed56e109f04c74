/** The package as `npm pack` makes it, on a machine that has Node and npm and nothing else. */
import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Metafile } from "esbuild";
import { beforeAll, describe, expect, it } from "vitest";
import { emptyMachine } from "./empty-machine.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MOST_BYTES = 2_000_000;

const machine = emptyMachine();

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}
let packed: Packed;
let tarball: string;
/** Where `npm install --global` puts it. */
const prefix = join(machine.home, "global");
const installed = join(prefix, "lib/node_modules/vpclab");

beforeAll(async () => {
  const { code, stdout, stderr } = await machine.run("npm", [
    "pack",
    ROOT,
    "--json",
    "--pack-destination",
    machine.home,
  ]);
  expect(code, stderr).toBe(0);
  [packed] = JSON.parse(stdout);
  tarball = join(machine.home, packed.filename);
  const install = await machine.run("npm", ["install", "--global", "--prefix", prefix, tarball]);
  expect(install.code, install.stderr).toBe(0);
}, 60_000);

describe("npx <tarball> in an empty folder", () => {
  // npx takes an absolute path for a command to run, not for a package.
  const npx = (...args: string[]) =>
    machine.run("npx", ["--yes", relative(machine.folder, tarball), ...args]);

  it("walks the lab, shows it, and takes it down", async () => {
    const up = await npx("up", "--yes", "--simulate");
    expect(up.code, up.stderr).toBe(0);
    expect(up.stdout).toContain("7 of 7 steps are done; 19 resources stand");
    const status = await npx("status", "--json");
    expect(status.code, status.stderr).toBe(0);
    expect(JSON.parse(status.stdout).resources).toHaveLength(19);
    const teardown = await npx("teardown", "--yes", "--json");
    expect(teardown.code, teardown.stderr).toBe(0);
    expect(JSON.parse(teardown.stdout)).toMatchObject({ complete: true, leftovers: [] });
    expect(readdirSync(machine.folder)).toEqual([]);
  }, 60_000);
});

describe("npm install --global <tarball>", () => {
  it("installs one package and one command that runs", async () => {
    expect(readdirSync(join(prefix, "lib/node_modules"))).toEqual(["vpclab"]);
    expect(readdirSync(installed)).not.toContain("node_modules");
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    expect(await machine.run(join(prefix, "bin/vpclab"), ["--version"])).toEqual({
      code: 0,
      stdout: `${version}\n`,
      stderr: "",
    });
  });
});

describe("what is in the package", () => {
  it("is under 2 MB packed, and needs no other package", () => {
    expect(packed.size).toBeLessThan(MOST_BYTES);
    const { dependencies, peerDependencies, optionalDependencies, engines } = JSON.parse(
      readFileSync(join(installed, "package.json"), "utf8"),
    );
    expect({ dependencies, peerDependencies, optionalDependencies }).toEqual({});
    expect(engines).toEqual({ node: ">=20.19" });
  });

  it("is the program, its licences, and the documents that the README links to", () => {
    const paths = packed.files.map(({ path }) => path);
    const kinds =
      /^(bin\/vpclab\.js|bin\/package\.json|dist\/start\.cjs|dist\/modules-\w+\.cjs|dist\/THIRD-PARTY-LICENSES\.txt|docs\/.+|LICENSE|[A-Z]+\.md|package\.json|src\/simulator\/BEHAVIOUR\.md)$/;
    expect(paths.filter((path) => !kinds.test(path))).toEqual([]);
    const links = [...readFileSync(join(installed, "README.md"), "utf8").matchAll(/\]\(([^)#]+)[^)]*\)/g)]
      .map(([, target = ""]) => target)
      .filter((target) => !/^https?:/.test(target));
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter((target) => !paths.includes(target))).toEqual([]);
  });
});

describe("what is bundled", () => {
  let metafile: Metafile;
  beforeAll(async () => {
    // Not build.js, but the same sources by the same bundler: what build.js leaves out of its list shows here.
    ({ metafile } = await build({
      absWorkingDir: ROOT,
      entryPoints: ["src/cli.ts"],
      outdir: "unused",
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "node",
      mainFields: ["module", "main"],
      conditions: ["module"],
      write: false,
      metafile: true,
    }));
  });

  it("imports nothing but Node's own modules", () => {
    const imported = Object.values(metafile.inputs).flatMap(({ imports }) =>
      imports.filter(({ external }) => external).map(({ path }) => path),
    );
    expect(imported.length).toBeGreaterThan(0);
    expect(imported.filter((path) => !builtinModules.includes(path.replace(/^node:/, "")))).toEqual([]);
  });

  it("is named, package by package, with the text of its licence", () => {
    const bundled = Object.values(metafile.outputs).flatMap(({ inputs }) =>
      Object.keys(inputs)
        .filter((path) => inputs[path]?.bytesInOutput)
        .map((path) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0])
        .filter((folder) => folder !== undefined),
    );
    const expected = new Set(
      bundled.map((folder) => {
        const { name, version, license } = JSON.parse(
          readFileSync(join(ROOT, folder, "package.json"), "utf8"),
        );
        return `${name} ${version} (${license})`;
      }),
    );
    const text = readFileSync(join(installed, "dist/THIRD-PARTY-LICENSES.txt"), "utf8");
    const sections = text.split(/^-{80}\n/m).slice(1);
    const named = sections.flatMap((section) => section.slice(0, section.indexOf("\n\n")).split("\n"));
    expect(named.sort()).toEqual([...expected].sort());
    const texts = sections.map((section) => section.slice(section.indexOf("\n\n")));
    for (const licence of texts)
      expect(licence).toMatch(/Permission is hereby granted|Permission to use, copy|Apache License|Blue Oak/);
  });
});
