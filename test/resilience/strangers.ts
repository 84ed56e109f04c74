/** What is not the lab's and looks as much like it as AWS allows. */
import { CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  AttachInternetGatewayCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateInternetGatewayCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
} from "@aws-sdk/client-ec2";
import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
} from "@aws-sdk/client-iam";
import type { Aws } from "../../src/aws/clients.ts";

/** Somebody's VPC with the lab's own CIDR block and names but without its tag, and another lab's. */
export async function plantStrangers(aws: Aws): Promise<void> {
  await plantVpc(aws, "10.1.0.0/16", { Name: "NextWork-1-vpc" });
  await plantVpc(aws, "10.2.0.0/16", {
    Name: "other-NextWork-2-vpc",
    "vpclab:lab": "other",
    "vpclab:part": "vpc-2",
  });
  await plantRole(aws, "NextWorkInstanceRole2", "ec2.amazonaws.com");
  await plantRole(aws, "other-NextWorkVPCFlowLogsRole", "vpc-flow-logs.amazonaws.com");
  // The lab's own names are a prefix of these.
  for (const logGroupName of ["NextWorkVPCFlowLogsGroup2", "NextWorkVPCFlowLogsGroup/somebody"])
    await aws.logs.send(new CreateLogGroupCommand({ logGroupName }));
}

async function plantVpc({ ec2 }: Aws, CidrBlock: string, tags: Record<string, string>): Promise<void> {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const { Vpc } = await ec2.send(
    new CreateVpcCommand({ CidrBlock, TagSpecifications: [{ ResourceType: "vpc", Tags }] }),
  );
  const VpcId = Vpc?.VpcId;
  await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock: CidrBlock.replace("/16", "/20") }));
  const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}));
  const GatewayId = InternetGateway?.InternetGatewayId;
  await ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId: GatewayId, VpcId }));
  const { RouteTable } = await ec2.send(new CreateRouteTableCommand({ VpcId }));
  await ec2.send(
    new CreateRouteCommand({
      RouteTableId: RouteTable?.RouteTableId,
      DestinationCidrBlock: "0.0.0.0/0",
      GatewayId,
    }),
  );
  const { GroupId } = await ec2.send(
    new CreateSecurityGroupCommand({ VpcId, GroupName: "NextWork-1-SG", Description: "not of the lab" }),
  );
  await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId,
      IpPermissions: [{ IpProtocol: "tcp", FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
    }),
  );
}

async function plantRole({ iam }: Aws, RoleName: string, service: string): Promise<void> {
  await iam.send(
    new CreateRoleCommand({
      RoleName,
      AssumeRolePolicyDocument: document({ Principal: { Service: service }, Action: "sts:AssumeRole" }),
    }),
  );
  const { Policy } = await iam.send(
    new CreatePolicyCommand({
      PolicyName: `${RoleName}Policy`,
      PolicyDocument: document({ Action: "logs:PutLogEvents", Resource: "*" }),
    }),
  );
  await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: Policy?.Arn }));
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: RoleName }));
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: RoleName, RoleName }));
}

function document(statement: object): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });
}
