/**
 * What a person needs to be allowed in order to run the lab, as an IAM policy: for `vpclab policy`, which prints it, and
 * `vpclab doctor`, which asks AWS for each part of it. Action names and what each can be limited to are those of AWS's
 * Service Authorization Reference; for the five services here an action is called as its operation is.
 */
import { type LabSpec, TAG_LAB } from "./spec.ts";

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly PolicyStatement[];
}

/** IAM's limit of a managed policy, in characters; white space does not count. */
export const POLICY_LIMIT = 6_144;

/**
 * Permissions that are asked for beside that of the call made, each with the calls that need it. None of them is a call
 * of the program's own.
 */
export const WITHOUT_A_CALL: Readonly<Record<string, string>> = {
  "ec2:CreateTags": "EC2's calls that make something, for tags given with them (EC2 guide, tag on creation)",
  "iam:PassRole":
    "CreateFlowLogs, RunInstances and AddRoleToInstanceProfile (IAM guide, passing a role to a service)",
  "iam:TagRole": "CreateRole with tags (Service Authorization Reference, dependent actions)",
  "iam:TagPolicy": "CreatePolicy with tags (the same)",
  "iam:TagInstanceProfile": "CreateInstanceProfile with tags (the same)",
  "logs:TagResource": "CreateLogGroup with tags (CloudWatch Logs API reference, CreateLogGroup)",
  "logs:CreateLogDelivery":
    "CreateFlowLogs (CloudWatch Logs guide, logging from AWS services; permission only)",
};

/** What the lab has in EC2, by the names that its ARNs have; `ANY_OF_EC2` in a pattern stands for them. */
export const EC2_TYPES = [
  "vpc",
  "subnet",
  "internet-gateway",
  "route-table",
  "security-group",
  "security-group-rule",
  "instance",
  "volume",
  "network-interface",
  "vpc-flow-log",
  "vpc-peering-connection",
];
/** The tag in the condition says which of them: a list of types would only make the policy longer. */
export const ANY_OF_EC2 = "*/*";
const MAKE = [
  "CreateVpc",
  "CreateSubnet",
  "CreateInternetGateway",
  "CreateRouteTable",
  "CreateSecurityGroup",
  "AuthorizeSecurityGroupIngress",
  "RunInstances",
  "CreateFlowLogs",
  "CreateVpcPeeringConnection",
];
/** What is in a VPC and has to be named to make something more there. */
const MADE_IN = ["vpc/*", "subnet/*", "security-group/*"];
const CHANGE = [
  "ModifyVpcAttribute",
  "ModifySubnetAttribute",
  "AttachInternetGateway",
  "AssociateRouteTable",
  "ReplaceRouteTableAssociation",
  "CreateRoute",
  "ReplaceRoute",
  "AcceptVpcPeeringConnection",
  "TerminateInstances",
  "DeleteVolume",
  "DeleteFlowLogs",
  "DeleteRoute",
  "DeleteVpcPeeringConnection",
  "DeleteSecurityGroup",
  "DetachInternetGateway",
  "DeleteInternetGateway",
  "DisassociateRouteTable",
  "DeleteRouteTable",
  "DeleteSubnet",
  "DeleteVpc",
];

/** Reading gives no money away and breaks nothing: not limited to the Region, so that labs elsewhere are found. */
const READ = [
  "ec2:DescribeAvailabilityZones",
  "ec2:DescribeFlowLogs",
  "ec2:DescribeInstanceTypeOfferings",
  "ec2:DescribeInstanceTypes",
  "ec2:DescribeInstances",
  "ec2:DescribeInternetGateways",
  "ec2:DescribeNatGateways",
  "ec2:DescribeNetworkAcls",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeRegions",
  "ec2:DescribeRouteTables",
  "ec2:DescribeSecurityGroups",
  "ec2:DescribeSubnets",
  "ec2:DescribeTags",
  "ec2:DescribeVolumes",
  "ec2:DescribeVpcEndpoints",
  "ec2:DescribeVpcPeeringConnections",
  "ec2:DescribeVpcs",
  "iam:ListInstanceProfiles",
  "iam:ListPolicies",
  "iam:ListRoles",
  "iam:SimulatePrincipalPolicy",
  "logs:DescribeLogGroups",
  "logs:GetQueryResults",
  "logs:StopQuery",
  "ssm:CancelCommand",
  "ssm:DescribeInstanceInformation",
  "ssm:GetCommandInvocation",
  "ssm:ListCommands",
  "sts:GetCallerIdentity",
];

/**
 * The policy for one lab. What exists is limited to what carries its tag, what IAM and CloudWatch Logs know by name to
 * its names.
 * @param account twelve digits, or `*` where it is not known: then the names hold in whichever account it is attached
 * @param partition of the ARNs; see partitionOf
 */
