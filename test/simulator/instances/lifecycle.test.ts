import {
  CreateSecurityGroupCommand,
  DeleteNetworkInterfaceCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
  DescribeImagesCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeVolumesCommand,
  DetachInternetGatewayCommand,
  type Instance,
  ModifyInstanceAttributeCommand,
  ModifyNetworkInterfaceAttributeCommand,
  RebootInstancesCommand,
  RunInstancesCommand,
  type ShutdownBehavior,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { beforeEach, describe, expect, it } from "vitest";
import { type Embedded, embedded } from "../embedded.ts";
import { describe1, latestImageId, launch, makeVpc, type Vpc } from "../lab.ts";
import { refusal } from "../refusal.ts";

describe("an instance", () => {
  let aws: Embedded;
  let vpc: Vpc;
  let instance: Instance;
  let id: string;

  beforeEach(async () => {
    aws = embedded();
    vpc = await makeVpc(aws, 1);
    id = (await launch(aws, vpc, { IamInstanceProfile: undefined })).InstanceId ?? "";
    await aws.clock.sleep(30_000);
    instance = await describe1(aws, id);
  });

  const terminate = () => aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
  const stop = () => aws.ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
  const stateNow = async () => (await describe1(aws, id)).State?.Name;

  it("terminates in 30 to 60 seconds, and its interface goes 10 to 30 seconds later", async () => {
    expect((await terminate()).TerminatingInstances).toMatchObject([
      {
        InstanceId: id,
        PreviousState: { Name: "running" },
        CurrentState: { Name: "shutting-down", Code: 32 },
      },
    ]);
    await aws.clock.sleep(29_000);
    expect(await stateNow()).toBe("shutting-down");
    while ((await stateNow()) !== "terminated") await aws.clock.sleep(1_000);
    const terminated = await describe1(aws, id);
    expect(terminated).toMatchObject({
      StateReason: { Code: "Client.UserInitiatedShutdown" },
      NetworkInterfaces: [],
    });
    expect(terminated.VpcId).toBeUndefined();
    expect((await aws.ec2.send(new DescribeVolumesCommand({}))).Volumes).toEqual([]);

    await aws.clock.sleep(8_000);
    const interfaces = async () =>
      (await aws.ec2.send(new DescribeNetworkInterfacesCommand({}))).NetworkInterfaces;
    expect(await interfaces()).toHaveLength(1);
    const group = () => aws.ec2.send(new DeleteSecurityGroupCommand({ GroupId: vpc.securityGroupId }));
    const subnet = () => aws.ec2.send(new DeleteSubnetCommand({ SubnetId: vpc.subnetId }));
    expect((await refusal(group())).code).toBe("DependencyViolation");
    expect((await refusal(subnet())).code).toBe("DependencyViolation");
    await aws.clock.sleep(23_000);
    expect(await interfaces()).toEqual([]);
    await group();
    await subnet();
  });

  it("holds the gateway by its public address until it is terminated", async () => {
    const detach = () =>
      aws.ec2.send(new DetachInternetGatewayCommand({ VpcId: vpc.vpcId, InternetGatewayId: vpc.gatewayId }));
    await terminate();
    expect(await refusal(detach())).toEqual({
      code: "DependencyViolation",
      message: `Network ${vpc.vpcId} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
    });
    await aws.clock.sleep(60_000);
    await detach();
  });

  it("stays listed as terminated for about an hour", async () => {
    await terminate();
    await aws.clock.sleep(55 * 60_000);
    expect(await stateNow()).toBe("terminated");
    await terminate();
    await aws.clock.sleep(10 * 60_000);
    expect(await refusal(describe1(aws, id))).toEqual({
      code: "InvalidInstanceID.NotFound",
      message: `The instance ID '${id}' does not exist`,
    });
  });

  it("loses its public address while stopped and gets another one at the next start", async () => {
    await stop();
    expect(await stateNow()).toBe("stopping");
    await aws.clock.sleep(40_000);
    const stopped = await describe1(aws, id);
    expect(stopped.State?.Name).toBe("stopped");
    expect(stopped.PublicIpAddress).toBeUndefined();
    expect(stopped.PrivateIpAddress).toBe(instance.PrivateIpAddress);
    await aws.ec2.send(new StartInstancesCommand({ InstanceIds: [id] }));
    await aws.clock.sleep(30_000);
    const started = await describe1(aws, id);
    expect(started.State?.Name).toBe("running");
    expect(started.PublicIpAddress).toMatch(/^\d/);
    expect(started.PublicIpAddress).not.toBe(instance.PublicIpAddress);
    expect(started.LaunchTime?.getTime()).toBeGreaterThan(
      instance.LaunchTime?.getTime() ?? Number.POSITIVE_INFINITY,
    );
  });

  it("reboots without changing its state, and only while it runs", async () => {
    const reboot = () => aws.ec2.send(new RebootInstancesCommand({ InstanceIds: [id] }));
    await reboot();
    expect(await stateNow()).toBe("running");
    await stop();
    expect((await refusal(reboot())).code).toBe("IncorrectInstanceState");
  });

  it("ignores the reboot of one that is terminated", async () => {
    await terminate();
    await aws.clock.sleep(60_000);
    await aws.ec2.send(new RebootInstancesCommand({ InstanceIds: [id] }));
    expect(await stateNow()).toBe("terminated");
  });

  it("refuses to start, stop or be changed once it is terminated", async () => {
    await terminate();
    await aws.clock.sleep(60_000);
    const ids = { InstanceIds: [id] };
    expect((await refusal(aws.ec2.send(new StartInstancesCommand(ids)))).code).toBe("IncorrectInstanceState");
    expect((await refusal(stop())).code).toBe("IncorrectInstanceState");
    const change = new ModifyInstanceAttributeCommand({
      InstanceId: id,
      DisableApiTermination: { Value: true },
    });
    expect((await refusal(aws.ec2.send(change))).code).toBe("IncorrectInstanceState");
  });

  it("changes no instance when one of several ids is wrong", async () => {
    const wrong = new TerminateInstancesCommand({ InstanceIds: [id, "i-00000000000000000"] });
    expect((await refusal(aws.ec2.send(wrong))).code).toBe("InvalidInstanceID.NotFound");
    expect(await stateNow()).toBe("running");
  });

  it("cannot be terminated while that is disabled", async () => {
    const protect = (Value: boolean) =>
      aws.ec2.send(new ModifyInstanceAttributeCommand({ InstanceId: id, DisableApiTermination: { Value } }));
    await protect(true);
    const shown = new DescribeInstanceAttributeCommand({
      InstanceId: id,
      Attribute: "disableApiTermination",
    });
    expect((await aws.ec2.send(shown)).DisableApiTermination).toEqual({ Value: true });
    expect(await refusal(terminate())).toEqual({
      code: "OperationNotPermitted",
      message: `The instance '${id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
    });
    await protect(false);
    await terminate();
  });

  it("takes other groups, through the instance or through its interface", async () => {
    const eni = instance.NetworkInterfaces?.[0]?.NetworkInterfaceId;
    const groups = async () => (await describe1(aws, id)).SecurityGroups?.map(({ GroupName }) => GroupName);
    const fallback = await launch(aws, vpc, { IamInstanceProfile: undefined, SecurityGroupIds: undefined });
    const defaultGroup = fallback.SecurityGroups?.[0]?.GroupId ?? "";
    await aws.ec2.send(new ModifyInstanceAttributeCommand({ InstanceId: id, Groups: [defaultGroup] }));
    expect(await groups()).toEqual(["default"]);
    await aws.ec2.send(
      new ModifyNetworkInterfaceAttributeCommand({
        NetworkInterfaceId: eni,
        Groups: [vpc.securityGroupId, defaultGroup],
      }),
    );
    expect(await groups()).toEqual(["NextWork-1-SG", "default"]);
  });

  it("takes five groups at most", async () => {
    const Groups: string[] = [];
    for (let number = 1; number <= 6; number++) {
      const create = { GroupName: `group ${number}`, Description: "one of many", VpcId: vpc.vpcId };
      Groups.push((await aws.ec2.send(new CreateSecurityGroupCommand(create))).GroupId ?? "");
    }
    const change = (groups: string[]) =>
      aws.ec2.send(new ModifyInstanceAttributeCommand({ InstanceId: id, Groups: groups }));
    expect(await refusal(change(Groups))).toEqual({
      code: "SecurityGroupsPerInterfaceLimitExceeded",
      message: "The maximum number of security groups per interface has been reached.",
    });
    await change(Groups.slice(1));
  });

  it("keeps its interface from being deleted; one that outlives it can be", async () => {
    const kept = await launch(aws, vpc, {
      IamInstanceProfile: undefined,
      SubnetId: undefined,
      SecurityGroupIds: undefined,
      NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: vpc.subnetId, DeleteOnTermination: false }],
    });
    const eni = kept.NetworkInterfaces?.[0]?.NetworkInterfaceId ?? "";
    const remove = () => aws.ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: eni }));
    expect(await refusal(remove())).toEqual({
      code: "InvalidParameterValue",
      message: `Network interface '${eni}' is currently in use.`,
    });
    await aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [kept.InstanceId ?? ""] }));
    await aws.clock.sleep(100_000);
    const find = new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [eni] });
    expect((await aws.ec2.send(find)).NetworkInterfaces).toMatchObject([{ Status: "available" }]);
    await remove();
    expect((await refusal(aws.ec2.send(find))).code).toBe("InvalidNetworkInterfaceID.NotFound");
  });

  it("is found by filters and in pages", async () => {
    await aws.ec2.send(
      new RunInstancesCommand({
        MinCount: 6,
        MaxCount: 6,
        ImageId: await latestImageId(aws),
        InstanceType: "t2.micro",
        SubnetId: vpc.subnetId,
        TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "Name", Value: "many" }] }],
      }),
    );
    const found = async (Name: string, ...Values: string[]) => {
      const { Reservations = [] } = await aws.ec2.send(
        new DescribeInstancesCommand({ Filters: [{ Name, Values }] }),
      );
      return Reservations.flatMap(({ Instances = [] }) => Instances).length;
    };
    expect(await found("instance-state-name", "running")).toBe(1);
    expect(await found("instance-state-name", "pending", "running")).toBe(7);
    expect(await found("tag:Name", "ma*")).toBe(6);
    expect(await found("instance-type", "t2.*")).toBe(6);
    expect(await found("vpc-id", vpc.vpcId)).toBe(7);
    expect(await found("private-ip-address", instance.PrivateIpAddress ?? "")).toBe(1);
    const first = await aws.ec2.send(new DescribeInstancesCommand({ MaxResults: 5 }));
    const rest = await aws.ec2.send(
      new DescribeInstancesCommand({ MaxResults: 5, NextToken: first.NextToken }),
    );
    const ids = [first, rest].flatMap(({ Reservations = [] }) =>
      Reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId }) => InstanceId)),
    );
    expect(new Set(ids).size).toBe(7);
    expect(rest.NextToken).toBeUndefined();
  });

  it("is named, or looked for page by page", async () => {
    const InstanceIds = [id];
    const VolumeIds = [instance.BlockDeviceMappings?.[0]?.Ebs?.VolumeId ?? ""];
    const ImageIds = [instance.ImageId ?? ""];
    const MaxResults = 10;
    const calls: [string, Promise<unknown>][] = [
      ["instancesSet", aws.ec2.send(new DescribeInstancesCommand({ InstanceIds, MaxResults }))],
      ["instancesSet", aws.ec2.send(new DescribeInstanceStatusCommand({ InstanceIds, MaxResults }))],
      ["volumeSet", aws.ec2.send(new DescribeVolumesCommand({ VolumeIds, MaxResults }))],
      ["imagesSet", aws.ec2.send(new DescribeImagesCommand({ ImageIds, MaxResults }))],
    ];
    for (const [parameter, call] of calls)
      expect(await refusal(call)).toEqual({
        code: "InvalidParameterCombination",
        message: `The parameter ${parameter} cannot be used with the parameter maxResults`,
      });
  });

  it("passes its status checks some two minutes after the launch", async () => {
    const status = async () => {
      const { InstanceStatuses = [] } = await aws.ec2.send(new DescribeInstanceStatusCommand({}));
      return InstanceStatuses.map(({ InstanceStatus }) => InstanceStatus?.Status);
    };
    const reachable = async (Name: string, ...Values: string[]) => {
      const input = { IncludeAllInstances: true, Filters: [{ Name, Values }] };
      const { InstanceStatuses = [] } = await aws.ec2.send(new DescribeInstanceStatusCommand(input));
      return InstanceStatuses.length;
    };
    expect(await status()).toEqual(["initializing"]);
    expect(await reachable("instance-status.reachability", "initializing")).toBe(1);
    await aws.clock.sleep(120_000);
    expect(await status()).toEqual(["ok"]);
    expect(await reachable("instance-status.reachability", "initializing")).toBe(0);
    expect(await reachable("system-status.reachability", "passed")).toBe(1);
    await stop();
    expect(await status()).toEqual([]);
    expect(await reachable("system-status.reachability", "*")).toBe(0);
  });
});

