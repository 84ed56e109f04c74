/**
 * What flow logs note of the packets on the wire: for each logged interface, flow and aggregation window one record
 * in the making (AWS-FACTS §4).
 */
import type { Sighting } from "../../../network/walk.ts";
import type { Context } from "../../context.ts";
import { isNitro } from "../instances/capacity.ts";
import type { FlowLogState, NetworkInterfaceState } from "../state.ts";

/** Nitro instances aggregate in a minute or less whatever the flow log asks for. */
const NITRO_AGGREGATION_SECONDS = 60;

/** Notes one packet, as one interface saw it now, in every flow log that watches that interface. */
export function notePacket(context: Context, sighting: Sighting, protocol: number, bytes: number): void {
  const networkInterface = context.region.ec2.networkInterfaces[sighting.networkInterfaceId];
  if (!networkInterface) return;
  for (const flowLog of Object.values(context.region.ec2.flowLogs)) {
    if (!isCollecting(flowLog, context.now) || !watches(flowLog, networkInterface)) continue;
    if (flowLog.trafficType !== "ALL" && flowLog.trafficType !== sighting.action) continue;
    count(flowLog, context, sighting, protocol, bytes);
  }
}

function isCollecting(flowLog: FlowLogState, now: number): boolean {
  return flowLog.createdAt <= now && (flowLog.deletedAt === undefined || now < flowLog.deletedAt);
}

/** Whether the flow log is on the interface itself, its subnet or its VPC. */
export function watches(flowLog: FlowLogState, networkInterface: NetworkInterfaceState): boolean {
  const { id, subnetId, vpcId } = networkInterface;
  return flowLog.resourceId === id || flowLog.resourceId === subnetId || flowLog.resourceId === vpcId;
}

/**
 * Ends the flow logs on a VPC, subnet or network interface that goes: they collect nothing more, what they have
 * collected is still delivered.
 */
export function endFlowLogsOf(context: Context, resourceId: string): void {
  for (const flowLog of Object.values(context.region.ec2.flowLogs))
    if (flowLog.resourceId === resourceId) flowLog.deletedAt ??= context.now;
}

function count(
  flowLog: FlowLogState,
  context: Context,
  sighting: Sighting,
  protocol: number,
  bytes: number,
): void {
  const { now } = context;
  const { networkInterfaceId, source, destination, sourcePort, destinationPort, action } = sighting;
  const length = aggregationMs(context, flowLog, networkInterfaceId);
  const windowStart = Math.floor(now / length) * length;
  const record = flowLog.pending.find(
    (other) =>
      other.networkInterfaceId === networkInterfaceId &&
      other.windowStart === windowStart &&
      other.source === source &&
      other.destination === destination &&
      other.sourcePort === sourcePort &&
      other.destinationPort === destinationPort &&
      other.protocol === protocol &&
      other.action === action,
  );
  if (record) {
    record.packets++;
    record.bytes += bytes;
    record.first = Math.min(record.first, now);
    record.last = Math.max(record.last, now);
    return;
  }
  flowLog.pending.push({
    networkInterfaceId,
    windowStart,
    windowEnd: windowStart + length,
    source,
    destination,
    sourcePort,
    destinationPort,
    protocol,
    action,
    packets: 1,
    bytes,
    first: now,
    last: now,
  });
}

/** How long one record of an interface collects, in ms. */
export function aggregationMs(context: Context, flowLog: FlowLogState, networkInterfaceId: string): number {
  const { instances, networkInterfaces } = context.region.ec2;
  const instance = instances[networkInterfaces[networkInterfaceId]?.attachment?.instanceId ?? ""];
  const longest = flowLog.maxAggregationInterval;
  return (
    (instance && isNitro(instance.instanceType) ? Math.min(longest, NITRO_AGGREGATION_SECONDS) : longest) *
    1000
  );
}
