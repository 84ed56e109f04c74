/** Where the documents point to is there, its heading too. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { documents, ROOT } from "./documented-commands.ts";
import { anchorOf } from "./documented-json.ts";

const BEHAVIOUR = "src/simulator/BEHAVIOUR.md";
const all = [...documents(), { path: BEHAVIOUR, text: readFileSync(join(ROOT, BEHAVIOUR), "utf8") }];

it.each(all)("$path points to what is there", ({ path, text }) => {
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
  const broken = links
    .filter((link) => !/^https?:/.test(link))
    .filter((link) => {
      const [file = "", anchor] = link.split("#");
      const target = file === "" ? join(ROOT, path) : join(ROOT, dirname(path), file);
      if (!existsSync(target)) return true;
      if (anchor === undefined) return false;
      const headings = [...readFileSync(target, "utf8").matchAll(/^#+ (.+)$/gm)];
      return !headings.some(([, heading = ""]) => anchorOf(heading) === anchor);
    });
  expect(broken).toEqual([]);
});

it("points from the README to every document", () => {
  const readme = all.find(({ path }) => path === "README.md")?.text ?? "";
  const others = all.map(({ path }) => path).filter((path) => path !== "README.md");
  expect(others.filter((path) => !readme.includes(`(${path})`))).toEqual([]);
});
