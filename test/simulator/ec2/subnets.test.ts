import {
  CreateSubnetCommand,
  DeleteSubnetCommand,
  DescribeNetworkAclsCommand,
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  ModifySubnetAttributeCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { embedded } from "../embedded.ts";
import { createSide, createVpc, id } from "../lab-network.ts";
import { refusal } from "../refusal.ts";
import { launch, terminate } from "./lab-instance.ts";

describe("a subnet", () => {
  it("lies in the zone asked for, by name or by id, with five addresses kept by AWS", async () => {
    const { ec2 } = embedded();
    const VpcId = await createVpc(ec2);
    const { Subnet: first } = await ec2.send(
      new CreateSubnetCommand({ VpcId, CidrBlock: "10.1.0.0/20", AvailabilityZone: "us-east-1b" }),
    );
    expect(first).toMatchObject({
      AvailabilityZone: "us-east-1b",
      AvailabilityZoneId: "use1-az2",
      AvailableIpAddressCount: 4091,
      MapPublicIpOnLaunch: false,
      DefaultForAz: false,
      State: "available",
      VpcId,
    });
    expect(first?.SubnetArn).toBe(`arn:aws:ec2:us-east-1:${first?.OwnerId}:subnet/${first?.SubnetId}`);
    const { Subnet: second } = await ec2.send(
      new CreateSubnetCommand({ VpcId, CidrBlock: "10.1.16.0/28", AvailabilityZoneId: "use1-az6" }),
    );
    expect(second).toMatchObject({ AvailabilityZone: "us-east-1f", AvailableIpAddressCount: 11 });
  });

  it("gives public addresses at launch once it is told to", async () => {
    const { ec2 } = embedded();
    const { subnetId: SubnetId } = await createSide(ec2, 1);
    await ec2.send(new ModifySubnetAttributeCommand({ SubnetId, MapPublicIpOnLaunch: { Value: true } }));
    const { Subnets } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [SubnetId] }));
    expect(Subnets?.[0]?.MapPublicIpOnLaunch).toBe(true);
  });

  it.each([
    ["10.2.0.0/20", "InvalidSubnet.Range", "The CIDR '10.2.0.0/20' is invalid."],
    ["10.0.0.0/15", "InvalidSubnet.Range", "The CIDR '10.0.0.0/15' is invalid."],
    ["10.1.32.0/29", "InvalidSubnet.Range", "The CIDR '10.1.32.0/29' is invalid."],
    ["10.1.8.0/24", "InvalidSubnet.Conflict", "The CIDR '10.1.8.0/24' conflicts with another subnet"],
    [
      "10.1",
      "InvalidParameterValue",
      "Value (10.1) for parameter cidrBlock is invalid. This is not a valid CIDR block.",
    ],
  ])("is refused as %s", async (CidrBlock, code, message) => {
    const { ec2 } = embedded();
    const { vpcId: VpcId } = await createSide(ec2, 1);
    expect(await refusal(ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock })))).toEqual({ code, message });
  });

  it("is refused in a zone or VPC that does not exist", async () => {
    const { ec2 } = embedded();
    const VpcId = await createVpc(ec2);
    const inZone = { VpcId, CidrBlock: "10.1.0.0/20", AvailabilityZone: "us-east-1x" };
    const refused = await refusal(ec2.send(new CreateSubnetCommand(inZone)));
    expect(refused.code).toBe("InvalidParameterValue");
    expect(refused.message).toMatch(/^Value \(us-east-1x\) for parameter availabilityZone is invalid/);
    const nowhere = { VpcId: "vpc-00000000000000000", CidrBlock: "10.1.0.0/20" };
    expect((await refusal(ec2.send(new CreateSubnetCommand(nowhere)))).code).toBe("InvalidVpcID.NotFound");
  });

  it("takes its associations along when it is deleted", async () => {
    const { ec2 } = embedded();
    const { subnetId: SubnetId, vpcId } = await createSide(ec2, 1);
    await ec2.send(new DeleteSubnetCommand({ SubnetId }));
    const Filters = [{ Name: "vpc-id", Values: [vpcId] }];
    const { RouteTables = [] } = await ec2.send(new DescribeRouteTablesCommand({ Filters }));
    const associations = RouteTables.flatMap((table) => table.Associations ?? []);
    expect(associations.map((association) => association.Main)).toEqual([true]);
    const { NetworkAcls = [] } = await ec2.send(new DescribeNetworkAclsCommand({ Filters }));
    expect(NetworkAcls[0]?.Associations).toEqual([]);
    expect(await refusal(ec2.send(new DescribeSubnetsCommand({ SubnetIds: [SubnetId] })))).toEqual({
      code: "InvalidSubnetID.NotFound",
      message: `The subnet ID '${SubnetId}' does not exist`,
    });
  });

  it("is not deleted while a network interface is in it", async () => {
    const aws = embedded();
    const { subnetId: SubnetId } = await createSide(aws.ec2, 1);
    const instance = await launch(aws, SubnetId);
    const { Subnets } = await aws.ec2.send(new DescribeSubnetsCommand({ SubnetIds: [SubnetId] }));
    expect(Subnets?.[0]?.AvailableIpAddressCount).toBe(4090);
    expect(await refusal(aws.ec2.send(new DeleteSubnetCommand({ SubnetId })))).toEqual({
      code: "DependencyViolation",
      message: `The subnet '${id(SubnetId)}' has dependencies and cannot be deleted.`,
    });
    await terminate(aws, instance);
    await aws.ec2.send(new DeleteSubnetCommand({ SubnetId }));
  });
});
