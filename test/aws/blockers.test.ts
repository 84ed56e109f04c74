import {
  DeleteRouteTableCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
  type InstanceStateName,
} from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import { deleteRouteTable } from "../../src/aws/route-table.ts";
import { deleteSecurityGroup } from "../../src/aws/security-group.ts";
import { deleteSubnet } from "../../src/aws/subnet.ts";
import { mockedLab } from "../steps/lab-context.ts";
import { refusal } from "./refusal.ts";

const ec2 = mockClient(EC2Client);
const OURS = [{ Key: "vpclab:lab", Value: "nextwork" }];

beforeEach(() => {
  ec2.reset();
  ec2.onAnyCommand().rejects(new Error("not expected in this test"));
  ec2.on(DeleteSubnetCommand).rejects(refusal("DependencyViolation"));
  ec2.on(DescribeNetworkInterfacesCommand).resolves({
    NetworkInterfaces: [
      {
        NetworkInterfaceId: "eni-1",
        Status: "in-use",
        Attachment: { InstanceId: "i-1" },
        TagSet: OURS,
      },
    ],
  });
});

function held(by: InstanceStateName) {
  ec2.on(DescribeInstancesCommand, { Filters: [{ Name: "instance-id", Values: ["i-1"] }] }).resolves({
    Reservations: [{ Instances: [{ InstanceId: "i-1", State: { Name: by } }] }],
  });
}

async function remove() {
  const { lab } = mockedLab();
  const begun = lab.aws.clock.now();
  const error = await deleteSubnet(lab.aws, lab.spec, "subnet-1").catch((thrown: unknown) => thrown);
  return { error, minutes: (lab.aws.clock.now() - begun) / 60_000 };
}

describe("a subnet that the lab's own instance is in", () => {
  it.each<InstanceStateName>(["running", "stopped"])(
    "is not waited for long where that is %s: it is protected from termination",
    async (state) => {
      held(state);
      const { error, minutes } = await remove();
      expect(error).toMatchObject({
        code: "blocked",
        message: expect.stringContaining("network interface eni-1 of instance i-1"),
      });
      expect(minutes).toBeLessThan(3);
    },
  );

  it("is waited for where that is shutting down", async () => {
    held("shutting-down");
    const { error, minutes } = await remove();
    expect(error).toMatchObject({ code: "timed-out" });
    expect(minutes).toBeGreaterThan(19);
  });
});

describe("a security group", () => {
  it.each(["IpPermissions", "IpPermissionsEgress"] as const)(
    "is not waited for long where the %s of another name it",
    async (rules) => {
      const naming = (GroupId: string) => ({ [rules]: [{ UserIdGroupPairs: [{ GroupId }] }] });
      const group = { GroupId: "sg-1", VpcId: "vpc-1", ...naming("sg-1") };
      ec2.on(DeleteSecurityGroupCommand).rejects(refusal("DependencyViolation"));
      ec2.on(DescribeNetworkInterfacesCommand).resolves({ NetworkInterfaces: [] });
      const described = (Name: string, id: string) =>
        ec2.on(DescribeSecurityGroupsCommand, { Filters: [{ Name, Values: [id] }] });
      described("group-id", "sg-1").resolves({ SecurityGroups: [group] });
      described("vpc-id", "vpc-1").resolves({
        SecurityGroups: [
          group,
          { GroupId: "sg-2", GroupName: "mine", ...naming("sg-1") },
          { GroupId: "sg-3", GroupName: "another", ...naming("sg-2") },
        ],
      });
      const { lab } = mockedLab();
      const begun = lab.aws.clock.now();
      await expect(deleteSecurityGroup(lab.aws, lab.spec, "sg-1")).rejects.toMatchObject({
        code: "blocked",
        message:
          "Security group sg-1 cannot be deleted while something uses it: rules of security group mine (sg-2).",
      });
      expect(lab.aws.clock.now() - begun).toBeLessThan(180_000);
    },
  );
});

describe("a route table", () => {
  it("is not waited for long where somebody has made it its VPC's main one", async () => {
    ec2
      .on(DescribeRouteTablesCommand)
      .resolves({ RouteTables: [{ RouteTableId: "rtb-1", Associations: [{ Main: true }] }] });
    ec2.on(DeleteRouteTableCommand).rejects(refusal("DependencyViolation"));
    const { aws } = mockedLab().lab;
    const begun = aws.clock.now();
    await expect(deleteRouteTable(aws, "rtb-1")).rejects.toMatchObject({
      code: "blocked",
      message: expect.stringContaining("rtb-1 is the main one of its VPC"),
    });
    expect(aws.clock.now() - begun).toBeLessThan(30_000);
  });
});
