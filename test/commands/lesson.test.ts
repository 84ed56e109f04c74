import { expect, it } from "vitest";
import { asTyped } from "../../src/commands/as-typed.ts";
import { showByHand } from "../../src/commands/lesson.ts";
import type { Place } from "../../src/lab/memory.ts";
import { DEFAULT_OPTIONS, labSpec } from "../../src/lab/spec.ts";
import { logGroup } from "../../src/steps/log-group.ts";
import { fakeTerminal } from "../ui/fake-terminal.ts";

const rephrase = asTyped({ lab: "class-7", region: "eu-west-3" }, { npm_lifecycle_event: "npx" });

/** The comments above a step's commands, as they are copied. */
function notes(target: Place["target"]): string[] {
  const terminal = fakeTerminal({ columns: 80, color: false, rephrase });
  const spec = labSpec({ ...DEFAULT_OPTIONS, region: "eu-west-3", hours: undefined });
  const place = { lab: "class-7", target, region: "eu-west-3", account: "123456789012" };
  showByHand(terminal, logGroup, { spec, place });
  const lines = terminal.stdout.written.split("\n");
  return lines.slice(
    2,
    lines.findIndex((line) => line.startsWith("    aws ")),
  );
}

it.each(["aws", "simulator"] as const)(
  "has comments that a screen of 80 columns shows in a line each, on %s",
  (target) => {
    const lines = notes(target);
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(line).toMatch(/^ {4}# .{1,74}$/);
  },
);

it("says on the embedded AWS that the commands reach a real account, and there alone", () => {
  expect(notes("simulator").join("\n")).toContain("real AWS account");
  expect(notes("aws").join("\n")).not.toContain("real AWS account");
});
