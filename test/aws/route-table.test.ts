import {
  AssociateRouteTableCommand,
  CreateRouteCommand,
  DeleteRouteCommand,
  DeleteRouteTableCommand,
  DescribeRouteTablesCommand,
  DisassociateRouteTableCommand,
  EC2Client,
  ReplaceRouteCommand,
  ReplaceRouteTableAssociationCommand,
} from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import {
  associateRouteTable,
  deleteRoutesTo,
  deleteRouteTable,
  ensureRoute,
  waitForActiveRoute,
} from "../../src/aws/route-table.ts";
import { mockedLab } from "../steps/lab-context.ts";
import { refusal } from "./refusal.ts";

const ec2 = mockClient(EC2Client);
const TO_PEER = { VpcPeeringConnectionId: "pcx-1" };

beforeEach(() => {
  ec2.reset();
  ec2.onAnyCommand().rejects(new Error("not expected in this test"));
});

describe("a route", () => {
  it("that is there is found, without a call", async () => {
    const { lab } = mockedLab();
    const Routes = [{ DestinationCidrBlock: "10.2.0.0/16", VpcPeeringConnectionId: "pcx-1" }];
    const table = { RouteTableId: "rtb-1", Routes };
    expect(await ensureRoute(lab.aws, table, "10.2.0.0/16", TO_PEER)).toBe("found");
    expect(ec2.calls()).toHaveLength(0);
  });

  it("is made where there is none", async () => {
    const { lab } = mockedLab();
    ec2.on(CreateRouteCommand).resolves({ Return: true });
    expect(await ensureRoute(lab.aws, { RouteTableId: "rtb-1" }, "10.2.0.0/16", TO_PEER)).toBe("made");
    expect(ec2.commandCalls(CreateRouteCommand)[0]?.args[0].input).toEqual({
      RouteTableId: "rtb-1",
      DestinationCidrBlock: "10.2.0.0/16",
      VpcPeeringConnectionId: "pcx-1",
    });
  });

  it("to a connection that is gone is turned to the new one", async () => {
    const { lab } = mockedLab();
    ec2.on(ReplaceRouteCommand).resolves({});
    const Routes = [
      { DestinationCidrBlock: "10.2.0.0/16", VpcPeeringConnectionId: "pcx-0", State: "blackhole" as const },
    ];
    const table = { RouteTableId: "rtb-1", Routes };
    expect(await ensureRoute(lab.aws, table, "10.2.0.0/16", TO_PEER)).toBe("made");
    expect(ec2.commandCalls(ReplaceRouteCommand)[0]?.args[0].input).toMatchObject(TO_PEER);
  });

  it("that AWS refuses as existing is replaced, so that both of AWS's ways end alike", async () => {
    const { lab } = mockedLab();
    ec2.on(CreateRouteCommand).rejects(refusal("RouteAlreadyExists"));
    ec2.on(ReplaceRouteCommand).resolves({});
    await ensureRoute(lab.aws, { RouteTableId: "rtb-1" }, "10.2.0.0/16", TO_PEER);
    expect(ec2.commandCalls(ReplaceRouteCommand)).toHaveLength(1);
  });

  it("is waited for while it is a blackhole", async () => {
    const { lab } = mockedLab();
    const table = (State: "active" | "blackhole") => ({
      RouteTables: [{ Routes: [{ DestinationCidrBlock: "10.2.0.0/16", ...TO_PEER, State }] }],
    });
    ec2
      .on(DescribeRouteTablesCommand)
      .resolvesOnce({ RouteTables: [{ Routes: [] }] })
      .resolvesOnce(table("blackhole"))
      .resolves(table("active"));
    const seen = await waitForActiveRoute(lab.aws, "rtb-1", "10.2.0.0/16", TO_PEER);
    expect(seen.Routes?.[0]?.State).toBe("active");
    expect(ec2.commandCalls(DescribeRouteTablesCommand)).toHaveLength(3);
  });

  it("to the peering connection is deleted, the others stay", async () => {
    const { lab } = mockedLab();
    ec2.on(DeleteRouteCommand).rejects(refusal("InvalidRoute.NotFound"));
    const Routes = [
      { DestinationCidrBlock: "0.0.0.0/0", GatewayId: "igw-1" },
      { DestinationCidrBlock: "10.2.0.0/16", VpcPeeringConnectionId: "pcx-1" },
      { DestinationCidrBlock: "10.3.0.0/16", VpcPeeringConnectionId: "pcx-other" },
      { DestinationIpv6CidrBlock: "2600:1f00::/56", VpcPeeringConnectionId: "pcx-1" },
      { DestinationPrefixListId: "pl-1", VpcPeeringConnectionId: "pcx-1" },
    ];
    await deleteRoutesTo(lab.aws, { RouteTableId: "rtb-1", Routes }, "pcx-1");
    expect(ec2.commandCalls(DeleteRouteCommand).map(({ args: [{ input }] }) => input)).toEqual([
      { RouteTableId: "rtb-1", DestinationCidrBlock: "10.2.0.0/16" },
      { RouteTableId: "rtb-1", DestinationIpv6CidrBlock: "2600:1f00::/56" },
      { RouteTableId: "rtb-1", DestinationPrefixListId: "pl-1" },
    ]);
  });
});

