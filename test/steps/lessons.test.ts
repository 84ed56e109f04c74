import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { DEFAULT_OPTIONS, type LabOptions, labSpec, type StepId } from "../../src/lab/spec.ts";
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

describe("the same in the console", () => {
  const clicks = (id: StepId, options: Partial<LabOptions> = {}) => {
    const spec = labSpec({ ...DEFAULT_OPTIONS, region: "us-east-1", hours: undefined, ...options });
    return (
      STEPS.find((step) => step.id === id)
        ?.lesson.byConsole(spec)
        .join("\n") ?? ""
    );
  };

  test("chooses the instance profile that the console has made, of the role's name", () => {
    expect(clicks("instances")).toContain("Role name: NextWorkInstanceRole");
    expect(clicks("instances")).toContain("IAM instance profile NextWorkInstanceRole,");
    expect(clicks("instances", { lab: "ana" })).toContain("IAM instance profile ana-NextWorkInstanceRole,");
  });

  test("leaves no way in by SSH, and needs none, where the lab has none", () => {
    expect(clicks("instances", { sshFrom: undefined })).toContain("remove the ssh rule");
    expect(clicks("first-ping")).toContain("EC2 Instance Connect");
    for (const sshFrom of [undefined, "203.0.113.7/32"])
      expect(clicks("first-ping", { sshFrom })).toContain("Session Manager");
  });
});
