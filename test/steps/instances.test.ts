import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DeleteSubnetCommand,
  DescribeAvailabilityZonesCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  EC2Client,
  type InstanceStateName,
  RunInstancesCommand,
  type RunInstancesCommandInput,
} from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import { instances } from "../../src/steps/instances.ts";
import { refusal } from "../aws/refusal.ts";
import { mockedLab } from "./lab-context.ts";

const ec2 = mockClient(EC2Client);

function sideOf(input: object): 1 | 2 {
  return /(vpc|subnet|sg|group|instance)-1/.test(JSON.stringify(input)) ? 1 : 2;
}

beforeEach(() => {
  ec2.reset();
  ec2.onAnyCommand().rejects(new Error("not expected in this test"));
  ec2.on(DescribeVpcsCommand).callsFake((input) => ({ Vpcs: [{ VpcId: `vpc-${sideOf(input)}` }] }));
  ec2
    .on(DescribeSubnetsCommand)
    .callsFake((input) => ({ Subnets: [{ SubnetId: `subnet-${sideOf(input)}` }] }));
  ec2.on(DescribeSecurityGroupsCommand).resolves({ SecurityGroups: [] });
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [] });
  ec2.on(CreateSecurityGroupCommand).callsFake((input) => ({ GroupId: `sg-${sideOf(input)}` }));
  ec2.on(AuthorizeSecurityGroupIngressCommand).resolves({});
  ec2.on(RunInstancesCommand).callsFake((input) => ({
    Instances: [{ InstanceId: `i-${sideOf(input)}`, State: { Name: "pending" } }],
  }));
});

/** Both security groups stand and let in SSH from everywhere, and nothing else. */
function groupsLetInSsh(): void {
  const IpPermissions = [
    { IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: "0.0.0.0/0" }] },
  ];
  ec2.on(DescribeSecurityGroupsCommand).callsFake((input) => ({
    SecurityGroups: [{ GroupId: `sg-${sideOf(input)}`, IpPermissions }],
  }));
}

function launches(): RunInstancesCommandInput[] {
  return ec2.commandCalls(RunInstancesCommand).map(({ args: [{ input }] }) => input);
}