describe("a route to a gateway", () => {
  const TO_GATEWAY = { GatewayId: "igw-1" };
  const make = () => ensureRoute(mockedLab().lab.aws, { RouteTableId: "rtb-1" }, "0.0.0.0/0", TO_GATEWAY);

  it("is made as soon as the table has heard of its attachment", async () => {
    const message = "route table rtb-1 and network gateway igw-1 belong to different networks";
    ec2
      .on(CreateRouteCommand)
      .rejectsOnce(refusal("InvalidInternetGatewayID.NotFound"))
      .rejectsOnce(refusal("InvalidParameterValue", message))
      .resolves({ Return: true });
    expect(await make()).toBe("made");
    expect(ec2.commandCalls(CreateRouteCommand)).toHaveLength(3);
  });

  it("is asked for once where AWS refuses it for another reason", async () => {
    ec2.on(CreateRouteCommand).rejects(refusal("InvalidParameterValue", "invalid destination"));
    await expect(make()).rejects.toThrow("invalid destination");
    expect(ec2.commandCalls(CreateRouteCommand)).toHaveLength(1);
  });
});

describe("the subnet's association", () => {
  it("is the lab's own where the first answer was lost, though a read shows it only seconds later", async () => {
    const { lab } = mockedLab();
    const ours = { RouteTableAssociationId: "rtbassoc-1", RouteTableId: "rtb-1", SubnetId: "subnet-1" };
    ec2.on(AssociateRouteTableCommand).rejects(refusal("Resource.AlreadyAssociated"));
    ec2
      .on(DescribeRouteTablesCommand)
      .resolvesOnce({ RouteTables: [] })
      .resolves({ RouteTables: [{ RouteTableId: "rtb-1", Associations: [ours] }] });
    await associateRouteTable(lab.aws, "rtb-1", "subnet-1");
    expect(ec2.commandCalls(ReplaceRouteTableAssociationCommand)).toHaveLength(0);
  });

  it("is moved to the lab's table from another, as soon as AWS knows that", async () => {
    const { lab } = mockedLab();
    ec2.on(AssociateRouteTableCommand).rejects(refusal("Resource.AlreadyAssociated"));
    ec2.on(DescribeRouteTablesCommand).resolves({
      RouteTables: [
        {
          RouteTableId: "rtb-other",
          Associations: [
            { RouteTableAssociationId: "rtbassoc-9", RouteTableId: "rtb-other", SubnetId: "subnet-1" },
          ],
        },
      ],
    });
    ec2
      .on(ReplaceRouteTableAssociationCommand)
      .rejectsOnce(refusal("InvalidRouteTableID.NotFound"))
      .resolves({});
    await associateRouteTable(lab.aws, "rtb-1", "subnet-1");
    expect(ec2.commandCalls(ReplaceRouteTableAssociationCommand)[0]?.args[0].input).toEqual({
      AssociationId: "rtbassoc-9",
      RouteTableId: "rtb-1",
    });
  });
});

it("is let go of by its subnet and deleted, though the first read does not show the subnet yet", async () => {
  const main = { RouteTableAssociationId: "rtbassoc-main", Main: true };
  const ofSubnet = { RouteTableAssociationId: "rtbassoc-1", SubnetId: "subnet-1" };
  ec2
    .on(DescribeRouteTablesCommand)
    .resolvesOnce({ RouteTables: [{ RouteTableId: "rtb-1", Associations: [main] }] })
    .resolvesOnce({ RouteTables: [{ RouteTableId: "rtb-1", Associations: [main, ofSubnet] }] })
    .resolves({ RouteTables: [] });
  ec2.on(DisassociateRouteTableCommand).resolves({});
  ec2.on(DeleteRouteTableCommand).rejectsOnce(refusal("DependencyViolation")).resolves({});
  expect(await deleteRouteTable(mockedLab().lab.aws, "rtb-1")).toBe("deleted");
  const disassociated = ec2.commandCalls(DisassociateRouteTableCommand);
  expect(disassociated.map(({ args }) => args[0].input.AssociationId)).toEqual(["rtbassoc-1"]);
});
