/**
 * The SSM agent of an instance: it registers some time after the boot if it has credentials with the right policy and
 * a way out to the service, tries again every minute otherwise, and reports from then on.
 */
import type { Context, EventHandler } from "../context.ts";
import { roleOfInstance } from "../ec2/instances/profile.ts";
import { sendPacket, sendReply } from "../ec2/packets.ts";
import { arnOf } from "../ec2/resources.ts";
import type { InstanceState } from "../ec2/state.ts";
import { systemsManagerAddresses } from "../ec2/traffic.ts";
import { roleAllows } from "../iam/index.ts";
import type { AgentState } from "./state.ts";

/** What it asks of a role before anything else: to report, and a channel for commands, the newer or the older one. */
const REPORT = "ssm:UpdateInstanceInformation";
const CHANNELS = ["ssmmessages:OpenControlChannel", "ec2messages:GetMessages"];
/** How often an agent reports, or tries to register again. */
const EVERY_MS = 60_000;
/** After a boot it waits for scripts of the one before for as long (amazon-ssm-agent, outofproc/master.go). */
const SEARCH_MS = 3_000;
/** An agent that has not been heard of for this long counts as lost. */
const LOST_AFTER_MS = 300_000;

/** The agent's request to the service and the answer, as IP packets. */
const REQUEST_BYTES = 620;
const ANSWER_BYTES = 460;

export const agentEvents: Readonly<Record<string, EventHandler>> = {
  "ssm.agent-starts": (context, event) => {
    const instance = context.region.ec2.instances[event.subject];
    if (!instance || instance.state === "terminated") {
      delete context.region.ssm.agents[event.subject];
      return;
    }
    // A stopped instance's agent starts with it again.
    if (instance.state !== "running") return;
    const agents = context.region.ssm.agents;
    if (canReport(context, instance)) {
      const known = agents[instance.id];
      const isOfThisBoot = known !== undefined && known.registeredAt >= (instance.runningSince ?? 0);
      const registeredAt = isOfThisBoot ? known.registeredAt : context.now;
      if (known && !isOfThisBoot) plan(context, "ssm.agent-back", instance, SEARCH_MS);
      agents[instance.id] = { instanceId: instance.id, registeredAt, lastPingAt: context.now };
    }
    context.unschedule(instance.id, "ssm.agent-starts");
    plan(context, "ssm.agent-starts", instance, EVERY_MS + context.randomInteger(0, 2_000));
  },
};

function plan(context: Context, kind: string, { id }: InstanceState, inMs: number): void {
  context.schedule(context.now + inMs, { kind, region: context.regionName, subject: id });
}

function canReport(context: Context, instance: InstanceState): boolean {
  const roleName = roleOfInstance(context, instance.instanceProfileArn);
  if (roleName === undefined) return false;
  const hasPermission =
    roleAllows(context, roleName, REPORT, arnOf(context, "instance", instance.id)) &&
    CHANNELS.some((action) => roleAllows(context, roleName, action));
  return hasPermission && reachesService(context, instance);
}

/**
 * Whether the instance finds Systems Manager by its name, its packets reach it and the answers come back. Sends one, as
 * the agent does.
 */
export function reachesService(context: Context, instance: InstanceState): boolean {
  const { networkInterfaces, vpcs } = context.region.ec2;
  const networkInterface = networkInterfaces[instance.networkInterfaceId];
  const [destination = ""] = systemsManagerAddresses(context.regionName);
  if (!networkInterface || !vpcs[instance.vpcId]?.enableDnsSupport) return false;
  const packet = {
    protocol: 6,
    source: networkInterface.privateAddress,
    destination,
    sourcePort: context.randomInteger(32_768, 60_999),
    destinationPort: 443,
  };
  const there = sendPacket(context, packet, REQUEST_BYTES, { from: networkInterface.id });
  return there.delivered && sendReply(context, there, ANSWER_BYTES).delivered;
}

/** Agents of instances that AWS has not forgotten. */
export function agents(context: Context): AgentState[] {
  return Object.values(context.region.ssm.agents).filter((agent) => {
    const state = context.region.ec2.instances[agent.instanceId]?.state;
    return state !== undefined && state !== "terminated";
  });
}

export function pingStatus(context: Context, agent: AgentState): "Online" | "ConnectionLost" {
  const isRunning = context.region.ec2.instances[agent.instanceId]?.state === "running";
  return isRunning && context.now - agent.lastPingAt < LOST_AFTER_MS ? "Online" : "ConnectionLost";
}
