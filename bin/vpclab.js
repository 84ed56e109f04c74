#!/usr/bin/env node
// Starts the program. build.js has put its modules into two files of dist/: start.cjs has those that every command needs.
//
// What V8 compiles at one start is kept for the next, in dist/code-cache: to compile the AWS SDK anew took half the time of
// a `vpclab status`. Node can do that by itself only as of 22.8 (module.enableCompileCache). All is CommonJS, because before
// that V8's cache can be had for scripts only, and because Node starts sooner without its loader of ES modules. How it all
// hangs together is at the end of docs/architecture.md.
const { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { Script } = require("node:vm");

const DIST = join(__dirname, "../dist");

/** What is kept of one command is no use to the next: to read code that does not run takes time, too. */
const command = /^(?:--)?([a-z]+)$/.exec(process.argv[2] ?? "")?.[1] ?? "none";

/** Whether it makes a few calls and ends. */
const isShort = ["status", "why"].includes(command);

function setFlag(flag) {
  require("node:v8").setFlagsFromString(flag);
}

/** The files of modules that have been read. */
const files = [];
/** What a module exports, by its name. */
const loaded = new Map();
/** Known when start.cjs is read, whose first line has it: so one build never meets another's files. */
let build;

/** As `require` in a module of the program, whose own modules have names that begin with "./". */
function requireModule(name) {
  if (!name.startsWith("./")) return require(name);
  if (loaded.has(name)) return loaded.get(name);
  const { modules } =
    files.find((file) => Object.hasOwn(file.modules, name)) ?? readModules(`modules-${build}.cjs`);
  const module = { exports: {} };
  modules[name](requireModule, module);
  loaded.set(name, module.exports);
  return module.exports;
}

function readModules(name) {
  const filename = join(DIST, name);
  // build.js writes ASCII only.
  const source = readFileSync(filename, "latin1");
  build ??= /\w+/.exec(source)[0];
  const cachedData = readKept(name);
  const script = new Script(source, { filename, cachedData });
  // V8 refuses what another version of it has compiled, or one with other flags.
  const isKept = cachedData !== undefined && !script.cachedDataRejected;
  const file = { name, script, isKept, modules: script.runInThisContext() };
  files.push(file);
  // Not before the command's modules have run: they load modules of Node's, and what Node ships compiled of those V8
  // refuses, too, as soon as its flags are others. And not where the code is to be kept: by Node 22's V8 it would be refused
  // at the next start, even with the flag taken back.
  if (files.length > 1 && isShort && files.every((other) => other.isKept)) queueMicrotask(doWithoutOptimizer);
  return file;
}

/**
 * V8's optimizing compiler works beside the program, and Node waits at its end for the function that it is at: process.exit()
 * in cli.ts spares only those that wait their turn. A command of a tenth of a second has no use for it; should it take
 * longer, as with `status --watch` or a slow network, it gets it.
 */
function doWithoutOptimizer() {
  setFlag("--no-opt");
  setTimeout(setFlag, 1_000, "--opt").unref();
}

function keptIn() {
  return join(DIST, "code-cache", [build, process.version, process.arch].join("-"));
}

function readKept(name) {
  try {
    return readFileSync(join(keptIn(), `${command}.${name}`));
  } catch {
    // None yet, or not for us to read: then it is compiled.
    return undefined;
  }
}

/** With the functions that were compiled on the way. */
function keep({ name, script }) {
  const kept = join(keptIn(), `${command}.${name}`);
  const temporary = `${kept}.${process.pid}.new`;
  try {
    // V8 looks at the length alone, so all of it has to be on the disk before it has its name.
    writeFileSync(temporary, script.createCachedData(), { flush: true });
    renameSync(temporary, kept);
  } finally {
    // Where that failed: on a full disk every start would leave another one.
    rmSync(temporary, { force: true });
  }
}

process.once("exit", (code) => {
  const compiled = files.filter(({ isKept }) => !isKept);
  if (code !== 0 || compiled.length === 0) return;
  try {
    // Not as root in a folder of somebody's, who could not delete it.
    if (process.getuid && statSync(DIST).uid !== process.getuid()) return;
    mkdirSync(keptIn(), { recursive: true });
    for (const file of compiled) keep(file);
  } catch {
    // Somebody else's folder, or a full disk: the next start takes as long as this one did.
  }
});

readModules("start.cjs");
requireModule("./cli.cjs");
