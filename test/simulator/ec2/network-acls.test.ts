import {
  CreateNetworkAclCommand,
  CreateNetworkAclEntryCommand,
  type CreateNetworkAclEntryCommandInput,
  DeleteNetworkAclCommand,
  DeleteNetworkAclEntryCommand,
  DeleteSubnetCommand,
  DescribeNetworkAclsCommand,
  type EC2Client,
  ReplaceNetworkAclAssociationCommand,
  ReplaceNetworkAclEntryCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { embedded } from "../embedded.ts";
import { createSide, createVpc, id } from "../lab-network.ts";
import { refusal } from "../refusal.ts";

async function aclsOf(ec2: EC2Client, vpcId: string) {
  const Filters = [{ Name: "vpc-id", Values: [vpcId] }];
  return (await ec2.send(new DescribeNetworkAclsCommand({ Filters }))).NetworkAcls ?? [];
}

async function createAcl(ec2: EC2Client, VpcId: string): Promise<string> {
  return id((await ec2.send(new CreateNetworkAclCommand({ VpcId }))).NetworkAcl?.NetworkAclId);
}

function entry(NetworkAclId: string, more: Partial<CreateNetworkAclEntryCommandInput> = {}) {
  return {
    NetworkAclId,
    RuleNumber: 90,
    Protocol: "tcp",
    RuleAction: "deny" as const,
    Egress: false,
    CidrBlock: "10.2.0.0/16",
    PortRange: { From: 22, To: 22 },
    ...more,
  };
}

describe("a network ACL", () => {
  it("denies everything until it is told otherwise", async () => {
    const { ec2 } = embedded();
    const VpcId = await createVpc(ec2);
    await createAcl(ec2, VpcId);
    const [, acl] = await aclsOf(ec2, VpcId);
    expect(acl).toMatchObject({ IsDefault: false, Associations: [] });
    expect(acl?.Entries?.map(({ RuleNumber, RuleAction }) => [RuleNumber, RuleAction])).toEqual([
      [32767, "deny"],
      [32767, "deny"],
    ]);
  });

  it("takes over a subnet, is kept while it has one, and loses it with the subnet", async () => {
    const { ec2 } = embedded();
    const side = await createSide(ec2, 1);
    const NetworkAclId = await createAcl(ec2, side.vpcId);
    const [before] = await aclsOf(ec2, side.vpcId);
    const AssociationId = id(before?.Associations?.[0]?.NetworkAclAssociationId);
    const replace = new ReplaceNetworkAclAssociationCommand({ AssociationId, NetworkAclId });
    const { NewAssociationId } = await ec2.send(replace);
    const [former, acl] = await aclsOf(ec2, side.vpcId);
    expect(former?.Associations).toEqual([]);
    expect(acl?.Associations).toMatchObject([
      { NetworkAclAssociationId: NewAssociationId, NetworkAclId, SubnetId: side.subnetId },
    ]);
    expect((await refusal(ec2.send(replace))).code).toBe("InvalidAssociationID.NotFound");
    const foreign = await createAcl(ec2, await createVpc(ec2, "10.2.0.0/16"));
    const abroad = { AssociationId: NewAssociationId, NetworkAclId: foreign };
    expect((await refusal(ec2.send(new ReplaceNetworkAclAssociationCommand(abroad)))).code).toBe(
      "InvalidParameterValue",
    );
    expect(await refusal(ec2.send(new DeleteNetworkAclCommand({ NetworkAclId })))).toEqual({
      code: "DependencyViolation",
      message: `The networkAcl '${NetworkAclId}' has dependencies and cannot be deleted.`,
    });
    await ec2.send(new DeleteSubnetCommand({ SubnetId: side.subnetId }));
    await ec2.send(new DeleteNetworkAclCommand({ NetworkAclId }));
    expect(await refusal(ec2.send(new DeleteNetworkAclCommand({ NetworkAclId })))).toEqual({
      code: "InvalidNetworkAclID.NotFound",
      message: `The networkAcl ID '${NetworkAclId}' does not exist`,
    });
  });

  it("stays if it is a VPC's default one", async () => {
    const { ec2 } = embedded();
    const [acl] = await aclsOf(ec2, await createVpc(ec2));
    const NetworkAclId = id(acl?.NetworkAclId);
    expect(await refusal(ec2.send(new DeleteNetworkAclCommand({ NetworkAclId })))).toEqual({
      code: "InvalidParameterValue",
      message: `cannot delete default network ACL ${NetworkAclId}`,
    });
  });
});

describe("an entry", () => {
  it("is made, replaced and deleted by number and direction", async () => {
    const { ec2 } = embedded();
    const VpcId = await createVpc(ec2);
    const NetworkAclId = await createAcl(ec2, VpcId);
    const inbound = async () => (await aclsOf(ec2, VpcId))[1]?.Entries?.filter(({ Egress }) => !Egress);
    await ec2.send(new CreateNetworkAclEntryCommand(entry(NetworkAclId)));
    await ec2.send(new CreateNetworkAclEntryCommand(entry(NetworkAclId)));
    expect(await inbound()).toMatchObject([
      { RuleNumber: 90, Protocol: "6", RuleAction: "deny", PortRange: { From: 22, To: 22 } },
      { RuleNumber: 32767 },
    ]);
    const ping = { Protocol: "1", IcmpTypeCode: { Type: 8, Code: -1 }, RuleAction: "allow" as const };
    expect(await refusal(ec2.send(new CreateNetworkAclEntryCommand(entry(NetworkAclId, ping))))).toEqual({
      code: "NetworkAclEntryAlreadyExists",
      message: "The network acl entry identified by 90 already exists.",
    });
    await ec2.send(new ReplaceNetworkAclEntryCommand(entry(NetworkAclId, ping)));
    expect((await inbound())?.[0]).toMatchObject({ Protocol: "1", IcmpTypeCode: { Type: 8, Code: -1 } });
    const place = { NetworkAclId, RuleNumber: 90, Egress: false };
    await ec2.send(new DeleteNetworkAclEntryCommand(place));
    expect(await inbound()).toHaveLength(1);
    expect((await refusal(ec2.send(new DeleteNetworkAclEntryCommand(place)))).code).toBe(
      "InvalidNetworkAclEntry.NotFound",
    );
    expect((await refusal(ec2.send(new ReplaceNetworkAclEntryCommand(entry(NetworkAclId))))).code).toBe(
      "InvalidNetworkAclEntry.NotFound",
    );
  });

  it("may have the same number in both directions", async () => {
    const { ec2 } = embedded();
    const VpcId = await createVpc(ec2);
    const NetworkAclId = await createAcl(ec2, VpcId);
    await ec2.send(new CreateNetworkAclEntryCommand(entry(NetworkAclId)));
    await ec2.send(new CreateNetworkAclEntryCommand(entry(NetworkAclId, { Egress: true })));
    await ec2.send(new DeleteNetworkAclEntryCommand({ NetworkAclId, RuleNumber: 90, Egress: false }));
    const [, acl] = await aclsOf(ec2, VpcId);
    expect(acl?.Entries?.map(({ RuleNumber, Egress }) => [RuleNumber, Egress])).toEqual([
      [90, true],
      [32767, true],
      [32767, false],
    ]);
  });

  it.each<[Partial<CreateNetworkAclEntryCommandInput>, string]>([
    [{ RuleNumber: 0 }, "InvalidParameterValue"],
    [{ RuleNumber: 32767 }, "InvalidParameterValue"],
    [{ Protocol: "foo" }, "InvalidParameterValue"],
    [{ CidrBlock: "10.2.0.0" }, "InvalidParameterValue"],
    [{ PortRange: { From: 23, To: 22 } }, "InvalidParameterValue"],
    [{ Protocol: "1" }, "MissingParameter"],
  ])("is refused with %j", async (more, code) => {
    const { ec2 } = embedded();
    const NetworkAclId = await createAcl(ec2, await createVpc(ec2));
    expect((await refusal(ec2.send(new CreateNetworkAclEntryCommand(entry(NetworkAclId, more))))).code).toBe(
      code,
    );
  });

  it("is refused beyond twenty in one direction", async () => {
    const { ec2 } = embedded();
    const NetworkAclId = await createAcl(ec2, await createVpc(ec2));
    const create = (RuleNumber: number) =>
      ec2.send(new CreateNetworkAclEntryCommand(entry(NetworkAclId, { RuleNumber })));
    for (let number = 1; number <= 20; number++) await create(number);
    expect((await refusal(create(21))).code).toBe("NetworkAclEntryLimitExceeded");
  });
});
