import {
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSubnetsCommand,
  DescribeVolumesCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
} from "@aws-sdk/client-iam";
import { beforeEach, describe, expect, it } from "vitest";
import { type Embedded, embedded } from "../embedded.ts";
import { describe1, latestImageId, launch, makeRoles, makeVpc, PROFILE, type Vpc } from "../lab.ts";
import { refusal } from "../refusal.ts";

describe("RunInstances", () => {
  let aws: Embedded;
  let vpc: Vpc;

  beforeEach(async () => {
    aws = embedded();
    vpc = await makeVpc(aws, 1);
    await makeRoles(aws);
  });

  it("gives an instance its addresses, groups, profile, volume and tags, and boots it in 10 to 30 seconds", async () => {
    const tags = [{ Key: "vpclab:lab", Value: "nextwork" }];
    const made = await launch(aws, vpc, {
      InstanceType: "t2.micro",
      MetadataOptions: { HttpTokens: "required" },
      BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { Encrypted: true, VolumeType: "gp3" } }],
      TagSpecifications: [
        { ResourceType: "instance", Tags: [...tags, { Key: "Name", Value: "Instance - NextWork VPC 1" }] },
        { ResourceType: "volume", Tags: tags },
        { ResourceType: "network-interface", Tags: tags },
      ],
    });
    expect(made.State?.Name).toBe("pending");
    expect(made.InstanceId).toMatch(/^i-0[0-9a-f]{16}$/);
    await aws.clock.sleep(9_000);
    expect((await describe1(aws, made.InstanceId)).State?.Name).toBe("pending");
    await aws.clock.sleep(21_000);
    const running = await describe1(aws, made.InstanceId);
    expect(running).toMatchObject({
      State: { Name: "running", Code: 16 },
      VpcId: vpc.vpcId,
      SubnetId: vpc.subnetId,
      SecurityGroups: [{ GroupId: vpc.securityGroupId, GroupName: "NextWork-1-SG" }],
      Placement: { AvailabilityZone: "us-east-1a" },
      MetadataOptions: { HttpTokens: "required" },
    });
    expect(running.PrivateIpAddress).toMatch(/^10\.1\.(\d|1[0-5])\.\d+$/);
    expect(running.PrivateDnsName).toBe(`ip-${running.PrivateIpAddress?.replaceAll(".", "-")}.ec2.internal`);
    expect(running.PublicIpAddress).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    expect(running.IamInstanceProfile?.Arn).toMatch(new RegExp(`:instance-profile/${PROFILE}$`));
    expect(running.Tags).toContainEqual({ Key: "Name", Value: "Instance - NextWork VPC 1" });
    const owned = { Filters: [{ Name: "tag:vpclab:lab", Values: ["nextwork"] }] };
    const { Volumes = [] } = await aws.ec2.send(new DescribeVolumesCommand(owned));
    expect(Volumes).toMatchObject([{ Encrypted: true, Size: 8, VolumeType: "gp3", State: "in-use" }]);
    const { NetworkInterfaces = [] } = await aws.ec2.send(new DescribeNetworkInterfacesCommand(owned));
    expect(NetworkInterfaces).toMatchObject([
      {
        Status: "in-use",
        Association: { PublicIp: running.PublicIpAddress },
        Attachment: { InstanceId: made.InstanceId },
      },
    ]);
  });

  it("takes subnet, groups and public address from NetworkInterfaces as well", async () => {
    const made = await launch(aws, vpc, {
      SubnetId: undefined,
      SecurityGroupIds: undefined,
      NetworkInterfaces: [
        {
          DeviceIndex: 0,
          SubnetId: vpc.subnetId,
          Groups: [vpc.securityGroupId],
          AssociatePublicIpAddress: false,
        },
      ],
    });
    expect(made.SecurityGroups).toMatchObject([{ GroupId: vpc.securityGroupId }]);
    expect((await describe1(aws, made.InstanceId)).PublicIpAddress).toBeUndefined();
  });

  it("launches in the default VPC with its default group where nothing is said", async () => {
    const made = await launch(aws, vpc, { SubnetId: undefined, SecurityGroupIds: undefined });
    expect(made.VpcId).not.toBe(vpc.vpcId);
    expect(made.SecurityGroups).toMatchObject([{ GroupName: "default" }]);
    expect(made.PrivateIpAddress).toMatch(/^172\.31\./);
  });

  it("gives each of many instances an address of its own", async () => {
    const { Instances = [] } = await aws.ec2.send(
      new RunInstancesCommand({
        MinCount: 10,
        MaxCount: 10,
        ImageId: await latestImageId(aws),
        InstanceType: "t3.micro",
        SubnetId: vpc.subnetId,
      }),
    );
    expect(new Set(Instances.map(({ PrivateIpAddress }) => PrivateIpAddress)).size).toBe(10);
    expect(new Set(Instances.map(({ PublicIpAddress }) => PublicIpAddress)).size).toBe(10);
    expect(Instances.map(({ AmiLaunchIndex }) => AmiLaunchIndex)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it("makes one instance of a call made twice with one ClientToken", async () => {
    const first = await launch(aws, vpc, { ClientToken: "once" });
    const second = await launch(aws, vpc, { ClientToken: "once" });
    expect(second.InstanceId).toBe(first.InstanceId);
    const { Reservations = [] } = await aws.ec2.send(new DescribeInstancesCommand({}));
    expect(Reservations).toHaveLength(1);
    expect((await refusal(launch(aws, vpc, { ClientToken: "once", InstanceType: "t2.micro" }))).code).toBe(
      "IdempotentParameterMismatch",
    );
    await aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [first.InstanceId ?? ""] }));
    await aws.clock.sleep(90_000);
    expect((await refusal(launch(aws, vpc, { ClientToken: "once" }))).code).toBe(
      "IdempotentInstanceTerminated",
    );
  });

  it("calls a profile invalid until it has propagated, and then until a role is in it", async () => {
    const fresh = { IamInstanceProfile: { Name: "Fresh" } };
    const unknown = {
      code: "InvalidParameterValue",
      message:
        "Value (Fresh) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name",
    };
    expect(await refusal(launch(aws, vpc, fresh))).toEqual(unknown);
    const made = await aws.iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: "Fresh" }));
    const arn = made.InstanceProfile?.Arn ?? "";
    expect(await refusal(launch(aws, vpc, fresh))).toEqual(unknown);
    expect((await refusal(launch(aws, vpc, { IamInstanceProfile: { Arn: arn } }))).message).toBe(
      `Value (${arn}) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN`,
    );
    await aws.clock.sleep(15_000);
    expect(await refusal(launch(aws, vpc, fresh))).toEqual({
      code: "InvalidParameterValue",
      message: `IAM Instance Profile "${arn}" has no associated IAM Roles`,
    });
    await aws.iam.send(
      new CreateRoleCommand({
        RoleName: "FreshRole",
        AssumeRolePolicyDocument:
          '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}',
      }),
    );
    await aws.iam.send(
      new AddRoleToInstanceProfileCommand({ InstanceProfileName: "Fresh", RoleName: "FreshRole" }),
    );
    expect((await refusal(launch(aws, vpc, fresh))).message).toContain("has no associated IAM Roles");
    await aws.clock.sleep(15_000);
    expect((await launch(aws, vpc, fresh)).IamInstanceProfile?.Arn).toBe(arn);
  });

  it.each([
    ["an image that is not there", { ImageId: "ami-00000000000000000" }, "InvalidAMIID.NotFound"],
    ["a malformed image id", { ImageId: "al2023" }, "InvalidAMIID.Malformed"],
    ["a key pair", { KeyName: "mine" }, "InvalidKeyPair.NotFound"],
    ["a type that does not exist", { InstanceType: "t9.huge" as "t3.micro" }, "InvalidParameterValue"],
    ["an ARM type on an x86 image", { InstanceType: "t4g.micro" as const }, "InvalidParameterValue"],
    ["a subnet that is not there", { SubnetId: "subnet-00000000000000000" }, "InvalidSubnetID.NotFound"],
    ["a group that is not there", { SecurityGroupIds: ["sg-00000000000000000"] }, "InvalidGroup.NotFound"],
    ["user data that is not base64", { UserData: "#!/bin/sh" }, "InvalidParameterValue"],
    ["an address outside the subnet", { PrivateIpAddress: "10.1.200.1" }, "InvalidParameterValue"],
    [
      "a volume too small",
      { BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { VolumeSize: 2 } }] },
      "InvalidBlockDeviceMapping",
    ],
    ["what it does not model", { CpuOptions: { CoreCount: 1 } }, "UnsupportedOperation"],
    ["a shutdown that is none", { InstanceInitiatedShutdownBehavior: "sleep" }, "InvalidParameterValue"],
    ["metadata options that are none", { MetadataOptions: { HttpTokens: "maybe" } }, "InvalidParameterValue"],
    ["too many hops", { MetadataOptions: { HttpPutResponseHopLimit: 65 } }, "InvalidParameterValue"],
    [
      "an interface without its index",
      { NetworkInterfaces: [{ Description: "first" }] },
      "InvalidParameterValue",
    ],
    [
      "a subnet beside an interface",
      { NetworkInterfaces: [{ DeviceIndex: 0 }] },
      "InvalidParameterCombination",
    ],
    ["a group of another VPC beside the subnet", "default group", "InvalidParameter"],
  ] as const)("refuses %s and makes nothing", async (_, more, code) => {
    const other = more === "default group" ? await makeVpc(aws, 2) : undefined;
    const input = other ? { SecurityGroupIds: [other.securityGroupId] } : (more as object);
    expect((await refusal(launch(aws, vpc, input))).code).toBe(code);
    expect((await aws.ec2.send(new DescribeInstancesCommand({}))).Reservations).toEqual([]);
    expect((await aws.ec2.send(new DescribeNetworkInterfacesCommand({}))).NetworkInterfaces).toEqual([]);
  });

  it("names the group and the subnet that are of different VPCs", async () => {
    const { securityGroupId } = await makeVpc(aws, 2);
    expect((await refusal(launch(aws, vpc, { SecurityGroupIds: [securityGroupId] }))).message).toBe(
      `Security group ${securityGroupId} and subnet ${vpc.subnetId} belong to different networks.`,
    );
  });

  it("keeps to the vCPU quota", async () => {
    const small = embedded({ quotas: { vcpus: 3 } });
    const smallVpc = await makeVpc(small, 1);
    await launch(small, smallVpc, { IamInstanceProfile: undefined });
    const { code, message } = await refusal(launch(small, smallVpc, { IamInstanceProfile: undefined }));
    expect(code).toBe("VcpuLimitExceeded");
    expect(message).toContain("current vCPU limit of 3");
    const third = await launch(small, smallVpc, { IamInstanceProfile: undefined, InstanceType: "t2.micro" });
    expect(third.State?.Name).toBe("pending");
  });

  it("refuses a type in a zone that does not offer it", async () => {
    const oregon = embedded({ region: "us-west-2" });
    const { Subnets = [] } = await oregon.ec2.send(
      new DescribeSubnetsCommand({
        Filters: [{ Name: "availability-zone", Values: ["us-west-2d"] }],
      }),
    );
    const call = oregon.ec2.send(
      new RunInstancesCommand({
        MinCount: 1,
        MaxCount: 1,
        ImageId: await latestImageId(oregon),
        InstanceType: "t2.micro",
        SubnetId: Subnets[0]?.SubnetId,
      }),
    );
    expect(await refusal(call)).toEqual({
      code: "Unsupported",
      message:
        "Your requested instance type (t2.micro) is not supported in your requested Availability Zone (us-west-2d). Please retry your request by not specifying an Availability Zone or choosing us-west-2a, us-west-2b, us-west-2c.",
    });
  });
});
