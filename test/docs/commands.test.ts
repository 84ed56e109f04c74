/** Every command that a document or a help text shows runs: on a lab that stands, in this process, in virtual time. */
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { beforeAll, describe, expect, it } from "vitest";
import { Interrupted } from "../../src/lab/error.ts";
import { STEP_IDS } from "../../src/lab/spec.ts";
import { letTimePass } from "../commands/by-hand.ts";
import { labHome, type Ran } from "../commands/in-process.ts";
import { typed } from "../commands/typed.ts";
import {
  codeSpans,
  commandsBelow,
  documents,
  hasPlaceholder,
  pipeOf,
  program,
  ROOT,
  shownInDocuments,
  shownInHelp,
  unknownIn,
} from "./documented-commands.ts";

/** Shown, and not run here. */
const NOT_RUN: readonly { readonly line: RegExp; readonly because: string }[] = [
  {
    line: /--no-simulate|--profile|--endpoint-url/,
    because: "it is for an account, or an endpoint of one's own",
  },
  {
    line: /^vpclab logs explain( --json)?$/,
    because: "it asks which record, or reads one from stdin: run by its pipe",
  },
];

/** What goes on until Ctrl-C. */
const ENDLESS = /--watch|--follow|^simulator/;

const standing = labHome();
beforeAll(async () => {
  await typed(standing, ["up"]);
  await letTimePass(standing, 15 * 60_000);
}, 60_000);

/** Each line once, with the first place that shows it. */
const byLine = new Map<string, string>();
for (const { line, where } of [...shownInDocuments(), ...shownInHelp()])
  if (!byLine.has(line.replace(/^npx /, ""))) byLine.set(line.replace(/^npx /, ""), where);
const lines = [...byLine].map(([line, where]) => ({ line, where }));
const ours = lines.filter(({ line }) => /^vpclab\b/.test(line));
const complete = ours.filter(
  ({ line, where }) =>
    !hasPlaceholder(line) &&
    !NOT_RUN.some((one) => one.line.test(line)) &&
    // That document has a test of its own, which runs them all.
    !where.startsWith("docs/exit-codes-and-json.md"),
);

/** Runs a pipe of vpclab's commands on a copy of the lab; the last one's result. */
async function run(line: string): Promise<Ran> {
  const home = labHome();
  cpSync(standing.folder, home.folder, { recursive: true });
  const inHome = (name: string) => (name === "-" ? name : join(home.folder, name));
  writeFileSync(join(home.folder, "faults.json"), '[{ "operation": "*", "fault": "throttle" }]');
  const { commands, file } = pipeOf(line);
  let ran: Ran = { code: 0, stdout: "", stderr: "" };
  for (const [, ...words] of commands) {
    // Files of the reader's are the home's here.
    const given = words.map((word, index) =>
      ["--svg", "--file", "--faults"].includes(words[index - 1] ?? "") ? inHome(word) : word,
    );
    // Where there is room, and in real time, which alone it has.
    if (words[0] === "simulator") given.push("--port", "0", "--speed", "60");
    const enough = new AbortController();
    const isEndless = ENDLESS.test(words.join(" "));
    const ending = isEndless ? setTimeout(() => enough.abort(new Interrupted()), 300) : undefined;
    ran = await typed(home, given, { input: ran.stdout, signal: enough.signal });
    clearTimeout(ending);
    if (isEndless) expect(enough.signal.aborted, `${line} ended by itself`).toBe(true);
  }
  if (file !== undefined) writeFileSync(inHome(file), ran.stdout);
  return ran;
}

