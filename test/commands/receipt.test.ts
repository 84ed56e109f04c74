import { dirname } from "node:path";
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
  expect(stdout).toMatch(/kept in\s+~\/\S+receipt\.txt$/m);
});
