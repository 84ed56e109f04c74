/** The lab's network, roles and instances on an embedded AWS, made by plain SDK calls. */
import { DescribeLogStreamsCommand, GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateFlowLogsCommand,
  CreateRouteCommand,
  CreateSecurityGroupCommand,
  DescribeInstancesCommand,
  type Instance,
  ModifySubnetAttributeCommand,
  RunInstancesCommand,
  type RunInstancesRequest,
} from "@aws-sdk/client-ec2";
import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import {
  DescribeInstanceInformationCommand,
  GetCommandInvocationCommand,
  GetParameterCommand,
  SendCommandCommand,
} from "@aws-sdk/client-ssm";
import { type FlowLogRecord, parseRecord, type TrafficRecord } from "../../src/flow-logs/record.ts";
import type { Embedded } from "./embedded.ts";
import { createSide, id } from "./lab-network.ts";

export const LOG_GROUP = "NextWorkVPCFlowLogsGroup";
export const PROFILE = "NextWorkInstanceProfile";
export const FLOW_LOG_ROLE = "NextWorkVPCFlowLogsRole";
const IMAGE_PARAMETER = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";

const trust = (service: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  });

export async function latestImageId({ ssm }: Embedded): Promise<string> {
  return (await ssm.send(new GetParameterCommand({ Name: IMAGE_PARAMETER }))).Parameter?.Value ?? "";
}

/** A VPC 10.N.0.0/16 with a public subnet, its gateway and route table, and the lab's security group. */
export async function makeVpc({ ec2 }: Embedded, number: 1 | 2) {
  const side = await createSide(ec2, number);
  await ec2.send(
    new ModifySubnetAttributeCommand({ SubnetId: side.subnetId, MapPublicIpOnLaunch: { Value: true } }),
  );
  const group = await ec2.send(
    new CreateSecurityGroupCommand({
      VpcId: side.vpcId,
      GroupName: `NextWork-${number}-SG`,
      Description: "lab",
    }),
  );
  const securityGroupId = id(group.GroupId);
  await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: securityGroupId,
      IpPermissions: [
        { IpProtocol: "icmp", FromPort: -1, ToPort: -1, IpRanges: [{ CidrIp: "0.0.0.0/0" }] },
        { IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: "0.0.0.0/0" }] },
      ],
    }),
  );
  return { ...side, securityGroupId };
}

export type Vpc = Awaited<ReturnType<typeof makeVpc>>;

/** The instance profile with the agent's policy, and the flow logs' role; both propagated. */
export async function makeRoles({ iam, clock }: Embedded): Promise<void> {
  const role = "NextWorkInstanceRole";
  await iam.send(
    new CreateRoleCommand({ RoleName: role, AssumeRolePolicyDocument: trust("ec2.amazonaws.com") }),
  );
  await iam.send(
    new AttachRolePolicyCommand({
      RoleName: role,
      PolicyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
    }),
  );
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: PROFILE }));
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: PROFILE, RoleName: role }));
  await makeFlowLogRole({ iam }, ["CreateLogGroup", "CreateLogStream", "PutLogEvents"]);
  await clock.sleep(30_000);
}

/** @returns the role's ARN; it has not propagated yet */
export async function makeFlowLogRole(
  { iam }: Pick<Embedded, "iam">,
  actions: readonly string[],
): Promise<string> {
  const made = await iam.send(
    new CreateRoleCommand({
      RoleName: FLOW_LOG_ROLE,
      AssumeRolePolicyDocument: trust("vpc-flow-logs.amazonaws.com"),
    }),
  );
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: FLOW_LOG_ROLE,
      PolicyName: "logs",
      PolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: actions.map((action) => `logs:${action}`), Resource: "*" }],
      }),
    }),
  );
  return made.Role?.Arn ?? "";
}

/** Launches one instance of the lab; `more` overrides. */
export async function launch(
  aws: Embedded,
  vpc: Vpc,
  more: Partial<RunInstancesRequest> = {},
): Promise<Instance> {
  const launched = await aws.ec2.send(
    new RunInstancesCommand({
      MinCount: 1,
      MaxCount: 1,
      ImageId: await latestImageId(aws),
      InstanceType: "t3.micro",
      SubnetId: vpc.subnetId,
      SecurityGroupIds: [vpc.securityGroupId],
      IamInstanceProfile: { Name: PROFILE },
      ...more,
    }),
  );
  return launched.Instances?.[0] ?? {};
}

