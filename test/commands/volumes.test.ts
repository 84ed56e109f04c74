/** Volumes that stay when their instance goes: they carry the lab's tag, and are paid for. */
import {
  DescribeInstancesCommand,
  DescribeVolumesCommand,
  DetachVolumeCommand,
  ModifyInstanceAttributeCommand,
  RunInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
  type Volume,
} from "@aws-sdk/client-ec2";
import { beforeEach, describe, expect, test } from "vitest";
import type { Aws } from "../../src/aws/clients.ts";
import { latestImage } from "../../src/aws/image.ts";
import { tagSpecifications } from "../../src/aws/tags.ts";
import { type StatusOptions, status } from "../../src/commands/status.ts";
import type { TeardownOptions } from "../../src/commands/teardown.ts";
import { up } from "../../src/commands/up.ts";
import { byHand } from "./by-hand.ts";
import { type LabHome, labHome, refusal, SIMULATED, unwrapped } from "./in-process.ts";
import { takeDown, takeDownJson } from "./take-down.ts";

let home: LabHome;

beforeEach(async () => {
  home = labHome();
  await home.run((program) => up(program, { ...SIMULATED, yes: true, until: "instances" }));
});

const down = (options?: TeardownOptions) => takeDown(home, options);
const downJson = (options?: TeardownOptions) => takeDownJson(home, options);
const look = (options: StatusOptions = {}) =>
  home.run((program) => status(program, { ...SIMULATED, ...options }));

function allVolumes(): Promise<Volume[]> {
  return byHand(home, async ({ ec2 }) => (await ec2.send(new DescribeVolumesCommand({}))).Volumes ?? []);
}

async function instanceOf({ ec2 }: Aws, side: 1 | 2): Promise<{ instanceId: string; volumeId: string }> {
  const part = [{ Name: "tag:vpclab:part", Values: [`instance-${side}`] }];
  const { Reservations: [reservation] = [] } = await ec2.send(
    new DescribeInstancesCommand({ Filters: part }),
  );
  const instance = reservation?.Instances?.[0];
  return {
    instanceId: instance?.InstanceId ?? "",
    volumeId: instance?.BlockDeviceMappings?.[0]?.Ebs?.VolumeId ?? "",
  };
}

/** @returns the ids of the instance and its volume */
function keepVolume(side: 1 | 2) {
  return byHand(home, async (aws) => {
    const ids = await instanceOf(aws, side);
    await aws.ec2.send(
      new ModifyInstanceAttributeCommand({
        InstanceId: ids.instanceId,
        BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { DeleteOnTermination: false } }],
      }),
    );
    return ids;
  });
}

function detachVolume(side: 1 | 2) {
  return byHand(home, async (aws) => {
    const ids = await instanceOf(aws, side);
    await aws.ec2.send(new StopInstancesCommand({ InstanceIds: [ids.instanceId] }));
    await aws.clock.sleep(60_000);
    await aws.ec2.send(new DetachVolumeCommand({ VolumeId: ids.volumeId }));
    return ids;
  });
}

const deletedOf = (receipt: { deleted: { type: string; id: string }[] }) =>
  receipt.deleted.filter(({ type }) => type === "volume").map(({ id }) => id);

test("an ordinary lab's volumes go with their instances, and are not counted", async () => {
  const { stdout } = await look({ json: true });
  expect(JSON.parse(stdout).resources.map(({ type }: { type: string }) => type)).not.toContain("volume");
  const { code, receipt } = await downJson();
  expect(code).toBe(0);
  expect(deletedOf(receipt)).toEqual([]);
  expect(receipt.deleted).toHaveLength(14);
  expect(await allVolumes()).toEqual([]);
});

describe("a volume that was to stay, and one that was detached", () => {
  let kept: { instanceId: string; volumeId: string };
  let detached: { instanceId: string; volumeId: string };

  beforeEach(async () => {
    kept = await keepVolume(1);
    detached = await detachVolume(2);
  });

  test("are told by status, and by the teardown beforehand", async () => {
    const { stdout } = await look();
    expect(unwrapped(stdout)).toContain(
      `Volumes that no instance has any more; until vpclab teardown they cost $0.001 an hour on AWS: ${detached.volumeId}`,
    );
    expect(unwrapped(stdout)).toContain(
      `Volumes that stay when their instance goes (DeleteOnTermination is off), unless by vpclab teardown: ${kept.volumeId}`,
    );
    const { stdout: dry } = await down({ dryRun: true });
    expect(dry).toContain("This deletes 16 resources");
    for (const { volumeId } of [kept, detached]) expect(dry).toContain(volumeId);
  });

  test("go with the teardown, after the instances, each named in the receipt", async () => {
    const { code, receipt } = await downJson();
    expect(code).toBe(0);
    expect(receipt).toMatchObject({ failed: [], leftovers: [], complete: true });
    expect(deletedOf(receipt).sort()).toEqual([kept.volumeId, detached.volumeId].sort());
    expect(await allVolumes()).toEqual([]);
  });
});

