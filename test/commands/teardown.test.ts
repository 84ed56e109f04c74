/** What a teardown does with what is not the lab's, or only says that it is. */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  AssociateRouteTableCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateNetworkAclCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcPeeringConnectionCommand,
  DeleteRouteTableCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DescribeAddressesCommand,
  DescribeInstancesCommand,
  DescribeNetworkAclsCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  ModifyNetworkInterfaceAttributeCommand,
  ReplaceNetworkAclAssociationCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { beforeEach, describe, expect, test } from "vitest";
import type { Aws } from "../../src/aws/clients.ts";
import { latestImage } from "../../src/aws/image.ts";
import { status } from "../../src/commands/status.ts";
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

async function vpcIds(aws: Aws): Promise<string[]> {
  const { Vpcs = [] } = await aws.ec2.send(new DescribeVpcsCommand({}));
  return Vpcs.filter(({ IsDefault }) => !IsDefault).flatMap(({ VpcId }) => VpcId ?? []);
}

async function labVpcId({ ec2 }: Aws): Promise<string> {
  const first = [{ Name: "tag:vpclab:part", Values: ["vpc-1"] }];
  const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({ Filters: first }));
  return Vpcs[0]?.VpcId ?? "";
}

/** The id of a made thing, by what its answer calls it. */
function idIn(made: object | undefined, key: string): string {
  const id = (made as Record<string, unknown> | undefined)?.[key];
  if (typeof id !== "string") throw new Error(`no ${key}`);
  return id;
}

/** A bit of everything that a learner may leave in VPC 1, each in the way of another. */
async function plantStrays(aws: Aws): Promise<Record<string, string>> {
  const { ec2 } = aws;
  const VpcId = await labVpcId(aws);
  const subnet = await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock: "10.1.240.0/20" }));
  const subnetId = idIn(subnet.Subnet, "SubnetId");
  const group = (GroupName: string) =>
    ec2.send(new CreateSecurityGroupCommand({ VpcId, GroupName, Description: "by hand" }));
  const [mine, other] = [idIn(await group("mine"), "GroupId"), idIn(await group("other"), "GroupId")];
  // Two groups that name each other, one of them on the lab's own instance.
  for (const [GroupId, named] of [
    [mine, other],
    [other, mine],
  ] as const)
    await ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId,
        IpPermissions: [
          { IpProtocol: "tcp", FromPort: 80, ToPort: 80, UserIdGroupPairs: [{ GroupId: named }] },
        ],
      }),
    );
  const ofLab = [{ Name: "tag:vpclab:part", Values: ["instance-1"] }];
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ Filters: ofLab }));
  const networkInterface = Reservations[0]?.Instances?.[0]?.NetworkInterfaces?.[0];
  await ec2.send(
    new ModifyNetworkInterfaceAttributeCommand({
      NetworkInterfaceId: networkInterface?.NetworkInterfaceId,
      Groups: [mine],
    }),
  );
  const { AllocationId } = await ec2.send(new AllocateAddressCommand({}));
  await ec2.send(
    new AssociateAddressCommand({ AllocationId, NetworkInterfaceId: networkInterface?.NetworkInterfaceId }),
  );
  const ran = await ec2.send(
    new RunInstancesCommand({
      MinCount: 1,
      MaxCount: 1,
      ImageId: await latestImage(aws),
      InstanceType: "t2.micro",
      SubnetId: subnetId,
    }),
  );
  const table = await ec2.send(new CreateRouteTableCommand({ VpcId }));
  const tableId = idIn(table.RouteTable, "RouteTableId");
  await ec2.send(new AssociateRouteTableCommand({ RouteTableId: tableId, SubnetId: subnetId }));
  const acl = await ec2.send(new CreateNetworkAclCommand({ VpcId }));
  const aclId = idIn(acl.NetworkAcl, "NetworkAclId");
  const { NetworkAcls = [] } = await ec2.send(
    new DescribeNetworkAclsCommand({ Filters: [{ Name: "vpc-id", Values: [VpcId] }] }),
  );
  const association = NetworkAcls.flatMap(({ Associations = [] }) => Associations).find(
    ({ SubnetId }) => SubnetId === networkInterface?.SubnetId,
  );
  await ec2.send(
    new ReplaceNetworkAclAssociationCommand({
      AssociationId: association?.NetworkAclAssociationId,
      NetworkAclId: aclId,
    }),
  );
  const outside = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.9.0.0/16" }));
  const PeerVpcId = idIn(outside.Vpc, "VpcId");
  const peering = await ec2.send(new CreateVpcPeeringConnectionCommand({ VpcId, PeerVpcId }));
  return {
    instance: idIn(ran.Instances?.[0], "InstanceId"),
    "elastic-ip": AllocationId ?? "",
    "security-group": mine,
    otherGroup: other,
    subnet: subnetId,
    "route-table": tableId,
    "network-acl": aclId,
    "vpc-peering-connection": idIn(peering.VpcPeeringConnection, "VpcPeeringConnectionId"),
    outside: PeerVpcId,
  };
}

