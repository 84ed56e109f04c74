/** A try from an instance to reach a TCP port, by curl: the one client that every Amazon Linux 2023 has. */
import { EXIT } from "../lab/error.ts";
import { formatAddress, parseAddress } from "../network/cidr.ts";
import type { Aws } from "./clients.ts";
import { LabError } from "./errors.ts";
import { runCommand } from "./run-command.ts";

/** Web servers of AWS's own, which answer with the caller's address; their names alone are used. */
export const WEB_HOST = "checkip.amazonaws.com";

export interface ConnectionTry {
  /** The instance that tries. */
  readonly instanceId: string;
  readonly goal:
    | { readonly web: "http" | "https" }
    /** IPv4, four decimal numbers; port 1 to 65535. */
    | { readonly address: string; readonly port: number };
}

/**
 * "answered": a web page, or another server's first words. "refused": the host is there, the port is closed.
 * "silence": nothing came back in time. "unknown": curl ended otherwise, see `detail`.
 */
export type ConnectionOutcome = "answered" | "refused" | "silence" | "unknown";

export interface ConnectionResult {
  readonly outcome: ConnectionOutcome;
  /** curl's exit code and its complaint, if any. */
  readonly exitCode: number;
  readonly detail: string;
}

/** Seconds until curl gives up: long enough for a second first segment, short enough to watch. */
const PATIENCE_SECONDS = 4;

/**
 * Tries once. That nothing answers is a result, not an error.
 * @throws LabError "bad-address" or "bad-port" before any call
 */
export async function tryConnection(
  aws: Aws,
  { instanceId, goal }: ConnectionTry,
): Promise<ConnectionResult> {
  const { responseCode, stderr } = await runCommand(aws, {
    instanceId,
    script: connectionScript(goal),
    seconds: PATIENCE_SECONDS + 30,
  });
  return {
    outcome: OUTCOMES[responseCode] ?? "unknown",
    exitCode: responseCode,
    // Run Command adds a line of its own to what the command said.
    detail: stderr.split("\n").find((line) => line.startsWith("curl: ")) ?? "",
  };
}

/**
 * curl's exit codes (https://curl.se/docs/manpage.html#EXIT): 1 is what it says to an SSH server's greeting, which is
 * no HTTP; 52 and 56 are connections that came about and ended early; 7 is a refusal, 28 time run out.
 */
const OUTCOMES: Readonly<Record<number, ConnectionOutcome>> = {
  0: "answered",
  1: "answered",
  52: "answered",
  56: "answered",
  7: "refused",
  28: "silence",
};

/** The line of shell: fixed text, an address's four numbers, a port. */
export function connectionScript(goal: ConnectionTry["goal"]): string {
  return `curl -4 -sS -o /dev/null --max-time ${PATIENCE_SECONDS} ${urlOf(goal)}`;
}

function urlOf(goal: ConnectionTry["goal"]): string {
  if ("web" in goal) return `${goal.web === "https" ? "https" : "http"}://${WEB_HOST}/`;
  const number = parseAddress(goal.address);
  if (number === undefined)
    throw new LabError("bad-address", `${JSON.stringify(goal.address)} is not an IPv4 address.`, {
      exitCode: EXIT.badInput,
    });
  if (!Number.isInteger(goal.port) || goal.port < 1 || goal.port > 65_535)
    throw new LabError("bad-port", `A TCP port is 1 to 65535, not ${goal.port}.`, {
      exitCode: EXIT.badInput,
    });
  return `http://${formatAddress(number)}:${goal.port}/`;
}
