/**
 * From packets noted to records in CloudWatch Logs. Once a minute the windows that end are closed; about five minutes
 * later their records arrive (AWS-FACTS §3, §4), with the role's permissions as they are then.
 */
import { type FlowLogRecord, formatRecord } from "../../../flow-logs/record.ts";
import type { Context, EventHandler } from "../../context.ts";
import { roleAllows, roleIsAssumableBy, roleNameFromArn } from "../../iam/index.ts";
import { deliverLogEvents } from "../../logs/index.ts";
import type { FlowLogState, PendingRecord } from "../state.ts";
import { sendBackgroundTraffic } from "../traffic.ts";
import { aggregationMs } from "./capture.ts";

export const FLOW_LOGS_PRINCIPAL = "vpc-flow-logs.amazonaws.com";

const MINUTE_MS = 60_000;
/** From a window's end to its records' arrival, in ms: with the window 5 to 6 minutes. */
const DELIVERY_MS = [270_000, 300_000] as const;

/** Lets the Region's flow logs be looked after every minute, if they are not yet. */
export function keepCollecting(context: Context): void {
  const kind = "ec2.flow-log-minute";
  const region = context.regionName;
  if (context.state.events.some((event) => event.kind === kind && event.region === region)) return;
  const nextMinute = (Math.floor(context.now / MINUTE_MS) + 1) * MINUTE_MS;
  context.schedule(nextMinute, { kind, region, subject: region });
}

export const deliveryEvents: Readonly<Record<string, EventHandler>> = {
  "ec2.flow-log-minute": (context) => {
    sendBackgroundTraffic(context, context.now - MINUTE_MS, context.now);
    const { flowLogs } = context.region.ec2;
    for (const flowLog of Object.values(flowLogs)) {
      closeWindows(context, flowLog);
      forgetIfDone(context, flowLog);
    }
    if (Object.keys(flowLogs).length > 0) keepCollecting(context);
  },
  "ec2.flow-log-delivery": (context, event) => {
    const flowLog = context.region.ec2.flowLogs[event.subject];
    if (!flowLog) return;
    const windowEnd = Number(event.data?.windowEnd);
    const due = flowLog.pending.filter((record) => record.windowEnd <= windowEnd);
    flowLog.pending = flowLog.pending.filter((record) => record.windowEnd > windowEnd);
    deliver(context, flowLog, due);
    forgetIfDone(context, flowLog);
  },
};

/** A deleted flow log is kept until its last records have been delivered. */
function forgetIfDone(context: Context, flowLog: FlowLogState): void {
  if (flowLog.deletedAt !== undefined && flowLog.pending.length === 0)
    delete context.region.ec2.flowLogs[flowLog.id];
}

function closeWindows(context: Context, flowLog: FlowLogState): void {
  const { now } = context;
  const closed = flowLog.pending.filter((record) => record.windowEnd === now);
  const busy = new Set(closed.map((record) => record.networkInterfaceId));
  const idle = flowLog.observedInterfaceIds.filter(
    (id) => !busy.has(id) && hasEmptyWindow(context, flowLog, id),
  );
  flowLog.pending.push(...idle.map((id) => emptyRecord(id, now - aggregationMs(context, flowLog, id), now)));
  flowLog.observedInterfaceIds = [...new Set([...flowLog.observedInterfaceIds, ...busy])];
  if (closed.length + idle.length === 0) return;
  context.schedule(now + context.randomInteger(...DELIVERY_MS), {
    kind: "ec2.flow-log-delivery",
    region: context.regionName,
    subject: flowLog.id,
    data: { windowEnd: now },
  });
}

/** Whether a window ends now that the flow log watched from end to end, at an instance that was up. */
function hasEmptyWindow(context: Context, flowLog: FlowLogState, networkInterfaceId: string): boolean {
  const { instances, networkInterfaces } = context.region.ec2;
  const instance = instances[networkInterfaces[networkInterfaceId]?.attachment?.instanceId ?? ""];
  const length = aggregationMs(context, flowLog, networkInterfaceId);
  return (
    instance?.state === "running" &&
    context.now % length === 0 &&
    flowLog.createdAt <= context.now - length &&
    flowLog.deletedAt === undefined
  );
}

/** A window without a packet: told as NODATA. */
function emptyRecord(networkInterfaceId: string, windowStart: number, windowEnd: number): PendingRecord {
  return {
    networkInterfaceId,
    windowStart,
    windowEnd,
    source: "",
    destination: "",
    sourcePort: 0,
    destinationPort: 0,
    protocol: 0,
    action: "ACCEPT",
    packets: 0,
    bytes: 0,
    first: windowStart,
    last: windowEnd - 1000,
  };
}

/** Writes records to their streams, one stream an interface; without permission they are lost. */
function deliver(context: Context, flowLog: FlowLogState, records: readonly PendingRecord[]): void {
  const roleName = roleNameFromArn(flowLog.deliverLogsPermissionArn) ?? "";
  const { logGroupName: groupName } = flowLog;
  const flowLogArn = `arn:aws:ec2:${context.regionName}:${context.account}:vpc-flow-log/${flowLog.id}`;
  const groupArn = `arn:aws:logs:${context.regionName}:${context.account}:log-group:${groupName}`;
  let hasFailed = false;
  for (const networkInterfaceId of new Set(records.map((record) => record.networkInterfaceId))) {
    // All flow logs of a group share the stream of an interface; what the name ends in follows the filter.
    const streamName = `${networkInterfaceId}-${flowLog.trafficType.toLowerCase()}`;
    const isAllowed =
      roleIsAssumableBy(context, roleName, FLOW_LOGS_PRINCIPAL, flowLogArn) &&
      ["logs:CreateLogStream", "logs:PutLogEvents"].every((action) =>
        roleAllows(context, roleName, action, `${groupArn}:log-stream:${streamName}`),
      );
    const events = records
      .filter((record) => record.networkInterfaceId === networkInterfaceId)
      .sort((a, b) => a.first - b.first)
      .map((record) => {
        const entry = toRecord(context, record);
        return { timestamp: entry.start * 1000, message: formatRecord(entry) };
      });
    const mayCreateGroup = roleAllows(context, roleName, "logs:CreateLogGroup", groupArn);
    const isDelivered =
      isAllowed &&
      deliverLogEvents(context, { groupName, streamName, events, mayCreateGroup }) === "delivered";
    hasFailed ||= !isDelivered;
  }
  flowLog.deliverLogsStatus = hasFailed ? "FAILED" : "SUCCESS";
  if (hasFailed) flowLog.deliverLogsErrorMessage = "Access error";
  else delete flowLog.deliverLogsErrorMessage;
}

function toRecord(context: Context, record: PendingRecord): FlowLogRecord {
  const base = {
    version: 2,
    accountId: context.account,
    interfaceId: record.networkInterfaceId,
    start: Math.floor(record.first / 1000),
    end: Math.floor(record.last / 1000),
  };
  if (record.packets === 0) return { ...base, logStatus: "NODATA" };
  return {
    ...base,
    srcAddr: record.source,
    dstAddr: record.destination,
    srcPort: record.sourcePort,
    dstPort: record.destinationPort,
    protocol: record.protocol,
    packets: record.packets,
    bytes: record.bytes,
    action: record.action,
    logStatus: "OK",
  };
}
