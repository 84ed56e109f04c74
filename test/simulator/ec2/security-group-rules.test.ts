import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  type EC2Client,
  type IpPermission,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { embedded } from "../embedded.ts";
import { createVpc, id } from "../lab-network.ts";
import { refusal } from "../refusal.ts";

const SSH: IpPermission = {
  IpProtocol: "tcp",
  FromPort: 22,
  ToPort: 22,
  IpRanges: [{ CidrIp: "0.0.0.0/0", Description: "from anywhere" }],
};
const PING: IpPermission = {
  IpProtocol: "icmp",
  FromPort: -1,
  ToPort: -1,
  IpRanges: [{ CidrIp: "0.0.0.0/0" }],
};

async function createGroup(ec2: EC2Client): Promise<string> {
  const create = new CreateSecurityGroupCommand({
    VpcId: await createVpc(ec2),
    GroupName: "NextWork-1-SG",
    Description: "made by a test",
  });
  return id((await ec2.send(create)).GroupId);
}

function authorize(ec2: EC2Client, GroupId: string, ...IpPermissions: IpPermission[]) {
  return ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
}

async function rulesOf(ec2: EC2Client, GroupId: string) {
  const Filters = [{ Name: "group-id", Values: [GroupId] }];
  return (await ec2.send(new DescribeSecurityGroupRulesCommand({ Filters }))).SecurityGroupRules ?? [];
}

describe("authorizing", () => {
  it("adds the lab's two inbound rules, shown one by one and as permissions", async () => {
    const { ec2 } = embedded();
    const GroupId = await createGroup(ec2);
    const { SecurityGroupRules } = await authorize(ec2, GroupId, SSH, PING);
    expect(SecurityGroupRules).toMatchObject([
      { GroupId, IsEgress: false, IpProtocol: "tcp", FromPort: 22, ToPort: 22, Description: "from anywhere" },
      { GroupId, IsEgress: false, IpProtocol: "icmp", FromPort: -1, ToPort: -1, CidrIpv4: "0.0.0.0/0" },
    ]);
    expect((await rulesOf(ec2, GroupId)).map((rule) => [rule.IsEgress, rule.IpProtocol])).toEqual([
      [true, "-1"],
      [false, "tcp"],
      [false, "icmp"],
    ]);
    const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [GroupId] }));
    expect(SecurityGroups?.[0]?.IpPermissions).toMatchObject([SSH, PING]);
  });

  it("takes the short form, protocol numbers and host bits", async () => {
    const { ec2 } = embedded();
    const GroupId = await createGroup(ec2);
    const short = { GroupId, IpProtocol: "6", FromPort: 80, ToPort: 81, CidrIp: "10.2.3.4/16" };
    await ec2.send(new AuthorizeSecurityGroupIngressCommand(short));
    expect((await rulesOf(ec2, GroupId))[1]).toMatchObject({ IpProtocol: "tcp", CidrIpv4: "10.2.0.0/16" });
    const tagged = {
      GroupId,
      IpPermissions: [{ IpProtocol: "all", IpRanges: [{ CidrIp: "10.0.0.0/8" }] }],
      TagSpecifications: [
        { ResourceType: "security-group-rule" as const, Tags: [{ Key: "Name", Value: "x" }] },
      ],
    };
    const { SecurityGroupRules } = await ec2.send(new AuthorizeSecurityGroupEgressCommand(tagged));
    expect(SecurityGroupRules).toMatchObject([
      { IsEgress: true, IpProtocol: "-1", FromPort: -1, ToPort: -1, Tags: [{ Key: "Name", Value: "x" }] },
    ]);
  });

  it.each<[string, IpPermission]>([
    ["peer: 0.0.0.0/0, TCP, from port: 22, to port: 22, ALLOW", SSH],
    ["peer: 0.0.0.0/0, ICMP, type: ALL, code: ALL, ALLOW", PING],
  ])("refuses what is there already: %s", async (text, permission) => {
    const { ec2 } = embedded();
    const GroupId = await createGroup(ec2);
    await authorize(ec2, GroupId, permission);
    const other = { IpProtocol: "udp", FromPort: 53, ToPort: 53, IpRanges: [{ CidrIp: "0.0.0.0/0" }] };
    expect(await refusal(authorize(ec2, GroupId, other, permission))).toEqual({
      code: "InvalidPermission.Duplicate",
      message: `the specified rule "${text}" already exists`,
    });
    // All or nothing: the new one beside it is not added either.
    expect(await rulesOf(ec2, GroupId)).toHaveLength(2);
  });

  it("refuses the same rule twice in one call, whatever its descriptions", async () => {
    const { ec2 } = embedded();
    const GroupId = await createGroup(ec2);
    const again = { ...SSH, IpRanges: [{ CidrIp: "0.0.0.0/0", Description: "once more" }] };
    expect(await refusal(authorize(ec2, GroupId, SSH, again))).toEqual({
      code: "InvalidParameterValue",
      message: "The same permission must not appear multiple times",
    });
    expect(await rulesOf(ec2, GroupId)).toHaveLength(1);
  });

  it.each<[IpPermission, string, RegExp]>([
    [{ ...SSH, IpProtocol: "foo" }, "InvalidParameterValue", /Invalid value 'foo' for IP protocol/],
    [
      { IpProtocol: "tcp", IpRanges: [{ CidrIp: "0.0.0.0/0" }] },
      "InvalidParameterValue",
      /Must specify both/,
    ],
    [{ ...SSH, ToPort: 70000 }, "InvalidParameterValue", /^TCP\/UDP port \(70000\) out of range$/],
    [{ ...SSH, FromPort: 80 }, "InvalidParameterValue", /^Invalid TCP port range \(80,22\)$/],
    [{ ...PING, FromPort: 300 }, "InvalidParameterValue", /ICMP type \(300\) out of range/],
    [{ ...PING, ToPort: 0 }, "InvalidParameterValue", /ICMP code \(0\) must be -1/],
    [
      { ...SSH, IpRanges: [{ CidrIp: "0.0.0.0/33" }] },
      "InvalidParameterValue",
      /^CIDR block 0\.0\.0\.0\/33 is malformed$/,
    ],
    [{ ...SSH, IpRanges: [] }, "InvalidParameterValue", /whom it is for/],
    [{ ...SSH, Ipv6Ranges: [{ CidrIpv6: "::/0" }] }, "UnsupportedOperation", /IpPermissions\.Ipv6Ranges/],
    [
      { ...SSH, UserIdGroupPairs: [{ GroupId: "sg-00000000000000000" }] },
      "InvalidGroup.NotFound",
      /^The security group 'sg-00000000000000000' does not exist$/,
    ],
  ])("refuses %j", async (permission, code, message) => {
    const { ec2 } = embedded();
    const GroupId = await createGroup(ec2);
    const refused = await refusal(authorize(ec2, GroupId, permission));
    expect(refused.code).toBe(code);
    expect(refused.message).toMatch(message);
  });

  it("is refused beyond the quota", async () => {
    const { ec2 } = embedded({ quotas: { rulesPerSecurityGroup: 1 } });
    const GroupId = await createGroup(ec2);
    expect((await refusal(authorize(ec2, GroupId, SSH, PING))).code).toBe(
      "RulesPerSecurityGroupLimitExceeded",
    );
  });
});

