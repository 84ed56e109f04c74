import { describe, expect, it } from "vitest";
import { drawPage } from "../../src/ui/page.ts";
import type { Terminal } from "../../src/ui/terminal.ts";
import { type FakeOptions, fakeTerminal } from "./fake-terminal.ts";

const HOME = "\x1b[2J\x1b[H";

/** What stands on a screen of 24 rows, of these lines. */
function drawn(lines: readonly string[], options: FakeOptions = {}) {
  const terminal = fakeTerminal({ color: false, ...options });
  drawPage(terminal, (page) => {
    page.say(lines[0] ?? "");
    page.out(lines.slice(1).join("\n"));
  });
  const { written } = terminal.stdout;
  return {
    written,
    rows: written.replace(HOME, "").split("\n").slice(0, -1),
    stderr: terminal.stderr.written,
  };
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `line ${index + 1}`);

describe("a page", () => {
  it("that fits is drawn whole, from the top of the cleared screen", () => {
    const { written, rows } = drawn(numbered(23));
    expect(written.startsWith(HOME)).toBe(true);
    expect(rows).toEqual(numbered(23));
  });

  it("that does not fit keeps its top, and says how many lines are left out", () => {
    const { rows } = drawn(numbered(50));
    expect(rows).toEqual([...numbered(22), "… 28 more lines: they need a taller terminal"]);
  });

  it("that does not fit gives way to a shorter one, and the first that fits is taken", () => {
    const lastOf = (...counts: readonly [number, ...number[]]) => {
      const terminal = fakeTerminal({ color: false });
      const [first, ...shorter] = counts.map(
        (count) => (page: Terminal) => page.out(numbered(count).join("\n")),
      );
      if (first) drawPage(terminal, first, ...shorter);
      return terminal.stdout.written.split("\n").at(-2);
    };
    expect(lastOf(23, 10)).toBe("line 23");
    expect(lastOf(24, 20, 10)).toBe("line 20");
    expect(lastOf(50, 30, 10)).toBe("line 10");
    expect(lastOf(50, 30)).toBe("… 8 more lines: they need a taller terminal");
  });

  it("ends the colour of what it cuts off in the middle", () => {
    const terminal = fakeTerminal();
    drawPage(terminal, (page) => page.out(page.colour.yellow(numbered(50).join("\n"))));
    const { written } = terminal.stdout;
    expect(written).toContain("\x1b[33m");
    expect(written.split("\x1b[39m")).toHaveLength(written.split("\x1b[33m").length);
  });

  it("counts the rows of a line that is longer than the screen is wide", () => {
    const arn = "a".repeat(100);
    const { rows } = drawn([arn, ...numbered(22)], { columns: 40 });
    expect(rows).toEqual([arn, ...numbered(19), "… 3 more lines: they need a taller term…"]);
  });

  it("counts an empty line as a row", () => {
    const { rows } = drawn(["line", "", ...numbered(22)]);
    expect(rows).toEqual(["line", "", ...numbered(20), "… 2 more lines: they need a taller terminal"]);
  });

  it("counts a long line by the columns of the screen, of which text takes but a part", () => {
    const lines = ["a".repeat(150), ...numbered(22)];
    expect(drawn(lines, { columns: 160 }).rows).toEqual(lines);
  });

  it("counts a command with the flags that it is said with", () => {
    const terminal = fakeTerminal({
      color: false,
      rephrase: (text) => text.replace(/up$/gm, `up ${"-".repeat(80)}`),
    });
    drawPage(terminal, (page) => page.out([...numbered(22), "vpclab up"].join("\n")));
    expect(terminal.stdout.written).toContain("taller terminal");
  });

  it("says of a single line that is left out that it is one", () => {
    const { rows } = drawn([...numbered(22), "a".repeat(90)], { columns: 80 });
    expect(rows.at(-1)).toBe("… 1 more line: it needs a taller terminal");
  });

  it.each<[string, FakeOptions]>([
    ["off a terminal", { columns: undefined }],
    ["where TERM says dumb", { env: { TERM: "dumb" } }],
  ])("is written as any text %s: what was said to stderr, and all of it", (_, options) => {
    const { written, stderr } = drawn(numbered(50), options);
    expect(stderr).toBe("line 1\n");
    expect(written).toBe(`${numbered(50).slice(1).join("\n")}\n`);
  });
});
