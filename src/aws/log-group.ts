/** The log group that the flow log writes to. */
import {
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DeleteRetentionPolicyCommand,
  ListTagsForResourceCommand,
  type LogGroup as LogGroupDescription,
  PutRetentionPolicyCommand,
  paginateDescribeLogGroups,
  TagResourceCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { type LabSpec, TAG_LAB } from "../lab/spec.ts";
import type { Aws } from "./clients.ts";
import { type Deletion, deleteUntilGone } from "./deletion.ts";
import { type Ensured, ensure } from "./ensure.ts";
import { isCode, isNotFound, LabError } from "./errors.ts";
import { describeFlowLogs } from "./flow-log.ts";
import { partitionOf } from "./identity.ts";
import { assertOurs, createNamed } from "./ownership.ts";
import { labFilters, tagList } from "./tags.ts";
import { retryWhile, waitFor } from "./waits.ts";

export interface LogGroup {
  readonly name: string;
  /** Without the `:*` that AWS ends it in: where an ARN is asked for, that is refused (AWS-FACTS §1). */
  readonly arn: string;
  /** Undefined: never expire. */
  readonly retentionDays: number | undefined;
  /** In ms. */
  readonly createdAt: number;
}

/** The group that has the lab's name. */
export interface NamedLogGroup extends LogGroup {
  readonly tags: Readonly<Record<string, string>>;
  /** By its tag, or because the lab's flow log made it again. */
  readonly isOurs: boolean;
}

/**
 * The group and its tags are asked for at once: its ARN can be told beforehand.
 * @param account twelve digits
 */
export async function readLogGroup(
  aws: Aws,
  spec: LabSpec,
  account: string | Promise<string>,
): Promise<NamedLogGroup | undefined> {
  const name = spec.nameOf("log-group");
  const [group, tags] = await Promise.all([describeLogGroup(aws, name), tagsOf(aws, account, name)]);
  if (group === undefined || tags === undefined) return undefined;
  const lab = tags[TAG_LAB];
  const isOurs = lab === spec.lab || (lab === undefined && (await isMadeByFlowLog(aws, spec, group)));
  return { ...group, tags, isOurs };
}

/**
 * Whether a group without our tag is younger than the flow log of the lab that writes to it: somebody deleted ours, and the
 * flow log made it again (AWS-FACTS §1).
 */
async function isMadeByFlowLog(aws: Aws, spec: LabSpec, { name, createdAt }: LogGroup): Promise<boolean> {
  const flowLogs = await describeFlowLogs(aws, [
    ...labFilters(spec),
    { Name: "log-group-name", Values: [name] },
  ]);
  return flowLogs.some(
    ({ CreationTime }) => CreationTime !== undefined && CreationTime.getTime() < createdAt,
  );
}

/**
 * @param account twelve digits
 * @throws LabError "not-ours" if somebody else's log group has the name
 */
export async function findLogGroup(
  aws: Aws,
  spec: LabSpec,
  account: string | Promise<string>,
): Promise<NamedLogGroup | undefined> {
  const group = await readLogGroup(aws, spec, account);
  if (group !== undefined && !group.isOurs)
    assertOurs(spec, "log group", group.name, tagList(group.tags), [
      "If it came back after a teardown (a flow log that is still writing makes its group again), delete it: " +
        `aws logs delete-log-group --log-group-name ${group.name} --region ${aws.region}`,
    ]);
  return group;
}

/** Undefined where there is no such group. */
async function tagsOf(
  aws: Aws,
  account: string | Promise<string>,
  name: string,
): Promise<Record<string, string> | undefined> {
  const arn = `arn:${partitionOf(aws.region)}:logs:${aws.region}:${await account}:log-group:${name}`;
  try {
    return (await aws.logs.send(new ListTagsForResourceCommand({ resourceArn: arn }))).tags ?? {};
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** The group of exactly this name, whosever it is. */
export async function describeLogGroup(aws: Aws, name: string): Promise<LogGroup | undefined> {
  const pages = paginateDescribeLogGroups({ client: aws.logs }, { logGroupNamePrefix: name });
  for await (const { logGroups = [] } of pages) {
    const group = logGroups.find(({ logGroupName }) => logGroupName === name);
    if (group) return fromDescription(name, group);
  }
  return undefined;
}

/**
 * The same where nothing can be read without it.
 * @throws LabError "no-log-group"
 */
export async function requireLogGroup(aws: Aws, name: string): Promise<LogGroup> {
  const group = await describeLogGroup(aws, name);
  if (group !== undefined) return group;
  throw new LabError("no-log-group", `There is no log group ${name} in ${aws.region}.`, {
    next: ["See where the lab stands: vpclab status", "Make what is missing: vpclab up"],
  });
}

function fromDescription(name: string, group: LogGroupDescription): LogGroup {
  return {
    name,
    arn: (group.logGroupArn ?? group.arn ?? "").replace(/:\*$/, ""),
    retentionDays: group.retentionInDays,
    createdAt: group.creationTime ?? 0,
  };
}

/**
 * Finds the log group, else makes it (Standard class); then its tags and its retention are as the spec says.
 * @param account twelve digits
 */
export async function ensureLogGroup(aws: Aws, spec: LabSpec, account: string): Promise<Ensured<LogGroup>> {
  const name = spec.nameOf("log-group");
  let untagged: LogGroup | undefined;
  const find = async () => {
    const found = await findLogGroup(aws, spec, account);
    untagged = found?.tags[TAG_LAB] === undefined ? found : undefined;
    return found;
  };
  const ensured = await ensure<LogGroup>(aws, find, () =>
    createNamed(
      aws,
      async () => {
        const command = new CreateLogGroupCommand({
          logGroupName: name,
          logGroupClass: "STANDARD",
          tags: spec.tagsOf("log-group"),
        });
        // The deletion of one of the same name, a teardown ago, may still be under way.
        await retryWhile(
          aws,
          { what: `log group ${name} to be made`, atMostMs: 60_000, everyMs: 1_000 },
          isBusy,
          () => aws.logs.send(command),
        );
        return waitFor(aws, { what: `log group ${name} to show`, atMostMs: 60_000, everyMs: 1_000 }, () =>
          describeLogGroup(aws, name),
        );
      },
      find,
    ),
  );
  if (untagged)
    await aws.logs.send(
      new TagResourceCommand({ resourceArn: untagged.arn, tags: spec.tagsOf("log-group") }),
    );
  const { retentionDays } = spec;
  if (ensured.resource.retentionDays === retentionDays) return ensured;
  await setRetention(aws, name, retentionDays);
  return { ...ensured, resource: { ...ensured.resource, retentionDays } };
}

/** @param days undefined: never expire */
async function setRetention(aws: Aws, logGroupName: string, days: number | undefined): Promise<void> {
  await retryWhile(
    aws,
    { what: `log group ${logGroupName} to take its retention`, atMostMs: 60_000, everyMs: 1_000 },
    isPassing,
    () =>
      days === undefined
        ? aws.logs.send(new DeleteRetentionPolicyCommand({ logGroupName }))
        : aws.logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: days })),
  );
}