describe("instances, up", () => {
  it("lets in all ICMP from everywhere and SSH from where the learner said", async () => {
    const { lab } = mockedLab({ sshFrom: "203.0.113.7/32" });
    await instances.up(lab);
    const rules = ec2
      .commandCalls(AuthorizeSecurityGroupIngressCommand)
      .map(({ args: [{ input }] }) => input)
      .filter(({ GroupId }) => GroupId === "sg-1")
      .flatMap(({ IpPermissions }) => IpPermissions ?? []);
    expect(rules).toMatchObject([
      { IpProtocol: "icmp", FromPort: -1, ToPort: -1, IpRanges: [{ CidrIp: "0.0.0.0/0" }] },
      { IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: "203.0.113.7/32" }] },
    ]);
  });

  it.each([["VPC", DescribeVpcsCommand] as const, ["subnet", DescribeSubnetsCommand] as const])(
    "goes on where the %s was made a moment ago and does not show at once",
    async (_what, read) => {
      const { lab } = mockedLab();
      let looks = 0;
      ec2.on(read).callsFake((input) => {
        const side = sideOf(input);
        const shows = side === 2 || ++looks > 3;
        return {
          Vpcs: shows ? [{ VpcId: `vpc-${side}` }] : [],
          Subnets: shows ? [{ SubnetId: `subnet-${side}` }] : [],
        };
      });
      await instances.up(lab);
      expect(launches().map(({ SubnetId }) => SubnetId)).toEqual(["subnet-2", "subnet-1"]);
    },
  );

  it("says so where there is no subnet, and has looked for no longer than it takes to show", async () => {
    const { lab } = mockedLab();
    ec2.on(DescribeSubnetsCommand).resolves({ Subnets: [] });
    const begun = lab.aws.clock.now();
    await expect(instances.up(lab)).rejects.toMatchObject({ code: "no-network" });
    expect(lab.aws.clock.now() - begun).toBeLessThanOrEqual(15_000);
  });

  it("makes no SSH rule for nobody", async () => {
    const { lab } = mockedLab({ sshFrom: undefined });
    await instances.up(lab);
    expect(ec2.commandCalls(AuthorizeSecurityGroupIngressCommand)).toHaveLength(2);
  });

  it.each([
    ["0.0.0.0/0", true],
    ["203.0.113.7/32", false],
    [undefined, false],
  ])("with SSH from %s: a word of warning is %s", async (sshFrom, warned) => {
    const { lab, told } = mockedLab({ sshFrom });
    await instances.up(lab);
    expect(told.said.some((text) => text.includes("open to the whole internet"))).toBe(warned);
  });

  it("launches with IMDSv2, an encrypted volume, the profile, and everything tagged", async () => {
    const { lab } = mockedLab();
    await instances.up(lab);
    const launch = launches().find((input) => sideOf(input) === 1);
    expect(launch).toMatchObject({
      MinCount: 1,
      MaxCount: 1,
      ImageId: "ami-00000000000000001",
      InstanceType: "t2.micro",
      SubnetId: "subnet-1",
      SecurityGroupIds: ["sg-1"],
      IamInstanceProfile: { Name: "NextWorkInstanceProfile" },
      MetadataOptions: { HttpTokens: "required" },
      BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { Encrypted: true, DeleteOnTermination: true } }],
      InstanceInitiatedShutdownBehavior: "terminate",
    });
    expect(launch?.UserData).toBeUndefined();
    expect(launch?.KeyName).toBeUndefined();
    expect(launch?.TagSpecifications?.map(({ ResourceType }) => ResourceType)).toEqual([
      "instance",
      "volume",
      "network-interface",
    ]);
    for (const { Tags } of launch?.TagSpecifications ?? [])
      expect(Tags).toContainEqual({ Key: "vpclab:lab", Value: "nextwork" });
  });

  it("powers off by itself after the hours that were said", async () => {
    const { lab, told } = mockedLab({ hours: 4, sshFrom: undefined });
    await instances.up(lab);
    const script = Buffer.from(launches()[0]?.UserData ?? "", "base64").toString();
    expect(script).toBe("#!/bin/sh\nshutdown -P +240\n");
    expect(told.said).toEqual(["They power off and terminate by themselves after 4 hours."]);
  });

  it.each([
    [
      [2],
      /^Instance 1 powers off .* after 4 hours\. Instance 2 stood already: .* settled when it was started/,
    ],
    [[1, 2], /^They stood already: .* settled when they were started\.$/],
  ])("promises no hours of what stood already: instances %j", async (standing, promise) => {
    const { lab, told } = mockedLab({ hours: 4, sshFrom: undefined });
    ec2.on(DescribeInstancesCommand).callsFake((input) => ({
      Reservations: standing.includes(sideOf(input))
        ? [{ Instances: [{ InstanceId: `i-${sideOf(input)}`, State: { Name: "running" } }] }]
        : [],
    }));
    await instances.up(lab);
    expect(launches()).toHaveLength(2 - standing.length);
    expect(told.said).toEqual([expect.stringMatching(promise)]);
  });

  it("tries again with the same token while the profile propagates", async () => {
    const { lab } = mockedLab();
    let refused = 0;
    ec2.on(RunInstancesCommand).callsFake((input) => {
      if (sideOf(input) === 1 && refused < 3) {
        refused++;
        throw refusal(
          "InvalidParameterValue",
          refused < 3
            ? "Value (NextWorkInstanceProfile) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name"
            : 'IAM Instance Profile "arn:…" has no associated IAM Roles',
        );
      }
      return { Instances: [{ InstanceId: `i-${sideOf(input)}` }] };
    });
    await instances.up(lab);
    const tokens = (side: 1 | 2) =>
      new Set(
        launches()
          .filter((input) => sideOf(input) === side)
          .map(({ ClientToken }) => ClientToken),
      );
    expect(launches()).toHaveLength(5);
    expect(tokens(1).size).toBe(1);
    expect(tokens(1)).not.toEqual(tokens(2));
  });

  it("gives up on the profile after 2 minutes, with what AWS said", async () => {
    const { lab } = mockedLab();
    const begun = lab.aws.clock.now();
    ec2
      .on(RunInstancesCommand)
      .rejects(refusal("InvalidParameterValue", "Invalid IAM Instance Profile name"));
    await expect(instances.up(lab)).rejects.toMatchObject({
      code: "timed-out",
      why: expect.stringContaining("Invalid IAM Instance Profile name"),
    });
    expect(lab.aws.clock.now() - begun).toBeLessThanOrEqual(120_000);
    expect(lab.aws.clock.now() - begun).toBeGreaterThan(100_000);
  });

  it("does not retry another invalid parameter", async () => {
    const { lab } = mockedLab();
    ec2.on(RunInstancesCommand).rejects(refusal("InvalidParameterValue", "Invalid value for kernelId"));
    await expect(instances.up(lab)).rejects.toThrow("kernelId");
    expect(launches()).toHaveLength(2);
  });

  it.each([
    ["InsufficientInstanceCapacity", "We currently do not have sufficient capacity", "no t2.micro to spare"],
    ["Unsupported", "Your requested instance type (t2.micro) is not supported", "does not offer t2.micro"],
    ["InvalidParameterCombination", "not eligible for Free Tier", "plan does not include t2.micro"],
    ["VcpuLimitExceeded", "You have requested more vCPU capacity", "may not run that many vCPUs"],
    ["PendingVerification", "Your request is pending verification", "still checking your new account"],
  ])("explains %s with what helps", async (code, message, what) => {
    const { lab } = mockedLab();
    ec2.on(DescribeAvailabilityZonesCommand).resolves({ AvailabilityZones: [] });
    ec2.on(DescribeInstanceTypeOfferingsCommand).resolves({});
    ec2.on(RunInstancesCommand).rejects(refusal(code, message));
    await expect(instances.up(lab)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(what),
      next: expect.arrayContaining([expect.any(String)]),
    });
  });

  it("takes no subnet away that something stands in, though another zone has room", async () => {
    const { lab } = mockedLab();
    const zone = { ZoneName: "us-east-1b" };
    ec2.on(DescribeAvailabilityZonesCommand).resolves({ AvailabilityZones: [zone] });
    ec2
      .on(DescribeInstanceTypeOfferingsCommand)
      .resolves({ InstanceTypeOfferings: [{ Location: "us-east-1b" }] });
    ec2
      .on(DescribeNetworkInterfacesCommand)
      .resolves({ NetworkInterfaces: [{ NetworkInterfaceId: "eni-theirs" }] });
    ec2.on(RunInstancesCommand).rejects(refusal("InsufficientInstanceCapacity"));
    await expect(instances.up(lab)).rejects.toMatchObject({ code: "InsufficientInstanceCapacity" });
    expect(ec2.commandCalls(DeleteSubnetCommand)).toHaveLength(0);
  });

  it("makes an instance again that was terminated", async () => {
    const { lab } = mockedLab();
    ec2.on(DescribeInstancesCommand).callsFake((input) => ({
      Reservations: [
        {
          Instances: [
            { InstanceId: "i-old", State: { Name: sideOf(input) === 1 ? "terminated" : "shutting-down" } },
          ],
        },
      ],
    }));
    await instances.up(lab);
    expect(launches()).toHaveLength(2);
  });

  it("launches nothing where both stand, and adds the rule that is missing", async () => {
    const { lab } = mockedLab();
    ec2.on(DescribeInstancesCommand).callsFake((input) => ({
      Reservations: [{ Instances: [{ InstanceId: `i-${sideOf(input)}`, State: { Name: "running" } }] }],
    }));
    groupsLetInSsh();
    await instances.up(lab);
    expect(launches()).toEqual([]);
    const added = ec2
      .commandCalls(AuthorizeSecurityGroupIngressCommand)
      .map(({ args: [{ input }] }) => input);
    expect(added.map(({ IpPermissions }) => IpPermissions?.[0]?.IpProtocol)).toEqual(["icmp", "icmp"]);
  });

  it("warns of a group that lets SSH in from elsewhere too", async () => {
    const { lab, told } = mockedLab({ sshFrom: "203.0.113.7/32" });
    groupsLetInSsh();
    await instances.up(lab);
    const others = told.warnings.filter((warning) => warning.includes("also lets in"));
    expect(others).toHaveLength(2);
    expect(others[0]).toContain("0.0.0.0/0");
  });

  it("leaves a group of the same name alone that is not the lab's", async () => {
    const { lab } = mockedLab();
    ec2.on(CreateSecurityGroupCommand).rejects(refusal("InvalidGroup.Duplicate"));
    await expect(instances.up(lab)).rejects.toMatchObject({
      code: "not-ours",
      message: expect.stringContaining("NextWork-1-SG"),
    });
    expect(launches()).toEqual([]);
  });

  it("lets in both at once, and one by one where AWS refuses the two because one is there", async () => {
    const { lab } = mockedLab({ sshFrom: "203.0.113.7/32" });
    ec2.on(AuthorizeSecurityGroupIngressCommand).callsFake(({ IpPermissions }) => {
      if (IpPermissions.length > 1) throw refusal("InvalidPermission.Duplicate");
      return {};
    });
    await instances.up(lab);
    const asked = ec2
      .commandCalls(AuthorizeSecurityGroupIngressCommand)
      .map(({ args: [{ input }] }) => input)
      .filter(({ GroupId }) => GroupId === "sg-1")
      .map(({ IpPermissions = [] }) => IpPermissions.map(({ IpProtocol }) => IpProtocol));
    expect(asked).toEqual([["icmp", "tcp"], ["icmp"], ["tcp"]]);
  });

  it("takes a rule for granted that somebody added meanwhile", async () => {
    const { lab } = mockedLab();
    ec2.on(AuthorizeSecurityGroupIngressCommand).rejects(refusal("InvalidPermission.Duplicate"));
    await instances.up(lab);
    expect(launches()).toHaveLength(2);
  });

  it.each<[InstanceStateName, string[]]>([
    ["stopped", ["start-instances"]],
    ["stopping", ["wait instance-stopped", "start-instances"]],
  ])("says how to start an instance that is %s", async (Name, commands) => {
    const { lab } = mockedLab();
    ec2.on(DescribeInstancesCommand).callsFake((input) => ({
      Reservations: [{ Instances: [{ InstanceId: `i-${sideOf(input)}`, State: { Name } }] }],
    }));
    await expect(instances.up(lab)).rejects.toMatchObject({
      code: "instance-stopped",
      next: [
        ...commands.map((command) => `aws ec2 ${command} --instance-ids i-1 --region us-east-1`),
        "Then run the same command again: it goes on from here.",
      ],
    });
  });
});