describe("a command that is shown", () => {
  it.each(ours)("exists, with its options: $line ($where)", ({ line }) => {
    for (const [, ...words] of pipeOf(line).commands) expect(unknownIn(words)).toEqual([]);
  });

  it.each(complete)("runs: $line ($where)", async ({ line }) => {
    const { code, stderr } = await run(line);
    // 3: a check that says no, as of a port that is closed. 130: ended by us.
    expect(/--watch|--follow/.test(line) ? [0, 130] : [0, 3], stderr).toContain(code);
    expect(stderr).not.toMatch(/^error/m);
  });

  it("would be missed, were there none of it", () => {
    expect(ours.length).toBeGreaterThan(40);
    expect(complete.length).toBeGreaterThan(25);
    expect(unknownIn(["up", "--colour"])).toEqual(["--colour"]);
    expect(unknownIn(["coffee"])).toEqual(["coffee"]);
    expect(unknownIn(["logs", "explain", "--follow"])).toEqual(["--follow"]);
  });

  it("is a script that npm knows, a file that is there", () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    const others = lines.filter(({ line }) => !line.startsWith("vpclab"));
    for (const { line, where } of others)
      for (const part of line.split(" && ")) {
        const [[name = "", ...words] = []] = pipeOf(part).commands;
        const script = words[0] === "run" ? words[1] : words[0];
        if (name === "npm") expect([...Object.keys(scripts), "ci", "audit"], where).toContain(script);
        for (const path of words.filter(
          (word) => /^(src|test|docs|bench|bin)\//.test(word) || word.endsWith(".js"),
        ))
          expect(existsSync(join(ROOT, path)), `${where}: ${path}`).toBe(true);
      }
    expect(others.length).toBeGreaterThan(2);
  });
});

describe("an option that is shown", () => {
  /** Options of other programs. */
  const OTHERS = ["--ignore-scripts"];
  const flagsOf = (command: Command) =>
    command
      .createHelp()
      .visibleOptions(command)
      .map(({ long }) => long);
  const all = new Set(commandsBelow(program()).flatMap(([, command]) => flagsOf(command)));

  it("is one of vpclab's, wherever it stands alone", () => {
    const unknown = documents().flatMap(({ path, text }) =>
      codeSpans(text)
        .flatMap(({ code, line }) => ({ flag: /^--[a-z0-9-]+/.exec(code)?.[0], line }))
        .filter(({ flag }) => flag !== undefined && !all.has(flag) && !OTHERS.includes(flag))
        .map(({ flag, line }) => `${path}:${line} ${flag}`),
    );
    expect(unknown).toEqual([]);
  });

  it("is its command's in the README's table, where every command has a row", () => {
    const readme = documents().find(({ path }) => path === "README.md")?.text ?? "";
    const rows = [...readme.matchAll(/^\| `vpclab ([a-z]+)[^|`]*(?:\\\|[^|`]*)*` \| (.*) \|$/gm)];
    const root = program();
    for (const [, name = "", rest = ""] of rows) {
      const command = root.commands.find((one) => one.name() === name);
      const options = command ? commandsBelow(command).flatMap(([, one]) => flagsOf(one)) : [];
      const flags = codeSpans(rest).flatMap(({ code }) => /^--[a-z0-9-]+/.exec(code)?.[0] ?? []);
      expect(options, name).toEqual(expect.arrayContaining(flags));
    }
    const commands = commandsBelow(root).flatMap(([words]) => (words.length === 1 ? words : []));
    expect(rows.map(([, name]) => name).sort()).toEqual(commands.sort());
  });
});

describe("the README", () => {
  it("lists the steps", () => {
    const readme = documents().find(({ path }) => path === "README.md")?.text ?? "";
    const steps = [...readme.matchAll(/^\| (\d) \| `([a-z-]+)` \|/gm)].map(([, number, id]) => [
      Number(number),
      id,
    ]);
    expect(steps).toEqual([...STEP_IDS.entries()].slice(1));
  });
});

describe("docs/faults.md", () => {
  const { text = "" } = documents().find(({ path }) => path === "docs/faults.md") ?? {};
  const blocks = [...text.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json = ""]) => json);

  it.each(blocks)("shows a list of faults that the simulator takes: %s", async (json) => {
    const home = labHome();
    writeFileSync(join(home.folder, "faults.json"), json);
    const words = ["simulator", "--memory", "--port", "0", "--speed", "60", "--json", "--faults"];
    const { code, stdout } = await typed(home, [...words, join(home.folder, "faults.json")], {
      signal: AbortSignal.abort(),
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toHaveProperty("endpoint");
  });
});
