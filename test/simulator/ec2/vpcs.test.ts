import {
  AttachInternetGatewayCommand,
  CreateDefaultVpcCommand,
  CreateFlowLogsCommand,
  CreateInternetGatewayCommand,
  CreateNetworkAclCommand,
  CreateSecurityGroupCommand,
  CreateVpcCommand,
  DeleteInternetGatewayCommand,
  DeleteNetworkAclCommand,
  DeleteRouteTableCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DescribeAccountAttributesCommand,
  DescribeFlowLogsCommand,
  DescribeInstancesCommand,
  DescribeInternetGatewaysCommand,
  DescribeNetworkAclsCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeTagsCommand,
  DescribeVpcAttributeCommand,
  DescribeVpcsCommand,
  DetachInternetGatewayCommand,
  ModifyVpcAttributeCommand,
} from "@aws-sdk/client-ec2";
import { CreateRoleCommand } from "@aws-sdk/client-iam";
import { describe, expect, it } from "vitest";
import type { Quotas } from "../../../src/simulator/ec2/quotas.ts";
import { embedded } from "../embedded.ts";
import { createSide, createVpc, id } from "../lab-network.ts";
import { refusal } from "../refusal.ts";
import { launch } from "./lab-instance.ts";

describe("the default VPC", () => {
  it("is there in every Region, with a public subnet in each zone", async () => {
    const { ec2 } = embedded({ region: "eu-west-3" });
    const { Vpcs: [vpc] = [] } = await ec2.send(new DescribeVpcsCommand({}));
    expect(vpc).toMatchObject({ CidrBlock: "172.31.0.0/16", IsDefault: true, State: "available" });
    const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
    expect(
      Subnets.map((subnet) => [subnet.CidrBlock, subnet.AvailabilityZone, subnet.AvailabilityZoneId]),
    ).toEqual([
      ["172.31.0.0/20", "eu-west-3a", "euw3-az1"],
      ["172.31.16.0/20", "eu-west-3b", "euw3-az2"],
      ["172.31.32.0/20", "eu-west-3c", "euw3-az3"],
    ]);
    expect(Subnets.every((subnet) => subnet.DefaultForAz && subnet.MapPublicIpOnLaunch)).toBe(true);
    const { RouteTables: [table] = [] } = await ec2.send(new DescribeRouteTablesCommand({}));
    const { InternetGateways: [gateway] = [] } = await ec2.send(new DescribeInternetGatewaysCommand({}));
    expect(table?.Routes).toMatchObject([
      { DestinationCidrBlock: "172.31.0.0/16", GatewayId: "local", Origin: "CreateRouteTable" },
      { DestinationCidrBlock: "0.0.0.0/0", GatewayId: gateway?.InternetGatewayId, State: "active" },
    ]);
  });

  it("is not made a second time, and is made again once it is gone", async () => {
    const { ec2 } = embedded();
    expect(await refusal(ec2.send(new CreateDefaultVpcCommand({})))).toEqual({
      code: "DefaultVpcAlreadyExists",
      message: "A Default VPC already exists for this account in this region.",
    });
    const { Vpcs: [vpc] = [] } = await ec2.send(new DescribeVpcsCommand({}));
    const { InternetGateways: [gateway] = [] } = await ec2.send(new DescribeInternetGatewaysCommand({}));
    const VpcId = vpc?.VpcId;
    const InternetGatewayId = gateway?.InternetGatewayId;
    const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
    for (const { SubnetId } of Subnets) await ec2.send(new DeleteSubnetCommand({ SubnetId }));
    await ec2.send(new DetachInternetGatewayCommand({ InternetGatewayId, VpcId }));
    await ec2.send(new DeleteInternetGatewayCommand({ InternetGatewayId }));
    await ec2.send(new DeleteVpcCommand({ VpcId }));
    const names = new DescribeAccountAttributesCommand({ AttributeNames: ["default-vpc"] });
    expect((await ec2.send(names)).AccountAttributes?.[0]?.AttributeValues?.[0]?.AttributeValue).toBe("none");
    const { Vpc } = await ec2.send(new CreateDefaultVpcCommand({}));
    expect(Vpc).toMatchObject({ CidrBlock: "172.31.0.0/16", IsDefault: true });
    expect((await ec2.send(new DescribeSubnetsCommand({}))).Subnets).toHaveLength(6);
  });
});

