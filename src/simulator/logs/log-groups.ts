/** Log groups: made, listed, given a retention, deleted. */
import {
  CreateLogGroup$,
  type CreateLogGroupRequest,
  DeleteLogGroup$,
  type DeleteLogGroupRequest,
  DeleteRetentionPolicy$,
  type DeleteRetentionPolicyRequest,
  DescribeLogGroups$,
  type DescribeLogGroupsRequest,
  type DescribeLogGroupsResponse,
  type LogGroup,
  PutRetentionPolicy$,
  type PutRetentionPolicyRequest,
} from "@aws-sdk/client-cloudwatch-logs";
import type { Context } from "../context.ts";
import { ownEntry, setEntry } from "../entries.ts";
import { AwsError } from "../error.ts";
import { operation } from "../operation.ts";
import { page } from "./pages.ts";
import {
  alreadyExists,
  checkEnum,
  checkLength,
  checkLimit,
  constraint,
  invalidParameter,
  notFound,
  notModelled,
} from "./refusals.ts";
import { visibleEvents } from "./retention.ts";
import type { LogGroupState } from "./state.ts";
import { checkTags } from "./tag-rules.ts";

/** The days that AWS allows; anything else is refused. */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const LOG_GROUP_CLASSES = ["STANDARD", "INFREQUENT_ACCESS", "DELIVERY", "ESSENTIALS"];

/** Without the `:*` that DescribeLogGroups adds in `arn`. */
export function logGroupArn(context: Context, name: string): string {
  return `arn:aws:logs:${context.regionName}:${context.account}:log-group:${name}`;
}

export function findLogGroup(context: Context, name: string): LogGroupState | undefined {
  const { groups } = context.region.logs;
  return ownEntry(groups, name);
}