export function labPolicy(spec: LabSpec, account: string, partition = "aws"): PolicyDocument {
  const { region, lab } = spec;
  const arn = (service: string, place: string, resource: string) =>
    `arn:${partition}:${service}:${place}:${resource}`;
  const ec2 = (types: readonly string[]) => types.map((type) => arn("ec2", `${region}:${account}`, type));
  const iam = (resource: string) => arn("iam", `:${account}`, resource);
  const withTag = (key: string) => ({ StringEquals: { [`${key}/${TAG_LAB}`]: lab } });
  const allow = (
    Sid: string,
    Action: readonly string[],
    Resource: readonly string[],
    Condition?: PolicyStatement["Condition"],
  ): PolicyStatement => ({ Sid, Effect: "Allow", Action, Resource, ...(Condition && { Condition }) });
  const inService = (service: string, names: readonly string[]) => names.map((name) => `${service}:${name}`);

  const roles = (["instance-role", "flow-log-role"] as const).map((part) => iam(`role/${spec.nameOf(part)}`));
  const policy = iam(`policy/${spec.nameOf("flow-log-policy")}`);
  const profile = iam(`instance-profile/${spec.nameOf("instance-profile")}`);
  const logGroup = arn("logs", `${region}:${account}`, `log-group:${spec.nameOf("log-group")}`);
  return {
    Version: "2012-10-17",
    Statement: [
      allow("Read", READ, ["*"]),
      allow("MakeWithTheTag", inService("ec2", MAKE), ec2([ANY_OF_EC2]), withTag("aws:RequestTag")),
      allow("MakeInTheLab", inService("ec2", MAKE), ec2(MADE_IN), withTag("aws:ResourceTag")),
      allow("UseImages", ["ec2:RunInstances"], [arn("ec2", `${region}:`, "image/*")]),
      allow("TagWhatIsMade", ["ec2:CreateTags"], ec2([ANY_OF_EC2]), {
        StringEquals: { "ec2:CreateAction": MAKE },
      }),
      allow("ChangeTheLab", inService("ec2", CHANGE), ec2([ANY_OF_EC2]), withTag("aws:ResourceTag")),
      allow(
        "Roles",
        inService("iam", [
          "GetRole",
          "CreateRole",
          "TagRole",
          "PassRole",
          "ListAttachedRolePolicies",
          "DetachRolePolicy",
          "ListRolePolicies",
          "DeleteRolePolicy",
          "ListInstanceProfilesForRole",
          "DeleteRole",
        ]),
        roles,
      ),
      // The condition is what keeps this policy from being a way to become an administrator.
      allow("AttachTheLabsPoliciesAlone", ["iam:AttachRolePolicy"], roles, {
        ArnEquals: {
          "iam:PolicyARN": [policy, arn("iam", ":aws", "policy/AmazonSSMManagedInstanceCore")],
        },
      }),
      allow(
        "Policy",
        inService("iam", [
          "GetPolicy",
          "CreatePolicy",
          "TagPolicy",
          "ListPolicyVersions",
          "DeletePolicyVersion",
          "ListEntitiesForPolicy",
          "DeletePolicy",
        ]),
        [policy],
      ),
      allow(
        "Profile",
        inService("iam", [
          "GetInstanceProfile",
          "CreateInstanceProfile",
          "TagInstanceProfile",
          "AddRoleToInstanceProfile",
          "RemoveRoleFromInstanceProfile",
          "DeleteInstanceProfile",
        ]),
        [profile],
      ),
      allow(
        "LogGroup",
        inService("logs", [
          "CreateLogGroup",
          "TagResource",
          "ListTagsForResource",
          "PutRetentionPolicy",
          "DeleteRetentionPolicy",
          "DescribeLogStreams",
          "FilterLogEvents",
          "StartQuery",
          "DeleteLogGroup",
        ]),
        // AWS writes a log group's ARN both ways, and each call is checked against one of them.
        [logGroup, `${logGroup}:*`],
      ),
      allow("DeliverLogs", ["logs:CreateLogDelivery"], ["*"]),
      allow(
        "Image",
        ["ssm:GetParameter"],
        [arn("ssm", `${region}:`, "parameter/aws/service/ami-amazon-linux-latest/*")],
      ),
      allow("RunShellScript", ["ssm:SendCommand"], [arn("ssm", `${region}:`, "document/AWS-RunShellScript")]),
      allow("OnTheLabsInstances", ["ssm:SendCommand"], ec2(["instance/*"]), {
        StringEquals: { [`ssm:resourceTag/${TAG_LAB}`]: lab },
      }),
    ],
  };
}
