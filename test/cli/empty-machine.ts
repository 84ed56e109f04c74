/** A machine with Node and npm, an empty home, an empty folder to be in, and no registry to ask. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Run } from "./vpclab.ts";

export interface EmptyMachine {
  readonly home: string;
  /** Where programs run. */
  readonly folder: string;
  run(program: string, args: readonly string[], env?: Record<string, string>): Promise<Run>;
  remove(): void;
}

export function emptyMachine(): EmptyMachine {
  const root = mkdtempSync(join(tmpdir(), "vpclab-machine-"));
  const [home, folder] = [join(root, "home"), join(root, "folder")];
  for (const made of [home, folder]) mkdirSync(made);
  return {
    home,
    folder,
    run: (program, args, env = {}) =>
      new Promise((resolve, reject) => {
        const child = spawn(program, args, {
          cwd: folder,
          env: {
            PATH: process.env.PATH,
            HOME: home,
            LANG: "C.UTF-8",
            npm_config_offline: "true",
            npm_config_update_notifier: "false",
            AWS_EC2_METADATA_DISABLED: "true",
            VPCLAB_SIM_SPEED: "virtual",
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
        child.on("error", reject);
        child.on("close", (code) => resolve({ code, stdout, stderr }));
      }),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