describe("a new VPC", () => {
  it("has a main route table, a default network ACL and a default security group, as AWS makes them", async () => {
    const { ec2 } = embedded();
    const vpcId = await createVpc(ec2);
    const Filters = [{ Name: "vpc-id", Values: [vpcId] }];
    const { RouteTables } = await ec2.send(new DescribeRouteTablesCommand({ Filters }));
    expect(RouteTables).toMatchObject([
      {
        Associations: [{ Main: true }],
        Routes: [{ DestinationCidrBlock: "10.1.0.0/16", GatewayId: "local" }],
      },
    ]);
    const { NetworkAcls } = await ec2.send(new DescribeNetworkAclsCommand({ Filters }));
    expect(NetworkAcls?.[0]?.IsDefault).toBe(true);
    expect(
      NetworkAcls?.[0]?.Entries?.map((entry) => [entry.Egress, entry.RuleNumber, entry.RuleAction]),
    ).toEqual([
      [true, 100, "allow"],
      [true, 32767, "deny"],
      [false, 100, "allow"],
      [false, 32767, "deny"],
    ]);
    const { SecurityGroups: [group] = [] } = await ec2.send(new DescribeSecurityGroupsCommand({ Filters }));
    expect(group).toMatchObject({
      GroupName: "default",
      Description: "default VPC security group",
      IpPermissions: [{ IpProtocol: "-1", UserIdGroupPairs: [{ GroupId: group?.GroupId }] }],
      IpPermissionsEgress: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
    });
  });

  it("is pending in the answer, available afterwards, and drops host bits", async () => {
    const { ec2 } = embedded();
    const { Vpc } = await ec2.send(
      new CreateVpcCommand({
        CidrBlock: "10.1.2.3/16",
        TagSpecifications: [{ ResourceType: "vpc", Tags: [{ Key: "Name", Value: "one" }] }],
      }),
    );
    expect(Vpc).toMatchObject({ State: "pending", CidrBlock: "10.1.0.0/16", IsDefault: false });
    expect(Vpc?.VpcId).toMatch(/^vpc-0[0-9a-f]{16}$/);
    expect(Vpc?.OwnerId).toMatch(/^\d{12}$/);
    const { Vpcs } = await ec2.send(new DescribeVpcsCommand({ VpcIds: [id(Vpc?.VpcId)] }));
    expect(Vpcs).toMatchObject([{ State: "available", Tags: [{ Key: "Name", Value: "one" }] }]);
  });

  it.each([
    [
      { CidrBlock: "10.1.0.0" },
      "InvalidParameterValue",
      /Value \(10\.1\.0\.0\) for parameter cidrBlock is invalid/,
    ],
    [{ CidrBlock: "10.1.0.0/15" }, "InvalidVpc.Range", /^The CIDR '10\.0\.0\.0\/15' is invalid\.$/],
    [{ CidrBlock: "10.1.0.0/29" }, "InvalidVpc.Range", /is invalid/],
    [{}, "MissingParameter", /cidrBlock/],
    [
      { CidrBlock: "10.1.0.0/16", AmazonProvidedIpv6CidrBlock: true },
      "UnsupportedOperation",
      /AmazonProvidedIpv6CidrBlock/,
    ],
    [{ CidrBlock: "10.1.0.0/16", DryRun: true }, "DryRunOperation", /DryRun flag is set/],
  ])("is refused as %j", async (input, code, message) => {
    const { ec2 } = embedded();
    const refused = await refusal(ec2.send(new CreateVpcCommand(input)));
    expect(refused.code).toBe(code);
    expect(refused.message).toMatch(message);
    expect((await ec2.send(new DescribeVpcsCommand({}))).Vpcs).toHaveLength(1);
  });

  it("is refused beyond five, the default VPC counted; gateways alike", async () => {
    const { ec2 } = embedded();
    for (let number = 1; number <= 4; number++) {
      await createVpc(ec2, `10.${number}.0.0/16`);
      await ec2.send(new CreateInternetGatewayCommand({}));
    }
    expect(await refusal(createVpc(ec2))).toEqual({
      code: "VpcLimitExceeded",
      message: "The maximum number of VPCs has been reached.",
    });
    expect(await refusal(ec2.send(new CreateInternetGatewayCommand({})))).toEqual({
      code: "InternetGatewayLimitExceeded",
      message: "The maximum number of internet gateways has been reached.",
    });
    const { ec2: other } = embedded({ quotas: { vpcs: 7 } });
    for (let number = 1; number <= 6; number++) await createVpc(other, `10.${number}.0.0/16`);
    expect((await refusal(createVpc(other))).code).toBe("VpcLimitExceeded");
  });

  it("takes the quota of internet gateways along, where that has no other of its own", async () => {
    const gatewaysAllowed = async (quotas: Partial<Quotas>) => {
      const { ec2 } = embedded({ quotas });
      // The default VPC has one.
      for (let count = 1; ; count++)
        try {
          await ec2.send(new CreateInternetGatewayCommand({}));
        } catch {
          return count;
        }
    };
    expect(await gatewaysAllowed({ vpcs: 7 })).toBe(7);
    expect(await gatewaysAllowed({ vpcs: 7, internetGateways: 2 })).toBe(2);
    expect(await gatewaysAllowed({ vcpus: 64 })).toBe(5);
  });
});

