import { expect, it } from "vitest";
import { asTyped } from "../../src/commands/as-typed.ts";
import { foldCommand, showByHand, showConcepts, showStep } from "../../src/commands/lesson.ts";
import type { Place } from "../../src/lab/memory.ts";
import { DEFAULT_OPTIONS, labSpec } from "../../src/lab/spec.ts";
import { STEPS } from "../../src/steps/index.ts";
import { logGroup } from "../../src/steps/log-group.ts";
import type { Terminal } from "../../src/ui/terminal.ts";
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

/** What a screen of 80 columns shows, line by line. */
function lines(show: (terminal: Terminal) => void): string[] {
  const terminal = fakeTerminal({ columns: 80, color: false });
  show(terminal);
  return terminal.stdout.written.split("\n");
}

it.each([
  [0, "Before we begin · Set up a log group"],
  [3, "Step 3 of 7 · Set up a log group"],
])("begins step %i with its title, its goal and why", (number, title) => {
  const [, first, goal, ...why] = lines((terminal) => showStep(terminal, logGroup, number, 7));
  expect(first).toBe(title);
  expect(goal).toBe(`  ${logGroup.lesson.goal}`);
  expect(why.join(" ").replace(/ +/g, " ").trim()).toBe(logGroup.lesson.why.join(" "));
});

it("explains each concept under its name, a paragraph each", () => {
  const shown = lines((terminal) => showConcepts(terminal, logGroup));
  for (const { term, text } of logGroup.lesson.concepts) {
    const first = shown.indexOf(`  ${term}`) + 1;
    const paragraph = shown.slice(first, shown.indexOf("", first));
    expect(paragraph.map((line) => line.trim()).join(" ")).toBe(text);
    for (const line of paragraph) expect(line).toMatch(/^ {4}\S.{0,75}$/);
  }
});

it("folds the commands of every step into 80 columns", () => {
  const spec = labSpec({ ...DEFAULT_OPTIONS, region: "eu-west-3", hours: undefined });
  const place = { lab: "nextwork", target: "aws", region: "eu-west-3", account: "123456789012" } as const;
  for (const step of STEPS) {
    const shown = lines((terminal) => showByHand(terminal, step, { spec, place }));
    expect(shown.filter((line) => line.length > 80)).toEqual([]);
  }
});

it("numbers what is done in the console", () => {
  const spec = labSpec({ ...DEFAULT_OPTIONS, region: "eu-west-3", hours: undefined });
  const place = { lab: "nextwork", target: "aws", region: "eu-west-3", account: "123456789012" } as const;
  const shown = lines((terminal) => showByHand(terminal, logGroup, { spec, place }));
  const [title, ...clicks] = shown.slice(shown.indexOf("  The same in the console"));
  expect(title).toBeDefined();
  expect(clicks.filter((line) => /^ {4}\d\. /.test(line)).map((line) => line.slice(4, 6))).toEqual(
    logGroup.lesson.byConsole(spec).map((_, index) => `${index + 1}.`),
  );
});

it("folds a command before its options, as a shell takes it, and only where it must", () => {
  const command = "aws logs create --name one --tags two";
  expect(foldCommand(command, command.length)).toEqual([command]);
  expect(foldCommand(command, command.length - 1)).toEqual(["aws logs create --name one \\", "  --tags two"]);
  expect(foldCommand(command, 10)).toEqual(["aws logs create \\", "  --name one \\", "  --tags two"]);
});

it("folds tags where they are quoted, without the sign that a shell takes only outside of quotes", () => {
  const command =
    "aws make --tag-specifications 'ResourceType=vpc, Tags=[{Key=a,Value=1}, {Key=b,Value=2}]' --all";
  expect(foldCommand(command, 24)).toEqual([
    "aws make \\",
    "  --tag-specifications \\",
    "  'ResourceType=vpc,",
    "  Tags=[{Key=a,Value=1},",
    "  {Key=b,Value=2}]' \\",
    "  --all",
  ]);
});
