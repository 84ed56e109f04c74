/** SendCommand and CancelCommand: a shell script for instances whose agent has registered. */
import {
  CancelCommand$,
  type CancelCommandRequest,
  SendCommand$,
  type SendCommandRequest,
} from "@aws-sdk/client-ssm";
import type { Context } from "../context.ts";
import { AwsError } from "../error.ts";
import { operation } from "../operation.ts";
import { agents } from "./agents.ts";
import { findCommand, hasEnded, invocationOn, showCommand } from "./commands.ts";
import { checkLength, checkValue } from "./refusals.ts";
import { end, planDelivery } from "./run.ts";
import type { CommandState } from "./state.ts";

const DOCUMENT = "AWS-RunShellScript";
const DEFAULT_TIMEOUT_SECONDS = 3_600;
/** GetCommandInvocation does not know a new command for about a second (AWS-FACTS §1). */
const INVISIBLE_MS = [600, 1_200] as const;

export const sendCommand = operation<SendCommandRequest, object>(
  SendCommand$,
  ["DocumentName", "InstanceIds", "Parameters", "TimeoutSeconds", "Comment"],
  (context, input) => {
    const arn = `arn:aws:ssm:${context.regionName}::document/${DOCUMENT}`;
    if (input.DocumentName !== DOCUMENT && input.DocumentName !== arn)
      throw new AwsError("InvalidDocument", `Document with name ${input.DocumentName} does not exist.`);
    const instanceIds = [...new Set(input.InstanceIds)];
    checkLength(instanceIds, "instanceIds", 1, 50);
    const timeoutSeconds = input.TimeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
    checkValue(timeoutSeconds, "timeoutSeconds", 30, 2_592_000);
    checkParameters(input.Parameters ?? {});
    requireAgents(context, instanceIds);
    const command: CommandState = {
      id: context.newUuid(),
      documentName: DOCUMENT,
      parameters: input.Parameters ?? {},
      instanceIds,
      requestedAt: context.now,
      timeoutSeconds,
      invocations: {},
    };
    if (input.Comment) command.comment = input.Comment;
    context.region.ssm.commands[command.id] = command;
    for (const instanceId of instanceIds) {
      command.invocations[instanceId] = {
        status: "Pending",
        responseCode: -1,
        stdout: "",
        stderr: "",
        visibleAt: context.now + context.randomInteger(...INVISIBLE_MS),
      };
      planDelivery(context, command.id, instanceId, context.randomInteger(150, 700));
    }
    return { Command: showCommand(command) };
  },
);

function checkParameters(parameters: Readonly<Record<string, readonly string[]>>): void {
  for (const name of Object.keys(parameters)) {
    if (name !== "commands" && name !== "executionTimeout")
      throw new AwsError(
        "InvalidParameters",
        `The embedded AWS of vpclab does not model the parameter ${name} of ${DOCUMENT}.`,
      );
  }
  if (!parameters.commands?.length)
    throw new AwsError("InvalidParameters", `The parameter commands of ${DOCUMENT} is required.`);
  const [seconds = "1"] = parameters.executionTimeout ?? [];
  if (!/^[1-9]\d{0,5}$/.test(seconds))
    throw new AwsError(
      "InvalidParameters",
      `The parameter executionTimeout of ${DOCUMENT} is not valid: ${seconds}`,
    );
}

function requireAgents(context: Context, instanceIds: readonly string[]): void {
  const registered = new Set(agents(context).map((agent) => agent.instanceId));
  const { instances } = context.region.ec2;
  const unready = instanceIds.filter((id) => !registered.has(id) || instances[id]?.state !== "running");
  if (unready.length > 0)
    throw new AwsError(
      "InvalidInstanceId",
      `Instances [[${unready.join(", ")}]] not in a valid state for account ${context.account}`,
    );
}

export const cancelCommand = operation<CancelCommandRequest, object>(
  CancelCommand$,
  ["CommandId", "InstanceIds"],
  (context, input) => {
    const command = findCommand(context, input.CommandId);
    for (const instanceId of input.InstanceIds?.length ? input.InstanceIds : command.instanceIds) {
      const invocation = invocationOn(command, instanceId);
      if (!invocation)
        throw new AwsError("InvalidInstanceId", `Instance ${instanceId} has not got this command.`);
      if (!hasEnded(invocation)) end(context, invocation, "Cancelled");
    }
    return {};
  },
);
