/** Strays as AWS shows them, and as only AWS has them: endpoints, NAT gateways, interfaces of services. */
import {
  DeleteNatGatewayCommand,
  DeleteNetworkInterfaceCommand,
  DeleteVpcEndpointsCommand,
  DescribeAddressesCommand,
  DescribeInstancesCommand,
  DescribeInternetGatewaysCommand,
  DescribeNatGatewaysCommand,
  DescribeNetworkAclsCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcPeeringConnectionsCommand,
  DisassociateAddressCommand,
  EC2Client,
  ReleaseAddressCommand,
} from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Inventory } from "../../src/aws/inventory.ts";
import { readStrays, type Stray } from "../../src/aws/strays.ts";
import { removeAlongside, removeFirst } from "../../src/steps/strays.ts";
import { holding, mockedLab } from "../steps/lab-context.ts";
import { refusal } from "./refusal.ts";

const ec2 = mockClient(EC2Client);
const VPC = "vpc-0000000000000001a";
const SUBNET = "subnet-000000000000001a";
const inventory: Inventory = {
  ...holding(["vpc", VPC], ["subnet", SUBNET], ["internet-gateway", "igw-1"]),
  vpcs: [{ VpcId: VPC }],
  internetGateways: [{ InternetGatewayId: "igw-1", Attachments: [{ VpcId: VPC, State: "attached" }] }],
};

beforeEach(() => {
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [] });
  ec2.on(DescribeNetworkInterfacesCommand).resolves({ NetworkInterfaces: [] });
  ec2.on(DescribeVpcEndpointsCommand).resolves({ VpcEndpoints: [] });
  ec2.on(DescribeNatGatewaysCommand).resolves({ NatGateways: [] });
  ec2.on(DescribeSecurityGroupsCommand).resolves({ SecurityGroups: [] });
  ec2.on(DescribeSubnetsCommand).resolves({ Subnets: [] });
  ec2.on(DescribeRouteTablesCommand).resolves({ RouteTables: [] });
  ec2.on(DescribeNetworkAclsCommand).resolves({ NetworkAcls: [] });
  ec2.on(DescribeInternetGatewaysCommand).resolves({ InternetGateways: [] });
  ec2.on(DescribeVpcPeeringConnectionsCommand).resolves({ VpcPeeringConnections: [] });
});
afterEach(() => ec2.reset());

async function found(): Promise<readonly Stray[]> {
  return (await readStrays(mockedLab().lab.aws, inventory)).found;
}

