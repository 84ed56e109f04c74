import {
  DescribeAvailabilityZonesCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  DescribeSubnetsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  GetInstanceProfileCommand,
  GetRoleCommand,
  IAMClient,
} from "@aws-sdk/client-iam";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import { prepare } from "../../src/steps/prepare.ts";
import { refusal } from "../aws/refusal.ts";
import type { TestLab } from "./lab-context.ts";
import { mockedLab } from "./lab-context.ts";

const ec2 = mockClient(EC2Client);
const iam = mockClient(IAMClient);
const ssm = mockClient(SSMClient);
const sts = mockClient(STSClient);
const NO_SUCH_ENTITY = refusal("NoSuchEntityException");

function freshLab(options: Parameters<typeof mockedLab>[0] = {}): TestLab {
  const { lab, told } = mockedLab(options);
  return { lab: { ...lab, prepared: {} }, told };
}

beforeEach(() => {
  for (const mock of [ec2, iam, ssm, sts]) mock.reset();
  sts
    .on(GetCallerIdentityCommand)
    .resolves({ Account: "123456789012", Arn: "arn:aws:iam::123456789012:user/ana" });
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value: "ami-1" } });
  ec2.on(DescribeSubnetsCommand).resolves({});
  ec2.on(DescribeInstancesCommand).resolves({});
  ec2.on(DescribeInstanceTypesCommand).resolves({ InstanceTypes: [{ InstanceType: "t2.micro" }] });
  ec2
    .on(DescribeInstanceTypeOfferingsCommand)
    .resolves({ InstanceTypeOfferings: [{ Location: "us-east-1b" }] });
  ec2
    .on(DescribeAvailabilityZonesCommand)
    .resolves({ AvailabilityZones: [{ ZoneName: "us-east-1a" }, { ZoneName: "us-east-1b" }] });
  iam.on(GetRoleCommand).rejects(NO_SUCH_ENTITY);
  iam.on(GetInstanceProfileCommand).rejects(NO_SUCH_ENTITY);
  iam.on(CreateRoleCommand).resolves({});
  iam.on(CreateInstanceProfileCommand).resolves({});
});

describe("getting ready", () => {
  it("looks up account, type, zone and image", async () => {
    const { lab } = freshLab();
    await prepare.up(lab);
    expect(lab.prepared).toEqual({
      account: "123456789012",
      imageId: "ami-1",
      instanceType: "t2.micro",
      availabilityZone: "us-east-1b",
      profileMadeAt: lab.aws.clock.now(),
    });
    expect(ssm.commandCalls(GetParameterCommand)[0]?.args[0].input.Name).toBe(
      "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
    );
  });

  it("looks nothing up again that `up` has looked up before it asked", async () => {
    const { lab } = mockedLab();
    await prepare.up(lab);
    expect([...sts.calls(), ...ssm.calls(), ...ec2.calls()]).toEqual([]);
  });

  it("goes on with the zone and the type that stand", async () => {
    ec2.on(DescribeSubnetsCommand).resolves({ Subnets: [{ AvailabilityZone: "us-east-1f" }] });
    ec2.on(DescribeInstancesCommand).resolves({
      Reservations: [
        {
          Instances: [
            { InstanceType: "t3.micro", State: { Name: "running" } },
            { InstanceType: "t3.micro", State: { Name: "running" } },
          ],
        },
      ],
    });
    const { lab, told } = freshLab({ instanceType: "t2.micro" });
    await prepare.up(lab);
    expect(lab.prepared).toMatchObject({ instanceType: "t3.micro", availabilityZone: "us-east-1f" });
    expect(told.warnings.join(" ")).toContain("t3.micro already");
  });

  it("makes role and profile, attaches the agent's policy and puts one into the other", async () => {
    const { lab, told } = freshLab();
    await prepare.up(lab);
    const made = iam
      .calls()
      .map((call) => call.args[0].constructor.name)
      .filter((name) => !name.startsWith("Get"));
    expect(made.slice(0, 2).sort()).toEqual(["CreateInstanceProfileCommand", "CreateRoleCommand"]);
    expect(made.slice(2).sort()).toEqual(["AddRoleToInstanceProfileCommand", "AttachRolePolicyCommand"]);
    expect(iam.commandCalls(AttachRolePolicyCommand)[0]?.args[0].input).toEqual({
      RoleName: "NextWorkInstanceRole",
      PolicyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
    });
    expect(iam.commandCalls(AddRoleToInstanceProfileCommand)[0]?.args[0].input).toEqual({
      InstanceProfileName: "NextWorkInstanceProfile",
      RoleName: "NextWorkInstanceRole",
    });
    expect(told.resources.map(({ part, outcome }) => [part, outcome])).toEqual([
      ["instance-role", "made"],
      ["instance-profile", "made"],
    ]);
  });

  it("says that it waits while IAM does not know yet what it has just made", async () => {
    const { lab, told } = freshLab();
    const shown: string[][] = [];
    iam.on(AttachRolePolicyCommand).callsFake(() => {
      shown.push([...told.waits]);
      if (shown.length < 3) throw NO_SUCH_ENTITY;
      return {};
    });
    await prepare.up(lab);
    const waits = ["IAM knows the role and the profile"];
    expect([shown, told.waits]).toEqual([[waits, waits, waits], waits]);
  });

  it("makes nothing where the image, the type or the zone is not to be had", async () => {
    ssm.on(GetParameterCommand).rejects(refusal("ParameterNotFound"));
    await expect(prepare.up(freshLab().lab)).rejects.toMatchObject({ code: "no-image" });
    expect(iam.calls()).toHaveLength(0);
  });

  it("repairs a profile that lost its role", async () => {
    const Tags = [
      { Key: "vpclab:lab", Value: "nextwork" },
      { Key: "vpclab:region", Value: "us-east-1" },
    ];
    const common = { Path: "/", Arn: "arn", CreateDate: new Date(0), Tags };
    iam.on(GetRoleCommand).resolves({ Role: { ...common, RoleName: "r", RoleId: "AROA" } });
    iam.on(GetInstanceProfileCommand).resolves({
      InstanceProfile: { ...common, InstanceProfileName: "p", InstanceProfileId: "AIPA", Roles: [] },
    });
    const { lab, told } = freshLab();
    await prepare.up(lab);
    expect(iam.commandCalls(CreateRoleCommand)).toHaveLength(0);
    expect(iam.commandCalls(AddRoleToInstanceProfileCommand)).toHaveLength(1);
    expect(told.resources.map(({ outcome }) => outcome)).toEqual(["found", "found"]);
  });
});
