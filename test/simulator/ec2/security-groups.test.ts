import {
  AcceptVpcPeeringConnectionCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
  DescribeVpcsCommand,
  type EC2Client,
} from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { embedded } from "../embedded.ts";
import { createSide, createVpc, id, requestPeering } from "../lab-network.ts";
import { refusal } from "../refusal.ts";
import { launch, terminate } from "./lab-instance.ts";

async function createGroup(ec2: EC2Client, VpcId: string, GroupName = "NextWork-1-SG"): Promise<string> {
  const input = { VpcId, GroupName, Description: "made by a test" };
  return id((await ec2.send(new CreateSecurityGroupCommand(input))).GroupId);
}

function refer(ec2: EC2Client, GroupId: string, referenced: string) {
  const IpPermissions = [{ IpProtocol: "-1", UserIdGroupPairs: [{ GroupId: referenced }] }];
  return ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
}

describe("a security group", () => {
  it("lets everything out and nothing in to begin with", async () => {
    const { ec2 } = embedded();
    const VpcId = await createVpc(ec2);
    const answer = await ec2.send(
      new CreateSecurityGroupCommand({
        VpcId,
        GroupName: "NextWork-1-SG",
        Description: "lab",
        TagSpecifications: [{ ResourceType: "security-group", Tags: [{ Key: "a", Value: "b" }] }],
      }),
    );
    expect(answer.GroupId).toMatch(/^sg-0[0-9a-f]{16}$/);
    expect(answer.SecurityGroupArn).toMatch(/^arn:aws:ec2:us-east-1:\d{12}:security-group\/sg-/);
    expect(answer.Tags).toEqual([{ Key: "a", Value: "b" }]);
    const GroupIds = [id(answer.GroupId)];
    const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds }));
    expect(SecurityGroups).toMatchObject([
      {
        GroupName: "NextWork-1-SG",
        Description: "lab",
        VpcId,
        IpPermissions: [],
        IpPermissionsEgress: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
      },
    ]);
  });

  it("has a name of its own in its VPC, and the same name may be had in another", async () => {
    const { ec2 } = embedded();
    const [one, other] = [await createVpc(ec2), await createVpc(ec2, "10.2.0.0/16")];
    await createGroup(ec2, one);
    await createGroup(ec2, other);
    expect(await refusal(createGroup(ec2, one))).toEqual({
      code: "InvalidGroup.Duplicate",
      message: `The security group 'NextWork-1-SG' already exists for VPC '${one}'`,
    });
    expect(await refusal(createGroup(ec2, one, "default"))).toEqual({
      code: "InvalidParameterValue",
      message: "Cannot use reserved security group name: default",
    });
    expect(await refusal(createGroup(ec2, one, "sg-mine"))).toEqual({
      code: "InvalidParameterValue",
      message:
        "Value (sg-mine) for parameter GroupName is invalid. Group names may not be in the format sg-*.",
    });
    expect((await refusal(createGroup(ec2, one, "größe"))).code).toBe("InvalidParameterValue");
  });

  it("goes to the default VPC where none is named, and is found there by name", async () => {
    const { ec2 } = embedded();
    const { Vpcs: [vpc] = [] } = await ec2.send(new DescribeVpcsCommand({}));
    const create = new CreateSecurityGroupCommand({ GroupName: "mine", Description: "mine" });
    const { GroupId } = await ec2.send(create);
    const named = new DescribeSecurityGroupsCommand({ GroupNames: ["mine"] });
    expect((await ec2.send(named)).SecurityGroups).toMatchObject([{ GroupId, VpcId: vpc?.VpcId }]);
    const unknown = new DescribeSecurityGroupsCommand({ GroupNames: ["theirs"] });
    expect(await refusal(ec2.send(unknown))).toEqual({
      code: "InvalidGroup.NotFound",
      message: `The security group 'theirs' does not exist in default VPC '${vpc?.VpcId}'`,
    });
    await ec2.send(new DeleteSecurityGroupCommand({ GroupName: "mine" }));
    expect((await refusal(ec2.send(named))).code).toBe("InvalidGroup.NotFound");
  });

  it("is not deleted while an interface uses it", async () => {
    const aws = embedded();
    const side = await createSide(aws.ec2, 1);
    const GroupId = await createGroup(aws.ec2, side.vpcId);
    const instance = await launch(aws, side.subnetId, { securityGroupIds: [GroupId] });
    const deleteGroup = () => aws.ec2.send(new DeleteSecurityGroupCommand({ GroupId }));
    expect(await refusal(deleteGroup())).toEqual({
      code: "DependencyViolation",
      message: `resource ${GroupId} has a dependent object`,
    });
    await terminate(aws, instance);
    expect(await deleteGroup()).toMatchObject({ Return: true, GroupId });
    expect(await refusal(deleteGroup())).toEqual({
      code: "InvalidGroup.NotFound",
      message: `The security group '${GroupId}' does not exist`,
    });
  });

  it("is not deleted while another group of its VPC refers to it; a peered VPC's rule does not count", async () => {
    const aws = embedded();
    const { ec2 } = aws;
    const [one, other] = [await createVpc(ec2), await createVpc(ec2, "10.2.0.0/16")];
    const GroupId = await createGroup(ec2, one);
    const [sibling, stranger] = [await createGroup(ec2, one, "sibling"), await createGroup(ec2, other)];
    expect(await refusal(refer(ec2, stranger, GroupId))).toEqual({
      code: "InvalidGroup.NotFound",
      message: "You have specified two resources that belong to different networks.",
    });
    const VpcPeeringConnectionId = await requestPeering(aws, one, other);
    expect((await refusal(refer(ec2, stranger, GroupId))).code).toBe("InvalidGroup.NotFound");
    await ec2.send(new AcceptVpcPeeringConnectionCommand({ VpcPeeringConnectionId }));
    expect((await refusal(refer(ec2, stranger, GroupId))).code).toBe("InvalidGroup.NotFound");
    await aws.clock.sleep(10_000);
    await refer(ec2, stranger, GroupId);
    await refer(ec2, sibling, GroupId);
    expect((await refusal(ec2.send(new DeleteSecurityGroupCommand({ GroupId })))).code).toBe(
      "DependencyViolation",
    );
    await ec2.send(new DeleteSecurityGroupCommand({ GroupId: sibling }));
    await ec2.send(new DeleteSecurityGroupCommand({ GroupId }));
  });

  it("is found by whom its rules are for", async () => {
    const { ec2 } = embedded();
    const VpcId = await createVpc(ec2);
    const GroupId = await createGroup(ec2, VpcId);
    await refer(ec2, GroupId, GroupId);
    const found = async (Name: string, ...Values: string[]) => {
      const Filters = [
        { Name: "vpc-id", Values: [VpcId] },
        { Name, Values },
      ];
      const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({ Filters }));
      return SecurityGroups.map((group) => group.GroupName).sort();
    };
    expect(await found("ip-permission.group-id", GroupId)).toEqual(["NextWork-1-SG"]);
    expect(await found("ip-permission.user-id", "*")).toEqual(["NextWork-1-SG", "default"]);
    expect(await found("egress.ip-permission.cidr", "0.0.0.0/0")).toEqual(["NextWork-1-SG", "default"]);
    for (const name of ["user-id", "ipv6-cidr", "prefix-list-id"])
      expect(await found(`egress.ip-permission.${name}`, "*")).toEqual([]);
    for (const name of ["ipv6-cidr", "prefix-list-id"])
      expect(await found(`ip-permission.${name}`, "*")).toEqual([]);
  });

  it("may refer to itself and be deleted all the same", async () => {
    const { ec2 } = embedded();
    const GroupId = await createGroup(ec2, await createVpc(ec2));
    await refer(ec2, GroupId, GroupId);
    await ec2.send(new DeleteSecurityGroupCommand({ GroupId }));
  });

  it("stays if it is a VPC's default one", async () => {
    const { ec2 } = embedded();
    const Filters = [{ Name: "group-name", Values: ["default"] }];
    const { SecurityGroups: [group] = [] } = await ec2.send(new DescribeSecurityGroupsCommand({ Filters }));
    const GroupId = id(group?.GroupId);
    expect(await refusal(ec2.send(new DeleteSecurityGroupCommand({ GroupId })))).toEqual({
      code: "CannotDelete",
      message: `the specified group: "${GroupId}" name: "default" cannot be deleted by a user`,
    });
    expect((await refusal(ec2.send(new DeleteSecurityGroupCommand({})))).code).toBe("MissingParameter");
    const malformed = new DeleteSecurityGroupCommand({ GroupId: "default" });
    expect((await refusal(ec2.send(malformed))).code).toBe("InvalidGroupId.Malformed");
  });
});
