/** Commands run in this process, each with a terminal of its own, on an embedded AWS in a folder of their own. */
import type { GlobalOptions, Program } from "../../src/commands/program.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { type FakeOptions, type FakeTerminal, fakeTerminal } from "../ui/fake-terminal.ts";

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions extends FakeOptions {
  /** What stands in stdin. */
  readonly input?: string | undefined;
  readonly signal?: AbortSignal;
  /** World seconds for one real second; default "virtual": time jumps to whatever is waited for. */
  readonly speed?: number | "virtual";
  /** What each call takes of the world's time, in ms; default none. */
  readonly latencyMs?: number;
}

/** Ten minutes a second: for what goes on by itself until it is interrupted. */
export const FAST = 600;

/** What every command is told: the embedded AWS. */
export const SIMULATED: GlobalOptions = { simulate: true };

export interface LabHome {
  readonly folder: string;
  /** Off a terminal unless columns are given. Throws what the command throws. */
  run(
    command: (program: Program, terminal: FakeTerminal) => Promise<number>,
    options?: RunOptions,
  ): Promise<Ran>;
}

/** Removed after the test, the `describe` or the file that asks for it. */
export function labHome(): LabHome {
  const folder = temporaryFolder();
  return {
    folder,
    async run(command, { input, signal, speed = "virtual", latencyMs = 0, ...fake } = {}) {
      const terminal = fakeTerminal({ columns: undefined, ...fake });
      if (input !== undefined) terminal.stdin.end(input);
      const program: Program = {
        terminal,
        signal: signal ?? new AbortController().signal,
        env: { VPCLAB_SIM_SPEED: String(speed), VPCLAB_SIM_LATENCY_MS: String(latencyMs) },
        home: folder,
      };
      const code = await command(program, terminal);
      return { code, stdout: terminal.stdout.written, stderr: terminal.stderr.written };
    },
  };
}

/** What an attempt was refused with. */
export async function refusal(attempt: () => Promise<unknown>): Promise<unknown> {
  try {
    await attempt();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** Text as it reads, wherever its lines were broken. */
export function unwrapped(text: string): string {
  return text.replace(/\s+/g, " ");
}
