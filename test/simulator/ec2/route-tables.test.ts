import {
  AssociateRouteTableCommand,
  CreateRouteTableCommand,
  CreateSubnetCommand,
  DeleteRouteTableCommand,
  DescribeRouteTablesCommand,
  DisassociateRouteTableCommand,
  type EC2Client,
  ReplaceRouteTableAssociationCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { embedded } from "../embedded.ts";
import { createSide, createVpc, id } from "../lab-network.ts";
import { refusal } from "../refusal.ts";

async function tablesOf(ec2: EC2Client, vpcId: string) {
  const Filters = [{ Name: "vpc-id", Values: [vpcId] }];
  return (await ec2.send(new DescribeRouteTablesCommand({ Filters }))).RouteTables ?? [];
}

async function mainAssociation(ec2: EC2Client, vpcId: string): Promise<string> {
  const associations = (await tablesOf(ec2, vpcId)).flatMap((table) => table.Associations ?? []);
  return id(associations.find((association) => association.Main)?.RouteTableAssociationId);
}

describe("a route table", () => {
  it("is made once for one client token", async () => {
    const { ec2 } = embedded();
    const VpcId = await createVpc(ec2);
    const make = (vpcId = VpcId) => ec2.send(new CreateRouteTableCommand({ VpcId: vpcId, ClientToken: "t" }));
    const { RouteTable } = await make();
    expect(RouteTable?.Routes).toMatchObject([{ GatewayId: "local", Origin: "CreateRouteTable" }]);
    expect((await make()).RouteTable?.RouteTableId).toBe(RouteTable?.RouteTableId);
    expect(await tablesOf(ec2, VpcId)).toHaveLength(2);
    const other = await createVpc(ec2, "10.2.0.0/16");
    expect((await refusal(make(other))).code).toBe("IdempotentParameterMismatch");
  });

  it("is associated with a subnet of its own VPC that has no other", async () => {
    const { ec2 } = embedded();
    const side = await createSide(ec2, 1);
    const other = await createSide(ec2, 2);
    const associate = (RouteTableId: string, SubnetId: string) =>
      ec2.send(new AssociateRouteTableCommand({ RouteTableId, SubnetId }));
    const again = await associate(side.routeTableId, side.subnetId);
    expect(again.AssociationState?.State).toBe("associated");
    const [, table] = await tablesOf(ec2, side.vpcId);
    expect(table?.Associations).toMatchObject([
      { RouteTableAssociationId: again.AssociationId, SubnetId: side.subnetId, Main: false },
    ]);
    const second = await ec2.send(new CreateRouteTableCommand({ VpcId: side.vpcId }));
    const secondId = id(second.RouteTable?.RouteTableId);
    expect(await refusal(associate(secondId, side.subnetId))).toEqual({
      code: "Resource.AlreadyAssociated",
      message: `the specified association for route table ${secondId} conflicts with an existing association`,
    });
    expect(await refusal(associate(side.routeTableId, other.subnetId))).toEqual({
      code: "InvalidParameterValue",
      message: `route table ${side.routeTableId} and subnet ${other.subnetId} belong to different networks`,
    });
  });

  it("is deleted only when it is neither main nor associated", async () => {
    const { ec2 } = embedded();
    const side = await createSide(ec2, 1);
    const deleteTable = (RouteTableId: string) => ec2.send(new DeleteRouteTableCommand({ RouteTableId }));
    const [main, table] = await tablesOf(ec2, side.vpcId);
    for (const RouteTableId of [id(main?.RouteTableId), side.routeTableId])
      expect(await refusal(deleteTable(RouteTableId))).toEqual({
        code: "DependencyViolation",
        message: `The routeTable '${RouteTableId}' has dependencies and cannot be deleted.`,
      });
    const AssociationId = id(table?.Associations?.[0]?.RouteTableAssociationId);
    await ec2.send(new DisassociateRouteTableCommand({ AssociationId }));
    await deleteTable(side.routeTableId);
    expect(await refusal(deleteTable(side.routeTableId))).toEqual({
      code: "InvalidRouteTableID.NotFound",
      message: `The routeTable ID '${side.routeTableId}' does not exist`,
    });
    expect((await refusal(deleteTable("rtb-?"))).code).toBe("InvalidRouteTableId.Malformed");
    expect((await refusal(ec2.send(new DisassociateRouteTableCommand({ AssociationId })))).code).toBe(
      "InvalidAssociationID.NotFound",
    );
  });

  it("becomes the main one by replacing the main association, which is never taken away", async () => {
    const { ec2 } = embedded();
    const side = await createSide(ec2, 1);
    const AssociationId = await mainAssociation(ec2, side.vpcId);
    expect((await refusal(ec2.send(new DisassociateRouteTableCommand({ AssociationId })))).code).toBe(
      "InvalidParameterValue",
    );
    const replace = { AssociationId, RouteTableId: side.routeTableId };
    const { NewAssociationId } = await ec2.send(new ReplaceRouteTableAssociationCommand(replace));
    expect(await mainAssociation(ec2, side.vpcId)).toBe(NewAssociationId);
    const [former] = await tablesOf(ec2, side.vpcId);
    expect(former?.Associations).toEqual([]);
    await ec2.send(new DeleteRouteTableCommand({ RouteTableId: former?.RouteTableId }));
  });

  it("takes over a subnet from another table in one call", async () => {
    const { ec2 } = embedded();
    const side = await createSide(ec2, 1);
    const [main, table] = await tablesOf(ec2, side.vpcId);
    const AssociationId = id(table?.Associations?.[0]?.RouteTableAssociationId);
    const RouteTableId = id(main?.RouteTableId);
    await ec2.send(new ReplaceRouteTableAssociationCommand({ AssociationId, RouteTableId }));
    const Filters = [{ Name: "association.subnet-id", Values: [side.subnetId] }];
    const { RouteTables } = await ec2.send(new DescribeRouteTablesCommand({ Filters }));
    expect(RouteTables?.map((one) => one.RouteTableId)).toEqual([RouteTableId]);
  });

  it("is found by the subnets that are associated with it, not by those that follow the main table", async () => {
    const { ec2 } = embedded();
    const VpcId = await createVpc(ec2);
    const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock: "10.1.0.0/20" }));
    const Filters = [{ Name: "association.subnet-id", Values: [id(Subnet?.SubnetId)] }];
    expect((await ec2.send(new DescribeRouteTablesCommand({ Filters }))).RouteTables).toEqual([]);
  });
});