export async function describe1({ ec2 }: Embedded, instanceId: string | undefined): Promise<Instance> {
  const described = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [instanceId ?? ""] }));
  return described.Reservations?.[0]?.Instances?.[0] ?? {};
}

export async function isRegistered({ ssm }: Embedded, instanceId: string | undefined): Promise<boolean> {
  const answer = await ssm.send(
    new DescribeInstanceInformationCommand({ Filters: [{ Key: "InstanceIds", Values: [instanceId ?? ""] }] }),
  );
  return answer.InstanceInformationList?.[0]?.PingStatus === "Online";
}

/** Both VPCs with an instance each, registered with Systems Manager. */
export async function makeLab(aws: Embedded) {
  await makeRoles(aws);
  const vpc1 = await makeVpc(aws, 1);
  const vpc2 = await makeVpc(aws, 2);
  const [first, second] = [await launch(aws, vpc1), await launch(aws, vpc2)];
  await aws.clock.sleep(120_000);
  return {
    vpc1,
    vpc2,
    instance1: await describe1(aws, first.InstanceId),
    instance2: await describe1(aws, second.InstanceId),
  };
}

export type Lab = Awaited<ReturnType<typeof makeLab>>;

/** A flow log on all of VPC 1's traffic, or on whatever `more` says. */
export async function makeFlowLog({ ec2, world }: Embedded, resourceId: string, more = {}): Promise<string> {
  const account = await world.look("us-east-1", (context) => context.account);
  const made = await ec2.send(
    new CreateFlowLogsCommand({
      ResourceIds: [resourceId],
      ResourceType: "VPC",
      TrafficType: "ALL",
      LogGroupName: LOG_GROUP,
      MaxAggregationInterval: 60,
      DeliverLogsPermissionArn: `arn:aws:iam::${account}:role/${FLOW_LOG_ROLE}`,
      ...more,
    }),
  );
  return made.FlowLogIds?.[0] ?? "";
}

export async function addRoute(
  { ec2 }: Embedded,
  vpc: Vpc,
  destination: string,
  peeringId: string,
): Promise<void> {
  await ec2.send(
    new CreateRouteCommand({
      RouteTableId: vpc.routeTableId,
      DestinationCidrBlock: destination,
      VpcPeeringConnectionId: peeringId,
    }),
  );
}

/** Runs a script through Run Command and waits for its end. */
export async function run({ ssm, clock }: Embedded, instanceId: string | undefined, script: string) {
  const sent = await ssm.send(
    new SendCommandCommand({
      DocumentName: "AWS-RunShellScript",
      InstanceIds: [instanceId ?? ""],
      Parameters: { commands: [script] },
    }),
  );
  for (;;) {
    await clock.sleep(2_000);
    const invocation = await ssm.send(
      new GetCommandInvocationCommand({ CommandId: sent.Command?.CommandId, InstanceId: instanceId }),
    );
    if (!["Pending", "InProgress"].includes(invocation.Status ?? "")) return invocation;
  }
}

/** All records of the log group, in the order of their streams. */
export async function records({ logs }: Embedded): Promise<FlowLogRecord[]> {
  const { logStreams = [] } = await logs.send(new DescribeLogStreamsCommand({ logGroupName: LOG_GROUP }));
  const all: FlowLogRecord[] = [];
  for (const { logStreamName } of logStreams) {
    let nextToken: string | undefined;
    for (;;) {
      const page = await logs.send(
        new GetLogEventsCommand({ logGroupName: LOG_GROUP, logStreamName, startFromHead: true, nextToken }),
      );
      all.push(...(page.events ?? []).map(({ message = "" }) => parseRecord(message)));
      if (page.nextForwardToken === nextToken) break;
      nextToken = page.nextForwardToken;
    }
  }
  return all;
}

/** The ICMP records, those of one flow summed up: "SOURCE > DESTINATION ACTION" → packets and bytes. */
export function icmpFlows(all: readonly FlowLogRecord[]): Record<string, { packets: number; bytes: number }> {
  const flows: Record<string, { packets: number; bytes: number }> = {};
  const isIcmp = (record: FlowLogRecord): record is TrafficRecord =>
    record.logStatus === "OK" && record.protocol === 1;
  for (const { srcAddr, dstAddr, action, packets, bytes } of all.filter(isIcmp)) {
    const key = `${srcAddr} > ${dstAddr} ${action}`;
    const flow = flows[key] ?? { packets: 0, bytes: 0 };
    flows[key] = { packets: flow.packets + packets, bytes: flow.bytes + bytes };
  }
  return flows;
}
