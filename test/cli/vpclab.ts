/** Runs the built program as a process, in a home of its own. */
import { join } from "node:path";
import { temporaryFolder } from "../temporary-folder.ts";
import { type RunOptions, runProgram } from "./run-program.ts";

export const BIN = new URL("../../bin/vpclab.js", import.meta.url).pathname;

/**
 * A fresh home, `vpclab(arguments)` that runs in it, and `json(...arguments)` that gives back what `--json` prints. The
 * home is removed after the test, the `describe` or the file that asks for it.
 * @param speed of the embedded AWS; default: its time jumps to whatever is waited for
 */
export function freshHome(speed = "virtual") {
  const home = temporaryFolder();
  const vpclab = (args: readonly string[], { env, ...options }: RunOptions = {}) =>
    runProgram(process.execPath, [BIN, ...args], {
      env: {
        HOME: home,
        VPCLAB_HOME: join(home, "vpclab"),
        AWS_CONFIG_FILE: join(home, "no-config"),
        AWS_SHARED_CREDENTIALS_FILE: join(home, "no-credentials"),
        VPCLAB_SIM_SPEED: speed,
        ...env,
      },
      ...options,
    });
  const json = async (...args: string[]) => JSON.parse((await vpclab([...args, "--json"])).stdout);
  return { home, vpclab, json };
}
