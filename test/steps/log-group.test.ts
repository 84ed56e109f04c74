import { expect, it } from "vitest";
import { logGroup } from "../../src/steps/log-group.ts";
import { embeddedLab } from "./lab-context.ts";

it.each([
  [undefined, "for good", "Never expire"],
  [1, "for 1 day", "1 day"],
  [30, "for 30 days", "30 days"],
])("a retention of %s is told as %s, and in the lesson as %s", async (retentionDays, told, setting) => {
  const test = embeddedLab({ retentionDays });
  await logGroup.up(test.lab);
  expect(test.told.resources.map(({ text }) => text)).toEqual([
    `log group ${test.lab.spec.nameOf("log-group")} keeps records ${told}`,
  ]);
  expect(logGroup.lesson.byConsole(test.lab.spec)).toContain(
    `Retention setting: ${setting}; log class: Standard`,
  );
});
