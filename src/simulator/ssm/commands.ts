/** Commands and their invocations as they are shown: GetCommandInvocation, ListCommands, ListCommandInvocations. */
import {
  type Command,
  type CommandFilter,
  type CommandInvocation,
  GetCommandInvocation$,
  type GetCommandInvocationRequest,
  ListCommandInvocations$,
  type ListCommandInvocationsRequest,
  ListCommands$,
  type ListCommandsRequest,
} from "@aws-sdk/client-ssm";
import type { Context } from "../context.ts";
import { AwsError } from "../error.ts";
import { operation } from "../operation.ts";
import { latestFirstKey } from "../pages.ts";
import { page } from "./pages.ts";
import type { CommandState, InvocationState } from "./state.ts";

/** How much of a script's output the API gives back (AWS-FACTS §1). */
const STDOUT_CHARACTERS = 24_000;
const STDERR_CHARACTERS = 8_000;
/** ListCommandInvocations shows less. */
const PLUGIN_OUTPUT_CHARACTERS = 2_500;
const PAGES = { size: 50, least: 1, most: 50 };

function commandOf(context: Context, id = ""): CommandState | undefined {
  const { commands } = context.region.ssm;
  return Object.hasOwn(commands, id) ? commands[id] : undefined;
}

/** @throws AwsError InvalidCommandId */
export function findCommand(context: Context, id: string | undefined): CommandState {
  const command = commandOf(context, id);
  if (!command) throw new AwsError("InvalidCommandId", `The command ID ${id} does not exist.`);
  return command;
}

/** What became of a command on one instance; undefined where it was not sent. */
export function invocationOn(command: CommandState, instanceId = ""): InvocationState | undefined {
  return Object.hasOwn(command.invocations, instanceId) ? command.invocations[instanceId] : undefined;
}

export function hasEnded({ endedAt }: InvocationState): boolean {
  return endedAt !== undefined;
}

/** How long its script may run, in s; AWS-RunShellScript's own default is an hour. */
export function executionSeconds({ parameters }: CommandState): number {
  return Number(parameters.executionTimeout?.[0] ?? 3_600);
}

/** When the service itself gives a command up: its total timeout, that of delivery and that of execution. */
export function expiresAt(command: CommandState): number {
  return command.requestedAt + (command.timeoutSeconds + executionSeconds(command)) * 1000;
}

/** AWS's finer word for a status. */
function statusDetails({ status, startedAt, unanswered }: InvocationState): string {
  if (status !== "TimedOut") return status;
  return startedAt === undefined || unanswered ? "DeliveryTimedOut" : "ExecutionTimedOut";
}

/** Only invocations are delayed, not their plugins, nor a command as a whole. */
function undelayed({ status }: InvocationState): Exclude<InvocationState["status"], "Delayed"> {
  return status === "Delayed" ? "Pending" : status;
}

/** The status of a command as a whole: that of the worst of its invocations, once all have ended. */
function overallStatus(command: CommandState): ReturnType<typeof undelayed> {
  const statuses = Object.values(command.invocations).map(undelayed);
  const inOrder = ["InProgress", "Pending", "Cancelled", "TimedOut", "Failed"] as const;
  const isBegun = statuses.some((status) => status !== "Pending");
  const first = inOrder.find((status) => statuses.includes(status)) ?? "Success";
  return first === "Pending" && isBegun ? "InProgress" : first;
}

export function showCommand(command: CommandState): Command {
  const invocations = Object.values(command.invocations);
  const status = overallStatus(command);
  return {
    CommandId: command.id,
    DocumentName: command.documentName,
    DocumentVersion: "$DEFAULT",
    Comment: command.comment ?? "",
    Parameters: command.parameters,
    InstanceIds: command.instanceIds,
    Targets: [],
    RequestedDateTime: new Date(command.requestedAt),
    ExpiresAfter: new Date(expiresAt(command)),
    TimeoutSeconds: command.timeoutSeconds,
    Status: status,
    StatusDetails: status,
    MaxConcurrency: "50",
    MaxErrors: "0",
    TargetCount: invocations.length,
    CompletedCount: invocations.filter(hasEnded).length,
    ErrorCount: invocations.filter(({ status }) => status === "Failed").length,
    DeliveryTimedOutCount: invocations.filter((each) => statusDetails(each) === "DeliveryTimedOut").length,
  };
}