describe("readStrays", () => {
  it("asks nothing where the lab has no VPC", async () => {
    expect(await readStrays(mockedLab().lab.aws, holding())).toEqual({ found: [], unseen: [] });
    expect(ec2.calls()).toEqual([]);
  });

  it("looks into the lab's VPCs alone", async () => {
    await found();
    for (const call of ec2.calls()) {
      const { Filters, Filter } = call.args[0].input as { Filters?: object[]; Filter?: object[] };
      expect(Filters ?? Filter).toEqual([{ Name: expect.stringMatching(/vpc-id$/), Values: [VPC] }]);
    }
  });

  it("names what GuardDuty planted: its endpoint and group, not the endpoint's interfaces beside it", async () => {
    ec2.on(DescribeVpcEndpointsCommand).resolves({
      VpcEndpoints: [
        {
          VpcEndpointId: "vpce-1",
          VpcId: VPC,
          State: "Available",
          ServiceName: "com.amazonaws.us-east-1.guardduty-data",
          SubnetIds: [SUBNET],
          Groups: [{ GroupId: "sg-gd" }],
          Tags: [{ Key: "GuardDutyManaged", Value: "true" }],
        },
        { VpcEndpointId: "vpce-old", VpcId: VPC, State: "Deleted" },
      ],
    });
    ec2.on(DescribeSecurityGroupsCommand).resolves({
      SecurityGroups: [
        { GroupId: "sg-gd", GroupName: `GuardDutyManagedSecurityGroup-${VPC}`, VpcId: VPC },
        { GroupId: "sg-default", GroupName: "default", VpcId: VPC },
      ],
    });
    ec2.on(DescribeNetworkInterfacesCommand).resolves({
      NetworkInterfaces: [
        {
          NetworkInterfaceId: "eni-gd",
          VpcId: VPC,
          InterfaceType: "vpc_endpoint",
          RequesterManaged: true,
          Description: "VPC Endpoint Interface vpce-1",
        },
      ],
    });
    expect(await found()).toMatchObject([
      { type: "vpc-endpoint", id: "vpce-1", plantedBy: "GuardDuty", blocks: [SUBNET, VPC] },
      { type: "security-group", id: "sg-gd", plantedBy: "GuardDuty", blocks: [VPC] },
    ]);
  });

  it("names the interface of a service, which does not go alone, and that of an instance only if it stays", async () => {
    const attached = { VpcId: VPC, SubnetId: SUBNET };
    ec2.on(DescribeNetworkInterfacesCommand).resolves({
      NetworkInterfaces: [
        {
          ...attached,
          NetworkInterfaceId: "eni-elb",
          RequesterManaged: true,
          RequesterId: "amazon-elb",
          Description: "ELB app/web/1",
        },
        {
          ...attached,
          NetworkInterfaceId: "eni-primary",
          Attachment: { InstanceId: "i-1", DeleteOnTermination: true },
        },
        {
          ...attached,
          NetworkInterfaceId: "eni-second",
          Attachment: { InstanceId: "i-1", DeleteOnTermination: false },
        },
      ],
    });
    expect(await found()).toMatchObject([
      { id: "eni-elb", name: "ELB app/web/1", plantedBy: "amazon-elb", goesAlone: false },
      { id: "eni-second", plantedBy: undefined, goesAlone: true, blocks: [SUBNET, VPC] },
    ]);
  });

  it("counts an Elastic IP on an interface, and not an address that AWS lends", async () => {
    const own = { VpcId: VPC, Attachment: { InstanceId: "i-1" } };
    ec2.on(DescribeNetworkInterfacesCommand).resolves({
      NetworkInterfaces: [
        {
          ...own,
          NetworkInterfaceId: "eni-1",
          Association: { PublicIp: "1.2.3.4", AllocationId: "eipalloc-1" },
        },
        { ...own, NetworkInterfaceId: "eni-2", Association: { PublicIp: "1.2.3.5", IpOwnerId: "amazon" } },
      ],
    });
    expect(await found()).toMatchObject([{ type: "elastic-ip", id: "eipalloc-1", blocks: ["igw-1"] }]);
  });

  it("names both of the lab's VPCs that a peering connection made by hand keeps, once", async () => {
    const other = "vpc-0000000000000002b";
    const two: Inventory = {
      ...holding(["vpc", VPC], ["vpc", other]),
      vpcs: [{ VpcId: VPC }, { VpcId: other }],
    };
    ec2.on(DescribeVpcPeeringConnectionsCommand).resolves({
      VpcPeeringConnections: [
        {
          VpcPeeringConnectionId: "pcx-1",
          RequesterVpcInfo: { VpcId: other },
          AccepterVpcInfo: { VpcId: VPC },
          Status: { Code: "active" },
        },
      ],
    });
    const strays = await readStrays(mockedLab().lab.aws, two);
    expect(strays.found.map(({ id, blocks }) => [id, [...blocks].sort()])).toEqual([["pcx-1", [VPC, other]]]);
  });

  it("goes on without what AWS does not let us see, and says so", async () => {
    ec2.on(DescribeVpcEndpointsCommand).rejects(refusal("UnauthorizedOperation"));
    ec2.on(DescribeSubnetsCommand).resolves({ Subnets: [{ SubnetId: "subnet-2", VpcId: VPC }] });
    expect(await readStrays(mockedLab().lab.aws, inventory)).toMatchObject({
      found: [{ id: "subnet-2" }],
      unseen: ["VPC endpoints"],
    });
    ec2.on(DescribeVpcEndpointsCommand).rejects(refusal("InternalError"));
    await expect(found()).rejects.toThrow("InternalError");
  });
});

