import {
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  DeleteInternetGatewayCommand,
  DescribeInternetGatewaysCommand,
  DescribeRouteTablesCommand,
  DetachInternetGatewayCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { embedded } from "../embedded.ts";
import { createSide, createVpc, id } from "../lab-network.ts";
import { refusal } from "../refusal.ts";
import { launch, terminate } from "./lab-instance.ts";

describe("an internet gateway", () => {
  it("is attached to one VPC, and a VPC has one", async () => {
    const { ec2 } = embedded();
    const { gatewayId, vpcId: VpcId } = await createSide(ec2, 1);
    const { InternetGateways } = await ec2.send(
      new DescribeInternetGatewaysCommand({ Filters: [{ Name: "attachment.vpc-id", Values: [VpcId] }] }),
    );
    expect(InternetGateways).toMatchObject([
      { InternetGatewayId: gatewayId, Attachments: [{ VpcId, State: "available" }] },
    ]);
    const other = await createVpc(ec2, "10.2.0.0/16");
    expect(
      await refusal(
        ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId: gatewayId, VpcId: other })),
      ),
    ).toEqual({
      code: "Resource.AlreadyAssociated",
      message: `resource ${gatewayId} is already attached to network ${VpcId}`,
    });
    const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}));
    const InternetGatewayId = id(InternetGateway?.InternetGatewayId);
    expect(await refusal(ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId, VpcId })))).toEqual({
      code: "InvalidParameterValue",
      message: `Network ${VpcId} already has an internet gateway attached`,
    });
    expect(await refusal(ec2.send(new DetachInternetGatewayCommand({ InternetGatewayId, VpcId })))).toEqual({
      code: "Gateway.NotAttached",
      message: `resource ${InternetGatewayId} is not attached to network ${VpcId}`,
    });
  });

  it("is deleted only when it is detached, and turns routes to it into blackholes", async () => {
    const { ec2 } = embedded();
    const { gatewayId: InternetGatewayId, vpcId: VpcId, routeTableId } = await createSide(ec2, 1);
    expect(await refusal(ec2.send(new DeleteInternetGatewayCommand({ InternetGatewayId })))).toEqual({
      code: "DependencyViolation",
      message: `The internetGateway '${InternetGatewayId}' has dependencies and cannot be deleted.`,
    });
    await ec2.send(new DetachInternetGatewayCommand({ InternetGatewayId, VpcId }));
    const { RouteTables } = await ec2.send(new DescribeRouteTablesCommand({ RouteTableIds: [routeTableId] }));
    expect(RouteTables?.[0]?.Routes).toMatchObject([{ State: "active" }, { State: "blackhole" }]);
    await ec2.send(new DeleteInternetGatewayCommand({ InternetGatewayId }));
    const gone = await refusal(ec2.send(new DeleteInternetGatewayCommand({ InternetGatewayId })));
    expect(gone).toEqual({
      code: "InvalidInternetGatewayID.NotFound",
      message: `The internetGateway ID '${InternetGatewayId}' does not exist`,
    });
    const malformed = new DeleteInternetGatewayCommand({ InternetGatewayId: "igw-1" });
    expect((await refusal(ec2.send(malformed))).code).toBe("InvalidInternetGatewayId.Malformed");
  });

  it("stays attached while public addresses are mapped in the VPC", async () => {
    const aws = embedded();
    const { gatewayId: InternetGatewayId, vpcId: VpcId, subnetId } = await createSide(aws.ec2, 1);
    const instance = await launch(aws, subnetId, { publicAddress: true });
    const detach = () => aws.ec2.send(new DetachInternetGatewayCommand({ InternetGatewayId, VpcId }));
    expect(await refusal(detach())).toEqual({
      code: "DependencyViolation",
      message: `Network ${VpcId} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
    });
    await terminate(aws, instance);
    await detach();
  });
});
