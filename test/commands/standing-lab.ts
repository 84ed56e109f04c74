/** A lab that stands before the tests that ask about it. */
import { beforeAll, expect } from "vitest";
import { up } from "../../src/commands/up.ts";
import { type LabHome, labHome, SIMULATED } from "./in-process.ts";

/**
 * For the tests of the file or the `describe` that calls it, and theirs alone: it is made before the first of them and
 * removed after the last.
 * @param until the last step to be done; default: all
 */
export function standingLab(until?: string): LabHome {
  const home = labHome();
  beforeAll(async () => {
    const options = { ...SIMULATED, yes: true, ...(until !== undefined && { until }) };
    const { code, stderr } = await home.run((program) => up(program, options));
    expect(code, stderr).toBe(0);
  }, 60_000);
  return home;
}
