/** The flow log on VPC 1. */
import { randomUUID } from "node:crypto";
import {
  CreateFlowLogsCommand,
  DeleteFlowLogsCommand,
  type Filter,
  type FlowLog,
  paginateDescribeFlowLogs,
} from "@aws-sdk/client-ec2";
import { byText } from "../lab/order.ts";
import { type LabSpec, TAG_LAB } from "../lab/spec.ts";
import type { Aws } from "./clients.ts";
import { type Deletion, deleteUntilGone } from "./deletion.ts";
import { type Ensured, ensure } from "./ensure.ts";
import { isCode, isNotFound, LabError, refusalWithin } from "./errors.ts";
import { PROPAGATION_MS } from "./role.ts";
import { allPages, paging, partFilters, tagSpecifications } from "./tags.ts";
import { onceShown } from "./visible.ts";
import { retryWhile, waitFor } from "./waits.ts";

/** What a flow log does in CloudWatch Logs, as AWS's guide lists it and the lab has it. */
export const FLOW_LOG_ACTIONS = [
  "logs:CreateLogGroup",
  "logs:CreateLogStream",
  "logs:PutLogEvents",
  "logs:DescribeLogGroups",
  "logs:DescribeLogStreams",
];
/** Who may take the role. */
export const FLOW_LOG_SERVICE = "vpc-flow-logs.amazonaws.com";

export function describeFlowLogs(aws: Aws, filters: Filter[]): Promise<FlowLog[]> {
  return allPages(
    // This call of EC2 has its filters in the singular.
    paginateDescribeFlowLogs(paging(aws, filters), { Filter: filters }),
    (page) => page.FlowLogs,
  );
}

/** The lab's flow logs on a VPC, by their tags; more than one only after a crash or two `up`s at once. Oldest first. */
export async function findFlowLogs(aws: Aws, spec: LabSpec, vpcId: string): Promise<FlowLog[]> {
  const filters = [...partFilters(spec, "flow-log"), { Name: "resource-id", Values: [vpcId] }];
  const found = await describeFlowLogs(aws, filters);
  const age = ({ CreationTime, FlowLogId = "" }: FlowLog) =>
    `${CreationTime?.toISOString() ?? ""} ${FlowLogId}`;
  return found.sort(byText(age));
}

export interface FlowLogTarget {
  readonly vpcId: string;
  readonly logGroupName: string;
  readonly roleArn: string;
  /** When the role was made or changed, in ms; undefined: long ago. */
  readonly roleMadeAt?: number | undefined;
}

/** Flow logs can take no new role sooner than that (AWS-FACTS §3: seconds to 10 s). */
const ROLE_KNOWN_AFTER_MS = 5_000;

/**
 * Finds the flow log on the VPC, else makes it, as soon as the role can be taken.
 * @throws LabError "not-ours" where somebody else's like it stands; "timed-out" where the role cannot be taken
 */
export async function ensureFlowLog(
  aws: Aws,
  spec: LabSpec,
  target: FlowLogTarget,
): Promise<Ensured<FlowLog>> {
  const find = async () => (await findFlowLogs(aws, spec, target.vpcId))[0];
  return ensure(aws, find, async () => {
    try {
      const id = await createFlowLog(aws, spec, target);
      // It exists from here on; the read is for its state alone.
      return await waitFor(
        aws,
        { what: `flow log ${id} to show`, atMostMs: 60_000, everyMs: 1_000 },
        async () => (await findFlowLogs(aws, spec, target.vpcId)).find(({ FlowLogId }) => FlowLogId === id),
      );
    } catch (error) {
      if (!isCode(error, "FlowLogAlreadyExists")) throw error;
      return onceShown(aws, "the flow log", find, () => notOurs(spec, target, error));
    }
  });
}

function notOurs(spec: LabSpec, { vpcId, logGroupName }: FlowLogTarget, cause: unknown): LabError {
  return new LabError(
    "not-ours",
    `${vpcId} has a flow log to ${logGroupName} already, and it is not this lab's.`,
    {
      why: `It carries no tag ${TAG_LAB}=${spec.lab}, so vpclab did not make it; AWS allows no second one like it.`,
      next: ["Delete it in the VPC console, or give this lab a name of its own: vpclab up --lab my-lab"],
      cause,
    },
  );
}

async function createFlowLog(aws: Aws, spec: LabSpec, target: FlowLogTarget): Promise<string> {
  // The same token through all tries: a try whose answer was lost makes no second one. Random, because AWS
  // remembers tokens after what they made is gone (AWS-FACTS §6).
  const command = new CreateFlowLogsCommand({
    ClientToken: randomUUID(),
    ResourceIds: [target.vpcId],
    ResourceType: "VPC",
    TrafficType: spec.trafficType,
    LogDestinationType: "cloud-watch-logs",
    LogGroupName: target.logGroupName,
    DeliverLogsPermissionArn: target.roleArn,
    MaxAggregationInterval: spec.aggregationSeconds,
    TagSpecifications: tagSpecifications(spec.tagsOf("flow-log"), "vpc-flow-log"),
  });
  return retryWhile(
    aws,
    {
      what: "the flow log's role to be assumable",
      atMostMs: PROPAGATION_MS,
      soonestMs:
        target.roleMadeAt === undefined ? 0 : target.roleMadeAt + ROLE_KNOWN_AFTER_MS - aws.clock.now(),
      everyMs: 2_000,
      why: "A new role takes some seconds to reach every part of AWS; its trust policy must name vpc-flow-logs.amazonaws.com.",
    },
    isRoleNotReady,
    async () => {
      const { FlowLogIds, Unsuccessful } = await aws.ec2.send(command);
      const id = FlowLogIds?.[0];
      if (id !== undefined) return id;
      throw refusalWithin(Unsuccessful) ?? new Error("AWS answered without the new flow log's id.");
    },
  );
}

function isRoleNotReady(error: unknown): boolean {
  return (
    error instanceof Error && (error.message.includes("Unable to assume given IAM role") || isNotFound(error))
  );
}

/** Deletes a flow log; gone when a read no longer shows it. */
export function deleteFlowLog(aws: Aws, flowLogId: string): Promise<Deletion> {
  return deleteUntilGone(aws, {
    what: `flow log ${flowLogId}`,
    atMostMs: 60_000,
    delete: async () => {
      const { Unsuccessful } = await aws.ec2.send(new DeleteFlowLogsCommand({ FlowLogIds: [flowLogId] }));
      // An unknown id is refused at the top, or here with HTTP 200 (AWS-FACTS §1).
      const refusal = refusalWithin(Unsuccessful);
      if (refusal) throw refusal;
    },
    // By filter: an id that is gone is then an empty answer.
    isThere: async () =>
      (await describeFlowLogs(aws, [{ Name: "flow-log-id", Values: [flowLogId] }])).length > 0,
  });
}
