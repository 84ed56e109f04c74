import {
  CreateRouteCommand,
  DeleteRouteCommand,
  ModifyVpcAttributeCommand,
  RebootInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
} from "@aws-sdk/client-ec2";
import {
  AttachRolePolicyCommand,
  DetachRolePolicyCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { DescribeInstanceInformationCommand } from "@aws-sdk/client-ssm";
import { beforeEach, describe, expect, it } from "vitest";
import { type Embedded, embedded } from "../embedded.ts";
import { allowing, trusting } from "../iam/documents.ts";
import { describe1, isRegistered, launch, makeRoles, makeVpc, type Vpc } from "../lab.ts";
import { refusal } from "../refusal.ts";

const MINUTE = 60_000;
const POLICY = {
  RoleName: "NextWorkInstanceRole",
  PolicyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
};

describe("the SSM agent of an instance", () => {
  let aws: Embedded;
  let vpc: Vpc;

  beforeEach(async () => {
    aws = embedded();
    await makeRoles(aws);
    vpc = await makeVpc(aws, 1);
  });

  const defaultRoute = () => ({ RouteTableId: vpc.routeTableId, DestinationCidrBlock: "0.0.0.0/0" });

  it("registers 20 to 60 seconds after the instance runs", async () => {
    const { InstanceId } = await launch(aws, vpc);
    while ((await describe1(aws, InstanceId)).State?.Name !== "running") await aws.clock.sleep(1_000);
    const runningAt = aws.clock.now();
    while (!(await isRegistered(aws, InstanceId))) await aws.clock.sleep(1_000);
    expect(aws.clock.now() - runningAt).toBeGreaterThanOrEqual(19_000);
    expect(aws.clock.now() - runningAt).toBeLessThanOrEqual(61_000);
    const { InstanceInformationList } = await aws.ssm.send(new DescribeInstanceInformationCommand({}));
    expect(InstanceInformationList).toMatchObject([
      {
        InstanceId,
        PingStatus: "Online",
        PlatformType: "Linux",
        PlatformName: "Amazon Linux",
        ResourceType: "EC2Instance",
      },
    ]);
  });

  it("does not register without an instance profile", async () => {
    const { InstanceId } = await launch(aws, vpc, { IamInstanceProfile: undefined });
    await aws.clock.sleep(10 * MINUTE);
    expect(await isRegistered(aws, InstanceId)).toBe(false);
  });

  it("does not register while its role lacks the policy, and does within some minutes of getting it", async () => {
    await aws.iam.send(new DetachRolePolicyCommand(POLICY));
    await aws.clock.sleep(15_000);
    const { InstanceId } = await launch(aws, vpc);
    await aws.clock.sleep(5 * MINUTE);
    expect(await isRegistered(aws, InstanceId)).toBe(false);
    await aws.iam.send(new AttachRolePolicyCommand(POLICY));
    await aws.clock.sleep(2 * MINUTE);
    expect(await isRegistered(aws, InstanceId)).toBe(true);
  });

  it("registers by a policy of one's own that allows as much, unless another denies it", async () => {
    const RoleName = POLICY.RoleName;
    await aws.iam.send(new DetachRolePolicyCommand(POLICY));
    const own = ["ssm:UpdateInstanceInformation", "ssmmessages:*"];
    await aws.iam.send(
      new PutRolePolicyCommand({ RoleName, PolicyName: "own", PolicyDocument: allowing(own) }),
    );
    await aws.clock.sleep(15_000);
    const { InstanceId } = await launch(aws, vpc);
    await aws.clock.sleep(2 * MINUTE);
    expect(await isRegistered(aws, InstanceId)).toBe(true);

    await aws.iam.send(new AttachRolePolicyCommand(POLICY));
    const PolicyDocument = allowing("ssm:UpdateInstanceInformation").replace("Allow", "Deny");
    await aws.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "no", PolicyDocument }));
    await aws.clock.sleep(15_000);
    const other = await launch(aws, vpc);
    await aws.clock.sleep(5 * MINUTE);
    expect(await isRegistered(aws, other.InstanceId)).toBe(false);
  });

  it("does not register by a policy that lets it report and open no channel for commands", async () => {
    const RoleName = POLICY.RoleName;
    await aws.iam.send(new DetachRolePolicyCommand(POLICY));
    const allow = (actions: string[]) =>
      aws.iam.send(
        new PutRolePolicyCommand({ RoleName, PolicyName: "own", PolicyDocument: allowing(actions) }),
      );
    await allow(["ssm:UpdateInstanceInformation"]);
    await aws.clock.sleep(15_000);
    const { InstanceId } = await launch(aws, vpc);
    await aws.clock.sleep(5 * MINUTE);
    expect(await isRegistered(aws, InstanceId)).toBe(false);
    await allow(["ssm:UpdateInstanceInformation", "ec2messages:GetMessages"]);
    await aws.clock.sleep(2 * MINUTE);
    expect(await isRegistered(aws, InstanceId)).toBe(true);
  });

  it("does not register while its role does not trust EC2", async () => {
    const trust = (service: string) =>
      aws.iam.send(
        new UpdateAssumeRolePolicyCommand({ RoleName: POLICY.RoleName, PolicyDocument: trusting(service) }),
      );
    await trust("lambda.amazonaws.com");
    await aws.clock.sleep(15_000);
    const { InstanceId } = await launch(aws, vpc);
    await aws.clock.sleep(5 * MINUTE);
    expect(await isRegistered(aws, InstanceId)).toBe(false);
    await trust("ec2.amazonaws.com");
    await aws.clock.sleep(2 * MINUTE);
    expect(await isRegistered(aws, InstanceId)).toBe(true);
  });

  it("does not register where the VPC has no DNS", async () => {
    const { vpcId: VpcId } = vpc;
    await aws.ec2.send(new ModifyVpcAttributeCommand({ VpcId, EnableDnsSupport: { Value: false } }));
    const { InstanceId } = await launch(aws, vpc);
    await aws.clock.sleep(5 * MINUTE);
    expect(await isRegistered(aws, InstanceId)).toBe(false);
  });

  it("does not register without a public address", async () => {
    const { InstanceId } = await launch(aws, vpc, {
      SubnetId: undefined,
      SecurityGroupIds: undefined,
      NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: vpc.subnetId, AssociatePublicIpAddress: false }],
    });
    await aws.clock.sleep(10 * MINUTE);
    expect(await isRegistered(aws, InstanceId)).toBe(false);
  });

  it("does not register without a route to the internet, and does once there is one", async () => {
    await aws.ec2.send(new DeleteRouteCommand(defaultRoute()));
    const { InstanceId } = await launch(aws, vpc);
    await aws.clock.sleep(5 * MINUTE);
    expect(await isRegistered(aws, InstanceId)).toBe(false);
    await aws.ec2.send(new CreateRouteCommand({ ...defaultRoute(), GatewayId: vpc.gatewayId }));
    await aws.clock.sleep(2 * MINUTE);
    expect(await isRegistered(aws, InstanceId)).toBe(true);
  });

  it("is lost some minutes after its way out is gone, and back when it returns", async () => {
    const { InstanceId } = await launch(aws, vpc);
    await aws.clock.sleep(2 * MINUTE);
    await aws.ec2.send(new DeleteRouteCommand(defaultRoute()));
    await aws.clock.sleep(2 * MINUTE);
    expect(await isRegistered(aws, InstanceId)).toBe(true);
    await aws.clock.sleep(5 * MINUTE);
    const answer = await aws.ssm.send(new DescribeInstanceInformationCommand({}));
    expect(answer.InstanceInformationList).toMatchObject([{ InstanceId, PingStatus: "ConnectionLost" }]);
    await aws.ec2.send(new CreateRouteCommand({ ...defaultRoute(), GatewayId: vpc.gatewayId }));
    await aws.clock.sleep(2 * MINUTE);
    expect(await isRegistered(aws, InstanceId)).toBe(true);
  });

  it("comes back after a reboot and after a stop and start", async () => {
    const { InstanceId = "" } = await launch(aws, vpc);
    await aws.clock.sleep(2 * MINUTE);
    await aws.ec2.send(new RebootInstancesCommand({ InstanceIds: [InstanceId] }));
    await aws.clock.sleep(10 * MINUTE);
    expect(await isRegistered(aws, InstanceId)).toBe(true);
    await aws.ec2.send(new StopInstancesCommand({ InstanceIds: [InstanceId] }));
    await aws.clock.sleep(MINUTE);
    expect(await isRegistered(aws, InstanceId)).toBe(false);
    await aws.ec2.send(new StartInstancesCommand({ InstanceIds: [InstanceId] }));
    await aws.clock.sleep(2 * MINUTE);
    expect(await isRegistered(aws, InstanceId)).toBe(true);
  });

  it("is listed in pages of ten, and by filters", async () => {
    const many = await Promise.all(
      Array.from({ length: 12 }, () => launch(aws, vpc, { InstanceType: "t2.micro" })),
    );
    await aws.clock.sleep(3 * MINUTE);
    const list = (input: object) => aws.ssm.send(new DescribeInstanceInformationCommand(input));
    const first = await list({});
    expect(first.InstanceInformationList).toHaveLength(10);
    const rest = await list({ NextToken: first.NextToken });
    expect(rest.InstanceInformationList).toHaveLength(2);
    expect(rest.NextToken).toBeUndefined();
    expect((await list({ MaxResults: 50 })).InstanceInformationList).toHaveLength(12);
    const wanted = many.slice(0, 2).map(({ InstanceId }) => InstanceId);
    const byKey = await list({ Filters: [{ Key: "InstanceIds", Values: wanted }] });
    expect(byKey.InstanceInformationList?.map(({ InstanceId }) => InstanceId).sort()).toEqual(
      [...wanted].sort(),
    );
    const byOldKey = await list({
      InstanceInformationFilterList: [{ key: "PingStatus", valueSet: ["ConnectionLost"] }],
    });
    expect(byOldKey.InstanceInformationList).toEqual([]);
    expect((await refusal(list({ MaxResults: 51 }))).code).toBe("ValidationException");
    expect((await refusal(list({ Filters: [{ Key: "tag:Name", Values: ["x"] }] }))).code).toBe(
      "InvalidFilterKey",
    );
  });
});
