/** Run Command of Systems Manager: a line of shell on an instance, without a terminal and without an open port. */
import { randomUUID } from "node:crypto";
import {
  CancelCommandCommand,
  GetCommandInvocationCommand,
  type GetCommandInvocationCommandOutput,
  paginateListCommands,
  SendCommandCommand,
} from "@aws-sdk/client-ssm";
import { AGENT_CALLS } from "./agent.ts";
import type { Aws } from "./clients.ts";
import { createOnce } from "./ensure.ts";
import { isCode, LabError } from "./errors.ts";
import { retryWhile, waitFor } from "./waits.ts";

export interface ShellCommand {
  readonly instanceId: string;
  /** Runs as root: fixed text, in which whoever built it has checked every part that came from outside. */
  readonly script: string;
  /** How long it may run, in seconds. */
  readonly seconds: number;
  /** How long it runs at the least, in seconds: its end is not asked for before. Default 0. */
  readonly atLeastSeconds?: number;
}

export interface CommandResult {
  /** "Failed" is an exit code other than 0, which may be all right. */
  readonly status: "Success" | "Failed";
  readonly responseCode: number;
  /** The first 24,000 characters. */
  readonly stdout: string;
  /** The first 8,000 characters. */
  readonly stderr: string;
}

/** Also for the agent that once had a way out, and has lost it. */
const ASK_WAY_OUT = `vpclab why ${AGENT_CALLS.address} --port ${AGENT_CALLS.port}    names what keeps instance 1 from AWS (instance 2: --from instance-2)`;

/** How long the agent may take to fetch the command, in seconds. */
const DELIVERY_SECONDS = 60;

/**
 * Runs a script and waits for its end. Ctrl-C cancels it.
 * @throws LabError "command-timed-out", "command-cancelled" or "command-undelivered" where the script never came to
 *   an end of its own; "timed-out" if the agent does not take commands at all
 */
export async function runCommand(aws: Aws, command: ShellCommand): Promise<CommandResult> {
  const commandId = await send(aws, command);
  try {
    return resultOf(command, await waitForEnd(aws, command, commandId));
  } catch (error) {
    if (aws.signal.aborted) await cancel(aws, command.instanceId, commandId);
    throw error;
  }
}

function send(aws: Aws, { instanceId, script, seconds }: ShellCommand): Promise<string> {
  // SendCommand takes no client token: the comment is how a command is known whose answer was lost.
  const comment = `vpclab ${randomUUID()}`;
  const begun = aws.clock.now();
  const find = async () => {
    const filters = [{ key: "InvokedAfter" as const, value: isoSeconds(begun - 60_000) }];
    const pages = paginateListCommands({ client: aws.ssm }, { InstanceId: instanceId, Filters: filters });
    for await (const { Commands = [] } of pages) {
      const sent = Commands.find(({ Comment }) => Comment === comment);
      if (sent?.CommandId !== undefined) return sent.CommandId;
    }
    return undefined;
  };
  return retryWhile(
    aws,
    {
      what: `the agent of ${instanceId} to take commands`,
      atMostMs: 60_000,
      everyMs: 3_000,
      why: "It has not registered with Systems Manager, or the instance does not run.",
      next: ["See how it stands: vpclab status", ASK_WAY_OUT],
    },
    (error) => isCode(error, "InvalidInstanceId"),
    () =>
      createOnce(aws, find, async () => {
        const { Command } = await aws.ssm.send(
          new SendCommandCommand({
            DocumentName: "AWS-RunShellScript",
            InstanceIds: [instanceId],
            Comment: comment,
            TimeoutSeconds: DELIVERY_SECONDS,
            Parameters: { commands: [script], executionTimeout: [String(seconds)] },
          }),
        );
        return Command?.CommandId ?? "";
      }),
  );
}

/** "2026-01-05T09:00:00Z": the filter takes no fractions. */
function isoSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

const UNDER_WAY: ReadonlySet<string> = new Set(["Pending", "InProgress", "Delayed", "Cancelling"]);

function waitForEnd(
  aws: Aws,
  { instanceId, seconds, atLeastSeconds = 0 }: ShellCommand,
  CommandId: string,
): Promise<GetCommandInvocationCommandOutput> {
  const wait = {
    what: `the command on ${instanceId} to end`,
    atMostMs: (DELIVERY_SECONDS + seconds + 60) * 1000,
    soonestMs: atLeastSeconds * 1000,
    everyMs: 300,
    why: "The agent took it but does not report back.",
  };
  return waitFor(aws, wait, async () => {
    try {
      const invocation = await aws.ssm.send(
        new GetCommandInvocationCommand({ CommandId, InstanceId: instanceId }),
      );
      return UNDER_WAY.has(invocation.Status ?? "") ? undefined : invocation;
    } catch (error) {
      // It takes a moment until a command that was just sent is known (AWS-FACTS §1).
      if (isCode(error, "InvocationDoesNotExist")) return undefined;
      throw error;
    }
  });
}

function resultOf(
  { instanceId, seconds }: ShellCommand,
  invocation: GetCommandInvocationCommandOutput,
): CommandResult {
  const { Status, ResponseCode = -1 } = invocation;
  // AWS's reference writes "Delivery Timed Out", its answers "DeliveryTimedOut".
  const StatusDetails = (invocation.StatusDetails ?? "").replaceAll(" ", "");
  const next = ["See how the instance stands: vpclab status", "Run the same command again."];
  // A script that ran has an exit code; -1 says that it never began.
  if (Status === "Success" || (Status === "Failed" && ResponseCode !== -1))
    return {
      status: Status,
      responseCode: ResponseCode,
      stdout: invocation.StandardOutputContent ?? "",
      stderr: invocation.StandardErrorContent ?? "",
    };
  if (Status === "TimedOut" && StatusDetails !== "DeliveryTimedOut")
    throw new LabError("command-timed-out", `The command on ${instanceId} did not end within ${seconds} s.`, {
      next,
    });
  if (Status === "Cancelled")
    throw new LabError("command-cancelled", `The command on ${instanceId} was cancelled.`, { next });
  const isUnfetched = StatusDetails === "DeliveryTimedOut";
  throw new LabError("command-undelivered", `The command did not run on ${instanceId}.`, {
    why: isUnfetched
      ? `Its agent did not fetch it within ${DELIVERY_SECONDS} s (DeliveryTimedOut). The agent calls Systems Manager by ` +
        `itself, at TCP port ${AGENT_CALLS.port} on the internet: most likely an outbound rule, a route or a gateway was ` +
        "changed, and it has no way out."
      : `Systems Manager says: ${StatusDetails || Status || "nothing"}.`,
    next: isUnfetched ? [ASK_WAY_OUT, "Once that is mended, run the same command again."] : next,
  });
}

/** What runs on AWS's side is ended too. If that fails, the command's own time limit ends it. */
async function cancel(aws: Aws, instanceId: string, CommandId: string): Promise<void> {
  await Promise.allSettled([
    aws.ssm.send(new CancelCommandCommand({ CommandId, InstanceIds: [instanceId] })),
  ]);
}
