/** `vpclab up` of a lab that stands already. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type UpOptions, up } from "../../src/commands/up.ts";
import { labHome, refusal, SIMULATED } from "./in-process.ts";

it.each([
  ["where it was made", false],
  ["from a machine that did not make it", true],
])("goes on after another CIDR block was refused, %s", async (_, isForgotten) => {
  const home = labHome();
  const upTo = (options: UpOptions) =>
    home.run((program) => up(program, { yes: true, until: "vpcs", ...options }));
  await upTo({ ...SIMULATED, region: "eu-west-3" });
  if (isForgotten) rmSync(join(home.folder, "labs"), { recursive: true });
  const refused = await refusal(() => upTo({ ...SIMULATED, region: "eu-west-3", cidr1: "10.9.0.0/16" }));
  expect(refused).toMatchObject({ code: "cidr-differs" });
  // The Region is remembered, the block is not.
  const { code, stderr } = await upTo({});
  expect(code).toBe(0);
  expect(stderr).toContain("eu-west-3");
});
