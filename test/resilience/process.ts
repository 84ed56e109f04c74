/** The built program as a process that is killed, and what it leaves. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { WorldState } from "../../src/simulator/state.ts";
import type { Run } from "../cli/run-program.ts";
import type { freshHome } from "../cli/vpclab.ts";

/** World seconds in one of ours: waits are short, and a slow machine does not run into the bounds of AWS's own. */
export const SPEED = 200;

/** How long one process may take on a busy machine, in real ms. */
const AT_MOST_MS = 60_000;

export type Vpclab = ReturnType<typeof freshHome>["vpclab"];

/** A home of its own below the file's, so that no case remembers another's lab. */
export interface Home {
  readonly folder: string;
  readonly worldFile: string;
  vpclab(args: readonly string[], options?: Parameters<Vpclab>[1]): Promise<Run>;
}

/** @param world what `vpclab simulator` and the embedded AWS are to begin with; default: an empty world */
export function homeBelow(
  { home, vpclab }: ReturnType<typeof freshHome>,
  name: string,
  world?: string,
): Home {
  const folder = join(home, name);
  const worldFile = join(folder, "worlds", "default", "world.json");
  if (world !== undefined) {
    mkdirSync(join(worldFile, ".."), { recursive: true, mode: 0o700 });
    writeFileSync(worldFile, world, { mode: 0o600 });
  }
  return {
    folder,
    worldFile,
    vpclab: (args, { env, during } = {}) =>
      vpclab(args, {
        env: { VPCLAB_HOME: folder, VPCLAB_SIM_SPEED: String(SPEED), ...env },
        during(process) {
          during?.(process);
          // It serves until whoever began it ends it.
          if (args[0] === "simulator") return;
          // One that hangs is no survivor, and is not left behind either.
          const timer = setTimeout(() => process.kill("SIGKILL"), AT_MOST_MS);
          process.once("exit", () => clearTimeout(timer));
        },
      }),
  };
}

export function worldOf({ worldFile }: Home): WorldState {
  return JSON.parse(readFileSync(worldFile, "utf8"));
}

/** Environment of a client of a `vpclab simulator`: to it, that is AWS. */
export function clientOf(endpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
    AWS_SECRET_ACCESS_KEY: "not-a-secret",
    AWS_REGION: "us-east-1",
  };
}

/** Instances that would power off by themselves in the middle of a case are no part of it. */
export const UP = ["up", "--yes", "--hours", "never", "--until", "peering"];
export const TEARDOWN = ["teardown", "--yes"];

/** How it ended, with all that it said, for the message of a failed expectation. */
export function told({ code, stdout, stderr }: Run): string {
  return `exit ${code}\n${stdout}\n${stderr}`;
}
