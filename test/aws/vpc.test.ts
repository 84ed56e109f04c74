import {
  DeleteVpcCommand,
  DescribeInternetGatewaysCommand,
  DescribeNetworkAclsCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcPeeringConnectionsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import { deleteVpc } from "../../src/aws/vpc.ts";
import { mockedLab } from "../steps/lab-context.ts";
import { refusal } from "./refusal.ts";

const ec2 = mockClient(EC2Client);
const ENDPOINT = {
  VpcEndpointId: "vpce-1",
  ServiceName: "com.amazonaws.us-east-1.s3",
};

beforeEach(() => {
  ec2.reset();
  ec2.onAnyCommand().rejects(new Error("not expected in this test"));
  ec2.on(DeleteVpcCommand).rejects(refusal("DependencyViolation"));
  for (const command of [
    DescribeNetworkInterfacesCommand,
    DescribeSubnetsCommand,
    DescribeInternetGatewaysCommand,
    DescribeVpcPeeringConnectionsCommand,
  ] as const)
    ec2.on(command).resolves({});
  ec2.on(DescribeVpcEndpointsCommand).resolves({ VpcEndpoints: [] });
  // What goes with the VPC is in nobody's way.
  ec2.on(DescribeSecurityGroupsCommand).resolves({ SecurityGroups: [{ GroupName: "default" }] });
  ec2.on(DescribeRouteTablesCommand).resolves({ RouteTables: [{ Associations: [{ Main: true }] }] });
  ec2.on(DescribeNetworkAclsCommand).resolves({ NetworkAcls: [{ IsDefault: true }] });
});

function remove() {
  const { lab } = mockedLab();
  return deleteVpc(lab.aws, lab.spec, "vpc-1");
}

describe("a VPC that AWS does not delete", () => {
  it("names the gateway endpoint in it, which has no network interface", async () => {
    ec2.on(DescribeVpcEndpointsCommand).resolves({ VpcEndpoints: [ENDPOINT] });
    await expect(remove()).rejects.toMatchObject({
      code: "blocked",
      message: expect.stringContaining("VPC endpoint vpce-1 (com.amazonaws.us-east-1.s3)."),
    });
  });

  it("names what else is in it where the person may not look for endpoints", async () => {
    ec2.on(DescribeVpcEndpointsCommand).rejects(refusal("UnauthorizedOperation"));
    ec2.on(DescribeSubnetsCommand).resolves({ Subnets: [{ SubnetId: "subnet-9" }] });
    await expect(remove()).rejects.toMatchObject({
      code: "blocked",
      message: expect.stringContaining(": subnet subnet-9."),
    });
  });

  it("is tried again for five minutes where nothing shows in it", async () => {
    await expect(remove()).rejects.toMatchObject({
      code: "timed-out",
      why: expect.stringContaining("DependencyViolation"),
    });
  });
});
