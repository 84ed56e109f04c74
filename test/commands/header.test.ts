import { expect, it } from "vitest";
import { embeddedBanner } from "../../src/commands/header.ts";
import { up } from "../../src/commands/up.ts";
import { fakeTerminal } from "../ui/fake-terminal.ts";
import { FAST, labHome, SIMULATED, unwrapped } from "./in-process.ts";

const home = labHome();

it.each([
  [60, "its time runs 60 times faster than yours (the times shown are its own), and nothing costs"],
  [1, "its time runs as yours does, and nothing costs"],
  ["virtual", "its time jumps to whatever is waited for, and nothing costs"],
] as const)("the banner says of an embedded AWS at speed %s whose the times are", (speed, words) => {
  const terminal = fakeTerminal({ columns: undefined });
  embeddedBanner(terminal, speed);
  expect(unwrapped(terminal.stderr.written)).toContain(words);
});

it("up says it before anything is waited for", async () => {
  const { stderr } = await home.run((program) => up(program, { ...SIMULATED, yes: true, until: "vpcs" }), {
    speed: FAST,
  });
  const text = unwrapped(stderr);
  expect(text).toContain(`its time runs ${FAST} times faster than yours`);
  expect(text.indexOf("times faster")).toBeLessThan(text.indexOf("done after"));
});
