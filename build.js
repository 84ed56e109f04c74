// Bundles the program into dist/, as bin/vpclab.js reads it: modules that run when they are first asked for, so that
// `--help` loads no SDK. Does nothing where dist/ is newer than what it is built from: npm runs this before every
// `npx vpclab` in the checkout. The whole way, from src/ to a start, is at the end of docs/architecture.md.
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { init, parse } from "es-module-lexer";
import { licencesOf } from "./licences.js";

process.chdir(fileURLToPath(new URL(".", import.meta.url)));

/**
 * The SDK writes the keys in its schemas as constants, `{ [_xN]: "item" }`, and esbuild keeps whatever has a computed key:
 * all of EC2's shapes, used or not. With the keys written out it drops those that nothing uses. And it makes known to a
 * client every error of a service: of Systems Manager's 140, of which each start would make a class, those are left that
 * our operations throw. Any other is still an error with its name and message, as all of EC2's are. (Not of IAM and STS:
 * on the wire their errors have other names.)
 */
const usedSchemas = {
  name: "used schemas",
  setup(build) {
    const schemas = /client-([a-z0-9-]+).dist-es.schemas.schemas_\d+\.js$/;
    build.onLoad({ filter: schemas }, ({ path }) => {
      const [, client] = schemas.exec(path);
      const text = readFileSync(path, "utf8");
      const constants = new Map();
      for (const [, name, value] of text.matchAll(/^const (\w+) = (".*");$/gm)) constants.set(name, value);
      if (constants.size === 0) throw new Error(`${path} is not written as it used to be: see usedSchemas`);
      const contents = text.replace(/\[(_\w+)\]:/g, (key, name) => `${constants.get(name) ?? key}:`);
      if (client !== "ssm") return { contents };
      const thrown = errorsThrown(client);
      return {
        contents: contents.replace(/^n0_registry\.registerError\((\w+)\$,.*$/gm, (line, error) =>
          thrown.has(error) ? line : "",
        ),
      };
    });
  },
};

/** By the operations of a service that we call, as the SDK's types have it. */
function errorsThrown(client) {
  const errors = new Set();
  for (const file of filesBelow("src")) {
    const [, imports = ""] =
      new RegExp(`import \\{([^}]*)\\} from "@aws-sdk/client-${client}"`).exec(readFileSync(file, "utf8")) ??
      [];
    for (const [operation] of imports.matchAll(/\w+Command\b(?!\$)/g)) {
      const types = join(
        "node_modules/@aws-sdk",
        `client-${client}`,
        "dist-types/commands",
        `${operation}.d.ts`,
      );
      for (const [, error] of readFileSync(types, "utf8").matchAll(/@throws \{@link (\w+)\}/g))
        errors.add(error);
    }
  }
  if (errors.size === 0) throw new Error(`no operation of ${client} was found in src: see errorsThrown`);
  return errors;
}

/**
 * Modules of Node's that somebody imports for a case that is not ours, or not often. What they have is looked up when it is
 * used: to load them takes milliseconds at every start.
 */
const rarelyUsed = {
  name: "rarely used",
  setup(build) {
    const cases = [
      // Commands that are programs of their own.
      { importer: /commander.lib.command\.js$/, module: "node:child_process" },
      // On the embedded AWS nothing goes over the network.
      { importer: /node-http-handler.dist-es.node-https\.js$/, module: "node:https" },
      // A file as a request's body.
      { importer: /util-body-length.calculateBodyLength\.js$/, module: "node:fs" },
    ];
    for (const { importer, module } of cases) {
      build.onResolve({ filter: new RegExp(`^${module}$`) }, (found) =>
        importer.test(found.importer)
          ? { path: module, namespace: "rarely-used", pluginData: namesFrom(module, found.importer) }
          : undefined,
      );
    }
    build.onLoad({ filter: /./, namespace: "rarely-used" }, ({ path, pluginData }) => ({
      contents: `module.exports = new Proxy(${JSON.stringify(pluginData)}, {
        get: (_, name) => name === "__esModule" ? false : require(${JSON.stringify(path)})[name],
      });`,
    }));
  },
};

/** What a file imports by name from a module, as keys: esbuild looks for these, and for `default`. */
function namesFrom(module, file) {
  const [, names = ""] =
    new RegExp(`import \\{([^}]*)\\} from "${module}"`).exec(readFileSync(file, "utf8")) ?? [];
  return Object.fromEntries((names.match(/\w+/g) ?? []).map((name) => [name, null]));
}

// Both in dist/.
const ENTRY = "start.cjs";
const LICENCES = "THIRD-PARTY-LICENSES.txt";

const begun = new Date();
const sources = ["build.js", "licences.js", "package.json", "package-lock.json", ...filesBelow("src")];
const changedAt = Math.max(...sources.map((file) => statSync(file).mtimeMs));
if (!existsSync(join("dist", ENTRY)) || statSync(join("dist", ENTRY)).mtimeMs < changedAt) await bundle();

async function bundle() {
  for (const file of filesBelow("src")) {
    const changing = /^export (let|var) .*/m.exec(readFileSync(file, "utf8"))?.[0];
    if (changing !== undefined)
      throw new Error(`${file}: whoever imports this would keep its first value: ${changing}`);
  }
  const [{ build }] = await Promise.all([import("esbuild"), init]);
  const { version, devDependencies } = packageAt(".");
  const sdk = Object.keys(devDependencies).filter((name) => name.startsWith("@aws-sdk/client-"));
  const { outputFiles, metafile } = await build({
    entryPoints: ["src/cli.ts"],
    outdir: "dist",
    outExtension: { ".js": ".cjs" },
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
        sdk.map((name) => `${name} ${packageAt(join("node_modules", name)).version}`).join("\n"),
      ),
    },
    plugins: [usedSchemas, rarelyUsed],
    logLevel: "warning",
    metafile: true,
    write: false,
  });
  const modules = new Map(outputFiles.map(({ path, text }) => [basename(path), asFunction(text)]));
  const id = hashOf(modules.values());
  const first = neededAtStart(metafile);
  const fileOf = (isIn) => {
    const functions = [...modules]
      .filter(([name]) => isIn(name))
      .map(([name, code]) => `${JSON.stringify(`./${name}`)}${code}`);
    return `// ${id}\n({${functions.join(",\n")}})`;
  };
  // Whole files only, the entry last: whoever starts the program meanwhile, or kills the build, meets a whole program.
  const files = new Map([
    [`modules-${id}.cjs`, fileOf((name) => !first.has(name))],
    [LICENCES, licencesOf(metafile)],
    [ENTRY, fileOf((name) => first.has(name))],
  ]);
  mkdirSync("dist", { recursive: true });
  for (const [name, text] of files) {
    const temporary = join("dist", `${name}.${process.pid}.new`);
    writeFileSync(temporary, text);
    // What is saved while it builds is newer, and built the next time.
    utimesSync(temporary, begun, begun);
    renameSync(temporary, join("dist", name));
  }
  // With the code compiled of earlier builds.
  for (const name of readdirSync("dist"))
    if (!files.has(name) && !isBeingWritten(name))
      rmSync(join("dist", name), { force: true, recursive: true });
}

