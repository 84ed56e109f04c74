import { describe, expect, it } from "vitest";
import type { VpcContents } from "../../src/aws/region-network.ts";
import { readLabNetwork, topologyFrom } from "../../src/aws/topology.ts";
import type { Part } from "../../src/lab/spec.ts";
import { walkRoundTrip } from "../../src/network/walk.ts";
import { walkUp } from "../../src/steps/walk.ts";
import { embeddedLab } from "../steps/lab-context.ts";

const NOTHING: VpcContents = {
  vpcs: [],
  subnets: [],
  routeTables: [],
  internetGateways: [],
  networkAcls: [],
  securityGroups: [],
  networkInterfaces: [],
  instances: [],
  peeringConnections: [],
};

describe("topologyFrom", () => {
  it("takes a permission apart into one rule for each source", () => {
    const { securityGroups } = topologyFrom({
      ...NOTHING,
      securityGroups: [
        {
          GroupId: "sg-1",
          GroupName: "web",
          VpcId: "vpc-1",
          IpPermissions: [
            {
              IpProtocol: "tcp",
              FromPort: 80,
              ToPort: 81,
              IpRanges: [{ CidrIp: "10.0.0.0/8" }, { CidrIp: "192.0.2.0/24" }],
              UserIdGroupPairs: [{ GroupId: "sg-2" }],
              PrefixListIds: [{ PrefixListId: "pl-1" }],
            },
            { IpProtocol: "icmp", FromPort: 8, ToPort: -1, IpRanges: [{ CidrIp: "0.0.0.0/0" }] },
          ],
          IpPermissionsEgress: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
        },
      ],
    });
    const web = { egress: false, protocol: 6, ports: { from: 80, to: 81 } };
    expect(securityGroups).toMatchObject([
      {
        id: "sg-1",
        name: "web",
        rules: [
          { ...web, peer: { cidr: "10.0.0.0/8" } },
          { ...web, peer: { cidr: "192.0.2.0/24" } },
          { ...web, peer: { groupId: "sg-2" } },
          { ...web, peer: { prefixListId: "pl-1" } },
          { egress: false, protocol: 1, icmp: { type: 8, code: -1 }, peer: { cidr: "0.0.0.0/0" } },
          { egress: true, protocol: -1, peer: { cidr: "0.0.0.0/0" } },
        ],
      },
    ]);
  });

  it("leaves out what is not IPv4, and keeps what is a blackhole", () => {
    const { routeTables, networkAcls } = topologyFrom({
      ...NOTHING,
      routeTables: [
        {
          RouteTableId: "rtb-1",
          VpcId: "vpc-1",
          Associations: [{ Main: true }, { SubnetId: "subnet-1" }],
          Routes: [
            { DestinationIpv6CidrBlock: "::/0", GatewayId: "igw-1" },
            { DestinationPrefixListId: "pl-1", GatewayId: "vpce-1" },
            { DestinationCidrBlock: "10.1.0.0/16", GatewayId: "local", State: "active" },
            { DestinationCidrBlock: "10.2.0.0/16", VpcPeeringConnectionId: "pcx-1", State: "blackhole" },
          ],
        },
      ],
      networkAcls: [
        {
          NetworkAclId: "acl-1",
          Entries: [
            { RuleNumber: 101, Ipv6CidrBlock: "::/0", RuleAction: "allow", Protocol: "-1" },
            {
              RuleNumber: 32767,
              CidrBlock: "0.0.0.0/0",
              RuleAction: "deny",
              Protocol: "-1",
              Egress: true,
            },
          ],
        },
      ],
    });
    expect(routeTables[0]).toMatchObject({
      isMain: true,
      subnetIds: ["subnet-1"],
      routes: [
        { destination: "10.1.0.0/16", target: "local", state: "active" },
        { destination: "10.2.0.0/16", target: "pcx-1", state: "blackhole" },
      ],
    });
    expect(networkAcls[0]?.entries).toMatchObject([
      { ruleNumber: 32767, egress: true, action: "deny", protocol: -1 },
    ]);
  });

  it("counts an interface as up only while its instance runs", () => {
    const withState = (Name: "running" | "stopped") =>
      topologyFrom({
        ...NOTHING,
        networkInterfaces: [
          { NetworkInterfaceId: "eni-1", Status: "in-use", Attachment: { InstanceId: "i-1" } },
        ],
        instances: [{ InstanceId: "i-1", State: { Name } }],
      }).networkInterfaces[0]?.isUp;
    expect([withState("running"), withState("stopped")]).toEqual([true, false]);
  });
});

describe("readLabNetwork", () => {
  it("reads enough for the walk to tell why a ping fails, and why it then does not", async () => {
    const { lab } = embeddedLab();
    const ping = async () => {
      const { topology } = await readLabNetwork(lab.aws, lab.spec);
      const address = (part: Part) =>
        topology.networkInterfaces.find(({ name }) => name === lab.spec.nameOf(part));
      return walkRoundTrip(topology, {
        protocol: 1,
        source: address("instance-1")?.privateAddress ?? "",
        destination: address("instance-2")?.privateAddress ?? "",
        sourcePort: 0,
        destinationPort: 0,
        icmp: { type: 8, code: 0 },
      });
    };
    await walkUp(lab, { until: "first-ping" });
    const before = await ping();
    expect(before.reachable).toBe(false);
    expect(before.there.hops.at(-1)).toMatchObject({ kind: "internet-gateway", name: "NextWork-1-igw" });
    await walkUp(lab, { until: "peering" });
    expect(await ping()).toMatchObject({ reachable: true });
  });

  it("is empty where there is no lab", async () => {
    const { lab } = embeddedLab();
    expect(await readLabNetwork(lab.aws, lab.spec)).toMatchObject({
      topology: { vpcs: [], networkInterfaces: [] },
      flowLogs: [],
    });
  });
});
