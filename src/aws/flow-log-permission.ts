/** What the flow log's role may do and who may take it: as the lab has it, or as narrow as AWS's guide recommends. */
import type { LabSpec } from "../lab/spec.ts";
import { FLOW_LOG_ACTIONS, FLOW_LOG_SERVICE } from "./flow-log.ts";
import { partitionOf } from "./identity.ts";
import { permissionsPolicy } from "./policy.ts";
import { trustPolicy } from "./role.ts";

export interface FlowLogPermission {
  /** The policy's document: what may be done. */
  readonly policy: string;
  /** The role's trust policy: who may take it. */
  readonly trust: string;
}

/**
 * With `leastPrivilege` (AWS-FACTS §7): only flow logs of this account and Region may take the role, it writes to the
 * lab's log group alone, and may not make the group, which then stays deleted too. DescribeLogGroups lists, so it cannot
 * be held to one group.
 * @param account twelve digits, or a placeholder for the lesson's commands
 */
export function flowLogPermission(spec: LabSpec, account: string): FlowLogPermission {
  if (!spec.leastPrivilege)
    return { policy: permissionsPolicy(FLOW_LOG_ACTIONS), trust: trustPolicy(FLOW_LOG_SERVICE) };
  const { region } = spec;
  const partition = partitionOf(region);
  const group = `arn:${partition}:logs:${region}:${account}:log-group:${spec.nameOf("log-group")}`;
  const inGroup = FLOW_LOG_ACTIONS.filter((action) => !/:(CreateLogGroup|DescribeLogGroups)$/.test(action));
  return {
    policy: JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", Action: inGroup, Resource: [group, `${group}:*`] },
        { Effect: "Allow", Action: "logs:DescribeLogGroups", Resource: "*" },
      ],
    }),
    trust: trustPolicy(FLOW_LOG_SERVICE, {
      StringEquals: { "aws:SourceAccount": account },
      ArnLike: { "aws:SourceArn": `arn:${partition}:ec2:${region}:${account}:vpc-flow-log/*` },
    }),
  };
}
