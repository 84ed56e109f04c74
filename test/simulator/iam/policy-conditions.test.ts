import { describe, expect, it } from "vitest";
import { matchesPattern } from "../../../src/simulator/iam/policy-conditions.ts";

describe("a pattern of a policy", () => {
  it.each([
    ["logs:Put*", "logs:PutLogEvents", true],
    ["logs:Put*", "logs:putLogEvents", false],
    ["s3:*Object?", "s3:GetObjects", true],
    ["s3:*Object?", "s3:GetObject", false],
    ["a.c", "abc", false],
    ["a\\*", "a\\bc", true],
    ["*", "two\nlines", true],
    ["", "", true],
  ])("%s and %s: %s", (pattern, text, expected) => {
    expect(matchesPattern(text, pattern)).toBe(expected);
  });

  it("takes no time to speak of, however many wildcards it has", () => {
    const startedAt = performance.now();
    expect(matchesPattern("a".repeat(256), `${"*a".repeat(6)}b`)).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});
