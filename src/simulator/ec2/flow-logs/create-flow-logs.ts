/** CreateFlowLogs, with the refusals that its role and its destination give rise to (AWS-FACTS §1). */
import { CreateFlowLogs$, type CreateFlowLogsRequest, type UnsuccessfulItem } from "@aws-sdk/client-ec2";
import { DEFAULT_FORMAT } from "../../../flow-logs/fields.ts";
import type { Context } from "../../context.ts";
import { AwsError } from "../../error.ts";
import { roleIsAssumableBy, roleNameFromArn } from "../../iam/index.ts";
import { operation } from "../../operation.ts";
import { once } from "../client-tokens.ts";
import { quotasOf } from "../quotas.ts";
import { find, NETWORK_INTERFACE, SUBNET, VPC } from "../resources.ts";
import type { FlowLogState } from "../state.ts";
import { tagsFrom } from "../tag-sets.ts";
import { FLOW_LOGS_PRINCIPAL, keepCollecting } from "./delivery.ts";

type Settings = Omit<
  FlowLogState,
  "id" | "resourceId" | "createdAt" | "pending" | "observedInterfaceIds" | "tags"
>;

export const createFlowLogs = operation<CreateFlowLogsRequest, object>(
  CreateFlowLogs$,
  [
    "ResourceIds",
    "ResourceType",
    "TrafficType",
    "LogDestinationType",
    "LogDestination",
    "LogGroupName",
    "DeliverLogsPermissionArn",
    "MaxAggregationInterval",
    "LogFormat",
    "TagSpecifications",
    "ClientToken",
  ],
  (context, input) => {
    const unsuccessful: UnsuccessfulItem[] = [];
    const made = once(context, "CreateFlowLogs", input, () => {
      const settings = settingsOf(context, input);
      requireAssumable(context, settings.deliverLogsPermissionArn);
      return resourceIdsOf(context, input)
        .flatMap((resourceId) => {
          const refusal = refusalOf(context, resourceId, settings);
          if (refusal) unsuccessful.push(refusal);
          return refusal ? [] : createFlowLog(context, input, resourceId, settings);
        })
        .join(" ");
    });
    return {
      ClientToken: input.ClientToken,
      FlowLogIds: made.split(" ").filter(Boolean),
      Unsuccessful: unsuccessful,
    };
  },
);

function createFlowLog(
  context: Context,
  input: CreateFlowLogsRequest,
  resourceId: string,
  settings: Settings,
): string {
  const flowLog: FlowLogState = {
    id: context.newId("fl"),
    resourceId,
    ...settings,
    createdAt: context.now,
    pending: [],
    observedInterfaceIds: [],
    tags: tagsFrom(input.TagSpecifications, "vpc-flow-log"),
  };
  context.region.ec2.flowLogs[flowLog.id] = flowLog;
  keepCollecting(context);
  return flowLog.id;
}

function settingsOf(context: Context, input: CreateFlowLogsRequest): Settings {
  const { TrafficType: trafficType, MaxAggregationInterval: interval = 600 } = input;
  if (!trafficType)
    throw new AwsError("MissingParameter", "The request must contain the parameter TrafficType");
  if (!["ALL", "ACCEPT", "REJECT"].includes(trafficType))
    throw new AwsError("InvalidParameter", `Invalid TrafficType: ${trafficType}`);
  if (interval !== 60 && interval !== 600)
    throw new AwsError("InvalidParameter", "Invalid Flow Log Max Aggregation Interval");
  if ((input.LogDestinationType ?? "cloud-watch-logs") !== "cloud-watch-logs")
    throw new AwsError(
      "UnsupportedOperation",
      `The embedded AWS of vpclab does not model the LogDestinationType ${input.LogDestinationType} of CreateFlowLogs.`,
    );
  const logGroupName = logGroupNameOf(context, input);
  if (!input.DeliverLogsPermissionArn)
    throw new AwsError(
      "InvalidParameter",
      "DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs.",
    );
  if (input.LogFormat !== undefined && input.LogFormat.trim() !== DEFAULT_FORMAT)
    throw new AwsError(
      "UnsupportedOperation",
      "The embedded AWS of vpclab models the default LogFormat of CreateFlowLogs only.",
    );
  return {
    trafficType,
    logGroupName,
    deliverLogsPermissionArn: input.DeliverLogsPermissionArn,
    maxAggregationInterval: interval,
    logFormat: DEFAULT_FORMAT,
  };
}

function logGroupNameOf(context: Context, { LogGroupName, LogDestination }: CreateFlowLogsRequest): string {
  if (LogGroupName && LogDestination)
    throw new AwsError(
      "InvalidParameter",
      "Please only provide LogGroupName or only provide LogDestination.",
    );
  if (!LogGroupName && !LogDestination)
    throw new AwsError("InvalidParameter", "LogDestination can't be empty if LogGroupName is not provided.");
  const prefix = `arn:aws:logs:${context.regionName}:${context.account}:log-group:`;
  const named = LogDestination?.startsWith(prefix) ? LogDestination.slice(prefix.length) : "";
  const name = LogGroupName || named;
  // DescribeLogGroups ends its ARNs in ":*", which is refused here. (That a name is, and how, is [U].)
  if (!/^[.\-_/#A-Za-z0-9]{1,512}$/.test(name))
    throw new AwsError(
      "InvalidParameter",
      LogGroupName ? `Invalid LogGroupName: ${LogGroupName}` : `Invalid LogDestination: ${LogDestination}`,
    );
  return name;
}

function requireAssumable(context: Context, roleArn: string): void {
  const roleName = roleNameFromArn(roleArn);
  const isOurs = roleArn.startsWith(`arn:aws:iam::${context.account}:role/`);
  if (!isOurs || !roleName || !roleIsAssumableBy(context, roleName, FLOW_LOGS_PRINCIPAL))
    throw new AwsError("InvalidParameter", `Unable to assume given IAM role: '${roleArn}'`);
}

function resourceIdsOf(context: Context, input: CreateFlowLogsRequest): string[] {
  const ids = [...new Set(input.ResourceIds)];
  if (ids.length === 0)
    throw new AwsError("MissingParameter", "The request must contain the parameter ResourceId");
  return ids.map((id) => {
    if (input.ResourceType === "VPC") return find(context, VPC, id).id;
    if (input.ResourceType === "Subnet") return find(context, SUBNET, id).id;
    if (input.ResourceType === "NetworkInterface") return find(context, NETWORK_INTERFACE, id).id;
    throw new AwsError(
      "UnsupportedOperation",
      `The embedded AWS of vpclab does not model flow logs on the ResourceType ${input.ResourceType}.`,
    );
  });
}

/** Why a resource cannot have this flow log; undefined if it can. */
function refusalOf(context: Context, resourceId: string, settings: Settings): UnsuccessfulItem | undefined {
  const others = Object.values(context.region.ec2.flowLogs).filter(
    (other) => other.resourceId === resourceId && other.deletedAt === undefined,
  );
  const isTwin = (other: FlowLogState) =>
    other.trafficType === settings.trafficType && other.logGroupName === settings.logGroupName;
  if (others.some(isTwin))
    return {
      ResourceId: resourceId,
      Error: {
        Code: "FlowLogAlreadyExists",
        Message: "There is an existing Flow Log with the same configuration and log destination.",
      },
    };
  const limit = quotasOf(context).flowLogsPerResource;
  if (others.length < limit) return undefined;
  return {
    ResourceId: resourceId,
    Error: {
      Code: "FlowLogsLimitExceeded",
      Message: `The resource ${resourceId} already has ${limit} flow logs, which is the maximum.`,
    },
  };
}
