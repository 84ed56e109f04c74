/** Runs a program as a process of its own: it inherits no environment, and never asks instance metadata. */
import { type ChildProcess, spawn } from "node:child_process";

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Beside PATH and the language. */
  readonly env?: Record<string, string | undefined>;
  /** Default: this process's. */
  readonly cwd?: string;
  /** Given the process while it runs. */
  readonly during?: (process: ChildProcess) => void;
}

/**
 * Without stdin. Rejects where the program cannot be started, and where Node warns of anything in it: whatever the tests
 * run is to be free of that, on every Node that they run on.
 */
export function runProgram(
  program: string,
  args: readonly string[],
  { env, cwd, during }: RunOptions = {},
): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { PATH: process.env.PATH, LANG: "C.UTF-8", AWS_EC2_METADATA_DISABLED: "true", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      const warning = /^\(node:\d+\) .*/m.exec(stderr)?.[0];
      if (warning === undefined) resolve({ code, stdout, stderr });
      else reject(new Error(`${program} ${args.join(" ")}: ${warning}`));
    });
    during?.(child);
  });
}
