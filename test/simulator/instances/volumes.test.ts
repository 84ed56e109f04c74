import {
  DeleteVolumeCommand,
  DescribeInstanceAttributeCommand,
  DescribeTagsCommand,
  DescribeVolumesCommand,
  DetachVolumeCommand,
  ModifyInstanceAttributeCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { beforeEach, describe, expect, it } from "vitest";
import { type Embedded, embedded } from "../embedded.ts";
import { describe1, launch, makeVpc } from "../lab.ts";
import { refusal } from "../refusal.ts";

describe("the root volume of an instance", () => {
  let aws: Embedded;
  let instanceId: string;
  let volumeId: string;

  beforeEach(async () => {
    aws = embedded();
    const vpc = await makeVpc(aws, 1);
    const tagged = [{ ResourceType: "volume" as const, Tags: [{ Key: "whose", Value: "mine" }] }];
    const launched = await launch(aws, vpc, { IamInstanceProfile: undefined, TagSpecifications: tagged });
    instanceId = launched.InstanceId ?? "";
    await aws.clock.sleep(30_000);
    const mapped = (await describe1(aws, instanceId)).BlockDeviceMappings?.[0]?.Ebs;
    expect(mapped).toMatchObject({ Status: "attached", DeleteOnTermination: true });
    volumeId = mapped?.VolumeId ?? "";
  });

  const volumes = async (Name?: string, ...Values: string[]) => {
    const { Volumes } = await aws.ec2.send(
      new DescribeVolumesCommand(Name === undefined ? {} : { Filters: [{ Name, Values }] }),
    );
    return Volumes;
  };
  const keep = (DeviceName = "/dev/xvda", Ebs: { DeleteOnTermination?: boolean } = {}) =>
    aws.ec2.send(
      new ModifyInstanceAttributeCommand({
        InstanceId: instanceId,
        BlockDeviceMappings: [{ DeviceName, Ebs }],
      }),
    );
  const remove = (options = {}) => aws.ec2.send(new DeleteVolumeCommand({ VolumeId: volumeId, ...options }));
  const detach = (options = {}) => aws.ec2.send(new DetachVolumeCommand({ VolumeId: volumeId, ...options }));
  const terminate = async () => {
    await aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
    await aws.clock.sleep(60_000);
  };
  const stop = async () => {
    await aws.ec2.send(new StopInstancesCommand({ InstanceIds: [instanceId] }));
    await aws.clock.sleep(40_000);
  };

  it("stays, with its tags, where it is not to be deleted on termination", async () => {
    await keep("/dev/xvda", { DeleteOnTermination: false });
    const shown = await aws.ec2.send(
      new DescribeInstanceAttributeCommand({ InstanceId: instanceId, Attribute: "blockDeviceMapping" }),
    );
    expect(shown.BlockDeviceMappings).toMatchObject([
      { DeviceName: "/dev/xvda", Ebs: { VolumeId: volumeId, DeleteOnTermination: false } },
    ]);
    expect(await volumes("attachment.delete-on-termination", "false")).toHaveLength(1);
    await terminate();
    expect(await volumes()).toMatchObject([{ VolumeId: volumeId, State: "available", Attachments: [] }]);
    expect(await volumes("status", "available")).toHaveLength(1);
    expect(await volumes("attachment.instance-id", instanceId)).toEqual([]);
    const tags = new DescribeTagsCommand({ Filters: [{ Name: "key", Values: ["whose"] }] });
    expect((await aws.ec2.send(tags)).Tags).toMatchObject([{ ResourceId: volumeId, ResourceType: "volume" }]);
  });

  it("goes again where nothing is said of its deletion, as AWS's default has it", async () => {
    await keep("/dev/xvda", { DeleteOnTermination: false });
    await keep();
    await terminate();
    expect(await volumes()).toEqual([]);
  });

  it("is the only device that can be named", async () => {
    expect(await refusal(keep("/dev/sdf", { DeleteOnTermination: false }))).toEqual({
      code: "InvalidInstanceAttributeValue",
      message: "No device is currently mapped at /dev/sdf",
    });
  });

  it("is not deleted while it is attached", async () => {
    expect(await refusal(remove())).toEqual({
      code: "VolumeInUse",
      message: `Volume ${volumeId} is currently attached to ${instanceId}`,
    });
    expect(await volumes("status", "in-use")).toHaveLength(1);
  });

  it("is shown as deleting for some seconds, then not at all", async () => {
    await keep("/dev/xvda", { DeleteOnTermination: false });
    await terminate();
    expect(await refusal(remove({ DryRun: true }))).toMatchObject({ code: "DryRunOperation" });
    expect(await volumes("status", "available")).toHaveLength(1);
    await remove();
    expect(await volumes()).toMatchObject([{ VolumeId: volumeId, State: "deleting" }]);
    expect(await refusal(remove())).toMatchObject({ code: "InvalidVolume.NotFound" });
    await aws.clock.sleep(10_000);
    expect(await volumes()).toEqual([]);
    expect(await refusal(remove())).toEqual({
      code: "InvalidVolume.NotFound",
      message: `The volume '${volumeId}' does not exist`,
    });
  });

  it("is detached only while its instance is stopped, which then does not start", async () => {
    expect(await refusal(detach())).toEqual({
      code: "IncorrectState",
      message: `Unable to detach root volume '${volumeId}' from instance '${instanceId}'`,
    });
    await stop();
    expect(await refusal(detach({ InstanceId: "i-00000000000000000" }))).toMatchObject({
      code: "InvalidAttachment.NotFound",
    });
    expect(await detach({ InstanceId: instanceId, Device: "/dev/xvda" })).toMatchObject({
      VolumeId: volumeId,
      InstanceId: instanceId,
      State: "detaching",
    });
    expect(await volumes()).toMatchObject([{ State: "available", Attachments: [] }]);
    expect(await refusal(detach())).toEqual({
      code: "IncorrectState",
      message: `Volume '${volumeId}' is in the 'available' state.`,
    });
    expect((await describe1(aws, instanceId)).BlockDeviceMappings).toEqual([]);
    const start = aws.ec2.send(new StartInstancesCommand({ InstanceIds: [instanceId] }));
    expect((await refusal(start)).message).toContain("does not have a volume attached at root");
  });

  it("that was detached outlives its instance, whatever was to be deleted on termination", async () => {
    await stop();
    await detach();
    await terminate();
    expect(await volumes()).toMatchObject([{ VolumeId: volumeId, State: "available" }]);
    await remove();
    await aws.clock.sleep(10_000);
    expect(await volumes()).toEqual([]);
  });
});
