import { describe, expect, it } from "vitest";
import { type Column, table } from "../../src/ui/table.ts";
import { visibleWidth } from "../../src/ui/text.ts";
import { fakeTerminal } from "./fake-terminal.ts";

const columns: Column[] = [
  { title: "resource" },
  { title: "id", fit: "keep" },
  { title: "packets", align: "right" },
  { title: "note", fit: "wrap" },
];
const rows = [
  [
    "a security group with a rather long name that nobody needs in full",
    "sg-0f3c0f3c0f3c0f3c0",
    "5",
    "lets in ICMP and SSH from everywhere, which nobody does in production",
  ],
  ["instance 2", "i-0b1d0b1d0b1d0b1d0", "12,345", ""],
];

describe("table", () => {
  it("has a header, a rule, and two spaces between the columns, without a frame", () => {
    const text = table(
      [{ title: "destination" }, { title: "target" }, { title: "n", align: "right" }],
      [
        ["10.1.0.0/16", "local", "1"],
        ["0.0.0.0/0", "igw-1", "20"],
      ],
      { width: 80 },
    );
    expect(text).toBe(
      [
        "destination  target   n",
        "───────────  ──────  ──",
        "10.1.0.0/16  local    1",
        "0.0.0.0/0    igw-1   20",
      ].join("\n"),
    );
  });

  it.each([80, 120])("fits %i columns, cuts and wraps what may be, and keeps ids whole", (width) => {
    const text = table(columns, rows, { width });
    const lines = text.split("\n");
    expect(lines.every((line) => visibleWidth(line) <= width)).toBe(true);
    expect(lines[0]).toMatch(/^resource +id +packets {2}note$/);
    expect(text).toContain("sg-0f3c0f3c0f3c0f3c0");
    expect(text).toContain("…");
    expect(text.replace(/\s+/g, " ")).toContain("production");
  });

  it("takes the room from the widest column that may give", () => {
    const text = table(
      [{ title: "narrow" }, { title: "wide" }, { title: "id", fit: "keep" }],
      [["1234567890", "123456789012345678901234567890", "i-0b1d0b1d0b1d0b1d0"]],
      { width: 50 },
    );
    expect(text.split("\n").at(-1)).toBe("1234567890  1234567890123456…  i-0b1d0b1d0b1d0b1d0");
  });

  it.each<[string, Column, number]>([
    ["a cut column less than 8", { title: "name" }, 8],
    ["a wrapped one less than 16", { title: "name", fit: "wrap" }, 16],
    ["any less than its title", { title: "a long title" }, 12],
  ])("leaves no column too narrow to be read: %s", (_, column, least) => {
    const id = "i-0b1d0b1d0b1d0b1d0";
    const lines = (width: number) =>
      table([{ title: "id", fit: "keep" }, column], [[id, "x ".repeat(20).trim()]], { width }).split("\n");
    const width = id.length + 2 + least;
    expect(lines(width)[1]).toBe(`${"─".repeat(id.length)}  ${"─".repeat(least)}`);
    expect(lines(width - 1)[0]).toBe(id);
  });

  it("tells each row as a block where the columns do not fit, and loses nothing", () => {
    const text = table(columns, rows, { width: 40 });
    expect(text).toBe(
      [
        "a security group with a rather long name that nobody needs in full",
        "  id       sg-0f3c0f3c0f3c0f3c0",
        "  packets  5",
        "  note     lets in ICMP and SSH from",
        "           everywhere, which nobody does",
        "           in production",
        "instance 2",
        "  id       i-0b1d0b1d0b1d0b1d0",
        "  packets  12,345",
        "  note",
      ].join("\n"),
    );
  });

  it("keeps to ASCII where it must", () => {
    const text = table([{ title: "name" }], [["abcdefghijkl"]], { width: 10, unicode: false });
    expect(text).toBe("name\n----------\nabcdefg...");
  });

  it("aligns and keeps whole what is written in wide characters", () => {
    const columns: Column[] = [{ title: "name" }, { title: "id" }];
    const rows = [
      ["東京本社の検証用VPC", "vpc-1"],
      ["🙂", "vpc-2"],
    ];
    expect(table(columns, rows, { width: 80 })).toBe(
      [
        "name                 id",
        "───────────────────  ─────",
        "東京本社の検証用VPC  vpc-1",
        "🙂                   vpc-2",
      ].join("\n"),
    );
  });

  it("shows hostile cells on one line, harmless", () => {
    const text = table([{ title: "tag" }], [["a\n\x1b[2Jb"]], { width: 80 });
    expect(text.split("\n").at(-1)).toBe("a\\n\\x1b[2Jb");
  });

  it("measures coloured cells by what is seen, and makes the header bold", () => {
    const terminal = fakeTerminal();
    const text = table(
      [{ title: "state" }, { title: "n" }],
      [[terminal.colour.green("active"), "1"]],
      terminal,
    );
    expect(text.split("\n").map(visibleWidth)).toEqual([9, 9, 9]);
    expect(text).toContain("\x1b[1mstate");
    expect(text).toContain("\x1b[32mactive\x1b[39m");
  });

  it("ends the colour of a cell that is cut short", () => {
    const { colour } = fakeTerminal();
    const text = table([{ title: "state" }], [[colour.red("a long state of things")]], { width: 10 });
    expect(text.split("\n").at(-1)).toBe("\x1b[31ma long st…\x1b[0m");
  });

  it("puts beside a wrapped cell what stands in its row, once", () => {
    const text = table(
      [{ title: "n", align: "right" }, { title: "note", fit: "wrap" }, { title: "z" }],
      [["1", "one two three four five", "end"]],
      { width: 25 },
    );
    expect(text).toBe(
      [
        "n  note               z",
        "─  ─────────────────  ───",
        "1  one two three      end",
        "   four five",
      ].join("\n"),
    );
  });

  it("refuses a row that does not match the columns", () => {
    expect(() => table([{ title: "a" }, { title: "b" }], [["1", "2"], ["1"]], { width: 80 })).toThrow(
      "row 1 does not have 2 cells",
    );
  });
});