describe("VPC attributes", () => {
  it("are changed one at a time", async () => {
    const { ec2 } = embedded();
    const VpcId = await createVpc(ec2);
    const hostnames = new DescribeVpcAttributeCommand({ VpcId, Attribute: "enableDnsHostnames" });
    expect((await ec2.send(hostnames)).EnableDnsHostnames?.Value).toBe(false);
    await ec2.send(new ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames: { Value: true } }));
    expect((await ec2.send(hostnames)).EnableDnsHostnames?.Value).toBe(true);
    const both = { VpcId, EnableDnsHostnames: { Value: true }, EnableDnsSupport: { Value: true } };
    expect((await refusal(ec2.send(new ModifyVpcAttributeCommand(both)))).code).toBe(
      "InvalidParameterCombination",
    );
  });

  it("give names to public addresses where DNS support and DNS hostnames are both on", async () => {
    const aws = embedded();
    const { vpcId: VpcId, subnetId } = await createSide(aws.ec2, 1);
    const { instanceId } = await launch(aws, subnetId, { publicAddress: true });
    const modify = (input: object) => aws.ec2.send(new ModifyVpcAttributeCommand({ VpcId, ...input }));
    const publicName = async () => {
      const describe = new DescribeInstancesCommand({ InstanceIds: [instanceId] });
      return (await aws.ec2.send(describe)).Reservations?.[0]?.Instances?.[0]?.PublicDnsName;
    };
    expect(await publicName()).toBe("");
    await modify({ EnableDnsHostnames: { Value: true } });
    expect(await publicName()).toMatch(/^ec2-.+\.compute-1\.amazonaws\.com$/);
    await modify({ EnableDnsSupport: { Value: false } });
    expect(await publicName()).toBe("");
    expect((await refusal(modify({ EnableDnsHostnames: { Value: true } }))).code).toBe(
      "InvalidParameterValue",
    );
  });
});