test("the receipt speaks of a log group where there was one", async () => {
  const none = await down();
  expect(unwrapped(none.stdout)).toMatch(/looked again: nothing in .* carries vpclab:lab=nextwork\./);
  await home.run((program) => up(program, { ...SIMULATED, yes: true, until: "log-group" }));
  expect(unwrapped((await down()).stdout)).toContain("vpclab:lab=nextwork; the log group stayed away.");
});

describe("what others put into the lab's VPCs", () => {
  let planted: Record<string, string>;
  let strayIds: string[];

  beforeEach(async () => {
    planted = await byHand(home, plantStrays);
    const { outside: _outside, ...strays } = planted;
    strayIds = Object.values(strays).sort();
  });

  test("is shown by status, each with what it keeps", async () => {
    const { stdout } = await home.run((program) => status(program, SIMULATED));
    expect(unwrapped(stdout)).toContain(`subnet ${planted.subnet} (10.1.240.0/20): keeps NextWork-1-vpc`);
    expect(unwrapped(stdout)).toMatch(/Elastic IP eipalloc-\w+ \([\d.]+\): keeps NextWork-1-igw; costs/);
    const json = await home.run((program) => status(program, { ...SIMULATED, json: true }));
    const { strays } = JSON.parse(json.stdout);
    expect(strays.map(({ id }: { id: string }) => id).sort()).toEqual(strayIds);
  });

  test("stays in a plain teardown, which says what is left, why, and how to go on", async () => {
    const dry = await down({ dryRun: true });
    for (const id of strayIds) expect(dry.stderr).toContain(id);
    const { code, receipt } = await downJson();
    expect(code).toBe(5);
    const vpc = receipt.leftovers.find(({ part }: { part: string }) => part === "vpc-1");
    expect(vpc.reason).toContain(planted.subnet);
    expect(vpc.next).toEqual([`aws ec2 delete-vpc --vpc-id ${vpc.id} --region us-east-1`]);
    const stray = receipt.strays.find(({ id }: { id: string }) => id === planted.subnet);
    expect(stray.next).toEqual([`aws ec2 delete-subnet --subnet-id ${planted.subnet} --region us-east-1`]);
    expect(stray.blocks).toEqual([vpc.id]);
    // Its instance is gone, and the address is still paid for.
    expect(receipt.strays.map(({ id }: { id: string }) => id)).toContain(planted["elastic-ip"]);
    // VPC 2 had none.
    expect(receipt.deleted.map(({ part }: { part: string }) => part)).toContain("vpc-2");
    const still = await byHand(home, ({ ec2 }) =>
      ec2.send(new DescribeSubnetsCommand({ SubnetIds: [planted.subnet ?? ""] })),
    );
    expect(still.Subnets).toHaveLength(1);
  });

  test("goes with --include-strays, and nothing outside goes with it", async () => {
    const { code, receipt } = await downJson({ includeStrays: true });
    expect(receipt.failed).toEqual([]);
    expect(code).toBe(0);
    const deleted = receipt.deleted.map(({ id }: { id: string }) => id);
    expect(strayIds.filter((id) => !deleted.includes(id))).toEqual([]);
    expect(await byHand(home, vpcIds)).toEqual([planted.outside]);
    const { Addresses } = await byHand(home, ({ ec2 }) => ec2.send(new DescribeAddressesCommand({})));
    expect(Addresses).toEqual([]);
  });
});

