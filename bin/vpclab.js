#!/usr/bin/env node
// Starts the program. build.js has put its modules into two files of dist/: start.cjs has those that every command needs.
//
// What V8 compiles at one start is kept for the next, in dist/code-cache: to compile the AWS SDK anew took half the time of
// a `vpclab status`. Node can do that by itself only as of 22.8 (module.enableCompileCache). All is CommonJS, because before
// that V8's cache can be had for scripts only, and because Node starts sooner without its loader of ES modules.
const { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { Script } = require("node:vm");

const DIST = join(__dirname, "../dist");

/** The files of modules that have been read. */
const files = [];
/** What a module exports, by its name. */
const loaded = new Map();
/** Known when start.cjs is read, whose first line has it: so one build never meets another's files. */
let build;

/** As `require` in a module of the program, whose own modules have names that begin with "./". */
function requireModule(name) {
  if (!name.startsWith("./")) return require(name);
  const known = loaded.get(name);
  if (known) return known.exports;
  const file =
    files.find(({ modules }) => Object.hasOwn(modules, name)) ?? readModules(`modules-${build}.cjs`);
  const module = { exports: {} };
  loaded.set(name, module);
  file.used.push(name);
  file.modules[name](module.exports, requireModule, module);
  return module.exports;
}

function readModules(name) {
  const filename = join(DIST, name);
  // build.js writes ASCII only.
  const source = readFileSync(filename, "latin1");
  build ??= /\w+/.exec(source)[0];
  const found = readKept(name);
  const script = new Script(source, { filename, cachedData: found?.code });
  // V8 refuses what another version of it has compiled, or one with other flags.
  const kept = script.cachedDataRejected ? undefined : found;
  const file = { name, script, kept, modules: script.runInThisContext(), used: [] };
  files.push(file);
  return file;
}

function keptIn() {
  return join(DIST, "code-cache", [build, process.version, process.arch].join("-"));
}

/** @returns the compiled code of a file, and the names of the modules whose functions are in it; undefined if none is kept */
function readKept(name) {
  try {
    const bytes = readFileSync(join(keptIn(), name));
    const end = bytes.indexOf("\n") + 1;
    return { used: JSON.parse(bytes.toString("latin1", 0, end)), code: bytes.subarray(end) };
  } catch {
    // None yet, or damaged: then it is compiled.
    return undefined;
  }
}

/** Whether modules ran whose functions are not in what is kept. */
function hasMore({ kept, used }) {
  return used.some((name) => !kept?.used.includes(name));
}

/** Together with what was compiled on the way. */
function keep({ name, script, kept, used }) {
  const head = JSON.stringify([...new Set([...(kept?.used ?? []), ...used])]);
  // V8 wants its code at an address that 8 divides.
  const padded = head.padEnd(Math.ceil((head.length + 1) / 8) * 8 - 1);
  const temporary = join(keptIn(), `${name}.${process.pid}.new`);
  const bytes = Buffer.concat([Buffer.from(`${padded}\n`), script.createCachedData()]);
  // V8 looks at the length alone, so it has to be on the disk before it has its name.
  writeFileSync(temporary, bytes, { flush: true });
  renameSync(temporary, join(keptIn(), name));
}

process.once("exit", (code) => {
  const withMore = files.filter(hasMore);
  if (code !== 0 || withMore.length === 0) return;
  try {
    // Not as root in a folder of somebody's, who could not delete it.
    if (process.getuid && statSync(DIST).uid !== process.getuid()) return;
    mkdirSync(keptIn(), { recursive: true });
    for (const file of withMore) keep(file);
  } catch {
    // Somebody else's folder, or a full disk: the next start takes as long as this one did.
  }
});

readModules("start.cjs");
requireModule("./cli.cjs");
