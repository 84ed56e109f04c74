/**
 * The AWS-managed policies that a learner of this lab meets, out of the thousand that AWS has. Attachable by
 * anybody, owned by AWS: they cannot be changed or deleted. Naming another one is answered as if it did not exist.
 */
import type { PolicyState } from "./state.ts";

interface ManagedPolicy {
  path?: string;
  description: string;
  createdAt: string;
  actions: readonly string[];
}

const POLICIES: Record<string, ManagedPolicy> = {
  AdministratorAccess: {
    description: "Provides full access to AWS services and resources.",
    createdAt: "2015-02-06T18:39:46Z",
    actions: ["*"],
  },
  AmazonEC2FullAccess: {
    description: "Provides full access to Amazon EC2.",
    createdAt: "2015-02-06T18:40:15Z",
    actions: ["ec2:*", "elasticloadbalancing:*", "cloudwatch:*", "autoscaling:*"],
  },
  AmazonEC2ReadOnlyAccess: {
    description: "Provides read only access to Amazon EC2.",
    createdAt: "2015-02-06T18:40:17Z",
    actions: ["ec2:Describe*", "ec2:GetSecurityGroupsForVpc", "elasticloadbalancing:Describe*"],
  },
  AmazonSSMManagedInstanceCore: {
    description: "What an EC2 instance needs to be managed by AWS Systems Manager.",
    createdAt: "2019-03-15T17:22:12Z",
    actions: [
      "ssm:DescribeAssociation",
      "ssm:GetDeployablePatchSnapshotForInstance",
      "ssm:GetDocument",
      "ssm:DescribeDocument",
      "ssm:GetManifest",
      "ssm:GetParameter",
      "ssm:GetParameters",
      "ssm:ListAssociations",
      "ssm:ListInstanceAssociations",
      "ssm:PutInventory",
      "ssm:PutComplianceItems",
      "ssm:PutConfigurePackageResult",
      "ssm:UpdateAssociationStatus",
      "ssm:UpdateInstanceAssociationStatus",
      "ssm:UpdateInstanceInformation",
      "ssmmessages:CreateControlChannel",
      "ssmmessages:CreateDataChannel",
      "ssmmessages:OpenControlChannel",
      "ssmmessages:OpenDataChannel",
      "ec2messages:AcknowledgeMessage",
      "ec2messages:DeleteMessage",
      "ec2messages:FailMessage",
      "ec2messages:GetEndpoint",
      "ec2messages:GetMessages",
      "ec2messages:SendReply",
    ],
  },
  AmazonVPCReadOnlyAccess: {
    description: "Provides read only access to Amazon VPC.",
    createdAt: "2015-02-06T18:41:17Z",
    actions: ["ec2:Describe*", "ec2:GetSecurityGroupsForVpc"],
  },
  CloudWatchLogsFullAccess: {
    description: "Provides full access to CloudWatch Logs.",
    createdAt: "2015-02-06T18:40:02Z",
    actions: ["logs:*", "cloudwatch:GenerateQuery"],
  },
  CloudWatchLogsReadOnlyAccess: {
    description: "Provides read only access to CloudWatch Logs.",
    createdAt: "2015-02-06T18:40:03Z",
    actions: [
      "logs:Describe*",
      "logs:Get*",
      "logs:List*",
      "logs:StartQuery",
      "logs:StopQuery",
      "logs:TestMetricFilter",
      "logs:FilterLogEvents",
      "logs:StartLiveTail",
      "logs:StopLiveTail",
      "cloudwatch:GenerateQuery",
    ],
  },
};

/** By ARN, in the shape of a customer's policy. */
export const AWS_MANAGED_POLICIES: Readonly<Record<string, PolicyState>> = Object.fromEntries(
  Object.entries(POLICIES).map(([name, policy]) => {
    const path = policy.path ?? "/";
    const arn = `arn:aws:iam::aws:policy${path}${name}`;
    const createdAt = Date.parse(policy.createdAt);
    const document = JSON.stringify(
      { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: policy.actions, Resource: "*" }] },
      null,
      4,
    );
    const state: PolicyState = {
      name,
      id: idOf(name),
      arn,
      path,
      description: policy.description,
      versions: [{ id: "v1", document, isDefault: true, createdAt }],
      nextVersion: 2,
      createdAt,
      updatedAt: createdAt,
      tags: {},
    };
    return [arn, state];
  }),
);

/** ANPA and 17 letters made from the name: the same in every world, as AWS's are the same in every account. */
function idOf(name: string): string {
  return `ANPA${name.toUpperCase().padEnd(17, "VPCLAB").slice(0, 17)}`;
}
