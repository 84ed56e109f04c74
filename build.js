// Bundles the program into dist/: what a command needs is loaded when it is called, so that `--help` loads no SDK. Does
// nothing where dist/ is newer than what it is built from: npm runs this before every `npx vpclab` in the checkout.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { licencesOf } from "./licences.js";

process.chdir(fileURLToPath(new URL(".", import.meta.url)));

/**
 * The SDK writes the keys in its schemas as constants, `{ [_xN]: "item" }`, and esbuild keeps whatever has a computed key:
 * all of EC2's shapes, used or not. With the keys written out it drops those that nothing uses.
 */
const constantKeys = {
  name: "constant keys",
  setup(build) {
    build.onLoad({ filter: /client-[a-z0-9-]+.dist-es.schemas.schemas_\d+\.js$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      const constants = new Map();
      for (const [, name, value] of text.matchAll(/^const (\w+) = (".*");$/gm)) constants.set(name, value);
      if (constants.size === 0) throw new Error(`${path} is not written as it used to be: see constantKeys`);
      return { contents: text.replace(/\[(_\w+)\]:/g, (key, name) => `${constants.get(name) ?? key}:`) };
    });
  },
};

// Both in dist/.
const ENTRY = "cli.js";
const LICENCES = "THIRD-PARTY-LICENSES.txt";

const sources = ["build.js", "licences.js", "package.json", "package-lock.json", ...filesBelow("src")];
const changedAt = Math.max(...sources.map((file) => statSync(file).mtimeMs));
if (!existsSync(join("dist", ENTRY)) || statSync(join("dist", ENTRY)).mtimeMs < changedAt) await bundle();

async function bundle() {
  const { build } = await import("esbuild");
  const { version, devDependencies } = packageAt(".");
  const sdk = Object.keys(devDependencies).filter((name) => name.startsWith("@aws-sdk/client-"));
  const { outputFiles, metafile } = await build({
    entryPoints: ["src/cli.ts"],
    outdir: "dist",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    // The SDK's ES modules, so that only the operations imported by name are bundled.
    mainFields: ["module", "main"],
    conditions: ["module"],
    // Not the names: a stack under --debug is to be read, and keeping them beside short ones (keepNames) takes time at
    // each start. No source maps: packed, 2.1 MB would become of 0.6, and with the version that a bug report names anybody
    // can build them: package-lock.json pins every byte.
    minifyWhitespace: true,
    minifySyntax: true,
    define: {
      VPCLAB_VERSION: JSON.stringify(version),
      SDK_VERSIONS: JSON.stringify(
        sdk.map((name) => `${name} ${packageAt(join("node_modules", name)).version}`),
      ),
    },
    // Some dependencies are CommonJS and call require for Node's own modules.
    banner: {
      js: 'import { createRequire as createRequire_ } from "node:module"; const require = createRequire_(import.meta.url);',
    },
    plugins: [constantKeys],
    logLevel: "warning",
    metafile: true,
    write: false,
  });
  const files = new Map(outputFiles.map(({ path, contents }) => [basename(path), contents]));
  files.set(LICENCES, licencesOf(metafile));
  // Whole files only, the entry last: whoever starts the program meanwhile, or kills the build, meets a whole program.
  mkdirSync("dist", { recursive: true });
  const entryLast = (one, other) => Number(one === ENTRY) - Number(other === ENTRY);
  for (const name of [...files.keys()].sort(entryLast)) {
    const temporary = join("dist", `${name}.${process.pid}.new`);
    writeFileSync(temporary, files.get(name) ?? "");
    renameSync(temporary, join("dist", name));
  }
  for (const name of filesBelow("dist").map((path) => basename(path)))
    if (!files.has(name) && !isBeingWritten(name)) rmSync(join("dist", name), { force: true });
}

/** By another build beside this one. One that is a minute old was left by a build that was killed. */
function isBeingWritten(name) {
  const { mtimeMs } = statSync(join("dist", name), { throwIfNoEntry: false }) ?? { mtimeMs: 0 };
  return name.endsWith(".new") && Date.now() - mtimeMs < 60_000;
}

function packageAt(folder) {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
