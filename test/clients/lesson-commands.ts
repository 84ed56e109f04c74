/** The lessons' commands as a learner copies them from the screen, step after step, into one shell. */
import { foldCommand } from "../../src/commands/lesson.ts";
import { DEFAULT_OPTIONS, type LabOptions, labSpec } from "../../src/lab/spec.ts";
import { STEPS } from "../../src/steps/index.ts";

/** What is left of an 80-column screen beside the indentation. */
const WIDTH = 74;

/** @returns the lines of steps 1 to 7, folded as on an 80-column screen */
export function lessonLines(options: Partial<LabOptions> = {}): string[] {
  const spec = labSpec({ ...DEFAULT_OPTIONS, region: "us-east-1", hours: undefined, ...options });
  // Nothing is asked before step 0: its commands are shown with step 2's.
  return STEPS.filter(({ id }) => id !== "prepare").flatMap(({ lesson }) =>
    lesson.byCli(spec).flatMap((command) => foldCommand(command, WIDTH)),
  );
}
