/** "The same by AWS CLI" of steps 1 to 7, copied as a whole into one shell, against `vpclab simulator`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { serve } from "../cli/serve.ts";
import { freshHome } from "../cli/vpclab.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { awsCli, runScript } from "./client-programs.ts";
import { lessonLines } from "./lesson-commands.ts";

const { vpclab } = freshHome();

/** To reach the simulator, and to wait in its time; a command that fails ends it. */
const SHELL = `set -eu
aws() { command aws --endpoint-url "$ENDPOINT" "$@"; }
sleep() { command sleep 0.2; }
`;

test.skipIf(awsCli === undefined)("the lessons' commands do the lab", async () => {
  const script = join(temporaryFolder(), "lessons.sh");
  writeFileSync(
    script,
    SHELL +
      lessonLines({})
        .map((line) => `    ${line}\n`)
        .join(""),
  );
  const simulator = await serve(vpclab, "--memory", "--speed", "300");
  try {
    const run = await runScript("bash", script, simulator.endpoint);
    expect(run.code, run.stdout + run.stderr).toBe(0);
    const losses = [...run.stdout.matchAll(/(\d+)% packet loss/g)].map(([, percent]) => Number(percent));
    expect(losses).toEqual([100, 0, 0]);
    expect(run.stdout).toMatch(/eni-[0-9a-f]{17}-all/);
    const answer = JSON.parse(run.stdout.slice(run.stdout.lastIndexOf('[\n    "Complete"')));
    expect(answer).toEqual([
      "Complete",
      expect.arrayContaining([[expect.any(String), expect.any(String), expect.stringMatching(/^\d+$/)]]),
    ]);
  } finally {
    expect(await simulator.end()).toMatchObject({
      code: 0,
      stderr: expect.not.stringContaining("not answered"),
    });
  }
});
