/** Step 4: the permission for flow logs to write, then the flow log. */
import type { FlowLog } from "@aws-sdk/client-ec2";
import type { Ensured } from "../aws/ensure.ts";
import { LabError } from "../aws/errors.ts";
import { deleteFlowLog, ensureFlowLog, FLOW_LOG_SERVICE, findFlowLogs } from "../aws/flow-log.ts";
import { flowLogPermission } from "../aws/flow-log-permission.ts";
import { whoAmI } from "../aws/identity.ts";
import type { InventoryResource } from "../aws/inventory.ts";
import { deletePolicy, ensurePolicy, type Policy } from "../aws/policy.ts";
import { attachPolicy, deleteRole, ensureRole, type Role, roleArn } from "../aws/role.ts";
import { onceShown } from "../aws/visible.ts";
import { findVpcs } from "../aws/vpc.ts";
import type { Part } from "../lab/spec.ts";
import { flowLogLesson } from "./lessons/flow-log.ts";
import { removal } from "./removal.ts";
import type { LabContext, Removal, Step } from "./step.ts";
import { together } from "./together.ts";

export const flowLog: Step = {
  id: "flow-log",
  title: "Let flow logs write, and begin one on VPC 1",
  lesson: flowLogLesson,
  downAfter: [],

  async up(lab) {
    await makeFlowLog(lab, await makePermission(lab));
  },

  async down({ aws }, { resources }) {
    const removeAll = (
      which: (resource: InventoryResource) => boolean,
      remove: (id: string) => Promise<"deleted" | "absent">,
    ): Promise<Removal[]> =>
      Promise.all(resources.filter(which).map((resource) => removal(resource, () => remove(resource.id))));
    // In this order: a flow log that still lives would make the log group again, and a role without its policy
    // can no longer. IAM lets a policy go only once no role holds it.
    const flowLogs = await removeAll(
      ({ type }) => type === "vpc-flow-log",
      (id) => deleteFlowLog(aws, id),
    );
    const roles = await removeAll(
      ({ part }) => part === "flow-log-role",
      (name) => deleteRole(aws, name),
    );
    const policies = await removeAll(
      ({ part }) => part === "flow-log-policy",
      (arn) => deletePolicy(aws, arn),
    );
    return [...flowLogs, ...roles, ...policies];
  },

  state({ resources }) {
    const parts: Part[] = ["flow-log-policy", "flow-log-role", "flow-log"];
    const present = parts.filter((part) => resources.some((resource) => resource.part === part));
    return present.length === parts.length ? "done" : present.length === 0 ? "todo" : "partial";
  },
};

interface Permission {
  readonly roleName: string;
  /** In ms; undefined where the role stood already. */
  readonly roleMadeAt: number | undefined;
}

/** The policy says what may be done, the role's trust policy who may do it. */
async function makePermission(lab: LabContext): Promise<Permission> {
  const { aws, spec, narrator, prepared } = lab;
  const account = prepared.account ?? (await whoAmI(aws)).account;
  const permission = flowLogPermission(spec, account);
  const [policy, role] = await together<readonly [Ensured<Policy>, Ensured<Role>]>(lab, [
    ensurePolicy(aws, spec, account, {
      document: permission.policy,
      description: "Lets VPC flow logs write to CloudWatch Logs",
    }),
    ensureRole(aws, spec, "flow-log-role", {
      trust: permission.trust,
      description: "Taken by VPC flow logs to write to CloudWatch Logs",
    }),
  ]);
  const { trust } = role.resource;
  if (role.outcome === "found" && trust !== undefined && !isSameDocument(trust, permission.trust))
    narrator.warn(
      `Role ${role.resource.name} stands already, with another trust policy than ${spec.leastPrivilege ? "--least-privilege" : "the lab"} gives it; it is left as it is. ` +
        "To have it otherwise: vpclab teardown, then vpclab up again.",
    );
  await narrator.wait({ text: "IAM knows the policy and the role", usually: "0:00 to 0:10" }, () =>
    attachPolicy(aws, role.resource.name, policy.resource.arn),
  );
  const roleMadeAt = role.outcome === "made" ? aws.clock.now() : undefined;
  narrator.resource({
    text: `policy ${policy.resource.name} allows writing to ${spec.leastPrivilege ? "the lab's log group alone" : "CloudWatch Logs"}`,
    type: "iam-policy",
    part: "flow-log-policy",
    id: policy.resource.name,
    outcome: policy.outcome,
    ms: policy.ms,
  });
  narrator.resource({
    text: `role ${role.resource.name} is for ${FLOW_LOG_SERVICE} alone${spec.leastPrivilege ? ", from this account and Region" : ""}`,
    type: "iam-role",
    part: "flow-log-role",
    id: role.resource.name,
    outcome: role.outcome,
    ms: role.ms,
  });
  return { roleName: role.resource.name, roleMadeAt };
}