describe("a power-off that user data plans", () => {
  const script = (...lines: string[]) => Buffer.from(["#!/bin/sh", ...lines].join("\n")).toString("base64");

  async function launched(UserData: string, InstanceInitiatedShutdownBehavior?: ShutdownBehavior) {
    const aws = embedded();
    const vpc = await makeVpc(aws, 1);
    const { InstanceId: id = "" } = await launch(aws, vpc, {
      IamInstanceProfile: undefined,
      UserData,
      InstanceInitiatedShutdownBehavior,
    });
    const stateAfter = async (minutes: number) => {
      await aws.clock.sleep(minutes * 60_000);
      return (await describe1(aws, id)).State?.Name;
    };
    return { aws, id, stateAfter };
  }

  it("terminates the instance where its shutdown behaviour says so, protected or not", async () => {
    const { aws, id, stateAfter } = await launched(script("shutdown -P +240"), "terminate");
    await aws.ec2.send(
      new ModifyInstanceAttributeCommand({ InstanceId: id, DisableApiTermination: { Value: true } }),
    );
    expect(await stateAfter(240)).toBe("running");
    expect(await stateAfter(3)).toBe("terminated");
    expect(await describe1(aws, id)).toMatchObject({
      StateReason: {
        Code: "Client.InstanceInitiatedShutdown",
        Message: "Client.InstanceInitiatedShutdown: Instance initiated shutdown",
      },
      StateTransitionReason: "",
    });
  });

  it("stops it where that does not, and the next boot plans none", async () => {
    const { aws, id, stateAfter } = await launched(script("sudo shutdown -h +5 'see you'"));
    expect(await stateAfter(7)).toBe("stopped");
    await aws.ec2.send(new StartInstancesCommand({ InstanceIds: [id] }));
    expect(await stateAfter(30)).toBe("running");
  });

  it("is called off by a stop, a reboot or its own script", async () => {
    const stopped = await launched(script("shutdown +5"), "terminate");
    expect(await stopped.stateAfter(2)).toBe("running");
    await stopped.aws.ec2.send(new StopInstancesCommand({ InstanceIds: [stopped.id] }));
    expect(await stopped.stateAfter(10)).toBe("stopped");
    const rebooted = await launched(script("shutdown +5"), "terminate");
    await rebooted.stateAfter(2);
    await rebooted.aws.ec2.send(new RebootInstancesCommand({ InstanceIds: [rebooted.id] }));
    expect(await rebooted.stateAfter(10)).toBe("running");
    expect(await (await launched(script("shutdown +5", "shutdown -c"))).stateAfter(10)).toBe("running");
  });

  it.each([
    ["shutdown", "stopped"],
    ["shutdown now", "stopped"],
    ["/usr/sbin/shutdown -h 1", "stopped"],
    ["shutdown -r +1", "running"],
    ["echo shutdown now", "running"],
  ])("is read from `%s`: %s", async (line, state) => {
    expect(await (await launched(script(line))).stateAfter(5)).toBe(state);
  });
});