/** What the commands that a receipt prints do, one after the other; AWS's refusals are thrown. */
async function typeAll(aws: Aws, commands: readonly string[]): Promise<void> {
  const { ec2 } = aws;
  const made: Record<string, (id: string) => Promise<unknown>> = {
    "terminate-instances": (id) => ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] })),
    wait: () => aws.clock.sleep(120_000),
    "delete-security-group": (GroupId) => ec2.send(new DeleteSecurityGroupCommand({ GroupId })),
    "delete-subnet": (SubnetId) => ec2.send(new DeleteSubnetCommand({ SubnetId })),
    "delete-route-table": (RouteTableId) => ec2.send(new DeleteRouteTableCommand({ RouteTableId })),
    "delete-vpc": (VpcId) => ec2.send(new DeleteVpcCommand({ VpcId })),
  };
  for (const command of commands) {
    const [, verb = "", id = ""] = /^aws ec2 (\S+) .*?([a-z]+-[0-9a-f]{17})/.exec(command) ?? [];
    const type = made[verb];
    if (type === undefined) throw new Error(`Nobody here can type: ${command}`);
    await type(id);
  }
}

test("the commands for what is left are printed in the order in which AWS takes them", async () => {
  await byHand(home, async (aws) => {
    const { ec2 } = aws;
    const VpcId = await labVpcId(aws);
    const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock: "10.1.240.0/20" }));
    const SubnetId = idIn(Subnet, "SubnetId");
    const table = await ec2.send(new CreateRouteTableCommand({ VpcId }));
    await ec2.send(
      new AssociateRouteTableCommand({ RouteTableId: idIn(table.RouteTable, "RouteTableId"), SubnetId }),
    );
    const { SecurityGroups } = await ec2.send(
      new DescribeSecurityGroupsCommand({
        Filters: [{ Name: "tag:vpclab:part", Values: ["security-group-1"] }],
      }),
    );
    // In the lab's own group, which stays with it.
    await ec2.send(
      new RunInstancesCommand({
        MinCount: 1,
        MaxCount: 1,
        ImageId: await latestImage(aws),
        InstanceType: "t2.micro",
        SubnetId,
        SecurityGroupIds: [idIn(SecurityGroups?.[0], "GroupId")],
      }),
    );
    await ec2.send(new CreateSecurityGroupCommand({ VpcId, GroupName: "mine", Description: "made by hand" }));
  });
  const { code, stdout } = await down();
  expect(code).toBe(5);
  const commands = [...stdout.matchAll(/^ +→ (aws ec2 .*)$/gm)].map(([, command = ""]) => command);
  expect(commands.map((command) => command.split(" ")[2])).toEqual([
    "terminate-instances",
    "wait",
    "delete-security-group",
    "delete-security-group",
    "delete-subnet",
    "delete-route-table",
    "delete-vpc",
  ]);
  await byHand(home, (aws) => typeAll(aws, commands));
  expect(await byHand(home, vpcIds)).toEqual([]);
  expect(stdout).toMatch(/^ +→ vpclab teardown --include-strays {4}deletes those in the lab's VPCs too$/m);
});

