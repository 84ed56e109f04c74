/** What a teardown does with what is not the lab's, or only says that it is. */
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
  DescribeAddressesCommand,
  DescribeInstancesCommand,
  DescribeNetworkAclsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  ModifyNetworkInterfaceAttributeCommand,
  ReplaceNetworkAclAssociationCommand,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import { CreateInstanceProfileCommand, IAMClient, ListRolesCommand } from "@aws-sdk/client-iam";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Aws } from "../../src/aws/clients.ts";
import { flowLogPermission } from "../../src/aws/flow-log-permission.ts";
import { whoAmI } from "../../src/aws/identity.ts";
import { latestImage } from "../../src/aws/image.ts";
import { ensureInstanceProfile } from "../../src/aws/instance-profile.ts";
import { ensurePolicy } from "../../src/aws/policy.ts";
import { ensureRole, trustPolicy } from "../../src/aws/role.ts";
import { tagSpecifications } from "../../src/aws/tags.ts";
import { status } from "../../src/commands/status.ts";
import { type TeardownOptions, teardown } from "../../src/commands/teardown.ts";
import { up } from "../../src/commands/up.ts";
import { refusal as iamRefusal } from "../aws/refusal.ts";
import { labOnAws } from "../steps/lab-context.ts";
import { until } from "../ui/fake-terminal.ts";
import { byHand } from "./by-hand.ts";
import { type LabHome, labHome, refusal, SIMULATED, unwrapped } from "./in-process.ts";

let home: LabHome;

beforeEach(async () => {
  home = labHome();
  await home.run((program) => up(program, { ...SIMULATED, yes: true, until: "instances" }));
});

function down(options: TeardownOptions = {}) {
  return home.run((program) => teardown(program, { ...SIMULATED, yes: true, ...options }));
}

async function downJson(options: TeardownOptions = {}) {
  const { code, stdout } = await down({ ...options, json: true });
  return { code, receipt: JSON.parse(stdout) };
}

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

