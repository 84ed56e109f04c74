#!/usr/bin/env node
// Starts the program. build.js has put its modules into two files of dist/: start.cjs has those that every command needs.
//
// What V8 compiles at one start is kept for the next, in dist/code-cache: to compile the AWS SDK anew took half the time of
// a `vpclab status`. Node can do that by itself only as of 22.8 (module.enableCompileCache). All is CommonJS, because before
// that V8's cache can be had for scripts only, and because Node starts sooner without its loader of ES modules.
const { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { Script } = require("node:vm");
const { crc32 } = require("node:zlib");

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
  const kept = readKept(name);
  const script = new Script(source, { filename, cachedData: kept?.code });
  const file = { name, script, kept, modules: script.runInThisContext(), used: [] };
  files.push(file);
  return file;
}

/** V8 refuses by itself what another version of it has compiled, or one with other flags. */
function keptIn() {
  return join(DIST, "code-cache", [build, process.version, process.arch].join("-"));
}

/** @returns the compiled code of a file, and the names of the modules whose functions are in it; undefined if none is kept */
function readKept(name) {
  try {
    const bytes = readFileSync(join(keptIn(), name));
    const end = bytes.indexOf("\n") + 1;
    const { used, sum } = JSON.parse(bytes.toString("latin1", 0, end));
    const code = bytes.subarray(end);
    // V8 does not look, and would crash.
    return crc32(code) === sum ? { used, code } : undefined;
  } catch {
    // None yet, or damaged: then it is compiled.
    return undefined;
  }
}

/** Together with what was compiled on the way, if there are modules whose functions had not been in it. */
function keep({ name, script, kept, used }) {
  const names = [...new Set([...(kept?.used ?? []), ...used])];
  if (names.length === kept?.used.length) return;
  const code = script.createCachedData();
  const head = JSON.stringify({ sum: crc32(code), used: names });
  // V8 wants its code at an address that 8 divides.
  const padded = head.padEnd(Math.ceil((head.length + 1) / 8) * 8 - 1);
  const temporary = join(keptIn(), `${name}.${process.pid}.new`);
  writeFileSync(temporary, Buffer.concat([Buffer.from(`${padded}\n`), code]));
  renameSync(temporary, join(keptIn(), name));
}

process.once("exit", (code) => {
  if (code !== 0) return;
  try {
    // Not as root in a folder of somebody's, who could not delete it.
    if (process.getuid && statSync(DIST).uid !== process.getuid()) return;
    mkdirSync(keptIn(), { recursive: true });
    for (const file of files) keep(file);
  } catch {
    // Somebody else's folder, or a full disk: the next start takes as long as this one did.
  }
});

readModules("start.cjs");
requireModule("./cli.cjs");