export const getCommandInvocation = operation<GetCommandInvocationRequest, object>(
  GetCommandInvocation$,
  ["CommandId", "InstanceId", "PluginName"],
  (context, input) => {
    const command = commandOf(context, input.CommandId);
    const invocation = command && invocationOn(command, input.InstanceId);
    if (!command || !invocation || context.now < invocation.visibleAt)
      throw new AwsError("InvocationDoesNotExist", "");
    if (input.PluginName !== undefined && input.PluginName !== "aws:runShellScript")
      throw new AwsError("InvalidPluginName", "The plugin name is not valid.");
    const { startedAt, endedAt } = invocation;
    return {
      CommandId: command.id,
      InstanceId: input.InstanceId,
      Comment: command.comment ?? "",
      DocumentName: command.documentName,
      DocumentVersion: "$DEFAULT",
      PluginName: "aws:runShellScript",
      ResponseCode: invocation.responseCode,
      ExecutionStartDateTime: startedAt === undefined ? "" : new Date(startedAt).toISOString(),
      ExecutionElapsedTime:
        startedAt === undefined || endedAt === undefined ? "" : duration(endedAt - startedAt),
      ExecutionEndDateTime:
        startedAt === undefined || endedAt === undefined ? "" : new Date(endedAt).toISOString(),
      Status: invocation.status,
      StatusDetails: statusDetails(invocation),
      StandardOutputContent: invocation.stdout.slice(0, STDOUT_CHARACTERS),
      StandardOutputUrl: "",
      StandardErrorContent: invocation.stderr.slice(0, STDERR_CHARACTERS),
      StandardErrorUrl: "",
      CloudWatchOutputConfig: { CloudWatchLogGroupName: "", CloudWatchOutputEnabled: false },
    };
  },
);

/** ISO 8601: PT4.062S */
function duration(ms: number): string {
  return `PT${ms / 1000}S`;
}

type Test = (command: CommandState, status: string) => boolean;

function testOf({ key, value = "" }: CommandFilter): Test {
  if (key === "Status") return (_, status) => status === value;
  if (key === "DocumentName") return (command) => command.documentName === value;
  if (key === "InvokedAfter" || key === "InvokedBefore") {
    const bound = Date.parse(value);
    if (Number.isNaN(bound))
      throw new AwsError("ValidationException", `The filter value ${value} is not a date.`);
    return (command) => (key === "InvokedAfter" ? command.requestedAt > bound : command.requestedAt < bound);
  }
  throw new AwsError("InvalidFilterKey", `The embedded AWS of vpclab does not model the filter key ${key}.`);
}

/** The commands that a List call means, latest first. */
function selectCommands(context: Context, input: ListCommandsRequest): CommandState[] {
  const commands = input.CommandId
    ? [findCommand(context, input.CommandId)]
    : Object.values(context.region.ssm.commands);
  return commands
    .filter((command) => input.InstanceId === undefined || command.instanceIds.includes(input.InstanceId))
    .sort((a, b) => b.requestedAt - a.requestedAt);
}

function keyOf({ requestedAt, id }: CommandState): string {
  return `${latestFirstKey(requestedAt)} ${id}`;
}

export const listCommands = operation<ListCommandsRequest, object>(
  ListCommands$,
  ["CommandId", "InstanceId", "Filters", "MaxResults", "NextToken"],
  (context, input) => {
    const tests = (input.Filters ?? []).map(testOf);
    const commands = selectCommands(context, input).filter((command) =>
      tests.every((test) => test(command, overallStatus(command))),
    );
    const { items, NextToken } = page(commands, keyOf, input, PAGES);
    return { Commands: items.map(showCommand), NextToken };
  },
);

export const listCommandInvocations = operation<ListCommandInvocationsRequest, object>(
  ListCommandInvocations$,
  ["CommandId", "InstanceId", "Filters", "Details", "MaxResults", "NextToken"],
  (context, input) => {
    const tests = (input.Filters ?? []).map(testOf);
    const invocations = selectCommands(context, input).flatMap((command) =>
      Object.entries(command.invocations)
        .filter(([instanceId]) => input.InstanceId === undefined || instanceId === input.InstanceId)
        .filter(([, { status }]) => tests.every((test) => test(command, status)))
        .map(([instanceId, invocation]) => ({ command, instanceId, invocation })),
    );
    const { items, NextToken } = page(
      invocations,
      ({ command, instanceId }) => `${keyOf(command)} ${instanceId}`,
      input,
      PAGES,
    );
    return {
      CommandInvocations: items.map(({ command, instanceId, invocation }) =>
        showInvocation(context, command, instanceId, invocation, input.Details === true),
      ),
      NextToken,
    };
  },
);

function showInvocation(
  context: Context,
  command: CommandState,
  instanceId: string,
  invocation: InvocationState,
  withDetails: boolean,
): CommandInvocation {
  const { startedAt, endedAt, status } = invocation;
  return {
    CommandId: command.id,
    InstanceId: instanceId,
    InstanceName: context.region.ec2.instances[instanceId]?.tags.Name ?? "",
    Comment: command.comment ?? "",
    DocumentName: command.documentName,
    DocumentVersion: "$DEFAULT",
    RequestedDateTime: new Date(command.requestedAt),
    Status: status,
    StatusDetails: statusDetails(invocation),
    CommandPlugins: withDetails
      ? [
          {
            Name: "aws:runShellScript",
            Status: undelayed(invocation),
            StatusDetails: statusDetails(invocation),
            ResponseCode: invocation.responseCode,
            ...(startedAt !== undefined && { ResponseStartDateTime: new Date(startedAt) }),
            ...(endedAt !== undefined && { ResponseFinishDateTime: new Date(endedAt) }),
            Output: outputOf(invocation).slice(0, PLUGIN_OUTPUT_CHARACTERS),
          },
        ]
      : [],
  };
}

/** Both streams in one, as this call has them. */
function outputOf({ stdout, stderr }: InvocationState): string {
  return stderr === "" ? stdout : `${stdout}\n----------ERROR-------\n${stderr}`;
}
