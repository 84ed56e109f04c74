/** Systems Manager of the embedded AWS: the image parameters, the agents, and Run Command. */
import { byName, type Service } from "../service.ts";
import { agentEvents } from "./agents.ts";
import { getCommandInvocation, listCommandInvocations, listCommands } from "./commands.ts";
import { describeInstanceInformation } from "./instance-information.ts";
import { getParameter, getParameters } from "./parameters.ts";
import { runEvents } from "./run.ts";
import { cancelCommand, sendCommand } from "./send-command.ts";

export const ssmService: Service = {
  signingName: "ssm",
  protocol: "json",
  targetPrefix: "AmazonSSM",
  operations: byName([
    getParameter,
    getParameters,
    describeInstanceInformation,
    sendCommand,
    cancelCommand,
    getCommandInvocation,
    listCommands,
    listCommandInvocations,
  ]),
  events: { ...agentEvents, ...runEvents },
};
