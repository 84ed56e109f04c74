/** The tables of docs/exit-codes-and-json.md, and what a JSON value has that they do not tell, or lacks that they do. */
import { readFileSync } from "node:fs";

export interface Member {
  /** "resources[].id"; "[]" are the elements of a list, ".*" any other member. */
  readonly path: string;
  /** "string", "number", "boolean", "null", "object", "list"; "any". */
  readonly types: readonly string[];
  /** There only sometimes. */
  readonly isOptional: boolean;
}

export interface Section {
  readonly title: string;
  readonly sample: unknown;
  readonly members: readonly Member[];
}

/** The document's sections with a table, the shapes that they refer to put in place. */
export function documentedSections(): Section[] {
  const text = readFileSync(new URL("../../docs/exit-codes-and-json.md", import.meta.url), "utf8");
  const sections = text.split(/^### /m).slice(1);
  const byAnchor = new Map(sections.map((section) => [anchorOf(titleOf(section)), section]));

  const membersOf = (section: string): Member[] =>
    [...section.matchAll(/^\| `([^`]+)` \| ([^|]+) \| (.*) \|$/gm)].flatMap(
      ([, path = "", type = "", meaning = ""]) => {
        const [, anchor] = /\]\(#([^)]+)\)/.exec(type) ?? [];
        const own: Member = {
          path,
          types: anchor === undefined ? type.split(" or ") : ["object"],
          isOptional: /^only\b/.test(meaning),
        };
        if (anchor === undefined) return [own];
        const shape = byAnchor.get(anchor);
        if (shape === undefined) throw new Error(`no section #${anchor}`);
        return [
          { ...own, isOptional: true },
          ...membersOf(shape).map((member) => ({ ...member, path: `${path}.${member.path}` })),
        ];
      },
    );
  return sections.map((section) => {
    const [, json] = /```json\n([\s\S]*?)```/.exec(section) ?? [];
    return {
      title: titleOf(section),
      sample: json === undefined ? undefined : JSON.parse(json),
      members: membersOf(section),
    };
  });
}

function titleOf(section: string): string {
  return section.slice(0, section.indexOf("\n")).replaceAll("`", "");
}

/** As GitHub makes them of headings. */
export function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, "")
    .replaceAll(" ", "-");
}

/** By path, the types that are there; an object or list that holds anything is told by what it holds, too. */
export function typesOf(value: unknown, path = "", into = new Map<string, Set<string>>()) {
  const type = Array.isArray(value) ? "list" : value === null ? "null" : typeof value;
  into.set(path, (into.get(path) ?? new Set()).add(type));
  if (Array.isArray(value)) for (const element of value) typesOf(element, `${path}[]`, into);
  else if (typeof value === "object" && value !== null)
    for (const [name, member] of Object.entries(value))
      typesOf(member, path === "" ? name : `${path}.${name}`, into);
  return into;
}

/** What is in the values and in no table, or of another type than there. */
export function untold(members: readonly Member[], values: readonly unknown[]): string[] {
  const found = new Map<string, Set<string>>();
  for (const value of values) typesOf(value, "", found);
  return [...found].flatMap(([path, types]) => {
    const rows = members.filter((member) => member.path === path);
    const below = members.filter(
      (member) => member.path.startsWith(`${path}.`) || member.path.startsWith(`${path}[]`) || path === "",
    );
    const isFree = members.some(
      (member) =>
        // Below an object that no row takes apart, or one of the members that are not listed.
        (member.types.includes("object") &&
          !members.some((other) => other !== member && other.path.startsWith(`${member.path}.`)) &&
          path.startsWith(`${member.path}.`)) ||
        (member.path.endsWith(".*") && path.startsWith(member.path.slice(0, -1))),
    );
    const told = new Set(rows.flatMap((row) => row.types));
    return [...types]
      .filter((type) => !told.has(type) && !isFree)
      .filter((type) => below.length === 0 || (type !== "object" && type !== "list"))
      .map((type) => `${path}: ${type}`);
  });
}

/** What a table says is always there and is in none of the values; of a list that is empty everywhere, nothing. */
export function missing(members: readonly Member[], values: readonly unknown[]): string[] {
  const found = new Map<string, Set<string>>();
  for (const value of values) typesOf(value, "", found);
  return members
    .filter(({ path, isOptional }) => !isOptional && !path.endsWith(".*") && !found.has(path))
    .filter(({ path }) => {
      const list = path.slice(0, path.lastIndexOf("[].") + 2);
      return !path.includes("[].") || found.has(list);
    })
    .map(({ path }) => path);
}
