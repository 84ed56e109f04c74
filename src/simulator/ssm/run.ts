/** How a command runs: it is delivered to the agent, and its script goes on event by event in world time. */
import type { Context, EventHandler } from "../context.ts";
import { machineOf } from "../guest/machine.ts";
import { advance, startScript } from "../guest/shell.ts";
import { reachesService } from "./agents.ts";
import { executionSeconds, hasEnded } from "./commands.ts";
import type { CommandState, InvocationState } from "./state.ts";

/** How often delivery is tried again while the instance cannot be reached. */
const REDELIVERY_MS = 5_000;
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
  const isReached = instance?.state === "running" && reachesService(context, instance);
  if (isReached) {
    invocation.status = "InProgress";
    invocation.startedAt = context.now;
    invocation.process = startScript((command.parameters.commands ?? []).join("\n"));
    plan(context, KIND_TIMEOUT, command.id, instanceId, executionSeconds(command) * 1000);
    plan(context, KIND_TURN, command.id, instanceId, context.randomInteger(30, 120));
  } else if (context.now - command.requestedAt < command.timeoutSeconds * 1000) {
    planDelivery(context, command.id, instanceId, REDELIVERY_MS);
  } else {
    end(context, invocation, "TimedOut");
  }
}

function takeTurn({ context, command, instanceId, invocation }: Running): void {
  const instance = context.region.ec2.instances[instanceId];
  const machine = instance && machineOf(context, instance);
  const { process } = invocation;
  // An instance that stops takes its processes along; the command runs into its timeout.
  if (!machine || !process) return;
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

function timeOut({ context, invocation }: Running): void {
  invocation.stdout = invocation.process?.stdout ?? "";
  invocation.stderr = invocation.process?.stderr ?? "";
  end(context, invocation, "TimedOut");
}

export const runEvents: Readonly<Record<string, EventHandler>> = {
  [KIND_DELIVERY]: onInvocation(deliver),
  [KIND_TURN]: onInvocation(takeTurn),
  [KIND_TIMEOUT]: onInvocation(timeOut),
};
