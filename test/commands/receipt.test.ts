import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { teardown } from "../../src/commands/teardown.ts";
import { SIMULATED } from "./in-process.ts";
import { standingLab } from "./standing-lab.ts";

const home = standingLab();

it("fits a receipt into 80 columns, ids whole, and its path from the home folder on", async () => {
  const { stdout } = await home.run(
    (program) =>
      teardown(
        { ...program, env: { ...program.env, HOME: dirname(home.folder) } },
        { ...SIMULATED, yes: true },
      ),
    { columns: 80, color: false },
  );
  expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  expect(stdout).toMatch(/^✔ deleted {2}subnet subnet-[0-9a-f]{17}\n {11}\(NextWork-1-subnet-\S+\)$/m);
  const [, kept = ""] = /kept in\s+~\/(\S+receipt\.txt)$/m.exec(stdout) ?? [];
  const [sum, ...lines] = readFileSync(join(dirname(home.folder), kept), "utf8")
    .trimEnd()
    .split("\n");
  expect(sum).toMatch(
    /^Torn down in \d+:\d\d of lab time · \d+ deleted · 0 left · it had stood \d+ \w+, at no cost$/,
  );
  expect(lines).toHaveLength(Number(/(\d+) deleted/.exec(sum ?? "")?.[1]));
  expect(lines).toContainEqual(
    expect.stringMatching(/^ {2}deleted {2}subnet subnet-[0-9a-f]{17} \(NextWork-1-/),
  );
});
