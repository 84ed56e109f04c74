/** Runs `vpclab simulator` as a process of its own, for tests that are its clients. */
import type { ChildProcess } from "node:child_process";
import type { Run } from "./run-program.ts";
import type { freshHome } from "./vpclab.ts";

export interface Simulator {
  readonly endpoint: string;
  readonly pid: number;
  /** All that it has printed on stdout by the time it listens. */
  readonly line: string;
  /** Sends the signal (default SIGINT) and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<Run>;
}

/** Starts it at a free port and waits for its `--json` line. Rejects with its stderr if it ends before. */
export async function serve(
  vpclab: ReturnType<typeof freshHome>["vpclab"],
  ...args: string[]
): Promise<Simulator> {
  let child: ChildProcess | undefined;
  let ended: Promise<Run> | undefined;
  const line = await new Promise<string>((resolve, reject) => {
    ended = vpclab(["simulator", "--port", "0", "--json", ...args], {
      during: (process) => {
        child = process;
        process.stdout?.once("data", (chunk) => resolve(String(chunk)));
      },
    });
    ended.then(({ stderr }) => reject(new Error(stderr)), reject);
  });
  const { endpoint, pid } = JSON.parse(line) as { endpoint: string; pid: number };
  return {
    endpoint,
    pid,
    line,
    end(signal = "SIGINT") {
      child?.kill(signal);
      if (!ended) throw new Error("it was never begun");
      return ended;
    },
  };
}
