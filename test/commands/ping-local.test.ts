import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { pingHere } from "../../src/commands/ping.ts";
import { Interrupted } from "../../src/lab/error.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const folder = temporaryFolder();

afterEach(() => {
  vi.unstubAllEnvs();
});

/** A `ping` of this machine that is this script. */
function pingIs(script: string): void {
  writeFileSync(join(folder, "ping"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  vi.stubEnv("PATH", `${folder}:${process.env.PATH}`);
}

test("says how it ended where it said nothing", async () => {
  pingIs("exit 7");
  await expect(pingHere("10.2.0.5", 2)).rejects.toMatchObject({
    code: "ping-output",
    why: expect.stringContaining("Command failed: ping -c 2 10.2.0.5"),
  });
  pingIs("exit 0");
  await expect(pingHere("10.2.0.5", 2)).rejects.toMatchObject({ why: "It said nothing at all." });
});

test("ends at Ctrl-C, however many packets are still to be sent", async () => {
  pingIs("exec sleep 20");
  const interruption = new AbortController();
  setTimeout(() => interruption.abort(new Interrupted()), 100);
  await expect(pingHere("10.2.0.5", 100, interruption.signal)).rejects.toBeInstanceOf(Interrupted);
});

test("asks this machine's ping to speak English", async () => {
  pingIs(
    `if [ "$LC_ALL" = C ]; then echo "2 packets transmitted, 0 received, 100% packet loss, time 1001ms"
else echo "2 Pakete \u00fcbertragen, 0 empfangen, 100% Paketverlust, Zeit 1001ms"; fi
exit 1`,
  );
  vi.stubEnv("LC_ALL", "de_DE.UTF-8");
  expect((await pingHere("10.2.0.5", 2)).result).toMatchObject({ sent: 2, received: 0 });
});
