/** A machine with Node and npm, an empty home, an empty folder to be in, and no registry to ask. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../temporary-folder.ts";
import { type Run, runProgram } from "./run-program.ts";

export interface EmptyMachine {
  readonly home: string;
  /** Where programs run. */
  readonly folder: string;
  run(program: string, args: readonly string[], env?: Record<string, string>): Promise<Run>;
}

export function emptyMachine(): EmptyMachine {
  const root = temporaryFolder();
  const [home, folder] = [join(root, "home"), join(root, "folder")];
  for (const made of [home, folder]) mkdirSync(made);
  return {
    home,
    folder,
    run: (program, args, env) =>
      runProgram(program, args, {
        cwd: folder,
        env: {
          HOME: home,
          npm_config_offline: "true",
          npm_config_update_notifier: "false",
          VPCLAB_SIM_SPEED: "virtual",
          ...env,
        },
      }),
  };
}
