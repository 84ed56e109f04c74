/** How a command runs: it is delivered to the agent, and its script goes on event by event in world time. */
import type { Context, EventHandler } from "../context.ts";
import type { InstanceState } from "../ec2/state.ts";
import { machineOf } from "../guest/machine.ts";
import { advance, startScript } from "../guest/shell.ts";
import { reachesService } from "./agents.ts";
import { executionSeconds, expiresAt, hasEnded } from "./commands.ts";
import type { CommandState, InvocationState } from "./state.ts";

/** How often delivery is tried again while the instance cannot be reached. */
const REDELIVERY_MS = 5_000;
/**
 * What the agent says of a script that it began and finds gone once it is back (amazon-ssm-agent, outofproc/master.go).
 * Where the text stands in the answers, and with which code, is not known [U].
 */
const PROCESS_GONE =
  "document process failed unexpectedly: document worker timed out , check [ssm-document-worker]/[ssm-session-worker] log for crash reason";
const KIND_DELIVERY = "ssm.command-delivery";
const KIND_TURN = "ssm.script-turn";
const KIND_TIMEOUT = "ssm.script-timeout";

export function planDelivery(context: Context, commandId: string, instanceId: string, inMs: number): void {
  plan(context, KIND_DELIVERY, commandId, instanceId, inMs);
}

function plan(context: Context, kind: string, commandId: string, instanceId: string, inMs: number): void {
  const event = { kind, region: context.regionName, subject: commandId, data: { instanceId } };
  // Fractions of a ms come from ping's patience; world time has none.
  context.schedule(context.now + Math.ceil(inMs), event);
}

/** Ends an invocation; its process is forgotten. */
export function end(context: Context, invocation: InvocationState, status: InvocationState["status"]): void {
  invocation.status = status;
  invocation.endedAt = context.now;
  delete invocation.process;
}

interface Running {
  readonly context: Context;
  readonly command: CommandState;
  readonly instanceId: string;
  readonly invocation: InvocationState;
}

/** Calls the handler for an invocation that has not ended; events about others are void. */
function onInvocation(handle: (running: Running) => void): EventHandler {
  return (context, event) => {
    const command = context.region.ssm.commands[event.subject];
    const instanceId = String(event.data?.instanceId);
    const invocation = command?.invocations[instanceId];
    if (command && invocation && !hasEnded(invocation)) handle({ context, command, instanceId, invocation });
  };
}

function deliver({ context, command, instanceId, invocation }: Running): void {
  const instance = context.region.ec2.instances[instanceId];
  const isReached =
    instance !== undefined && isAgentUp(context, instance) && reachesService(context, instance);
  if (isReached) {
    invocation.status = "InProgress";
    invocation.startedAt = context.now;
    invocation.process = startScript((command.parameters.commands ?? []).join("\n"));
    plan(context, KIND_TIMEOUT, command.id, instanceId, executionSeconds(command) * 1000);
    plan(context, KIND_TURN, command.id, instanceId, context.randomInteger(30, 120));
  } else if (context.now - command.requestedAt < command.timeoutSeconds * 1000) {
    invocation.status = "Delayed";
    planDelivery(context, command.id, instanceId, REDELIVERY_MS);
  } else {
    end(context, invocation, "TimedOut");
  }
}

/** Whether the agent has come up since the instance last booted. */
function isAgentUp(context: Context, instance: InstanceState): boolean {
  const agent = context.region.ssm.agents[instance.id];
  return instance.state === "running" && (agent?.registeredAt ?? 0) >= (instance.runningSince ?? 0);
}

/** Whether the instance has run all the while since the script began: one that stops takes its processes along. */
function hasRunSince(instance: InstanceState, { startedAt = 0 }: InvocationState): boolean {
  return instance.state === "running" && (instance.runningSince ?? 0) <= startedAt;
}

function takeTurn({ context, command, instanceId, invocation }: Running): void {
  const instance = context.region.ec2.instances[instanceId];
  const { process } = invocation;
  // What a stop has ended, the agent only finds once it is back.
  if (!instance || !process || !hasRunSince(instance, invocation)) return;
  const machine = machineOf(context, instance);
  if (!machine) return;
  const waitMs = advance(machine, process);
  if (waitMs !== undefined) {
    plan(context, KIND_TURN, command.id, instanceId, waitMs);
    return;
  }
  invocation.stdout = process.stdout;
  invocation.stderr = process.stderr;
  invocation.responseCode = process.status;
  if (process.status !== 0) invocation.stderr += `failed to run commands: exit status ${process.status}`;
  end(context, invocation, process.status === 0 ? "Success" : "Failed");
}

function timeOut({ context, command, instanceId, invocation }: Running): void {
  const instance = context.region.ec2.instances[instanceId];
  if (!instance || !hasRunSince(instance, invocation)) {
    // Only the agent tells of an execution timeout. Without a word from it the service waits for delivery's time too.
    const leftMs = expiresAt(command) - context.now;
    if (leftMs > 0) {
      plan(context, KIND_TIMEOUT, command.id, instanceId, leftMs);
      return;
    }
    invocation.unanswered = true;
    end(context, invocation, "TimedOut");
    return;
  }
  invocation.stdout = invocation.process?.stdout ?? "";
  invocation.stderr = invocation.process?.stderr ?? "";
  end(context, invocation, "TimedOut");
}

/**
 * The agent is back and looks for what it had begun: "InProgress until the agent is available again. The status will
 * then change to a terminal state" (user guide, command statuses).
 */
const failWhatIsGone: EventHandler = (context, { subject: instanceId }) => {
  const instance = context.region.ec2.instances[instanceId];
  if (!instance || !isAgentUp(context, instance)) return;
  for (const { invocations } of Object.values(context.region.ssm.commands)) {
    const invocation = invocations[instanceId];
    if (!invocation?.process || hasEnded(invocation) || hasRunSince(instance, invocation)) continue;
    invocation.stdout = PROCESS_GONE;
    end(context, invocation, "Failed");
  }
};

export const runEvents: Readonly<Record<string, EventHandler>> = {
  [KIND_DELIVERY]: onInvocation(deliver),
  [KIND_TURN]: onInvocation(takeTurn),
  [KIND_TIMEOUT]: onInvocation(timeOut),
  "ssm.agent-back": failWhatIsGone,
};
