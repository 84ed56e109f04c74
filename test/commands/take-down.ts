/** A teardown that nobody is asked about, of a test's home. */
import { type TeardownOptions, teardown } from "../../src/commands/teardown.ts";
import { type LabHome, type Ran, SIMULATED } from "./in-process.ts";

export function takeDown(home: LabHome, options: TeardownOptions = {}): Promise<Ran> {
  return home.run((program) => teardown(program, { ...SIMULATED, yes: true, ...options }));
}

/** @returns the receipt too, as a program gets it */
export async function takeDownJson(home: LabHome, options: TeardownOptions = {}) {
  const { code, stdout } = await takeDown(home, { ...options, json: true });
  return { code, receipt: JSON.parse(stdout) };
}
