import { expect, test } from "vitest";
import { AnswerLostError } from "../../src/aws/middleware.ts";
import { translate } from "../../src/aws/translate.ts";

test("a create whose answer was lost twice is no defect of ours: the next run looks for what it made", () => {
  const told = translate(new AnswerLostError("CreateVpc", new Error("socket hang up")));
  expect(told).toMatchObject({ code: "AnswerLostError", exitCode: 1 });
  expect(told.why).not.toMatch(/defect/);
  expect(told.next.join()).toMatch(/same command again/);
});
