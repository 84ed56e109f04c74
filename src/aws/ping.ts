/** A ping from an instance. */
import { EXIT } from "../lab/error.ts";
import { formatAddress, parseAddress } from "../network/cidr.ts";
import { type PingStatistics, parsePingOutput } from "../network/ping-output.ts";
import type { Aws } from "./clients.ts";
import { LabError } from "./errors.ts";
import { runCommand } from "./run-command.ts";

export interface PingRequest {
  /** The instance that sends. */
  readonly instanceId: string;
  /** IPv4, four decimal numbers. */
  readonly address: string;
  /** 1 to 100. */
  readonly count: number;
}

export interface PingResult extends PingStatistics {
  /** ping's own output. */
  readonly output: string;
}

/** Seconds that ping waits for a reply where none came at all (`-W`). */
const PATIENCE_SECONDS = 2;

/**
 * Pings. That no reply comes is a result, not an error.
 * @throws LabError "bad-address" or "bad-count" before any call; "ping-failed" where ping itself could not run
 */
export async function pingFrom(aws: Aws, { instanceId, address, count }: PingRequest): Promise<PingResult> {
  const script = pingScript(address, count);
  const { responseCode, stdout, stderr } = await runCommand(aws, {
    instanceId,
    script,
    // One packet a second; 10 s is what ping waits at most where only the last reply is missing.
    seconds: count + PATIENCE_SECONDS + 30,
    atLeastSeconds: count - 1,
  });
  const statistics = parsePingOutput(stdout);
  if (statistics === undefined)
    throw new LabError("ping-failed", `ping did not run on ${instanceId}.`, {
      why: `Exit code ${responseCode}: ${(stderr || stdout).trim().slice(0, 300) || "no output"}`,
    });
  return { ...statistics, output: stdout };
}

/** The line of shell. Nothing of the address but its four numbers gets into it. */
export function pingScript(address: string, count: number): string {
  const number = parseAddress(address);
  if (number === undefined)
    throw new LabError("bad-address", `${JSON.stringify(address)} is not an IPv4 address.`, {
      next: ["Write it as four numbers from 0 to 255, as in 10.2.0.5."],
      exitCode: EXIT.badInput,
    });
  if (!Number.isInteger(count) || count < 1 || count > 100)
    throw new LabError("bad-count", `A ping sends 1 to 100 packets, not ${count}.`, {
      exitCode: EXIT.badInput,
    });
  return `ping -c ${count} -W ${PATIENCE_SECONDS} ${formatAddress(number)}`;
}