describe("removing strays", () => {
  const stray = (type: Stray["type"], id: string, more: Partial<Stray> = {}): Stray => ({
    type,
    id,
    name: "",
    vpcId: VPC,
    blocks: [VPC],
    plantedBy: undefined,
    goesAlone: true,
    ...more,
  });

  it("releases an address once its NAT gateway is gone, and waits until no endpoint shows", async () => {
    let looks = 0;
    ec2.on(DescribeVpcEndpointsCommand).callsFake(() => ({
      VpcEndpoints: looks++ < 3 ? [{ VpcEndpointId: "vpce-1", State: "Deleting" }] : [],
    }));
    ec2.on(DeleteVpcEndpointsCommand).resolves({ Unsuccessful: [] });
    ec2.on(DeleteNatGatewayCommand).resolves({});
    ec2
      .on(DescribeNatGatewaysCommand)
      .resolvesOnce({ NatGateways: [{ State: "deleting" }] })
      .resolves({ NatGateways: [{ State: "deleted" }] });
    ec2
      .on(DescribeAddressesCommand)
      .resolvesOnce({ Addresses: [{ AllocationId: "eipalloc-1", AssociationId: "eipassoc-1" }] })
      .resolves({ Addresses: [] });
    ec2.on(DisassociateAddressCommand).rejects(refusal("InvalidAssociationID.NotFound"));
    ec2.on(ReleaseAddressCommand).resolves({});
    const removals = await removeFirst(mockedLab().lab, [
      stray("elastic-ip", "eipalloc-1"),
      stray("natgateway", "nat-1"),
      stray("vpc-endpoint", "vpce-1"),
      stray("subnet", "subnet-2"),
    ]);
    expect(removals.map(({ id, outcome }) => `${id} ${outcome}`)).toEqual([
      "nat-1 deleted",
      "vpce-1 deleted",
      "eipalloc-1 deleted",
    ]);
    expect(looks).toBe(4);
    const order = ec2.calls().map(({ args }) => args[0].constructor.name);
    expect(order.indexOf("DisassociateAddressCommand")).toBeGreaterThan(
      order.lastIndexOf("DescribeNatGatewaysCommand"),
    );
  });

  it("takes for gone what AWS no longer knows, and for a refusal what it says of one endpoint", async () => {
    ec2.on(DeleteNatGatewayCommand).rejects(refusal("NatGatewayNotFound"));
    ec2.on(DeleteVpcEndpointsCommand).resolves({
      Unsuccessful: [
        { ResourceId: "vpce-1", Error: { Code: "InvalidVpcEndpoint.NotFound", Message: "gone" } },
      ],
    });
    const both = [stray("natgateway", "nat-1"), stray("vpc-endpoint", "vpce-1")];
    expect((await removeFirst(mockedLab().lab, both)).map(({ outcome }) => outcome)).toEqual([
      "absent",
      "absent",
    ]);
    ec2.on(DeleteVpcEndpointsCommand).resolves({
      Unsuccessful: [
        { ResourceId: "vpce-1", Error: { Code: "OperationNotPermitted", Message: "not yours" } },
      ],
    });
    expect(await removeFirst(mockedLab().lab, both.slice(1))).toMatchObject([
      { outcome: "failed", reason: "not yours (OperationNotPermitted)" },
    ]);
  });

  it("leaves a service's interface to its service, and waits for one that is in use", async () => {
    ec2
      .on(DeleteNetworkInterfaceCommand)
      .rejectsOnce(refusal("InvalidParameterValue", "Network interface 'eni-second' is currently in use."))
      .resolves({});
    const removals = await removeAlongside(mockedLab().lab, [
      stray("network-interface", "eni-elb", { goesAlone: false, plantedBy: "amazon-elb" }),
      stray("network-interface", "eni-second"),
    ]);
    expect(removals).toMatchObject([
      { id: "eni-elb", outcome: "failed", reason: expect.stringContaining("amazon-elb") },
      { id: "eni-second", outcome: "deleted" },
    ]);
    const deleted = ec2.commandCalls(DeleteNetworkInterfaceCommand);
    expect(deleted.map(({ args }) => args[0].input.NetworkInterfaceId)).toEqual(["eni-second", "eni-second"]);
  });
});