/** Apart from white space, which a learner's editor adds. */
function isSameDocument(one: string, other: string): boolean {
  return JSON.stringify(JSON.parse(one)) === JSON.stringify(JSON.parse(other));
}

async function makeFlowLog(
  { aws, spec, narrator, prepared }: LabContext,
  { roleName, roleMadeAt }: Permission,
): Promise<void> {
  // Where the instances were quickly on their way, it was made some seconds ago.
  const vpcId = await onceShown(
    aws,
    "VPC 1",
    async () => (await findVpcs(aws, spec, 1))[0]?.VpcId,
    () => new LabError("not-there", `There is no VPC 1 in ${aws.region} to log.`, { next: ["vpclab up"] }),
  );
  const account = prepared.account ?? (await whoAmI(aws)).account;
  const target = {
    vpcId,
    logGroupName: spec.nameOf("log-group"),
    roleArn: roleArn(aws.region, account, roleName),
    roleMadeAt,
  };
  const { resource, outcome, ms } = await narrator.wait(
    { text: "flow logs can take their role", usually: "0:02 to 0:20" },
    () => ensureFlowLog(aws, spec, target),
  );
  narrator.resource({
    text: `flow log ${spec.nameOf("flow-log")} notes ${resource.TrafficType} traffic of VPC 1`,
    type: "vpc-flow-log",
    part: "flow-log",
    id: resource.FlowLogId ?? "",
    outcome,
    ms,
  });
  if (outcome === "found") await warnOfDifferences({ aws, spec, narrator }, resource, vpcId);
}

/** Says that nothing of it arrives, where AWS has found that out. */
export function warnOfFailedDelivery(
  narrator: LabContext["narrator"],
  { DeliverLogsStatus, DeliverLogsErrorMessage = "no reason given" }: FlowLog,
): void {
  if (DeliverLogsStatus !== "FAILED") return;
  const { why = "" } = FAILURES.find(({ words }) => words.test(DeliverLogsErrorMessage)) ?? {};
  narrator.warn(`The flow log cannot deliver its records (${DeliverLogsErrorMessage})${why}.`);
}

/** What AWS's words for a failed delivery mean (API reference, FlowLog). */
const FAILURES: readonly { readonly words: RegExp; readonly why: string }[] = [
  { words: /^Access error/, why: ": its role, the policy on that, or the log group was changed" },
  {
    words: /^Rate limited/,
    why: ": CloudWatch Logs takes no more from this account now, or the account has as many log groups as it may",
  },
  { words: /^Unknown error/, why: ": AWS itself failed" },
];

/** A flow log cannot be changed, only deleted and made anew. */
async function warnOfDifferences(
  { aws, spec, narrator }: Pick<LabContext, "aws" | "spec" | "narrator">,
  found: FlowLog,
  vpcId: string,
): Promise<void> {
  if (found.TrafficType !== spec.trafficType || found.MaxAggregationInterval !== spec.aggregationSeconds)
    narrator.warn(
      `The flow log that stands notes ${found.TrafficType} traffic every ${found.MaxAggregationInterval} s, and AWS lets none be changed. ` +
        "To have it otherwise: vpclab teardown, then vpclab up again.",
    );
  warnOfFailedDelivery(narrator, found);
  const all = await findFlowLogs(aws, spec, vpcId);
  if (all.length > 1)
    narrator.warn(
      `VPC 1 has ${all.length} flow logs of this lab, so each record may come twice. vpclab teardown removes them all.`,
    );
}
