import { describe, expect, it } from "vitest";
import { openTerminal } from "../../src/ui/terminal.ts";
import { FakeOutput, fakeTerminal } from "./fake-terminal.ts";

const RED = "\x1b[31m";

describe("openTerminal", () => {
  it("writes the result to stdout and the conversation to stderr, a line each", () => {
    const terminal = fakeTerminal();
    terminal.out("the result");
    terminal.say("some talk");
    expect(terminal.stdout.written).toBe("the result\n");
    expect(terminal.stderr.written).toBe("some talk\n");
  });

  it("colours, animates and asks on a terminal", () => {
    const terminal = fakeTerminal();
    terminal.out(terminal.colour.red("no"));
    expect(terminal.stdout.written).toContain(RED);
    expect(terminal).toMatchObject({ isInteractive: true, isAnimated: true, unicode: true });
  });

  it("colours each line by itself, and none that is empty", () => {
    const { red } = fakeTerminal().colour;
    expect(red("one\n\ntwo")).toBe(`${RED}one\x1b[39m\n\n${RED}two\x1b[39m`);
    expect(red("")).toBe("");
  });

  it.each([
    { why: "off a terminal", options: { columns: undefined }, asks: false },
    { why: "in CI", options: { env: { CI: "true" } }, asks: false },
    { why: "on a dumb terminal", options: { env: { TERM: "dumb" } }, asks: false },
    { why: "under NO_COLOR", options: { env: { NO_COLOR: "1" } }, asks: true },
    { why: "with --no-color", options: { color: false }, asks: true },
  ])("has neither colour nor animation $why", ({ options, asks }) => {
    const terminal = fakeTerminal(options);
    const { bold, dim, red, green, yellow, cyan } = terminal.colour;
    terminal.out([bold, dim, red, green, yellow, cyan].map((colour) => colour("x")).join(""));
    expect(terminal.stdout.written).toBe("xxxxxx\n");
    expect(terminal).toMatchObject({ isInteractive: asks, isAnimated: false });
  });

  it("takes CI=false and an empty NO_COLOR for a no", () => {
    expect(fakeTerminal({ env: { CI: "false", NO_COLOR: "" } })).toMatchObject({
      isAnimated: true,
      isInteractive: true,
    });
  });

  it("takes the colour out for the stream that is no terminal", () => {
    const { stdin } = fakeTerminal();
    const streams = { stdout: new FakeOutput(undefined), stderr: new FakeOutput(80), stdin };
    const terminal = openTerminal({ ...streams, env: {} });
    terminal.out(terminal.colour.red("no"));
    terminal.say(terminal.colour.red("no"));
    expect(streams.stdout.written).toBe("no\n");
    expect(streams.stderr.written).toBe(`${RED}no\x1b[39m\n`);
  });

  it("lets no escape sequence through but its own colours", () => {
    const terminal = fakeTerminal();
    terminal.say(terminal.colour.red("tag \x1b[2J\x1b]0;title\x07\x1b[8mhidden"));
    expect(terminal.stderr.written).toBe(`${RED}tag \\x1b[2J\\x1b]0;title\\x07\\x1b[8mhidden\x1b[39m\n`);
  });

  it.each([
    [20, 40],
    [40, 40],
    [80, 80],
    [120, 120],
    [200, 120],
    [0, 80],
    [undefined, 80],
  ])("lays a terminal of %s columns out in %s", (columns, width) => {
    expect(fakeTerminal({ columns }).width).toBe(width);
  });

  it("takes the width from stderr where the result goes into a pipe", () => {
    const { stdin } = fakeTerminal();
    const streams = { stdout: new FakeOutput(undefined), stderr: new FakeOutput(100), stdin };
    expect(openTerminal({ ...streams, env: {} }).width).toBe(100);
  });

  it.each([
    ["the Linux console", { TERM: "linux" }, "linux"],
    ["a locale without UTF-8", { LANG: "C" }, "linux"],
    ["the old Windows console", {}, "win32"],
  ] as const)("keeps to ASCII on %s", (_what, env, platform) => {
    const terminal = fakeTerminal({ env, platform });
    expect(terminal.unicode).toBe(false);
    expect(Object.values(terminal.symbols).join("")).toMatch(/^[ -~]+$/);
  });

  it("wraps to the width and indents every line", () => {
    const terminal = fakeTerminal({ columns: 40 });
    const lines = terminal.wrap("word ".repeat(30).trim(), 4).split("\n");
    expect(lines.length).toBeGreaterThan(3);
    expect(lines.every((line) => line.startsWith("    word") && line.length <= 40)).toBe(true);
  });
});