function checkLogGroupName(name: string | undefined, parameter = "logGroupName"): string {
  if (!name || !/^[.\-_/#A-Za-z0-9]+$/.test(name))
    throw constraint(name ?? "", parameter, "satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+");
  checkLength(name, parameter, 1, 512);
  return name;
}

/** @throws AwsError ResourceNotFoundException */
export function requireLogGroup(context: Context, name: string | undefined): LogGroupState {
  const group = findLogGroup(context, checkLogGroupName(name));
  if (!group) throw notFound("The specified log group does not exist.");
  return group;
}

/** The group's name, from its name or its ARN. */
export function nameOfIdentifier(context: Context, identifier: string): string {
  if (!identifier.startsWith("arn:")) return checkLogGroupName(identifier, "logGroupIdentifier");
  if (identifier.endsWith("*"))
    throw constraint(identifier, "logGroupIdentifier", "satisfy regular expression pattern: [\\w#+=/:,.@-]*");
  const prefix = logGroupArn(context, "");
  if (!identifier.startsWith(prefix)) throw notFound("The specified log group does not exist.");
  return identifier.slice(prefix.length);
}

/** The group that a request names in one of the two ways. */
export function requestedLogGroup(
  context: Context,
  input: { logGroupName?: string | undefined; logGroupIdentifier?: string | undefined },
): LogGroupState {
  const { logGroupName: name, logGroupIdentifier: identifier } = input;
  if ((name === undefined) === (identifier === undefined))
    throw invalidParameter("Exactly one of logGroupName and logGroupIdentifier must be specified.");
  return requireLogGroup(context, identifier === undefined ? name : nameOfIdentifier(context, identifier));
}

/** For calls that AWS has not for groups of the class INFREQUENT_ACCESS. */
export function requestedStandardLogGroup(
  context: Context,
  input: Parameters<typeof requestedLogGroup>[1],
  operationName: string,
): LogGroupState {
  const group = requestedLogGroup(context, input);
  if (group.logGroupClass !== "STANDARD")
    throw new AwsError(
      "InvalidOperationException",
      `The log group ${group.name} is of log-group-class ${group.logGroupClass}. ${operationName} is not supported for this log class.`,
    );
  return group;
}

const createLogGroup = operation<CreateLogGroupRequest, object>(
  CreateLogGroup$,
  ["logGroupName", "logGroupClass", "tags"],
  (context, input) => {
    const name = checkLogGroupName(input.logGroupName);
    if (name.startsWith("aws/"))
      throw invalidParameter("Log groups starting with AWS/ are reserved for AWS.");
    const logGroupClass = input.logGroupClass ?? "STANDARD";
    checkEnum(logGroupClass, "logGroupClass", LOG_GROUP_CLASSES);
    if (logGroupClass !== "STANDARD" && logGroupClass !== "INFREQUENT_ACCESS")
      throw notModelled(`the log group class ${logGroupClass}`);
    if (findLogGroup(context, name)) throw alreadyExists("The specified log group already exists");
    const tags = input.tags ?? {};
    checkTags(tags);
    makeLogGroup(context, { name, logGroupClass, tags });
    return {};
  },
);

export function makeLogGroup(
  context: Context,
  group: Pick<LogGroupState, "name" | "logGroupClass" | "tags">,
): LogGroupState {
  const state: LogGroupState = { ...group, createdAt: context.now, streams: {} };
  setEntry(context.region.logs.groups, group.name, state);
  return state;
}

function shownLogGroup(context: Context, group: LogGroupState): LogGroup {
  const arn = logGroupArn(context, group.name);
  const events = Object.values(group.streams).flatMap((stream) => visibleEvents(context, group, stream));
  return {
    logGroupName: group.name,
    creationTime: group.createdAt,
    ...(group.retentionInDays !== undefined && { retentionInDays: group.retentionInDays }),
    metricFilterCount: 0,
    arn: `${arn}:*`,
    logGroupArn: arn,
    storedBytes: events.reduce((sum, event) => sum + Buffer.byteLength(event.message), 0),
    logGroupClass: group.logGroupClass,
  };
}

const describeLogGroups = operation<DescribeLogGroupsRequest, DescribeLogGroupsResponse>(
  DescribeLogGroups$,
  ["logGroupNamePrefix", "logGroupNamePattern", "logGroupClass", "limit", "nextToken"],
  (context, input) => {
    const { logGroupNamePrefix: prefix, logGroupNamePattern: pattern } = input;
    if (prefix !== undefined && pattern !== undefined)
      throw invalidParameter(
        "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
      );
    if (prefix !== undefined) checkLogGroupName(prefix, "logGroupNamePrefix");
    checkEnum(input.logGroupClass, "logGroupClass", LOG_GROUP_CLASSES);
    const limit = checkLimit(input.limit, 50, 50);
    const groups = Object.values(context.region.logs.groups)
      .filter((group) => group.name.startsWith(prefix ?? "") && group.name.includes(pattern ?? ""))
      .filter((group) => input.logGroupClass === undefined || group.logGroupClass === input.logGroupClass);
    const { items, ...more } = page(groups, (group) => group.name, limit, input.nextToken);
    const shown = items.map((group) => shownLogGroup(context, group));
    // Asked by a pattern, AWS tells no more of them (API reference).
    const brief = shown.map(({ logGroupName, creationTime, arn }) => ({ logGroupName, creationTime, arn }));
    return { logGroups: pattern === undefined ? shown : brief, ...more };
  },
);

const deleteLogGroup = operation<DeleteLogGroupRequest, object>(
  DeleteLogGroup$,
  ["logGroupName"],
  (context, input) => {
    const group = requireLogGroup(context, input.logGroupName);
    delete context.region.logs.groups[group.name];
    return {};
  },
);

const putRetentionPolicy = operation<PutRetentionPolicyRequest, object>(
  PutRetentionPolicy$,
  ["logGroupName", "retentionInDays"],
  (context, input) => {
    const days = input.retentionInDays ?? 0;
    checkEnum(days, "retentionInDays", RETENTION_DAYS);
    requireLogGroup(context, input.logGroupName).retentionInDays = days;
    return {};
  },
);

const deleteRetentionPolicy = operation<DeleteRetentionPolicyRequest, object>(
  DeleteRetentionPolicy$,
  ["logGroupName"],
  (context, input) => {
    delete requireLogGroup(context, input.logGroupName).retentionInDays;
    return {};
  },
);

export const logGroupOperations = [
  createLogGroup,
  describeLogGroups,
  deleteLogGroup,
  putRetentionPolicy,
  deleteRetentionPolicy,
];
