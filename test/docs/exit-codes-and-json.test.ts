/** docs/exit-codes-and-json.md against what the program really prints and ends with. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "../../src/lab/error.ts";
import { labHome } from "../commands/in-process.ts";
import { documentedSections, missing, typesOf, untold } from "./documented-json.ts";
import { jsonSession } from "./json-session.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const sections = documentedSections();
const commands = sections.filter(({ title }) => title.startsWith("vpclab "));

const home = labHome();
let printed: ReadonlyMap<string, readonly unknown[]>;
beforeAll(async () => {
  printed = await jsonSession(home);
}, 120_000);

describe("the JSON that is documented", () => {
  it("is that of every command that a lab's session has", () => {
    expect(commands.map(({ title }) => title).sort()).toEqual([...printed.keys()].sort());
  });

  it.each(commands)("of $title is what it prints: no member too many, none too few", ({ title, members }) => {
    const values = printed.get(title) ?? [];
    expect(untold(members, values)).toEqual([]);
    expect(missing(members, values)).toEqual([]);
  });

  it.each(commands)("of $title is shown by a sample of that shape", ({ title, members, sample }) => {
    expect(untold(members, [sample])).toEqual([]);
    const ofSome = (printed.get(title) ?? []).map((value) => topOf(value));
    expect(ofSome).toContainEqual(topOf(sample));
  });

  it("of up --dry-run has all that up makes", () => {
    const partsOf = (line: string, list: "make" | "resources") => {
      const last = printed.get(line)?.at(-1) as Record<string, { part: string }[] | undefined> | undefined;
      return last?.[list]?.map(({ part }) => part).sort();
    };
    expect(partsOf("vpclab up --json", "resources")).toHaveLength(19);
    expect(partsOf("vpclab up --dry-run --json", "make")).toEqual(partsOf("vpclab up --json", "resources"));
  });

  it("is taken apart where it is not", () => {
    const [members] = sections.filter(({ title }) => title === "A step").map((section) => section.members);
    if (members === undefined) throw new Error("no section A step");
    expect(untold(members, [{ id: "vpcs", state: 1, more: null }])).toEqual(["state: number", "more: null"]);
    expect(missing(members, [{ id: "vpcs" }])).toEqual(["state"]);
  });
});

/** The members at the top, or of the first element, each with its types. */
function topOf(value: unknown): string[] {
  const first = Array.isArray(value) ? value[0] : value;
  return [...typesOf(first)]
    .map(([path, types]) => `${path} ${[...types]}`)
    .filter((path) => !/[.[]/.test(path));
}

describe("the exit codes that are documented", () => {
  it("are those that there are", () => {
    const text = readFileSync(join(ROOT, "docs/exit-codes-and-json.md"), "utf8");
    const table = text.slice(text.indexOf("| Code |"), text.indexOf("## JSON"));
    const documented = [...table.matchAll(/^\| ([\d, ]+) \|/gm)].flatMap(([, codes = ""]) =>
      codes.split(", "),
    );
    // By signals: 128 and their numbers, of SIGHUP and SIGTERM.
    const all = new Set([0, ...Object.values(EXIT), 129, 143].map(String));
    expect(documented.sort()).toEqual([...all].sort());
  });
});
