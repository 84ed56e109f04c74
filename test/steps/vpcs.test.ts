import {
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteInternetGatewayCommand,
  DeleteRouteTableCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DescribeInternetGatewaysCommand,
  DescribeNetworkAclsCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcPeeringConnectionsCommand,
  DescribeVpcsCommand,
  DetachInternetGatewayCommand,
  DisassociateRouteTableCommand,
  EC2Client,
  ModifySubnetAttributeCommand,
  ModifyVpcAttributeCommand,
  ReplaceRouteCommand,
} from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import { AnswerLostError } from "../../src/aws/middleware.ts";
import { vpcs } from "../../src/steps/vpcs.ts";
import { refusal } from "../aws/refusal.ts";
import { holding, mockedLab } from "./lab-context.ts";

const ec2 = mockClient(EC2Client);

/** The side a call is about, by the one thing each has in its parameters. */
function sideOf(input: object): 1 | 2 {
  return /vpc-1|-1"|10\.1\./.test(JSON.stringify(input)) ? 1 : 2;
}

function nothingStands(): void {
  ec2.on(DescribeVpcsCommand).resolves({ Vpcs: [] });
  // The lab's are looked for by tag, one that was just changed by its id.
  ec2.on(DescribeSubnetsCommand).callsFake(({ Filters }) => ({
    Subnets: Filters[0].Name === "subnet-id" ? [{ MapPublicIpOnLaunch: true }] : [],
  }));
  ec2.on(DescribeInternetGatewaysCommand).resolves({ InternetGateways: [] });
  ec2.on(DescribeRouteTablesCommand).resolves({ RouteTables: [] });
}

function createsSucceed(): void {
  ec2.on(CreateVpcCommand).callsFake((input) => ({
    Vpc: { VpcId: `vpc-${sideOf(input)}`, CidrBlock: input.CidrBlock, State: "available" },
  }));
  ec2.on(ModifyVpcAttributeCommand).resolves({});
  ec2.on(CreateSubnetCommand).callsFake((input) => ({ Subnet: { SubnetId: `subnet-${sideOf(input)}` } }));
  ec2.on(ModifySubnetAttributeCommand).resolves({});
  ec2.on(CreateInternetGatewayCommand).callsFake((input) => ({
    InternetGateway: { InternetGatewayId: `igw-${sideOf(input.TagSpecifications)}`, Attachments: [] },
  }));
  ec2.on(AttachInternetGatewayCommand).resolves({});
  ec2.on(CreateRouteTableCommand).callsFake((input) => ({
    RouteTable: { RouteTableId: `rtb-${sideOf(input)}` },
  }));
  ec2.on(CreateRouteCommand).resolves({ Return: true });
  ec2.on(AssociateRouteTableCommand).resolves({});
}

/** What was sent for one VPC, in order, reads left out. */
function changes(side: 1 | 2): string[] {
  return ec2
    .calls()
    .map(({ args: [command] }) => command)
    .filter((command) => !command.constructor.name.startsWith("Describe"))
    .filter(({ input }) => sideOf(input) === side)
    .map((command) => command.constructor.name.replace(/Command$/, ""));
}

beforeEach(() => {
  ec2.reset();
  ec2.onAnyCommand().rejects(new Error("not expected in this test"));
  nothingStands();
  createsSucceed();
});

