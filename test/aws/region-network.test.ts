import {
  DescribeFlowLogsCommand,
  DescribeInstancesCommand,
  DescribeInternetGatewaysCommand,
  DescribeNetworkAclsCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcPeeringConnectionsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readRegionNetwork, withinVpcs } from "../../src/aws/region-network.ts";
import { mockedLab } from "../steps/lab-context.ts";

const ec2 = mockClient(EC2Client);
const { aws } = mockedLab().lab;

beforeEach(() => {
  ec2.on(DescribeVpcsCommand).resolves({ Vpcs: [{ VpcId: "vpc-1" }, { VpcId: "vpc-2" }] });
  ec2.on(DescribeSubnetsCommand).resolves({ Subnets: [{ SubnetId: "subnet-1", VpcId: "vpc-1" }] });
  ec2
    .on(DescribeRouteTablesCommand)
    .resolves({ RouteTables: [{ RouteTableId: "rtb-1", VpcId: "vpc-1" }], NextToken: "more" })
    .on(DescribeRouteTablesCommand, { NextToken: "more" })
    .resolves({ RouteTables: [{ RouteTableId: "rtb-2", VpcId: "vpc-2" }] });
  ec2.on(DescribeInternetGatewaysCommand).resolves({
    InternetGateways: [
      { InternetGatewayId: "igw-1", Attachments: [{ VpcId: "vpc-1" }] },
      { InternetGatewayId: "igw-free", Attachments: [] },
    ],
  });
  ec2.on(DescribeNetworkAclsCommand).resolves({ NetworkAcls: [{ NetworkAclId: "acl-2", VpcId: "vpc-2" }] });
  ec2.on(DescribeSecurityGroupsCommand).resolves({ SecurityGroups: [{ GroupId: "sg-1", VpcId: "vpc-1" }] });
  ec2.on(DescribeNetworkInterfacesCommand).resolves({ NetworkInterfaces: [] });
  ec2.on(DescribeInstancesCommand).resolves({
    Reservations: [{ Instances: [{ InstanceId: "i-1", VpcId: "vpc-1" }, { InstanceId: "i-terminated" }] }],
  });
  ec2.on(DescribeVpcPeeringConnectionsCommand).resolves({
    VpcPeeringConnections: [
      {
        VpcPeeringConnectionId: "pcx-taken",
        RequesterVpcInfo: { VpcId: "vpc-9" },
        AccepterVpcInfo: { VpcId: "vpc-1" },
      },
      {
        VpcPeeringConnectionId: "pcx-elsewhere",
        RequesterVpcInfo: { VpcId: "vpc-9" },
        AccepterVpcInfo: { VpcId: "vpc-2" },
      },
    ],
  });
  ec2.on(DescribeFlowLogsCommand).resolves({ FlowLogs: [{ FlowLogId: "fl-1" }] });
});
afterEach(() => ec2.reset());

describe("the network of a Region", () => {
  it("is read in the largest pages that EC2 has, all of them", async () => {
    const { routeTables } = await readRegionNetwork(aws);
    expect(routeTables.map(({ RouteTableId }) => RouteTableId)).toEqual(["rtb-1", "rtb-2"]);
    const sizes = ec2.calls().map(({ args: [command] }) => {
      const { MaxResults, Filters } = command.input as { MaxResults?: number; Filters?: object[] };
      expect(Filters ?? []).toEqual([]);
      return `${command.constructor.name} ${MaxResults}`;
    });
    expect(sizes.sort()).toEqual([
      "DescribeFlowLogsCommand 1000",
      "DescribeInstancesCommand 1000",
      "DescribeInternetGatewaysCommand 1000",
      "DescribeNetworkAclsCommand 1000",
      "DescribeNetworkInterfacesCommand 1000",
      "DescribeRouteTablesCommand 100",
      "DescribeRouteTablesCommand 100",
      "DescribeSecurityGroupsCommand 1000",
      "DescribeSubnetsCommand 1000",
      "DescribeVpcPeeringConnectionsCommand 1000",
      "DescribeVpcsCommand 1000",
    ]);
  });

  it("holds of one VPC what is in it, attached to it or peers it from either side", async () => {
    const contents = withinVpcs(await readRegionNetwork(aws), new Set(["vpc-1"]));
    const ids = Object.values(contents).flatMap((items: readonly object[]) =>
      items.map((item) => Object.values(item)[0]),
    );
    expect(ids.sort()).toEqual(["i-1", "igw-1", "pcx-taken", "rtb-1", "sg-1", "subnet-1", "vpc-1"]);
  });
});
