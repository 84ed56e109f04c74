import {
  DeleteVolumeCommand,
  DescribeInstancesCommand,
  DescribeVolumesCommand,
  EC2Client,
  type InstanceStateName,
  type Volume,
} from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import { deleteVolume, describeVolumes } from "../../src/aws/volume.ts";
import { mockedLab } from "../steps/lab-context.ts";
import { refusal } from "./refusal.ts";

const ec2 = mockClient(EC2Client);
const LEFT: Volume = { VolumeId: "vol-1", State: "available", Attachments: [] };
const ATTACHED: Volume = { ...LEFT, State: "in-use", Attachments: [{ InstanceId: "i-1" }] };

beforeEach(() => {
  ec2.reset();
  ec2.onAnyCommand().rejects(new Error("not expected in this test"));
  ec2.on(DeleteVolumeCommand).resolves({});
});

function remove() {
  const { lab } = mockedLab();
  return deleteVolume(lab.aws, lab.spec, "vol-1");
}

function holder(Name: InstanceStateName): void {
  const Instances = [{ InstanceId: "i-1", State: { Name } }];
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances }] });
}

describe("a volume that is to be deleted", () => {
  it("is gone when a read no longer shows it, however long it is shown as deleting", async () => {
    ec2
      .on(DescribeVolumesCommand)
      .resolvesOnce({ Volumes: [LEFT] })
      .resolvesOnce({ Volumes: [{ ...LEFT, State: "deleting" }] })
      .resolvesOnce({ Volumes: [{ ...LEFT, State: "deleting" }] })
      .resolves({ Volumes: [] });
    expect(await remove()).toBe("deleted");
    expect(ec2.commandCalls(DescribeVolumesCommand)).toHaveLength(4);
    expect(ec2.commandCalls(DeleteVolumeCommand).map(({ args }) => args[0].input)).toEqual([
      { VolumeId: "vol-1" },
    ]);
  });

  it("is left alone where it does not carry the lab's tag", async () => {
    ec2.on(DescribeVolumesCommand).callsFake(({ Filters }) => {
      expect(Filters).toEqual([
        { Name: "tag:vpclab:lab", Values: ["nextwork"] },
        { Name: "volume-id", Values: ["vol-1"] },
      ]);
      return { Volumes: [] };
    });
    expect(await remove()).toBe("absent");
    expect(ec2.commandCalls(DeleteVolumeCommand)).toEqual([]);
  });

  it("waits for its instance to let go of it", async () => {
    holder("shutting-down");
    ec2
      .on(DescribeVolumesCommand)
      .resolvesOnce({ Volumes: [ATTACHED] })
      .resolvesOnce({ Volumes: [ATTACHED] })
      .resolvesOnce({ Volumes: [LEFT] })
      .resolves({ Volumes: [] });
    ec2
      .on(DeleteVolumeCommand)
      .rejectsOnce(refusal("VolumeInUse"))
      .rejectsOnce(refusal("VolumeInUse"))
      .resolves({});
    expect(await remove()).toBe("deleted");
    expect(ec2.commandCalls(DeleteVolumeCommand)).toHaveLength(3);
  });

  it.each<InstanceStateName>(["running", "stopped"])(
    "is not taken from an instance that is %s",
    async (state) => {
      holder(state);
      ec2.on(DescribeVolumesCommand).resolves({ Volumes: [ATTACHED] });
      ec2.on(DeleteVolumeCommand).rejects(refusal("VolumeInUse"));
      await expect(remove()).rejects.toMatchObject({
        code: "blocked",
        message: expect.stringContaining("vol-1 is attached to i-1"),
        next: [expect.stringContaining("detach")],
      });
      expect(ec2.commandCalls(DeleteVolumeCommand)).toHaveLength(1);
    },
  );

  it("was deleted by another teardown, or by a first try whose answer was lost", async () => {
    ec2.on(DescribeVolumesCommand).resolves({ Volumes: [LEFT] });
    ec2
      .on(DeleteVolumeCommand)
      .rejectsOnce(refusal("InvalidVolume.NotFound"))
      .rejectsOnce(refusal("InvalidVolume.NotFound", "does not exist", 2));
    expect(await remove()).toBe("absent");
    expect(await remove()).toBe("deleted");
  });
});

it("reads volumes page by page", async () => {
  ec2
    .on(DescribeVolumesCommand)
    .resolvesOnce({ Volumes: [{ VolumeId: "vol-1" }], NextToken: "more" })
    .resolves({ Volumes: [{ VolumeId: "vol-2" }] });
  const volumes = await describeVolumes(mockedLab().lab.aws, []);
  expect(volumes.map(({ VolumeId }) => VolumeId)).toEqual(["vol-1", "vol-2"]);
});
