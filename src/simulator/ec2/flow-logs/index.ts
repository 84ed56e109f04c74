/** Flow logs: made, shown and deleted here; what they note and when it arrives is in capture.ts and delivery.ts. */
import {
  DeleteFlowLogs$,
  type DeleteFlowLogsRequest,
  DescribeFlowLogs$,
  type DescribeFlowLogsRequest,
  type FlowLog,
  type UnsuccessfulItem,
} from "@aws-sdk/client-ec2";
import type { EventHandler } from "../../context.ts";
import { AwsError } from "../../error.ts";
import { type Operation, operation } from "../../operation.ts";
import { type FilterFields, filtered } from "../filters.ts";
import { page } from "../pages.ts";
import { FLOW_LOG, find, requireWellFormed } from "../resources.ts";
import type { FlowLogState } from "../state.ts";
import { tagSet } from "../tag-sets.ts";
import { createFlowLogs } from "./create-flow-logs.ts";
import { deliveryEvents } from "./delivery.ts";

function show(flowLog: FlowLogState): FlowLog {
  return {
    FlowLogId: flowLog.id,
    FlowLogStatus: "ACTIVE",
    ResourceId: flowLog.resourceId,
    TrafficType: flowLog.trafficType,
    LogDestinationType: "cloud-watch-logs",
    LogGroupName: flowLog.logGroupName,
    LogFormat: flowLog.logFormat,
    DeliverLogsPermissionArn: flowLog.deliverLogsPermissionArn,
    DeliverLogsStatus: flowLog.deliverLogsStatus ?? "SUCCESS",
    DeliverLogsErrorMessage: flowLog.deliverLogsErrorMessage,
    MaxAggregationInterval: flowLog.maxAggregationInterval,
    CreationTime: new Date(flowLog.createdAt),
    Tags: tagSet(flowLog.tags),
  };
}

const FILTERS: FilterFields<FlowLogState> = {
  "flow-log-id": (item) => item.id,
  "resource-id": (item) => item.resourceId,
  "traffic-type": (item) => item.trafficType,
  "log-group-name": (item) => item.logGroupName,
  "log-destination-type": () => "cloud-watch-logs",
  "deliver-log-status": (item) => item.deliverLogsStatus ?? "SUCCESS",
};

const describeFlowLogs = operation<DescribeFlowLogsRequest, object>(
  DescribeFlowLogs$,
  ["FlowLogIds", "Filter", "MaxResults", "NextToken"],
  (context, input) => {
    // Unlike others, an id that is not there is no error here: Terraform's provider lives by it.
    const known = FLOW_LOG.all(context.region.ec2);
    const ids = input.FlowLogIds?.map((id) => requireWellFormed(FLOW_LOG, id));
    const named = ids ? [...new Set(ids)].flatMap((id) => known[id] ?? []) : Object.values(known);
    const { items, NextToken } = page(filtered(named, input.Filter, FILTERS), ({ id }) => id, input);
    return { FlowLogs: items.map(show), NextToken };
  },
);

const deleteFlowLogs = operation<DeleteFlowLogsRequest, object>(
  DeleteFlowLogs$,
  ["FlowLogIds"],
  (context, input) => {
    const unsuccessful: UnsuccessfulItem[] = [];
    for (const id of new Set(input.FlowLogIds)) {
      try {
        find(context, FLOW_LOG, id).deletedAt = context.now;
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        unsuccessful.push({ ResourceId: id, Error: { Code: error.code, Message: error.message } });
      }
    }
    return { Unsuccessful: unsuccessful };
  },
);

export const flowLogOperations: Operation[] = [createFlowLogs, describeFlowLogs, deleteFlowLogs];
export const flowLogEvents: Record<string, EventHandler> = deliveryEvents;
