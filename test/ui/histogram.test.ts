import { describe, expect, it } from "vitest";
import { histogram } from "../../src/ui/histogram.ts";

describe("a histogram", () => {
  it("fills the height with the largest value and shares the rest out in eighths", () => {
    expect(histogram([16, 8, 0, 1, 4], true)).toEqual(["█", "█", "██", "██ ▂█"]);
  });

  it("never draws something as nothing", () => {
    expect(histogram([100_000, 1], true)).toEqual(["█", "█", "█", "█▁"]);
  });

  it("has # where there are no blocks", () => {
    expect(histogram([4, 1, 0, 2], false)).toEqual(["#", "#", "#  #", "## #"]);
  });

  it("draws nothing of nothing", () => {
    expect(histogram([], true)).toEqual([]);
    expect(histogram([0, 0], true)).toEqual(["", "", "", ""]);
  });
});
