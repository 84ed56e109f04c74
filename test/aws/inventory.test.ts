import { CreateLogGroupCommand, DeleteLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateInternetGatewayCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteVolumeCommand,
  DescribeVolumesCommand,
  ModifyInstanceAttributeCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { CreateRoleCommand } from "@aws-sdk/client-iam";
import { describe, expect, it, vi } from "vitest";
import { whoAmI } from "../../src/aws/identity.ts";
import { latestImage } from "../../src/aws/image.ts";
import { type Inventory, readInventory } from "../../src/aws/inventory.ts";
import { tagSpecifications } from "../../src/aws/tags.ts";
import type { LabContext } from "../../src/steps/step.ts";
import { walkDown, walkUp } from "../../src/steps/walk.ts";
import { embeddedLab, labBeside } from "../steps/lab-context.ts";
import { refusal } from "./refusal.ts";

async function inventoryOf({ aws, spec }: LabContext): Promise<Inventory> {
  return readInventory(aws, spec, { account: (await whoAmI(aws)).account });
}

describe("readInventory", () => {
  it("holds nothing where there is no lab, though there is a default VPC", async () => {
    const { lab } = embeddedLab();
    const { resources, fading, vpcs } = await inventoryOf(lab);
    expect([resources, fading, vpcs]).toEqual([[], [], []]);
  });

  it("lists what stands in the order of the steps, with AWS's own states", async () => {
    const { lab } = embeddedLab();
    await walkUp(lab, { until: "log-group" });
    const { resources } = await inventoryOf(lab);
    expect(resources.map(({ type }) => type)).toEqual([
      "iam-role",
      "instance-profile",
      "vpc",
      "vpc",
      "subnet",
      "subnet",
      "internet-gateway",
      "internet-gateway",
      "route-table",
      "route-table",
      "security-group",
      "security-group",
      "instance",
      "instance",
      "log-group",
    ]);
    expect(resources.filter(({ type }) => type === "subnet").map(({ part }) => part)).toEqual([
      "subnet-1",
      "subnet-2",
    ]);
    expect(resources.find(({ part }) => part === "vpc-1")).toMatchObject({
      name: "NextWork-1-vpc",
      state: "available",
      id: expect.stringMatching(/^vpc-/),
    });
    expect(resources.find(({ part }) => part === "internet-gateway-2")?.state).toBe("attached");
    expect(resources.find(({ part }) => part === "instance-1")?.state).toMatch(/pending|running/);
  });

  it("leaves out another lab's, and what only has one of our names", async () => {
    const first = embeddedLab();
    await walkUp(labBeside(first, { lab: "other" }).lab, { until: "log-group" });
    const { aws, spec } = first.lab;
    await aws.logs.send(new CreateLogGroupCommand({ logGroupName: spec.nameOf("log-group") }));
    const AssumeRolePolicyDocument = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
    });
    await aws.iam.send(
      new CreateRoleCommand({ RoleName: spec.nameOf("flow-log-role"), AssumeRolePolicyDocument }),
    );
    expect((await inventoryOf(first.lab)).resources).toEqual([]);
  });

  it("names the log group of the lab's name that carries no lab's tag, not one that carries another's", async () => {
    const { lab } = embeddedLab();
    const logGroupName = lab.spec.nameOf("log-group");
    const make = (tags?: Record<string, string>) =>
      lab.aws.logs.send(new CreateLogGroupCommand({ logGroupName, tags }));
    await make({ "vpclab:lab": "other" });
    expect((await inventoryOf(lab)).untaggedLogGroup).toBeUndefined();
    await lab.aws.logs.send(new DeleteLogGroupCommand({ logGroupName }));
    await make();
    expect((await inventoryOf(lab)).untaggedLogGroup).toBe(logGroupName);
  });

  it("lists both of one part", async () => {
    const { lab } = embeddedLab();
    for (const CidrBlock of ["10.1.0.0/16", "10.1.0.0/16"])
      await lab.aws.ec2.send(
        new CreateVpcCommand({
          CidrBlock,
          TagSpecifications: tagSpecifications(lab.spec.tagsOf("vpc-1"), "vpc"),
        }),
      );
    const { resources } = await inventoryOf(lab);
    expect(resources.map(({ part }) => part)).toEqual(["vpc-1", "vpc-1"]);
  });

  it("tells what has a copied tag in another VPC from what is the lab's", async () => {
    const { lab } = embeddedLab();
    await walkUp(lab, { until: "vpcs" });
    const before = await inventoryOf(lab);
    expect(before.elsewhere).toEqual([]);
    const { ec2 } = lab.aws;
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.9.0.0/16" }));
    const copied = (type: "subnet" | "internet-gateway", tags: Record<string, string>) =>
      tagSpecifications(tags, type);
    const { Subnet } = await ec2.send(
      new CreateSubnetCommand({
        VpcId: Vpc?.VpcId,
        CidrBlock: "10.9.0.0/20",
        TagSpecifications: copied("subnet", lab.spec.tagsOf("subnet-1", "us-east-1a")),
      }),
    );
    const { InternetGateway } = await ec2.send(
      new CreateInternetGatewayCommand({
        TagSpecifications: copied("internet-gateway", { "vpclab:lab": lab.spec.lab }),
      }),
    );
    const after = await inventoryOf(lab);
    expect(after.resources).toEqual(before.resources);
    expect(after.subnets).toHaveLength(2);
    expect(after.elsewhere).toMatchObject([
      { type: "subnet", id: Subnet?.SubnetId, part: "subnet-1" },
      { type: "internet-gateway", id: InternetGateway?.InternetGatewayId, part: "" },
    ]);
  });

  describe("of volumes", () => {
    const volumesIn = (resources: Inventory["resources"]) =>
      resources.filter(({ type }) => type === "volume");
    const keep = ({ aws }: LabContext, InstanceId: string) =>
      aws.ec2.send(
        new ModifyInstanceAttributeCommand({
          InstanceId,
          BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { DeleteOnTermination: false } }],
        }),
      );

    it("lists none that goes with its instance, not even while it does", async () => {
      const { lab } = embeddedLab();
      await walkUp(lab, { until: "instances" });
      const { resources, volumes, instances } = await inventoryOf(lab);
      expect(volumesIn(resources)).toEqual([]);
      expect(volumes.map(({ Size }) => Size)).toEqual([8, 8]);
      const InstanceIds = instances.flatMap(({ InstanceId }) => InstanceId ?? []);
      await lab.aws.ec2.send(new TerminateInstancesCommand({ InstanceIds }));
      expect(volumesIn((await inventoryOf(lab)).resources)).toEqual([]);
    });

    it("lists one that is to outlive its instance, then as left, then no more", async () => {
      const { lab } = embeddedLab();
      await walkUp(lab, { until: "instances" });
      const [instance] = (await inventoryOf(lab)).instances;
      const InstanceId = instance?.InstanceId ?? "";
      await keep(lab, InstanceId);
      const standing = await inventoryOf(lab);
      const [row] = volumesIn(standing.resources);
      expect(row).toMatchObject({ part: "", state: "in-use", attachedTo: InstanceId });
      await lab.aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId] }));
      await lab.aws.clock.sleep(60_000);
      const left = await inventoryOf(lab);
      const name = expect.stringMatching(/^Instance - NextWork VPC [12]$/);
      expect(volumesIn(left.resources)).toEqual([
        { type: "volume", part: "", id: row?.id, name, state: "available" },
      ]);
      expect(left.since).toBe(standing.since);
      await lab.aws.ec2.send(new DeleteVolumeCommand({ VolumeId: row?.id ?? "" }));
      const going = await inventoryOf(lab);
      expect(volumesIn(going.resources)).toEqual([]);
      expect(volumesIn(going.fading)).toMatchObject([{ id: row?.id, state: "deleting" }]);
    });

    it("tells apart one that an instance which is not the lab's has, and one that only has the lab's tag", async () => {
      const { lab } = embeddedLab();
      await walkUp(lab, { until: "instances" });
      const { ec2 } = lab.aws;
      const run = async () => {
        const { Instances: [theirs] = [] } = await ec2.send(
          new RunInstancesCommand({
            MinCount: 1,
            MaxCount: 1,
            ImageId: await latestImage(lab.aws),
            InstanceType: "t2.micro",
            TagSpecifications: tagSpecifications({ "vpclab:lab": lab.spec.lab }, "volume"),
          }),
        );
        return theirs?.InstanceId ?? "";
      };
      const [theirs, gone] = [await run(), await run()];
      await lab.aws.clock.sleep(30_000);
      await keep(lab, gone);
      await ec2.send(new TerminateInstancesCommand({ InstanceIds: [gone] }));
      await lab.aws.clock.sleep(60_000);
      const { resources, elsewhere, volumes } = await inventoryOf(lab);
      expect(volumesIn(resources)).toEqual([]);
      expect(volumes).toHaveLength(2);
      expect(elsewhere.map(({ type, state, attachedTo }) => ({ type, state, attachedTo }))).toEqual(
        expect.arrayContaining([
          { type: "volume", state: "in-use", attachedTo: theirs },
          { type: "volume", state: "available", attachedTo: undefined },
        ]),
      );
    });
  });

  it("knows since when the lab stands", async () => {
    const { lab } = embeddedLab();
    const begun = lab.aws.clock.now();
    await walkUp(lab, { until: "vpcs" });
    expect((await inventoryOf(lab)).since).toBeUndefined();
    await walkUp(lab, { until: "instances" });
    const { since = 0 } = await inventoryOf(lab);
    // AWS tells times in whole seconds.
    expect(since).toBeGreaterThan(begun - 1_000);
    await lab.aws.clock.sleep(3_600_000);
    await walkUp(lab, { until: "log-group" });
    expect((await inventoryOf(lab)).since).toBe(since);
  });

  it("counts a terminated instance as fading, and one that is shutting down as standing", async () => {
    const { lab } = embeddedLab();
    await walkUp(lab, { until: "instances" });
    const [first] = (await inventoryOf(lab)).instances;
    const InstanceIds = [first?.InstanceId ?? ""];
    await lab.aws.ec2.send(new TerminateInstancesCommand({ InstanceIds }));
    const going = await inventoryOf(lab);
    expect(going.resources.filter(({ type }) => type === "instance").map(({ state }) => state)).toContain(
      "shutting-down",
    );
    await lab.aws.clock.sleep(300_000);
    const gone = await inventoryOf(lab);
    expect(gone.instances).toHaveLength(1);
    expect(gone.fading).toMatchObject([{ type: "instance", id: InstanceIds[0], state: "terminated" }]);
  });

  it("does without what a person may not ask for: agents and volumes", async () => {
    const { lab } = embeddedLab();
    await walkUp(lab, { until: "instances" });
    const { ec2, ssm } = lab.aws;
    const all = await inventoryOf(lab);
    const send = ec2.send.bind(ec2) as (command: object) => Promise<unknown>;
    vi.spyOn(ssm, "send").mockImplementation(async () => {
      throw refusal("AccessDeniedException");
    });
    vi.spyOn(ec2, "send").mockImplementation(async (command: object) => {
      if (command instanceof DescribeVolumesCommand) throw refusal("UnauthorizedOperation");
      return send(command);
    });
    const seen = await inventoryOf(lab);
    expect(seen.resources).toEqual(all.resources);
    expect([[...all.unseen], [...seen.unseen].sort()]).toEqual([[], ["agents", "volumes"]]);
    const receipt = await walkDown(lab, seen);
    expect([receipt.complete, receipt.leftovers]).toEqual([true, []]);
  });

  it("stops at any other refusal", async () => {
    const { lab } = embeddedLab();
    vi.spyOn(lab.aws.ssm, "send").mockImplementation(async () => {
      throw refusal("ThrottlingException");
    });
    await expect(inventoryOf(lab)).rejects.toThrow("ThrottlingException");
  });

  it("knows whose agent is online", async () => {
    const { lab } = embeddedLab();
    await walkUp(lab, { until: "instances" });
    expect((await inventoryOf(lab)).onlineInstanceIds.size).toBe(0);
    await lab.aws.clock.sleep(600_000);
    expect((await inventoryOf(lab)).onlineInstanceIds.size).toBe(2);
  });
});
