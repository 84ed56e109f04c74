/** Runs the built program as a process, in a home of its own and with no AWS account in reach. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

const BIN = new URL("../../bin/vpclab.js", import.meta.url).pathname;

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Added to the environment; undefined takes a variable out. */
  readonly env?: Record<string, string | undefined>;
  /** Given the process while it runs. */
  readonly during?: (process: ChildProcess) => void;
}

/**
 * A fresh home, and `vpclab(...arguments)` that runs in it. The home is removed after the test file.
 * @param speed of the embedded AWS; default: its time jumps to whatever is waited for
 */
export function freshHome(speed = "virtual") {
  const home = mkdtempSync(join(tmpdir(), "vpclab-cli-"));
  afterAll(() => rmSync(home, { recursive: true, force: true }));
  const vpclab = (args: readonly string[], { env = {}, during }: RunOptions = {}) =>
    new Promise<Run>((resolve) => {
      const child = spawn(process.execPath, [BIN, ...args], {
        env: {
          PATH: process.env.PATH,
          HOME: home,
          VPCLAB_HOME: join(home, "vpclab"),
          AWS_CONFIG_FILE: join(home, "no-config"),
          AWS_SHARED_CREDENTIALS_FILE: join(home, "no-credentials"),
          AWS_EC2_METADATA_DISABLED: "true",
          VPCLAB_SIM_SPEED: speed,
          LANG: "C.UTF-8",
          ...env,
        },
        stdio: ["ignore", "pipe", "pipe"],
      });
      let [stdout, stderr] = ["", ""];
      child.stdout.on("data", (chunk) => {
        stdout += chunk;
      });
      child.stderr.on("data", (chunk) => {
        stderr += chunk;
      });
      child.on("close", (code) => resolve({ code, stdout, stderr }));
      during?.(child);
    });
  return { home, vpclab };
}