describe("vpcs, up", () => {
  it("makes each VPC with what a public subnet needs, the VPC first and the routes last", async () => {
    const { lab } = mockedLab();
    await vpcs.up(lab);
    for (const side of [1, 2] as const) {
      const made = changes(side);
      expect(made[0]).toBe("CreateVpc");
      expect(made.slice(-2).sort()).toEqual(["AssociateRouteTable", "CreateRoute"]);
      expect([...made].sort()).toEqual([
        "AssociateRouteTable",
        "AttachInternetGateway",
        "CreateInternetGateway",
        "CreateRoute",
        "CreateRouteTable",
        "CreateSubnet",
        "CreateVpc",
        "ModifySubnetAttribute",
        "ModifyVpcAttribute",
      ]);
    }
  });

  it("gives the lab's names, tags and CIDR blocks in the creating calls", async () => {
    const { lab } = mockedLab();
    await vpcs.up(lab);
    const inputs = ec2.commandCalls(CreateVpcCommand).map(({ args: [{ input }] }) => input);
    expect(inputs.find((input) => sideOf(input) === 1)).toEqual({
      CidrBlock: "10.1.0.0/16",
      TagSpecifications: [
        {
          ResourceType: "vpc",
          Tags: [
            { Key: "Name", Value: "NextWork-1-vpc" },
            { Key: "vpclab:lab", Value: "nextwork" },
            { Key: "vpclab:part", Value: "vpc-1" },
            { Key: "vpclab:step", Value: "vpcs" },
          ],
        },
      ],
    });
    const subnet = ec2.commandCalls(CreateSubnetCommand)[0]?.args[0].input;
    expect(subnet).toMatchObject({
      VpcId: "vpc-1",
      CidrBlock: "10.1.0.0/20",
      AvailabilityZone: "us-east-1a",
    });
    expect(subnet?.TagSpecifications?.[0]?.Tags?.[0]?.Value).toBe("NextWork-1-subnet-public1-us-east-1a");
  });

  it("takes the whole block for the subnet of a VPC smaller than /20", async () => {
    const { lab } = mockedLab({ cidr1: "10.1.0.0/24" });
    await vpcs.up(lab);
    const cidrs = ec2.commandCalls(CreateSubnetCommand).map(({ args: [{ input }] }) => input.CidrBlock);
    expect(cidrs.sort()).toEqual(["10.1.0.0/24", "10.2.0.0/20"]);
  });

  it("goes on where an interrupted run left a gateway unattached and a table without route", async () => {
    const tags = (part: string) => [{ Key: "vpclab:part", Value: part }];
    ec2.on(DescribeVpcsCommand).callsFake((input) => ({
      Vpcs: [{ VpcId: `vpc-${sideOf(input)}`, CidrBlock: `10.${sideOf(input)}.0.0/16`, State: "available" }],
    }));
    ec2.on(DescribeSubnetsCommand).callsFake((input) => ({
      Subnets: [{ SubnetId: `subnet-${sideOf(input)}`, MapPublicIpOnLaunch: true }],
    }));
    ec2.on(DescribeInternetGatewaysCommand).callsFake((input) => ({
      InternetGateways: [
        { InternetGatewayId: `igw-${sideOf(input)}`, Attachments: [], Tags: tags("internet-gateway") },
      ],
    }));
    ec2.on(DescribeRouteTablesCommand).callsFake((input) => ({
      RouteTables: [
        {
          RouteTableId: `rtb-${sideOf(input)}`,
          Associations: [{ SubnetId: `subnet-${sideOf(input)}` }],
          Routes: [{ DestinationCidrBlock: "10.1.0.0/16", GatewayId: "local" }],
        },
      ],
    }));
    const { lab } = mockedLab();
    await vpcs.up(lab);
    for (const side of [1, 2] as const)
      expect(changes(side).sort()).toEqual([
        "AttachInternetGateway",
        "CreateRoute",
        "ModifyVpcAttribute",
        "ModifyVpcAttribute",
      ]);
  });

  it("waits for a VPC that the next call does not know yet", async () => {
    ec2
      .on(CreateSubnetCommand)
      .rejectsOnce(refusal("InvalidVpcID.NotFound"))
      .callsFake((input) => ({ Subnet: { SubnetId: `subnet-${sideOf(input)}` } }));
    const { lab } = mockedLab();
    await vpcs.up(lab);
    expect(ec2.commandCalls(CreateSubnetCommand)).toHaveLength(3);
  });

  it("goes on only when a read says that instances will get public addresses", async () => {
    const { lab } = mockedLab();
    let looks = 0;
    ec2.on(DescribeSubnetsCommand).callsFake(({ Filters }) => ({
      Subnets: Filters[0].Name === "subnet-id" ? [{ MapPublicIpOnLaunch: ++looks > 4 }] : [],
    }));
    await vpcs.up(lab);
    expect(looks).toBe(6);
  });

  it("finds the VPC whose create answer was lost", async () => {
    let created = false;
    ec2.on(CreateVpcCommand).callsFake((input) => {
      if (sideOf(input) === 2)
        return { Vpc: { VpcId: "vpc-2", CidrBlock: input.CidrBlock, State: "available" } };
      created = true;
      throw new AnswerLostError("CreateVpc", new Error("socket hang up"));
    });
    let looks = 0;
    ec2.on(DescribeVpcsCommand).callsFake((input) => {
      if (sideOf(input) === 2 || !created) return { Vpcs: [] };
      looks++;
      return looks < 3
        ? { Vpcs: [] }
        : { Vpcs: [{ VpcId: "vpc-1", CidrBlock: "10.1.0.0/16", State: "available" }] };
    });
    const { lab, told } = mockedLab();
    await vpcs.up(lab);
    expect(ec2.commandCalls(CreateVpcCommand)).toHaveLength(2);
    expect(told.resources.find(({ part }) => part === "vpc-1")).toMatchObject({
      id: "vpc-1",
      outcome: "made",
    });
  });

  it("uses the VPC of the lowest id where a crash left two, and says so", async () => {
    ec2.on(DescribeVpcsCommand).callsFake((input) => {
      const vpc = (id: string) => ({
        VpcId: id,
        CidrBlock: `10.${sideOf(input)}.0.0/16`,
        State: "available",
      });
      return { Vpcs: sideOf(input) === 1 ? [vpc("vpc-1b"), vpc("vpc-1a")] : [vpc("vpc-2")] };
    });
    const { lab, told } = mockedLab();
    await vpcs.up(lab);
    expect(ec2.commandCalls(CreateVpcCommand)).toHaveLength(0);
    expect(told.resources.find(({ part }) => part === "vpc-1")?.id).toBe("vpc-1a");
    expect(told.warnings).toEqual([expect.stringContaining("vpc-1b")]);
  });

  it("refuses a VPC that stands with another CIDR block, and makes nothing in it", async () => {
    ec2.on(DescribeVpcsCommand).callsFake((input) => ({
      Vpcs: [{ VpcId: `vpc-${sideOf(input)}`, CidrBlock: "10.9.0.0/16", State: "available" }],
    }));
    const { lab } = mockedLab();
    await expect(vpcs.up(lab)).rejects.toMatchObject({
      code: "cidr-differs",
      next: [expect.stringContaining("--cidr-1 10.9.0.0/16"), expect.stringContaining("teardown")],
    });
    expect([...changes(1), ...changes(2)]).toEqual([]);
  });

  it("says that the default VPC counts when there is no room for another, and still finishes the other side", async () => {
    ec2.on(CreateVpcCommand).callsFake((input) => {
      if (sideOf(input) === 2)
        throw refusal("VpcLimitExceeded", "The maximum number of VPCs has been reached.");
      return { Vpc: { VpcId: "vpc-1", CidrBlock: input.CidrBlock, State: "available" } };
    });
    const { lab } = mockedLab();
    await expect(vpcs.up(lab)).rejects.toMatchObject({
      code: "VpcLimitExceeded",
      why: expect.stringContaining("default VPC counts"),
    });
    expect(changes(1)).toContain("AssociateRouteTable");
  });

  it("replaces a route that AWS says exists already", async () => {
    ec2.on(CreateRouteCommand).rejects(refusal("RouteAlreadyExists"));
    ec2.on(ReplaceRouteCommand).resolves({});
    const { lab } = mockedLab();
    await vpcs.up(lab);
    expect(ec2.commandCalls(ReplaceRouteCommand)).toHaveLength(2);
  });
});