describe("labs in several Regions", () => {
  beforeEach(async () => {
    await home.run((program) =>
      up(program, { ...SIMULATED, yes: true, until: "log-group", region: "eu-west-3", lab: "class-7" }),
    );
  });

  test("are all listed by status --all, with age and what they hold", async () => {
    const { code, stdout } = await home.run((program) =>
      status(program, { ...SIMULATED, all: true, json: true }),
    );
    expect(code).toBe(0);
    const { labs } = JSON.parse(stdout);
    expect(labs.map(({ lab, region }: { lab: string; region: string }) => `${lab} ${region}`)).toEqual([
      "class-7 eu-west-3",
      "nextwork us-east-1",
    ]);
    expect(labs[0]).toMatchObject({ resources: 15, estimatedCostPerHour: 0, ageSeconds: expect.any(Number) });
    const { stdout: table } = await home.run((program) => status(program, { ...SIMULATED, all: true }));
    expect(table).toMatch(/eu-west-3\s+class-7\s+\d+ (second|minute)s\s+15\s+\$0\.00/);
    expect(table).toContain("2 labs of this account, at no cost.");
  });

  /** What a lab that broke off has left in a third Region, long forgotten. */
  async function forgetVpc(): Promise<void> {
    await byHand(
      home,
      async (aws) => {
        const { spec } = labOnAws(aws, { lab: "class-7" }).lab;
        const command = new CreateVpcCommand({
          CidrBlock: "10.1.0.0/16",
          TagSpecifications: tagSpecifications(spec.tagsOf("vpc-1"), "vpc"),
        });
        await aws.ec2.send(command);
      },
      "ap-south-1",
    );
  }

  test("of one name all go with --all-regions, after one question that lists them", async () => {
    await forgetVpc();
    const ran = home.run(
      (program, terminal) => {
        void until(() => terminal.stderr.written.includes("Type class-7 to delete"), "asked").then(() =>
          terminal.stdin.write("class-7\r"),
        );
        return teardown(program, { ...SIMULATED, lab: "class-7", allRegions: true });
      },
      { columns: 100 },
    );
    const { code, stdout, stderr } = await ran;
    expect(stderr.match(/Type class-7 to delete/g)).not.toBeNull();
    expect(stdout).toContain("This deletes 1 resource in ap-south-1");
    expect(stdout).toContain("This deletes 15 resources in eu-west-3");
    expect(code).toBe(0);
    const { stdout: left } = await home.run((program) =>
      status(program, { ...SIMULATED, all: true, json: true }),
    );
    expect(JSON.parse(left).labs).toMatchObject([{ lab: "nextwork", region: "us-east-1" }]);
  });

  test("as JSON there is a receipt for each Region", async () => {
    await forgetVpc();
    const { code, receipt } = await downJson({ lab: "class-7", allRegions: true });
    expect(code).toBe(0);
    expect(receipt).toMatchObject({
      regions: [
        { region: "ap-south-1", complete: true },
        { region: "eu-west-3", complete: true },
      ],
      unread: [],
      complete: true,
    });
    const again = await down({ lab: "class-7", allRegions: true });
    expect(again.code).toBe(0);
    expect(again.stdout).toContain("Nothing of lab class-7 stands in any Region of the account or IAM.");
  });

  test("a role that is all that is left is found by its own tag", async () => {
    await byHand(home, async (aws) => {
      const { spec } = labOnAws(aws, { lab: "class-8", region: "sa-east-1" }).lab;
      await ensureRole(aws, spec, "instance-role", {
        trust: trustPolicy("ec2.amazonaws.com"),
        description: "left",
      });
    });
    const { code, receipt } = await downJson({ lab: "class-8", allRegions: true });
    expect(code).toBe(0);
    expect(receipt.regions).toMatchObject([{ region: "sa-east-1", deleted: [{ type: "iam-role" }] }]);
  });

  test("a lab of which only IAM has something left is listed by status --all, whatever lab is asked for", async () => {
    await byHand(home, async (aws) => {
      const left = (lab: string, region: string) => labOnAws(aws, { lab, region }).lab.spec;
      const options = { trust: trustPolicy("ec2.amazonaws.com"), description: "left" };
      await ensureRole(aws, left("class-8", "sa-east-1"), "flow-log-role", options);
      await ensureInstanceProfile(aws, left("class-9", "eu-north-1"));
      const { account } = await whoAmI(aws);
      await ensurePolicy(aws, left("class-6", "ca-central-1"), account, {
        document: flowLogPermission(left("class-6", "ca-central-1"), account).policy,
        description: "left",
      });
      // By its name a lab's, by its tags nobody's.
      const name = left("class-10", "us-east-1").nameOf("instance-profile");
      await aws.iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: name }));
    });
    const { code, stdout } = await home.run((program) =>
      status(program, { ...SIMULATED, all: true, json: true }),
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout).labs).toMatchObject([
      { lab: "class-6", region: "ca-central-1", resources: 1 },
      { lab: "class-9", region: "eu-north-1", resources: 1 },
      { lab: "class-7", region: "eu-west-3" },
      { lab: "class-8", region: "sa-east-1", resources: 1 },
      { lab: "nextwork", region: "us-east-1" },
    ]);
  });

  test("are listed without IAM where it may not be asked, and status --all says so", async () => {
    const send = IAMClient.prototype.send as (command: object) => Promise<unknown>;
    vi.spyOn(IAMClient.prototype, "send").mockImplementation(function (this: IAMClient, command: object) {
      if (command instanceof ListRolesCommand) throw iamRefusal("AccessDenied", "iam:ListRoles: no");
      return send.call(this, command);
    });
    const { code, stdout, stderr } = await home.run((program) =>
      status(program, { ...SIMULATED, all: true, json: true }),
    );
    vi.restoreAllMocks();
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      labs: [{ lab: "class-7" }, { lab: "nextwork" }],
      unread: [{ region: "IAM", reason: "iam:ListRoles: no" }],
    });
    expect(stderr).toContain("Not read: IAM (iam:ListRoles: no)");
  });

  test("a value of the tag that is no lab's name is told of, and taken for no lab", async () => {
    await byHand(home, ({ ec2 }) =>
      ec2.send(
        new CreateVpcCommand({
          CidrBlock: "10.9.0.0/16",
          TagSpecifications: [{ ResourceType: "vpc", Tags: [{ Key: "vpclab:lab", Value: "*" }] }],
        }),
      ),
    );
    const { stdout } = await home.run((program) => status(program, { ...SIMULATED, all: true }));
    expect(unwrapped(stdout)).toContain(
      "in us-east-1 something carries vpclab:lab=*, which is no lab's name",
    );
    expect(stdout).toContain("2 labs of this account");
  });
});
