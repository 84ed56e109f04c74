import { describe, expect, it } from "vitest";
import { bars } from "../../src/ui/chart.ts";
import { visibleWidth } from "../../src/ui/text.ts";

const rows = [
  { label: "10.1.4.12 → 10.2.9.80", value: 1600 },
  { label: "strangers", value: 400 },
  { label: "nobody", value: 0 },
  { label: "a whisper", value: 1 },
];

describe("bars", () => {
  it("draws lengths in proportion, with the value as text beside", () => {
    expect(
      bars(
        [
          { label: "one", value: 10 },
          { label: "three", value: 5 },
          { label: "none", value: 0 },
        ],
        { width: 30 },
      ),
    ).toBe(["one    ████████████████████ 10", "three  ██████████ 5", "none   0"].join("\n"));
  });

  it.each([40, 80, 120])("fits %i columns and shows every value", (width) => {
    const text = bars(rows, { width, format: (value) => `${value} bytes` });
    expect(text.split("\n").every((line) => visibleWidth(line) <= width)).toBe(true);
    for (const { label, value } of rows) {
      expect(text).toContain(label);
      expect(text).toContain(` ${value} bytes`);
    }
  });

  it("uses the whole width for the largest value", () => {
    expect(visibleWidth(bars(rows.slice(0, 1), { width: 80 }))).toBe(80);
  });

  it("puts the labels above where there is no room beside", () => {
    const [label, bar] = bars(rows.slice(0, 1), { width: 32 }).split("\n");
    expect(label).toBe("10.1.4.12 → 10.2.9.80");
    expect(bar).toMatch(/^ {2}█+ 1,600$/);
  });

  it("keeps to ASCII where it must, and draws something for anything above nothing", () => {
    const text = bars([...rows.slice(1), { label: "big", value: 1e9 }], { width: 60, unicode: false });
    expect(text).toMatch(/^[ -~\n]*$/);
    expect(text).toContain("a whisper  # 1");
    expect(bars(rows, { width: 80 })).toContain("▏ 1");
  });

  it("draws nothing for what is negative or no number, and stays within bounds", () => {
    expect(
      bars(
        [
          { label: "a", value: -5 },
          { label: "b", value: Number.NaN },
        ],
        { width: 40 },
      ),
    ).toBe("a  -5\nb  NaN");
    expect(bars([], { width: 40 })).toBe("");
  });

  it("escapes labels", () => {
    expect(bars([{ label: "\x1b[2J\n", value: 0 }], { width: 40 })).toBe("\\x1b[2J\\n  0");
  });
});
