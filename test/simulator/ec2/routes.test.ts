import {
  CreateRouteCommand,
  DeleteRouteCommand,
  DescribeRouteTablesCommand,
  type EC2Client,
  ReplaceRouteCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { embedded } from "../embedded.ts";
import { createSide } from "../lab-network.ts";
import { refusal } from "../refusal.ts";
import { launch, terminate } from "./lab-instance.ts";

async function routesOf(ec2: EC2Client, routeTableId: string) {
  const { RouteTables } = await ec2.send(new DescribeRouteTablesCommand({ RouteTableIds: [routeTableId] }));
  return RouteTables?.[0]?.Routes ?? [];
}

describe("a route", () => {
  it("once more the same is fine, to another target it exists already", async () => {
    const aws = embedded();
    const { ec2 } = aws;
    const side = await createSide(ec2, 1);
    const RouteTableId = side.routeTableId;
    const toGateway = { RouteTableId, DestinationCidrBlock: "0.0.0.0/0", GatewayId: side.gatewayId };
    expect((await ec2.send(new CreateRouteCommand(toGateway))).Return).toBe(true);
    expect(await routesOf(ec2, RouteTableId)).toHaveLength(2);
    const { networkInterfaceId: NetworkInterfaceId } = await launch(aws, side.subnetId);
    const toInterface = { RouteTableId, DestinationCidrBlock: "0.0.0.0/0", NetworkInterfaceId };
    expect(await refusal(ec2.send(new CreateRouteCommand(toInterface)))).toEqual({
      code: "RouteAlreadyExists",
      message: "The route identified by 0.0.0.0/0 already exists.",
    });
    await ec2.send(new ReplaceRouteCommand(toInterface));
    expect(await routesOf(ec2, RouteTableId)).toMatchObject([
      { GatewayId: "local" },
      { DestinationCidrBlock: "0.0.0.0/0", NetworkInterfaceId, State: "active" },
    ]);
  });

  it("turns into a blackhole with the instance that it leads to", async () => {
    const aws = embedded();
    const side = await createSide(aws.ec2, 1);
    const instance = await launch(aws, side.subnetId);
    const { instanceId: InstanceId } = instance;
    const route = { RouteTableId: side.routeTableId, DestinationCidrBlock: "192.168.0.0/16", InstanceId };
    await aws.ec2.send(new CreateRouteCommand(route));
    expect((await routesOf(aws.ec2, side.routeTableId)).at(-1)).toMatchObject({
      InstanceId,
      State: "active",
    });
    await terminate(aws, instance);
    expect((await routesOf(aws.ec2, side.routeTableId)).at(-1)?.State).toBe("blackhole");
  });

  it("drops host bits and is deleted by its destination", async () => {
    const { ec2 } = embedded();
    const { routeTableId: RouteTableId, gatewayId: GatewayId } = await createSide(ec2, 1);
    await ec2.send(
      new CreateRouteCommand({ RouteTableId, DestinationCidrBlock: "100.68.0.18/18", GatewayId }),
    );
    expect((await routesOf(ec2, RouteTableId)).at(-1)?.DestinationCidrBlock).toBe("100.68.0.0/18");
    const route = { RouteTableId, DestinationCidrBlock: "100.68.0.0/18" };
    await ec2.send(new DeleteRouteCommand(route));
    expect(await refusal(ec2.send(new DeleteRouteCommand(route)))).toEqual({
      code: "InvalidRoute.NotFound",
      message: `no route with destination-cidr-block 100.68.0.0/18 in route table ${RouteTableId}`,
    });
    expect(await refusal(ec2.send(new ReplaceRouteCommand({ ...route, GatewayId })))).toEqual({
      code: "InvalidParameterValue",
      message: "There is no route defined for '100.68.0.0/18' in the route table. Use CreateRoute instead.",
    });
  });

  it("never touches the local one", async () => {
    const { ec2 } = embedded();
    const { routeTableId: RouteTableId, gatewayId: GatewayId } = await createSide(ec2, 1);
    const local = { RouteTableId, DestinationCidrBlock: "10.1.0.0/16" };
    expect(await refusal(ec2.send(new DeleteRouteCommand(local)))).toEqual({
      code: "InvalidParameterValue",
      message: `cannot remove local route 10.1.0.0/16 in route table ${RouteTableId}`,
    });
    expect((await refusal(ec2.send(new CreateRouteCommand({ ...local, GatewayId })))).code).toBe(
      "RouteAlreadyExists",
    );
    expect((await refusal(ec2.send(new ReplaceRouteCommand({ ...local, GatewayId })))).code).toBe(
      "InvalidParameterValue",
    );
    const within = { RouteTableId, DestinationCidrBlock: "10.1.0.0/24", GatewayId };
    expect((await refusal(ec2.send(new CreateRouteCommand(within)))).message).toMatch(
      /equal to or more specific than one of this VPC's CIDR blocks/,
    );
  });

  it("needs a destination: an IPv4 block, as IPv6 and prefix lists are refused by name", async () => {
    const { ec2 } = embedded();
    const { routeTableId: RouteTableId, gatewayId: GatewayId } = await createSide(ec2, 1);
    const calls = (destination: object) => [
      refusal(ec2.send(new CreateRouteCommand({ RouteTableId, GatewayId, ...destination }))),
      refusal(ec2.send(new ReplaceRouteCommand({ RouteTableId, GatewayId, ...destination }))),
      refusal(ec2.send(new DeleteRouteCommand({ RouteTableId, ...destination }))),
    ];
    for (const refused of await Promise.all(calls({})))
      expect(refused).toEqual({
        code: "MissingParameter",
        message:
          "The request must contain exactly one of: destinationCidrBlock, destinationIpv6CidrBlock, destinationPrefixListId",
      });
    const others = { DestinationIpv6CidrBlock: "::/0", DestinationPrefixListId: "pl-00000000000000000" };
    for (const [name, value] of Object.entries(others))
      for (const { message } of await Promise.all(calls({ [name]: value })))
        expect(message).toContain(`does not model the parameter ${name}`);
    for (const { message } of await Promise.all(calls({ DestinationCidrBlock: "::/0" })))
      expect(message).toBe(
        "Value (::/0) for parameter destinationCidrBlock is invalid. This is not a valid CIDR block.",
      );
  });

  it("needs exactly one target, which must be in the table's own VPC", async () => {
    const { ec2 } = embedded();
    const side = await createSide(ec2, 1);
    const other = await createSide(ec2, 2);
    const route = { RouteTableId: side.routeTableId, DestinationCidrBlock: "192.168.0.0/16" };
    const create = (target: object) => refusal(ec2.send(new CreateRouteCommand({ ...route, ...target })));
    expect((await create({})).code).toBe("MissingParameter");
    expect((await create({ GatewayId: side.gatewayId, InstanceId: "i-1" })).code).toBe(
      "InvalidParameterCombination",
    );
    expect(await create({ GatewayId: other.gatewayId })).toEqual({
      code: "InvalidParameterValue",
      message: `route table ${side.routeTableId} and network gateway ${other.gatewayId} belong to different networks`,
    });
    expect((await create({ GatewayId: "igw-00000000000000000" })).code).toBe(
      "InvalidInternetGatewayID.NotFound",
    );
    expect((await create({ NatGatewayId: "nat-00000000000000000" })).message).toMatch(
      /does not model the parameter NatGatewayId/,
    );
    expect((await create({ DestinationCidrBlock: "anywhere", GatewayId: side.gatewayId })).code).toBe(
      "InvalidParameterValue",
    );
  });

  it("is refused beyond the table's quota", async () => {
    const { ec2 } = embedded({ quotas: { routesPerRouteTable: 2 } });
    const { routeTableId: RouteTableId, gatewayId: GatewayId } = await createSide(ec2, 1);
    const route = (DestinationCidrBlock: string) =>
      ec2.send(new CreateRouteCommand({ RouteTableId, DestinationCidrBlock, GatewayId }));
    await route("192.168.0.0/16");
    expect((await refusal(route("192.169.0.0/16"))).code).toBe("RouteLimitExceeded");
  });
});