describe("volumes that are all that is left", () => {
  let volumeIds: string[];

  beforeEach(async () => {
    await down();
    // As an interrupted lab, or vpclab before it looked for volumes, left them.
    volumeIds = await byHand(home, async (aws) => {
      const ran = await aws.ec2.send(
        new RunInstancesCommand({
          MinCount: 2,
          MaxCount: 2,
          ImageId: await latestImage(aws),
          InstanceType: "t2.micro",
          BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { DeleteOnTermination: false } }],
          TagSpecifications: tagSpecifications(
            { Name: "Instance - NextWork VPC 1", "vpclab:lab": "nextwork", "vpclab:part": "instance-1" },
            "volume",
          ),
        }),
      );
      const InstanceIds = ran.Instances?.flatMap(({ InstanceId }) => InstanceId ?? []);
      await aws.ec2.send(new TerminateInstancesCommand({ InstanceIds }));
      await aws.clock.sleep(120_000);
      const { Volumes = [] } = await aws.ec2.send(new DescribeVolumesCommand({}));
      return Volumes.flatMap(({ VolumeId }) => VolumeId ?? []);
    });
  });

  test("are a lab that status --all lists with its age", async () => {
    const { stdout } = await look({ all: true, json: true });
    expect(JSON.parse(stdout).labs).toMatchObject([
      { lab: "nextwork", region: "us-east-1", resources: 2, ageSeconds: expect.any(Number) },
    ]);
  });

  test("do not pass for the lab's instances", async () => {
    const { stdout } = await look();
    expect(stdout).toMatch(/2 {2}to do +Launch an instance/);
    expect(stdout).not.toContain("from an interrupted run");
    const { stdout: plan } = await home.run((program) => up(program, { ...SIMULATED, dryRun: true }));
    expect(plan).not.toContain("stands already");
  });

  test("go with --all-regions", async () => {
    const { code, receipt } = await downJson({ allRegions: true });
    expect(code).toBe(0);
    expect(receipt.regions).toMatchObject([{ region: "us-east-1", complete: true }]);
    expect(deletedOf(receipt.regions[0]).sort()).toEqual(volumeIds.sort());
    expect(await allVolumes()).toEqual([]);
  });
});

describe("a volume with the lab's tag on an instance that is not the lab's", () => {
  let theirs: { instanceId: string; volumeId: string };

  beforeEach(async () => {
    theirs = await byHand(home, async (aws) => {
      const { Instances: [instance] = [] } = await aws.ec2.send(
        new RunInstancesCommand({
          MinCount: 1,
          MaxCount: 1,
          ImageId: await latestImage(aws),
          InstanceType: "t2.micro",
          TagSpecifications: tagSpecifications(
            { "vpclab:lab": "nextwork", "vpclab:part": "instance-1" },
            "volume",
          ),
        }),
      );
      await aws.clock.sleep(30_000);
      const InstanceIds = [instance?.InstanceId ?? ""];
      const { Volumes = [] } = await aws.ec2.send(
        new DescribeVolumesCommand({ Filters: [{ Name: "attachment.instance-id", Values: InstanceIds }] }),
      );
      return { instanceId: InstanceIds[0] ?? "", volumeId: Volumes[0]?.VolumeId ?? "" };
    });
  });

  test("stays, and is told with the way to part them", async () => {
    const { stdout } = await look();
    expect(unwrapped(stdout)).toContain(
      `volume ${theirs.volumeId}, attached to ${theirs.instanceId}, which is not the lab's`,
    );
    const { code, receipt } = await downJson();
    expect(code).toBe(5);
    expect(receipt.leftovers).toMatchObject([
      {
        type: "volume",
        id: theirs.volumeId,
        reason: `It carries the lab's tag, but is attached to ${theirs.instanceId}, which is not the lab's.`,
        next: [
          `aws ec2 detach-volume --volume-id ${theirs.volumeId} --region us-east-1`,
          `aws ec2 delete-tags --resources ${theirs.volumeId} --tags Key=vpclab:lab --region us-east-1`,
        ],
      },
    ]);
    expect(await allVolumes()).toMatchObject([{ VolumeId: theirs.volumeId, State: "in-use" }]);
  });

  test("is not taken by name either", async () => {
    const error = await refusal(() => down({ include: [theirs.volumeId] }));
    expect(error).toMatchObject({ exitCode: 2 });
    expect(await allVolumes()).toHaveLength(3);
  });
});