describe("deleting a VPC", () => {
  it("is refused while anything is in it, the gateway included, and takes along what came with it", async () => {
    const { ec2 } = embedded();
    const side = await createSide(ec2, 1);
    const { vpcId: VpcId } = side;
    const refused = {
      code: "DependencyViolation",
      message: `The vpc '${VpcId}' has dependencies and cannot be deleted.`,
    };
    const deleteVpc = () => ec2.send(new DeleteVpcCommand({ VpcId }));
    expect(await refusal(deleteVpc())).toEqual(refused);
    await ec2.send(new DeleteSubnetCommand({ SubnetId: side.subnetId }));
    expect(await refusal(deleteVpc())).toEqual(refused);
    await ec2.send(new DetachInternetGatewayCommand({ InternetGatewayId: side.gatewayId, VpcId }));
    expect(await refusal(deleteVpc())).toEqual(refused);
    await ec2.send(new DeleteRouteTableCommand({ RouteTableId: side.routeTableId }));
    await deleteVpc();
    const Filters = [{ Name: "vpc-id", Values: [VpcId] }];
    expect((await ec2.send(new DescribeRouteTablesCommand({ Filters }))).RouteTables).toEqual([]);
    expect((await ec2.send(new DescribeNetworkAclsCommand({ Filters }))).NetworkAcls).toEqual([]);
    expect((await ec2.send(new DescribeSecurityGroupsCommand({ Filters }))).SecurityGroups).toEqual([]);
    expect(await refusal(deleteVpc())).toEqual({
      code: "InvalidVpcID.NotFound",
      message: `The vpc ID '${VpcId}' does not exist`,
    });
    expect((await ec2.send(new DescribeVpcsCommand({}))).Vpcs).toMatchObject([{ IsDefault: true }]);
  });

  it("is refused for each single thing that is not its own", async () => {
    const { ec2 } = embedded();
    const VpcId = await createVpc(ec2);
    const isRefused = async () => (await refusal(ec2.send(new DeleteVpcCommand({ VpcId })))).code;

    const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}));
    const gateway = { InternetGatewayId: InternetGateway?.InternetGatewayId, VpcId };
    await ec2.send(new AttachInternetGatewayCommand(gateway));
    expect(await isRefused()).toBe("DependencyViolation");
    await ec2.send(new DetachInternetGatewayCommand(gateway));

    const { NetworkAcl } = await ec2.send(new CreateNetworkAclCommand({ VpcId }));
    expect(await isRefused()).toBe("DependencyViolation");
    await ec2.send(new DeleteNetworkAclCommand({ NetworkAclId: NetworkAcl?.NetworkAclId }));

    const group = { VpcId, GroupName: "mine", Description: "mine" };
    const { GroupId } = await ec2.send(new CreateSecurityGroupCommand(group));
    expect(await isRefused()).toBe("DependencyViolation");
    await ec2.send(new DeleteSecurityGroupCommand({ GroupId }));

    await ec2.send(new DeleteVpcCommand({ VpcId }));
  });

  it("ends its flow logs", async () => {
    const { ec2, iam, clock } = embedded();
    const VpcId = await createVpc(ec2);
    const { Role } = await iam.send(
      new CreateRoleCommand({
        RoleName: "flow-logs",
        AssumeRolePolicyDocument: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { Service: "vpc-flow-logs.amazonaws.com" },
              Action: "sts:AssumeRole",
            },
          ],
        }),
      }),
    );
    await clock.sleep(60_000);
    const { FlowLogIds } = await ec2.send(
      new CreateFlowLogsCommand({
        ResourceIds: [VpcId],
        ResourceType: "VPC",
        TrafficType: "ALL",
        LogGroupName: "flow-logs",
        DeliverLogsPermissionArn: Role?.Arn,
        TagSpecifications: [{ ResourceType: "vpc-flow-log", Tags: [{ Key: "Name", Value: "log" }] }],
      }),
    );
    expect(FlowLogIds).toHaveLength(1);
    await ec2.send(new DeleteVpcCommand({ VpcId }));
    expect((await ec2.send(new DescribeFlowLogsCommand({}))).FlowLogs).toEqual([]);
    expect((await ec2.send(new DescribeTagsCommand({}))).Tags).toEqual([]);
  });

  it("refuses ids that cannot be a VPC's", async () => {
    const { ec2 } = embedded();
    for (const VpcId of ["vpc-xyz", "subnet-0123456789abcdef0", "vpc-0123456789abcdef01"])
      expect((await refusal(ec2.send(new DeleteVpcCommand({ VpcId })))).code).toBe("InvalidVpcID.Malformed");
  });
});
