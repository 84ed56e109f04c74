import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import type { LabOptions } from "../../src/lab/spec.ts";
import { STEPS } from "../../src/steps/index.ts";
import { lessonLines } from "../clients/lesson-commands.ts";

const LABS: readonly (readonly [string, Partial<LabOptions>])[] = [
  ["the lab as it is", {}],
  [
    "one with every option",
    { leastPrivilege: true, instanceType: "t3.micro", retentionDays: 7, sshFrom: undefined },
  ],
  ["one in China", { region: "cn-northwest-1" }],
];

describe.each(LABS)("the same by AWS CLI, for %s", (_, options) => {
  test("fits the screen", () => {
    expect(lessonLines(options).filter((line) => line.length > 76)).toEqual([]);
  });

  test("is what a shell can read, indented as it is on the screen", () => {
    const script = lessonLines(options).map((line) => `    ${line}\n`);
    const { status, stderr } = spawnSync("bash", ["-n"], { input: script.join(""), encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });

  test("uses no variable that no step before has set", () => {
    const known = new Set(["1", "2"]);
    for (const line of lessonLines(options)) {
      const used = [...line.matchAll(/\$(\w+)/g)].map(([, name = ""]) => name);
      expect(used.filter((name) => !known.has(name))).toEqual([]);
      for (const [, name = ""] of line.matchAll(/\b([A-Z][A-Z_0-9]*)=/g)) known.add(name);
    }
  });
});

test("each lesson's goal says what is to come", () => {
  for (const { lesson } of STEPS) expect(lesson.goal).toMatch(/^By the end .+\.$/);
});
