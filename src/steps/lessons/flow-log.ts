/** What step 4 tells. */
import { FLOW_LOG_ACTIONS } from "../../aws/flow-log.ts";
import { flowLogPermission } from "../../aws/flow-log-permission.ts";
import { plural } from "../../lab/figures.ts";
import type { LabSpec } from "../../lab/spec.ts";
import type { Lesson } from "../step.ts";
import { untilItWorks, variable } from "./in-shell.ts";

export const flowLogLesson: Lesson = {
  goal: "By the end a flow log notes the traffic of VPC 1, with a role of its own that lets it write.",
  why: [
    "Nothing in AWS may do anything unless a policy allows it, and that holds for AWS's own services too.",
    "So flow logs get a role: its policy says what may be done, its trust policy says who may do it.",
    "The flow log then notes who talked to whom, by which port, how much, and whether it was let pass.",
  ],
  concepts: [
    {
      term: "Policy and role",
      text: "A policy is a list of what is allowed; by itself it allows nobody anything. A role is somebody to be: whoever takes it has what the policies attached to it allow.",
    },
    {
      term: "Custom trust policy",
      text: "It names who may take the role. Here that is one service, vpc-flow-logs.amazonaws.com, and no person at all.",
    },
    {
      term: "Confused deputy",
      text: "A service that acts for many accounts could be talked into using your role for somebody else. In production the trust policy therefore also asks for aws:SourceAccount and aws:SourceArn. The lab leaves that out; `vpclab up --least-privilege` puts it in.",
    },
    {
      term: "Least privilege",
      text: "The lab's policy allows five actions on every log group of the account, logs:CreateLogGroup among them. AWS's guide recommends less, and --least-privilege does it: writing to this one group alone, by flow logs of this account and Region alone, and no CreateLogGroup, since step 3 made the group. That last one is why a deleted log group can come back in the lab as it is: records in flight make it again. Without it, it stays gone.",
    },
    {
      term: "ALL, ACCEPT, REJECT",
      text: "Which traffic is noted, by the verdict of security groups and network ACLs. ALL shows both sides of the story, and costs the most. A packet that gets lost further on, by routing, was still let pass here: it is an ACCEPT.",
    },
    {
      term: "Aggregation interval",
      text: "Packets of one flow within this time become one record: 1 minute shows more, 10 minutes costs less. Some more minutes go by until a record arrives in the log.",
    },
    {
      term: "Network interface",
      text: "The virtual network card of an instance. A flow log on a VPC watches each one in it, so records and streams hang on interfaces, not on instances.",
    },
  ],
  byCli,
  byConsole: (spec) => [
    spec.leastPrivilege
      ? `IAM › Policies › Create policy › JSON: ${flowLogPermission(spec, ACCOUNT).policy} › name ${spec.nameOf("flow-log-policy")}`
      : `IAM › Policies › Create policy › JSON: allow ${FLOW_LOG_ACTIONS.join(", ")} on * › name ${spec.nameOf("flow-log-policy")}`,
    spec.leastPrivilege
      ? `IAM › Roles › Create role › Custom trust policy: ${flowLogPermission(spec, ACCOUNT).trust}`
      : "IAM › Roles › Create role › Custom trust policy: principal Service vpc-flow-logs.amazonaws.com, action sts:AssumeRole",
    `Attach ${spec.nameOf("flow-log-policy")} › role name ${spec.nameOf("flow-log-role")} › Create role`,
    `VPC › Your VPCs › ${spec.nameOf("vpc-1")} › Flow logs › Create flow log, name ${spec.nameOf("flow-log")}`,
    `Filter ${spec.trafficType}; maximum aggregation interval ${plural(spec.aggregationSeconds / 60, "minute")}; send to CloudWatch Logs`,
    `Destination log group ${spec.nameOf("log-group")}; IAM role ${spec.nameOf("flow-log-role")} › Create flow log`,
  ],
};

/** For the reader to fill in. */
const ACCOUNT = "ACCOUNT";

function byCli(spec: LabSpec): string[] {
  const permission = flowLogPermission(spec, "$ACCOUNT");
  const role = spec.nameOf("flow-log-role");
  return [
    "ACCOUNT=$(aws sts get-caller-identity --query Account --output text)",
    "# What may be done, and who may do it",
    ...variable("POLICY", permission.policy),
    ...variable("TRUST", permission.trust),
    `POLICY_ARN=$(aws iam create-policy --policy-name ${spec.nameOf("flow-log-policy")} --policy-document "$POLICY" --query Policy.Arn --output text)`,
    `ROLE_ARN=$(aws iam create-role --role-name ${role} --assume-role-policy-document "$TRUST" --query Role.Arn --output text)`,
    `aws iam wait role-exists --role-name ${role}`,
    `aws iam attach-role-policy --role-name ${role} --policy-arn $POLICY_ARN`,
    "# A new role cannot be taken at once; then no flow log is made: None",
    untilItWorks(
      `FLOW_LOG=$(aws ec2 create-flow-logs --resource-type VPC --resource-ids $VPC_1 --traffic-type ${spec.trafficType} --max-aggregation-interval ${spec.aggregationSeconds} --log-destination-type cloud-watch-logs --log-group-name ${spec.nameOf("log-group")} --deliver-logs-permission-arn $ROLE_ARN --tag-specifications "$(named vpc-flow-log ${spec.nameOf("flow-log")})" --query 'FlowLogIds[0]' --output text) && [ $FLOW_LOG != None ]`,
    ),
  ];
}
