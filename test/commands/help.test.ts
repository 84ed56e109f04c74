import { expect, it } from "vitest";
import { commandsBelow, program } from "../docs/documented-commands.ts";
import { labHome } from "./in-process.ts";
import { typed } from "./typed.ts";

const home = labHome();
const COMMANDS = commandsBelow(program()).map(([words]) => [...words, "--help"]);

it.each(COMMANDS.map((words) => [words.join(" "), words] as const))(
  "%s fits into 80 columns",
  async (_, words) => {
    const { stdout } = await typed(home, words);
    expect(stdout).toContain("Usage: vpclab");
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  },
);

it("shows the simulator's port as it is typed", async () => {
  expect((await typed(home, ["simulator", "--help"])).stdout).toContain("(default: 4566)");
});