test("what stays though it was to go too is tried again by one command, not by the same one twice", async () => {
  await byHand(home, async (aws) => {
    const { Subnet } = await aws.ec2.send(
      new CreateSubnetCommand({ VpcId: await labVpcId(aws), CidrBlock: "10.1.240.0/20" }),
    );
    await aws.ec2.send(
      new RunInstancesCommand({
        MinCount: 1,
        MaxCount: 1,
        ImageId: await latestImage(aws),
        InstanceType: "t2.micro",
        SubnetId: idIn(Subnet, "SubnetId"),
        DisableApiTermination: true,
      }),
    );
  });
  const { code, stdout } = await down({ includeStrays: true });
  expect(code).toBe(5);
  expect(stdout).toContain("not the lab's: instance i-");
  expect(stdout.match(/→ vpclab teardown .*/g)).toEqual([
    "→ vpclab teardown --include-strays    tries again: what AWS held on to is often free minutes later",
  ]);
});

describe("what carries the lab's tag outside its VPCs", () => {
  let vpcId: string;
  let subnetId: string;

  beforeEach(async () => {
    await byHand(home, async ({ ec2 }) => {
      vpcId = idIn((await ec2.send(new CreateVpcCommand({ CidrBlock: "10.9.0.0/16" }))).Vpc, "VpcId");
      const { Subnet } = await ec2.send(
        new CreateSubnetCommand({
          VpcId: vpcId,
          CidrBlock: "10.9.0.0/20",
          TagSpecifications: [
            {
              ResourceType: "subnet",
              Tags: [
                { Key: "vpclab:lab", Value: "nextwork" },
                { Key: "vpclab:part", Value: "subnet-1" },
              ],
            },
          ],
        }),
      );
      subnetId = idIn(Subnet, "SubnetId");
    });
  });

  const exists = () =>
    byHand(home, async ({ ec2 }) => {
      const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
      return Subnets.some((subnet) => subnet.SubnetId === subnetId);
    });

  test("stays, and is told with both ways out", async () => {
    const { code, stdout } = await down();
    expect(code).toBe(5);
    expect(await exists()).toBe(true);
    expect(unwrapped(stdout)).toContain(`subnet ${subnetId}: It carries the lab's tag, but is in none`);
    expect(stdout).toContain(`vpclab teardown --include ${subnetId}`);
    expect(stdout).toContain(
      `aws ec2 delete-tags --resources ${subnetId} --tags Key=vpclab:lab --region us-east-1`,
    );
    expect(await byHand(home, vpcIds)).toEqual([vpcId]);
    // Also where it is all that there is.
    const { code: again, receipt } = await downJson();
    expect(again).toBe(5);
    expect(receipt.leftovers).toMatchObject([{ type: "subnet", id: subnetId }]);
  });

  test("goes when it is named, and its VPC stays", async () => {
    const { code } = await down({ include: [subnetId] });
    expect(code).toBe(0);
    expect(await exists()).toBe(false);
    expect(await byHand(home, vpcIds)).toEqual([vpcId]);
  });

  test("no id can be named that does not carry the tag, or is the lab's own", async () => {
    expect(await refusal(() => down({ include: [vpcId] }))).toMatchObject({ exitCode: 2 });
    expect(await exists()).toBe(true);
  });
});

test("does not say that the receipt is kept where it could not be written", async () => {
  const folder = join(home.folder, "labs", "nextwork.simulator.us-east-1");
  mkdirSync(join(folder, "receipt.txt"));
  const { code, stdout, stderr } = await down();
  expect(code).toBe(0);
  expect(stderr).toContain("receipt.txt could not be saved");
  expect(stdout).not.toContain("is kept in");
});

test("keeps the receipts of two at once, each with its part", async () => {
  const both = await Promise.all([down(), down()]);
  const path = join(home.folder, "labs", "nextwork.simulator.us-east-1", "receipt.txt");
  const kept = readFileSync(path, "utf8");
  for (const { stdout } of both) expect(kept).toContain(/^Torn down in .+$/m.exec(stdout)?.[0] ?? "none");
  expect(kept.match(/^Torn down in/gm)).toHaveLength(2);
});
