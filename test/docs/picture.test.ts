/** docs/picture.svg, the README's picture: a real session on the embedded AWS. `npm run docs` writes it anew. */
import { stripVTControlCharacters } from "node:util";
import { beforeAll, expect, it } from "vitest";
import { labHome } from "../commands/in-process.ts";
import { typed } from "../commands/typed.ts";
import { terminalSvg } from "./terminal-svg.ts";

const home = labHome();

/** What stdout shows on a colour terminal of 80 columns, after the line that was typed. */
async function shown(line: string): Promise<string[]> {
  const { stdout } = await typed(home, line.split(" ").slice(1), { columns: 80 });
  return [`\u001b[1m$ ${line}\u001b[22m`, ...stdout.trimEnd().split("\n")];
}

/** The lines that are kept, and "⋮" for those in between that are not. */
function excerpt(lines: readonly string[], isKept: (line: string) => boolean): string[] {
  const kept = lines.map((line) => (isKept(stripVTControlCharacters(line)) ? line : "  ⋮"));
  return kept.filter((line, index) => line !== "  ⋮" || kept[index - 1] !== "  ⋮");
}

let session: string[];

beforeAll(async () => {
  await typed(home, ["up", "--until", "first-ping"]);
  session = [
    ...(await shown("vpclab ping --count 2")),
    "",
    ...excerpt(await shown("vpclab up --until peering --yes"), (line) => /^\$|^ {2}✔/.test(line)),
    "",
    ...(await shown("vpclab ping --count 2")),
  ];
}, 30_000);

it("tells the lab's story: lost, peered, answered", () => {
  const text = stripVTControlCharacters(session.join("\n"));
  expect(text).toMatch(/100% packet loss[\s\S]*a route so that VPC 1 finds VPC 2[\s\S]* 0% packet loss/);
});

it("is what this session looks like (else: npm run docs)", async () => {
  const svg = terminalSvg(
    session,
    "A session with vpclab: a ping gets no reply, vpclab up peers the VPCs, the same ping is answered",
  );
  await expect(svg).toMatchFileSnapshot("../../docs/picture.svg");
});