/** By another build beside this one. One that is a minute old was left by a build that was killed. */
function isBeingWritten(name) {
  const { mtimeMs } = statSync(join("dist", name), { throwIfNoEntry: false }) ?? { mtimeMs: 0 };
  return name.endsWith(".new") && Date.now() - mtimeMs < 60_000;
}

/** What the command line needs before it knows which command is meant: names of modules. */
function neededAtStart({ outputs }) {
  const needed = new Set();
  const add = (path) => {
    if (needed.has(basename(path))) return;
    needed.add(basename(path));
    for (const { path: other, kind } of outputs[path].imports)
      if (kind === "import-statement" && outputs[other]) add(other);
  };
  add("dist/cli.cjs");
  return needed;
}

/**
 * An ES module as bin/vpclab.js calls it, where `require` gives what another module has put into `module.exports`. Not by
 * esbuild's own way to CommonJS, which makes a getter of every export and calls it at every use: with the SDK's thousands
 * that took 14 ms of every `vpclab status`. So no module may export a variable that it changes later, nor import in a circle.
 */
function asFunction(text) {
  const beyondAscii = /.{0,60}\P{ASCII}/u.exec(text)?.[0];
  if (beyondAscii !== undefined)
    throw new Error(`esbuild has not escaped it, so write it as \\u and its number: ${beyondAscii}`);
  const [imports, exports] = parse(text);
  const changes = [];
  let required = "";
  for (const { type, specifier, importStart: start, importEnd: end } of imports) {
    const isStatic = type === "static";
    // `import.meta`, or what can be named only when it runs.
    if (specifier === undefined || !(isStatic || type === "dynamic"))
      throw new Error(`there is no way to it in a bundle: ${text.slice(start, end + 60)}`);
    const call = `require(${JSON.stringify(specifier)})`;
    if (isStatic) required += `${declaration(text.slice(start, end))}${call};`;
    changes.push({ start, end, by: isStatic ? "" : `Promise.resolve().then(()=>${call})` });
  }
  if (exports.length > 0) {
    const start = exports[0].exportStart;
    const [statement, names, value] =
      /^export(?:\{([^}]*)\}| default ([^;]*));/.exec(text.slice(start)) ?? [];
    if (statement === undefined || exports.some(({ exportStart }) => exportStart !== start))
      throw new Error(`not one export at the end, as esbuild writes it: ${text.slice(start, start + 200)}`);
    const members = names?.replace(/([^,]+) as ([^,]+)/g, "$2:$1") ?? `default:${value}`;
    changes.push({ start, end: start + statement.length, by: `module.exports={${members}};` });
  }
  let code = "";
  let done = 0;
  for (const { start, end, by } of changes.sort((one, other) => one.start - other.start)) {
    code += text.slice(done, start) + by;
    done = end;
  }
  return `(require,module){"use strict";${required}${code}${text.slice(done)}}`;
}

/** What an import statement declares, up to the value: `const {a:b}=`. A default export is the whole of a module of Node's. */
function declaration(statement) {
  const match = /^import(?:(\{.*\})from| ?(?:\*as )?([\w$]+) from(?!"\.))?"/.exec(statement);
  if (!match) throw new Error(`an import that esbuild did not write so before: ${statement}`);
  const [, names, whole] = match;
  if (names) return `const${names.replaceAll(" as ", ":")}=`;
  return whole ? `const ${whole}=` : "";
}

function hashOf(texts) {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(text);
  return hash.digest("hex").slice(0, 16);
}

function packageAt(folder) {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
