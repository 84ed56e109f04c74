/** docs/dependencies.md against what is there: a package that nobody explained, or one that is gone, fails here. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");

test("every dependency is explained, with its licence", () => {
  const table = [...read("docs/dependencies.md").matchAll(/^\| (\S+) \| (.+) \| (.+) \|$/gm)]
    .filter(([, name]) => name !== "Package")
    .map(([, name, , licence]) => [name, licence]);
  const { dependencies = {}, devDependencies = {} } = JSON.parse(read("package.json"));
  const { packages } = JSON.parse(read("package-lock.json"));
  const named = Object.keys({ ...dependencies, ...devDependencies }).sort();
  expect(table.sort()).toEqual(named.map((name) => [name, packages[`node_modules/${name}`].license]));
});

test("only packages whose install scripts are explained have one", () => {
  const { packages } = JSON.parse(read("package-lock.json")) as {
    packages: Record<string, { hasInstallScript?: boolean; optional?: boolean }>;
  };
  const withScript = Object.entries(packages).filter(([, one]) => one.hasInstallScript && !one.optional);
  expect(withScript.map(([path]) => path)).toEqual(["node_modules/esbuild"]);
});