describe("vpcs, down", () => {
  const all = () =>
    holding(
      ["vpc", "vpc-1"],
      ["subnet", "subnet-1"],
      ["internet-gateway", "igw-1"],
      ["route-table", "rtb-1"],
    );

  /** Reads that show a thing until it is deleted. */
  function stands(): void {
    const gone = new Set<string>();
    const unlessGone = (id: string, more: object) => (gone.has(id) ? [] : [more]);
    ec2.on(DeleteVpcCommand).callsFake(({ VpcId }) => void gone.add(VpcId));
    ec2.on(DeleteSubnetCommand).callsFake(({ SubnetId }) => void gone.add(SubnetId));
    ec2.on(DeleteRouteTableCommand).callsFake(({ RouteTableId }) => void gone.add(RouteTableId));
    ec2
      .on(DeleteInternetGatewayCommand)
      .callsFake(({ InternetGatewayId }) => void gone.add(InternetGatewayId));
    ec2.on(DetachInternetGatewayCommand).resolves({});
    ec2.on(DisassociateRouteTableCommand).resolves({});
    ec2.on(DescribeVpcsCommand).callsFake(() => ({ Vpcs: unlessGone("vpc-1", { VpcId: "vpc-1" }) }));
    ec2
      .on(DescribeSubnetsCommand)
      .callsFake(() => ({ Subnets: unlessGone("subnet-1", { SubnetId: "subnet-1" }) }));
    ec2.on(DescribeInternetGatewaysCommand).callsFake(() => ({
      InternetGateways: unlessGone("igw-1", {
        InternetGatewayId: "igw-1",
        Attachments: [{ VpcId: "vpc-1" }],
      }),
    }));
    ec2.on(DescribeRouteTablesCommand).callsFake(() => ({
      RouteTables: unlessGone("rtb-1", {
        RouteTableId: "rtb-1",
        Associations: [{ RouteTableAssociationId: "rtbassoc-1", SubnetId: "subnet-1", Main: false }],
      }),
    }));
    ec2.on(DescribeSecurityGroupsCommand).resolves({ SecurityGroups: [] });
    ec2.on(DescribeNetworkInterfacesCommand).resolves({ NetworkInterfaces: [] });
  }

  it("deletes what is in a VPC before the VPC, detaching and disassociating first", async () => {
    stands();
    const { lab } = mockedLab();
    const removals = await vpcs.down(lab, all());
    expect(removals.map(({ id, outcome }) => `${id} ${outcome}`).sort()).toEqual([
      "igw-1 deleted",
      "rtb-1 deleted",
      "subnet-1 deleted",
      "vpc-1 deleted",
    ]);
    const order = changes(1);
    const precedes = (one: string, other: string) =>
      expect(order.indexOf(one)).toBeLessThan(order.indexOf(other));
    precedes("DetachInternetGateway", "DeleteInternetGateway");
    precedes("DisassociateRouteTable", "DeleteRouteTable");
    precedes("DeleteSubnet", "DeleteRouteTable");
    expect(order.at(-1)).toBe("DeleteVpc");
  });

  it("waits until the public addresses that are mapped through a gateway are gone", async () => {
    stands();
    ec2
      .on(DetachInternetGatewayCommand)
      .rejectsOnce(refusal("DependencyViolation", "Network vpc-1 has some mapped public address(es)."))
      .resolves({});
    const { lab } = mockedLab();
    const removals = await vpcs.down(lab, holding(["internet-gateway", "igw-1"]));
    expect(removals).toMatchObject([{ outcome: "deleted" }]);
    expect(ec2.commandCalls(DetachInternetGatewayCommand)).toHaveLength(2);
  });

  it("names what somebody else has put into the VPC, and leaves it there", async () => {
    stands();
    ec2.on(DeleteVpcCommand).rejects(refusal("DependencyViolation", "The vpc 'vpc-1' has dependencies"));
    ec2.on(DescribeSecurityGroupsCommand).resolves({
      SecurityGroups: [
        { GroupId: "sg-default", GroupName: "default" },
        { GroupId: "sg-guard", GroupName: "GuardDutyManagedSecurityGroup" },
      ],
    });
    ec2.on(DescribeNetworkAclsCommand).resolves({
      NetworkAcls: [{ NetworkAclId: "acl-default", IsDefault: true }, { NetworkAclId: "acl-tried" }],
    });
    ec2.on(DescribeVpcEndpointsCommand).resolves({ VpcEndpoints: [] });
    // Of a peering connection the VPC may be either side; one that was deleted shows for hours.
    ec2.on(DescribeVpcPeeringConnectionsCommand).callsFake(({ Filters: [filter] }) => ({
      VpcPeeringConnections:
        filter.Name === "accepter-vpc-info.vpc-id"
          ? [
              { VpcPeeringConnectionId: "pcx-hand", Status: { Code: "active" } },
              { VpcPeeringConnectionId: "pcx-old", Status: { Code: "deleted" } },
            ]
          : [],
    }));
    const { lab } = mockedLab();
    const removals = await vpcs.down(lab, all());
    const failed = removals.filter(({ outcome }) => outcome === "failed");
    expect(failed).toMatchObject([{ id: "vpc-1" }]);
    expect(failed[0]?.reason).toContain("GuardDutyManagedSecurityGroup (sg-guard)");
    expect(failed[0]?.reason).toContain("network ACL acl-tried");
    expect(failed[0]?.reason).toContain("peering connection pcx-hand");
    expect(failed[0]?.reason).not.toMatch(/sg-default|acl-default|pcx-old/);
  });

  it("goes on with the rest when one thing cannot be deleted", async () => {
    stands();
    ec2.on(DeleteSubnetCommand).rejects(refusal("UnauthorizedOperation", "You are not authorized."));
    const { lab } = mockedLab();
    const removals = await vpcs.down(lab, all());
    expect(removals.map(({ id, outcome }) => `${id} ${outcome}`).sort()).toEqual([
      "igw-1 deleted",
      "rtb-1 deleted",
      "subnet-1 failed",
      "vpc-1 deleted",
    ]);
  });
});
