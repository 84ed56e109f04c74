/** The life of an instance: what Start, Stop, Reboot and Terminate begin, and what world time finishes. */
import {
  type InstanceStateChange,
  RebootInstances$,
  type RebootInstancesRequest,
  StartInstances$,
  type StartInstancesRequest,
  StopInstances$,
  type StopInstancesRequest,
  TerminateInstances$,
  type TerminateInstancesRequest,
} from "@aws-sdk/client-ec2";
import type { Context, EventHandler } from "../../context.ts";
import { AwsError } from "../../error.ts";
import { endWhatIsNotEnabled, planUserData } from "../../guest/first-boot.ts";
import { operation } from "../../operation.ts";
import { newPublicAddress } from "../public-addresses.ts";
import { find, INSTANCE } from "../resources.ts";
import type { InstanceState } from "../state.ts";
import { requireVcpus } from "./capacity.ts";
import { removeNetworkInterface } from "./network-interfaces.ts";
import { releaseVolume, rootVolumeOf } from "./volumes.ts";

/** The codes that stand beside the states' names. */
export const STATE_CODES: Readonly<Record<InstanceState["state"], number>> = {
  pending: 0,
  running: 16,
  "shutting-down": 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

/** How long AWS goes on listing a terminated instance. */
const FORGOTTEN_AFTER_MS = 3_600_000;

/** pending → running: 10 to 30 s (AWS-FACTS §3). */
export const bootMs = (context: Context) => context.randomInteger(10_000, 30_000);
const stopMs = (context: Context) => context.randomInteger(15_000, 40_000);
/** shutting-down → terminated: 30 to 60 s (AWS-FACTS §3). */
const terminateMs = (context: Context) => context.randomInteger(30_000, 60_000);
/** From terminated until the interface has gone, so that it goes 30 to 90 s after the call (AWS-FACTS §1). */
const releaseMs = (context: Context) => context.randomInteger(10_000, 30_000);
/** From running until the SSM agent first tries to register, so that it takes 20 to 60 s (AWS-FACTS §3). */
const agentStartMs = (context: Context) => context.randomInteger(20_000, 60_000);

function plan(context: Context, instance: InstanceState, inMs: number, kind: string): void {
  context.schedule(context.now + inMs, { kind, region: context.regionName, subject: instance.id });
}

function unplan(context: Context, instance: InstanceState): void {
  context.unschedule(instance.id, "ec2.instance-running", "ec2.instance-stopped", "ssm.agent-starts");
}

/** Runs `change` on each of the instances, all or none, and tells from which state to which they went. */
function changeStates(
  context: Context,
  ids: readonly string[] | undefined,
  change: (instance: InstanceState) => void,
): InstanceStateChange[] {
  const instances = [...new Set(ids)].map((id) => find(context, INSTANCE, id));
  return instances.map((instance) => {
    const before = instance.state;
    change(instance);
    return {
      InstanceId: instance.id,
      PreviousState: { Name: before, Code: STATE_CODES[before] },
      CurrentState: { Name: instance.state, Code: STATE_CODES[instance.state] },
    };
  });
}

function incorrectState(instance: InstanceState, verb: string): AwsError {
  return new AwsError(
    "IncorrectInstanceState",
    `The instance '${instance.id}' is not in a state from which it can be ${verb}.`,
  );
}

/** AWS's text (VM Import guide, troubleshooting); its code is not known [U]. */
function noRootVolume(instance: InstanceState): AwsError {
  return new AwsError(
    "InvalidParameterValue",
    `Invalid value '${instance.id}' for instanceId. Instance does not have a volume attached at root (/dev/xvda)`,
  );
}

const startInstances = operation<StartInstancesRequest, object>(
  StartInstances$,
  ["InstanceIds"],
  (context, input) => ({
    StartingInstances: changeStates(context, input.InstanceIds, (instance) => {
      if (instance.state === "pending" || instance.state === "running") return;
      if (instance.state !== "stopped") throw incorrectState(instance, "started");
      if (!rootVolumeOf(context, instance)) throw noRootVolume(instance);
      requireVcpus(context, instance.instanceType, 1, 1);
      instance.state = "pending";
      instance.launchedAt = context.now;
      delete instance.stateReason;
      const networkInterface = context.region.ec2.networkInterfaces[instance.networkInterfaceId];
      if (networkInterface?.hasAutoAssignedAddress)
        networkInterface.publicAddress = newPublicAddress(context);
      plan(context, instance, bootMs(context), "ec2.instance-running");
    }),
  }),
);

const stopInstances = operation<StopInstancesRequest, object>(
  StopInstances$,
  ["InstanceIds", "Force"],
  (context, input) => ({
    StoppingInstances: changeStates(context, input.InstanceIds, (instance) => {
      if (instance.state === "stopping" || instance.state === "stopped") return;
      if (instance.state !== "running" && instance.state !== "pending")
        throw incorrectState(instance, "stopped");
      shutDown(context, instance, "stop", BY_USER);
    }),
  }),
);

const rebootInstances = operation<RebootInstancesRequest, object>(
  RebootInstances$,
  ["InstanceIds"],
  (context, input) => {
    const named = (input.InstanceIds ?? []).map((id) => find(context, INSTANCE, id));
    // "Requests to reboot terminated instances are ignored" (API reference).
    const instances = named.filter(({ state }) => state !== "terminated");
    for (const instance of instances) {
      if (instance.state !== "running") throw incorrectState(instance, "rebooted");
    }
    for (const instance of instances) {
      endWhatIsNotEnabled(context, instance);
      planUserData(context, instance);
    }
    return {};
  },
);

const terminateInstances = operation<TerminateInstancesRequest, object>(
  TerminateInstances$,
  ["InstanceIds"],
  (context, input) => {
    for (const id of input.InstanceIds ?? []) {
      if (find(context, INSTANCE, id).disableApiTermination)
        throw new AwsError(
          "OperationNotPermitted",
          `The instance '${id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
        );
    }
    return {
      TerminatingInstances: changeStates(context, input.InstanceIds, (instance) => {
        if (instance.state === "shutting-down" || instance.state === "terminated") return;
        shutDown(context, instance, "terminate", BY_USER);
      }),
    };
  },
);

/** Why an instance goes (API reference, StateReason). */
const BY_USER = {
  code: "Client.UserInitiatedShutdown",
  message: "Client.UserInitiatedShutdown: User initiated shutdown",
};
const BY_ITSELF = {
  code: "Client.InstanceInitiatedShutdown",
  message: "Client.InstanceInitiatedShutdown: Instance initiated shutdown",
};

function shutDown(
  context: Context,
  instance: InstanceState,
  to: InstanceState["shutdownBehavior"],
  reason: NonNullable<InstanceState["stateReason"]>,
): void {
  unplan(context, instance);
  endWhatIsNotEnabled(context, instance);
  instance.state = to === "stop" ? "stopping" : "shutting-down";
  instance.stateChangedAt = context.now;
  instance.stateReason = reason;
  if (to === "stop") plan(context, instance, stopMs(context), "ec2.instance-stopped");
  else plan(context, instance, terminateMs(context), "ec2.instance-terminated");
}

/** The event's instance; an event about one that is gone, or no longer in the state it was planned for, is void. */
function about(
  state: InstanceState["state"],
  happen: (context: Context, instance: InstanceState) => void,
): EventHandler {
  return (context, event) => {
    const instance = context.region.ec2.instances[event.subject];
    if (instance?.state === state) happen(context, instance);
  };
}

export const lifecycleEvents: Readonly<Record<string, EventHandler>> = {
  "ec2.instance-running": about("pending", (context, instance) => {
    instance.state = "running";
    instance.runningSince = context.now;
    plan(context, instance, agentStartMs(context), "ssm.agent-starts");
    planUserData(context, instance);
  }),
  // Termination protection is about the API alone (EC2 user guide).
  "ec2.instance-powers-off": about("running", (context, instance) =>
    shutDown(context, instance, instance.shutdownBehavior, BY_ITSELF),
  ),
  "ec2.instance-stopped": about("stopping", (context, instance) => {
    instance.state = "stopped";
    releaseAutoAssignedAddress(context, instance);
  }),
  "ec2.instance-terminated": about("shutting-down", (context, instance) => {
    instance.state = "terminated";
    releaseAutoAssignedAddress(context, instance);
    releaseVolume(context, instance);
    plan(context, instance, releaseMs(context), "ec2.instance-interface-released");
    plan(context, instance, FORGOTTEN_AFTER_MS, "ec2.instance-forgotten");
  }),
  "ec2.instance-interface-released": about("terminated", releaseInterface),
  "ec2.instance-forgotten": about("terminated", (context, instance) => {
    delete context.region.ec2.instances[instance.id];
  }),
};

function releaseAutoAssignedAddress(context: Context, instance: InstanceState): void {
  delete context.region.ec2.networkInterfaces[instance.networkInterfaceId]?.publicAddress;
}

function releaseInterface(context: Context, instance: InstanceState): void {
  const networkInterface = context.region.ec2.networkInterfaces[instance.networkInterfaceId];
  if (networkInterface?.attachment?.deleteOnTermination) removeNetworkInterface(context, networkInterface);
  else delete networkInterface?.attachment;
}

export const lifecycleOperations = [startInstances, stopInstances, rebootInstances, terminateInstances];