/** Not visible everywhere yet, or another change of the same group is still under way. */
function isPassing(error: unknown): boolean {
  return isNotFound(error) || isBusy(error);
}

/** Another change of the same group is under way. */
function isBusy(error: unknown): boolean {
  return isCode(error, "OperationAbortedException");
}

/** How long records in flight are given to bring a deleted group back before we look again. */
const COMES_BACK_MS = 5_000;

/**
 * Deletes the log group and looks again: records in flight make it anew while the flow log's role may (AWS-FACTS §1).
 * What comes back carries no tags; it is known as ours by its name and by being younger than our deletion.
 */
export async function deleteLogGroup(aws: Aws, name: string): Promise<Deletion> {
  const begun = aws.clock.now();
  const deletion = await deleteOnce(aws, name);
  if (deletion === "absent") return deletion;
  await aws.clock.sleep(COMES_BACK_MS, aws.signal);
  await deleteReturned(aws, name, begun);
  return deletion;
}

/**
 * Deletes a log group that came back after ours was deleted.
 * @param since when ours was deleted, in ms: what is older is somebody else's and stays
 * @returns whether one had come back
 */
export async function deleteReturned(aws: Aws, name: string, since: number): Promise<boolean> {
  const returned = await describeLogGroup(aws, name);
  if (returned === undefined || returned.createdAt < since) return false;
  return (await deleteOnce(aws, name)) === "deleted";
}

function deleteOnce(aws: Aws, logGroupName: string): Promise<Deletion> {
  const begun = aws.clock.now();
  return deleteUntilGone(aws, {
    what: `log group ${logGroupName}`,
    atMostMs: 120_000,
    passes: isBusy,
    delete: () => aws.logs.send(new DeleteLogGroupCommand({ logGroupName })),
    isThere: async () => {
      const group = await describeLogGroup(aws, logGroupName);
      return group !== undefined && group.createdAt < begun;
    },
  });
}
