import { describe, expect, it } from "vitest";
import {
  byteCount,
  count,
  duration,
  durationInWords,
  money,
  plural,
  shortDuration,
} from "../../src/lab/figures.ts";

const SECOND = 1000;
const MINUTE = 60_000;
const HOUR = 3_600_000;

describe("figures", () => {
  it.each([
    [-5, "0:00"],
    [999, "0:00"],
    [41 * SECOND, "0:41"],
    [12 * MINUTE + 5 * SECOND, "12:05"],
    [59 * MINUTE + 59_999, "59:59"],
    [HOUR + 2 * MINUTE + 3 * SECOND, "1:02:03"],
    [100 * HOUR, "100:00:00"],
  ])("shows %i ms on a stopwatch as %s", (ms, expected) => {
    expect(duration(ms)).toBe(expected);
  });

  it.each([
    [0, "0.0 s"],
    [380, "0.4 s"],
    [59_940, "59.9 s"],
    [59_970, "0:59"],
    [65_000, "1:05"],
  ])("shows a call of %i ms as %s", (ms, expected) => {
    expect(shortDuration(ms)).toBe(expected);
  });

  it.each([
    [SECOND, "1 second"],
    [89 * SECOND, "89 seconds"],
    [47 * MINUTE, "47 minutes"],
    [90 * MINUTE, "90 minutes"],
    [5 * HOUR, "5 hours"],
    [72 * HOUR, "3 days"],
  ])("says %i ms as %s", (ms, expected) => {
    expect(durationInWords(ms)).toBe(expected);
  });

  it.each([
    [0, "$0.00"],
    [0.0001, "less than $0.001"],
    [0.034, "$0.034"],
    [0.0999, "$0.10"],
    [0.81, "$0.81"],
    [1234.5, "$1,234.50"],
    [-0.5, "-$0.50"],
  ])("shows %f dollars as %s", (dollars, expected) => {
    expect(money(dollars)).toBe(expected);
  });

  it.each([
    [1, "1 byte"],
    [420, "420 bytes"],
    [1200, "1.2 kB"],
    [999_949, "999.9 kB"],
    [999_999, "1.0 MB"],
    [3.4e9, "3.4 GB"],
    [5e15, "5,000.0 TB"],
  ])("shows %d bytes as %s", (bytes, expected) => {
    expect(byteCount(bytes)).toBe(expected);
  });

  it.each([
    [0, "0"],
    [999, "999"],
    [12_345_678, "12,345,678"],
    [1234.56789, "1,234.568"],
    [-1000, "-1,000"],
  ])("shows %d as %s", (value, expected) => {
    expect(count(value)).toBe(expected);
  });

  it("counts with the right noun", () => {
    expect([plural(1, "deletion"), plural(0, "deletion"), plural(12345, "policy", "policies")]).toEqual([
      "1 deletion",
      "0 deletions",
      "12,345 policies",
    ]);
  });
});