describe("revoking", () => {
  it("takes rules away by id or by what they say", async () => {
    const { ec2 } = embedded();
    const GroupId = await createGroup(ec2);
    const { SecurityGroupRules: [ssh] = [] } = await authorize(ec2, GroupId, SSH, PING);
    const SecurityGroupRuleIds = [id(ssh?.SecurityGroupRuleId)];
    const inBothWays = { GroupId, SecurityGroupRuleIds, IpPermissions: [PING] };
    expect((await refusal(ec2.send(new RevokeSecurityGroupIngressCommand(inBothWays)))).code).toBe(
      "InvalidParameterCombination",
    );
    const byId = await ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, SecurityGroupRuleIds }));
    expect(byId.RevokedSecurityGroupRules).toMatchObject([{ IpProtocol: "tcp", CidrIpv4: "0.0.0.0/0" }]);
    await ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions: [PING] }));
    const everything = [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }];
    await ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: everything }));
    expect(await rulesOf(ec2, GroupId)).toEqual([]);
    const again = new RevokeSecurityGroupIngressCommand({ GroupId, SecurityGroupRuleIds });
    expect((await refusal(ec2.send(again))).code).toBe("InvalidSecurityGroupRuleId.NotFound");
  });

  it("of an unknown rule revokes nothing, and is only mentioned in the default VPC", async () => {
    const { ec2 } = embedded();
    const GroupId = await createGroup(ec2);
    await authorize(ec2, GroupId, SSH);
    const both = new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions: [SSH, PING] });
    expect(await refusal(ec2.send(both))).toEqual({
      code: "InvalidPermission.NotFound",
      message: "The specified rule does not exist in this security group.",
    });
    expect(await rulesOf(ec2, GroupId)).toHaveLength(2);
    const inDefault = new CreateSecurityGroupCommand({ GroupName: "mine", Description: "mine" });
    const { GroupId: other } = await ec2.send(inDefault);
    const revoke = new RevokeSecurityGroupIngressCommand({ GroupId: other, IpPermissions: [PING] });
    expect((await ec2.send(revoke)).UnknownIpPermissions).toMatchObject([PING]);
  });
});

describe("describing rules", () => {
  it("refuses groups and rules that do not exist", async () => {
    const { ec2 } = embedded();
    expect((await refusal(rulesOf(ec2, "sg-00000000000000000"))).code).toBe("InvalidGroup.NotFound");
    const byId = new DescribeSecurityGroupRulesCommand({ SecurityGroupRuleIds: ["sgr-00000000000000000"] });
    expect((await refusal(ec2.send(byId))).code).toBe("InvalidSecurityGroupRuleId.NotFound");
  });
});
