/** What gets through, how the way is told, and the rules of groups, peering and subnets. */
import { describe, expect, test } from "vitest";
import { echoRequest, type Packet } from "../../src/network/packet.ts";
import type { SecurityGroupRule, Topology } from "../../src/network/topology.ts";
import { IncompleteTopologyError } from "../../src/network/topology-index.ts";
import { walk, walkRoundTrip } from "../../src/network/walk.ts";
import {
  ALLOW_ALL_ENTRIES,
  INSTANCE_1,
  INSTANCE_2,
  LAB_GROUP_RULES,
  labTopology,
  OUT_ALL,
  PRIVATE_PING,
  PUBLIC_PING,
  peeredLab,
  STRANGER,
  tcp,
} from "./lab-topology.ts";

const reachable: readonly (readonly [string, Topology, Packet])[] = [
  ["the private address, peered with both routes", peeredLab(), PRIVATE_PING],
  ["the public address, not peered", labTopology(), PUBLIC_PING],
  ["the public address, peered", peeredLab(), PUBLIC_PING],
  ["SSH to the private address", peeredLab(), tcp(INSTANCE_1.private, INSTANCE_2.private, 22)],
  ["a stranger who pings the public address", labTopology(), echoRequest(STRANGER, INSTANCE_1.public)],
  [
    "the internet, whose answer needs no inbound rule",
    labTopology(),
    tcp(INSTANCE_1.private, "8.8.8.8", 443),
  ],
  [
    "the own public address, round the gateway",
    labTopology(),
    echoRequest(INSTANCE_1.private, INSTANCE_1.public),
  ],
  ["the own private address", labTopology(), echoRequest(INSTANCE_1.private, INSTANCE_1.private)],
  [
    "a group without outbound rules answers what it let in",
    peeredLab({ groupRules: { 2: LAB_GROUP_RULES.filter((rule) => !rule.egress) } }),
    PRIVATE_PING,
  ],
  [
    "a /20 route that holds the address beats 0.0.0.0/0",
    peeredLab({
      routes: {
        1: [
          { destination: "0.0.0.0/0", target: "igw-1", state: "active" },
          { destination: "10.2.0.0/20", target: "pcx-1", state: "active" },
        ],
      },
    }),
    PRIVATE_PING,
  ],
  [
    "the lowest rule number of a network ACL decides, however the rules are listed",
    peeredLab({
      networkAclEntries: {
        2: [
          { ruleNumber: 200, egress: false, action: "deny", protocol: 1, cidr: "0.0.0.0/0" },
          ...ALLOW_ALL_ENTRIES,
        ],
      },
    }),
    PRIVATE_PING,
  ],
];

describe("gets through and back", () => {
  test.each(reachable)("%s", (_, topology, packet) => {
    const trip = walkRoundTrip(topology, packet);
    expect(trip.there.hops.at(-1)?.verdict).toBe("delivered");
    expect(trip.back?.hops.at(-1)?.verdict).toBe("delivered");
    expect(trip.reachable).toBe(true);
    expect([...trip.there.hops, ...(trip.back?.hops ?? [])].filter((hop) => hop.code)).toEqual([]);
  });
});

describe("security groups that name groups", () => {
  const pingFrom = (groupId: string): readonly SecurityGroupRule[] => [
    { egress: false, protocol: 1, peer: { groupId } },
    OUT_ALL,
  ];

  test("let in the members of a group in a peered VPC", () => {
    const trip = walkRoundTrip(peeredLab({ groupRules: { 2: pingFrom("sg-1") } }), PRIVATE_PING);
    expect(trip.reachable).toBe(true);
    expect(trip.there.hops.find((hop) => hop.kind === "security-group-in")?.reason).toBe(
      "all ICMP from sg-1",
    );
  });

  test("let nobody in who is not a member", () => {
    const trip = walkRoundTrip(peeredLab({ groupRules: { 2: pingFrom("sg-2") } }), PRIVATE_PING);
    expect(trip.there.hops.at(-1)?.code).toBe("ENI_SG_RULES_MISMATCH");
  });

  test("do not know a member that comes over the internet with its public address", () => {
    const trip = walkRoundTrip(peeredLab({ groupRules: { 2: pingFrom("sg-1") } }), PUBLIC_PING);
    expect(trip.there.hops.at(-1)?.reason).toBe(
      "no inbound rule of NextWork-2-SG allows ICMP echo request from 3.111.45.100",
    );
  });

  test("let out to the members of a group only", () => {
    const topology = peeredLab({
      groupRules: { 1: [{ egress: true, protocol: -1, peer: { groupId: "sg-2" } }] },
    });
    expect(walkRoundTrip(topology, PRIVATE_PING).reachable).toBe(true);
    const out = walk(topology, tcp(INSTANCE_1.private, "8.8.8.8", 443));
    expect(out.hops.at(-1)).toMatchObject({ component: "sg-1", verdict: "denied" });
  });

  test("mean members in joined VPCs, not whoever has the same address elsewhere", () => {
    // A third VPC that overlaps VPC 1 and is not peered: its interface shares instance 1's private address.
    const topology = peeredLab({
      groupRules: { 2: pingFrom("sg-3") },
      more: {
        vpcs: [{ id: "vpc-3", cidrs: ["10.1.0.0/16"] }],
        subnets: [{ id: "subnet-3", vpcId: "vpc-3", cidr: "10.1.0.0/20" }],
        securityGroups: [{ id: "sg-3", vpcId: "vpc-3", rules: [] }],
        networkInterfaces: [
          {
            id: "eni-3",
            vpcId: "vpc-3",
            subnetId: "subnet-3",
            privateAddress: INSTANCE_1.private,
            securityGroupIds: ["sg-3"],
            isUp: true,
          },
        ],
      },
    });
    expect(walkRoundTrip(topology, PRIVATE_PING).there.hops.at(-1)?.component).toBe("sg-2");
  });

  test("add up: what one group of an interface allows is allowed", () => {
    const topology = peeredLab({
      groupRules: { 2: [OUT_ALL] },
      interfaces: { 2: { securityGroupIds: ["sg-2", "sg-icmp"] } },
      more: { securityGroups: [{ id: "sg-icmp", vpcId: "vpc-2", rules: LAB_GROUP_RULES }] },
    });
    const { there } = walkRoundTrip(topology, PRIVATE_PING);
    expect(there.delivered).toBe(true);
    expect(there.hops.find((hop) => hop.kind === "security-group-in")?.component).toBe("sg-icmp");
  });
});

describe("peering is not transitive", () => {
  // VPC 1 <> VPC 2 <> VPC 3; VPC 1 sends what is for VPC 3 to its connection with VPC 2.
  const chain = peeredLab({
    routes: {
      1: [{ destination: "10.3.0.0/16", target: "pcx-1", state: "active" }],
      2: [{ destination: "10.3.0.0/16", target: "pcx-2", state: "active" }],
    },
    more: {
      vpcs: [{ id: "vpc-3", cidrs: ["10.3.0.0/16"] }],
      peeringConnections: [
        { id: "pcx-2", requesterVpcId: "vpc-2", accepterVpcId: "vpc-3", status: "active" },
      ],
    },
  });

  test("the connection drops what is not for the VPC on its other side", () => {
    const last = walk(chain, echoRequest(INSTANCE_1.private, "10.3.1.5")).hops.at(-1);
    expect(last).toMatchObject({
      component: "pcx-1",
      verdict: "dropped",
      reason: "10.3.1.5 is not in NextWork-2-vpc (10.2.0.0/16), and peering goes no further",
      code: "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR",
    });
  });

  test("nor does it carry traffic for the internet", () => {
    const topology = peeredLab({
      routes: { 1: [{ destination: "0.0.0.0/0", target: "pcx-1", state: "active" }] },
    });
    expect(walk(topology, PUBLIC_PING).hops.at(-1)?.code).toBe("PCX_REQUIRES_ADDRESS_IN_VPC_CIDR");
  });
});

describe("inside one VPC", () => {
  const DENY_ALL = [
    { ruleNumber: 1, egress: true, action: "deny", protocol: -1, cidr: "0.0.0.0/0" },
  ] as const;
  const neighbour = {
    id: "eni-neighbour",
    vpcId: "vpc-1",
    privateAddress: "10.1.5.5",
    securityGroupIds: ["sg-1"],
    isUp: true,
  };

  test("neighbours in a subnet meet no network ACL and no route table", () => {
    const topology = labTopology({
      networkAclEntries: { 1: DENY_ALL },
      more: { networkInterfaces: [{ ...neighbour, subnetId: "subnet-1" }] },
    });
    const trip = walkRoundTrip(topology, echoRequest(INSTANCE_1.private, "10.1.5.5"));
    expect(trip.reachable).toBe(true);
    expect(trip.there.hops.map((hop) => hop.kind)).toEqual([
      "security-group-out",
      "security-group-in",
      "destination",
    ]);
  });

  const otherSubnet = (entries: typeof DENY_ALL | typeof ALLOW_ALL_ENTRIES) =>
    labTopology({
      more: {
        subnets: [{ id: "subnet-1b", vpcId: "vpc-1", cidr: "10.1.16.0/20" }],
        networkInterfaces: [{ ...neighbour, subnetId: "subnet-1b", privateAddress: "10.1.16.5" }],
        networkAcls: [{ id: "acl-1b", vpcId: "vpc-1", isDefault: false, subnetIds: ["subnet-1b"], entries }],
      },
    });

  test("another subnet is reached by the local route and through both network ACLs", () => {
    const trip = walkRoundTrip(otherSubnet(ALLOW_ALL_ENTRIES), echoRequest(INSTANCE_1.private, "10.1.16.5"));
    expect(trip.reachable).toBe(true);
    expect(trip.there.hops.map((hop) => hop.component)).toEqual([
      "sg-1",
      "acl-1",
      "rtb-1",
      "acl-1b",
      "sg-1",
      "eni-neighbour",
    ]);
    expect(trip.there.hops[2]).toMatchObject({
      target: "local",
      reason: "best match 10.1.0.0/16, longer than 0.0.0.0/0",
    });
  });

  test("another subnet's network ACL may deny", () => {
    const trip = walkRoundTrip(otherSubnet(DENY_ALL), echoRequest(INSTANCE_1.private, "10.1.16.5"));
    expect(trip.there.hops.at(-1)).toMatchObject({ component: "acl-1b", verdict: "denied" });
  });

  test("a subnet without an association has the VPC's default network ACL", () => {
    const topology = otherSubnet(DENY_ALL);
    const networkAcls = topology.networkAcls.map((acl) =>
      acl.id === "acl-1b" ? { ...acl, subnetIds: [] } : acl,
    );
    const trip = walkRoundTrip({ ...topology, networkAcls }, echoRequest(INSTANCE_1.private, "10.1.16.5"));
    expect(trip.reachable).toBe(true);
    expect(trip.there.hops[3]?.component).toBe("acl-1");
  });
});

describe("the way is told hop by hop", () => {
  const reasons = (topology: Topology, packet: Packet) =>
    walk(topology, packet).hops.map(({ component, verdict, reason }) => [component, verdict, reason]);

  test("of the failed private ping, with the route that is missing", () => {
    expect(reasons(labTopology(), PRIVATE_PING)).toEqual([
      ["sg-1", "allowed", "all traffic"],
      ["acl-1", "allowed", "rule 100"],
      ["rtb-1", "forwarded", "best match 0.0.0.0/0; nothing for 10.2.0.0/16"],
      ["igw-1", "dropped", "10.2.9.80 is a private address"],
    ]);
  });

  test("of the public ping, with both translations", () => {
    expect(reasons(labTopology(), PUBLIC_PING)).toEqual([
      ["sg-1", "allowed", "all traffic"],
      ["acl-1", "allowed", "rule 100"],
      ["rtb-1", "forwarded", "best match 0.0.0.0/0"],
      ["igw-1", "forwarded", "10.1.4.12 leaves as 3.111.45.100"],
      ["igw-2", "forwarded", "18.237.140.165 is 10.2.9.80 inside"],
      ["acl-2", "allowed", "rule 100"],
      ["sg-2", "allowed", "all ICMP"],
      ["eni-2", "delivered", "i-2 receives it"],
    ]);
  });

  test("of the peered ping", () => {
    expect(reasons(peeredLab(), PRIVATE_PING)).toEqual([
      ["sg-1", "allowed", "all traffic"],
      ["acl-1", "allowed", "rule 100"],
      ["rtb-1", "forwarded", "best match 10.2.0.0/16, longer than 0.0.0.0/0"],
      ["pcx-1", "forwarded", "to NextWork-2-vpc"],
      ["acl-2", "allowed", "rule 100"],
      ["sg-2", "allowed", "all ICMP"],
      ["eni-2", "delivered", "i-2 receives it"],
    ]);
  });

  test("names the shorter block when a route is there for a part of the VPC only", () => {
    const topology = peeredLab({
      routes: {
        1: [
          { destination: "0.0.0.0/0", target: "igw-1", state: "active" },
          { destination: "10.2.16.0/20", target: "pcx-1", state: "active" },
        ],
      },
    });
    expect(walk(topology, PRIVATE_PING).hops[2]?.reason).toBe(
      "best match 0.0.0.0/0; 10.2.16.0/20 does not reach 10.2.9.80",
    );
  });

  test("follows the main route table however the tables are listed", () => {
    const topology = labTopology({ unassociatedSubnets: [1] });
    const reversed = { ...topology, routeTables: topology.routeTables.toReversed() };
    expect(walk(reversed, PUBLIC_PING).hops.at(-1)?.component).toBe("rtb-main-1");
  });

  test("names the missing block when there is no route at all", () => {
    expect(walk(labTopology({ unassociatedSubnets: [1] }), PRIVATE_PING).hops.at(-1)?.reason).toBe(
      "no route for 10.2.9.80; nothing for 10.2.0.0/16; subnet-1 follows the main route table",
    );
  });
});

describe("VPCs that overlap", () => {
  const twin = {
    id: "eni-3",
    vpcId: "vpc-3",
    subnetId: "subnet-3",
    privateAddress: INSTANCE_1.private,
    securityGroupIds: [],
    isUp: true,
  };
  const lab = peeredLab({
    more: {
      vpcs: [{ id: "vpc-3", cidrs: ["10.1.0.0/16"] }],
      subnets: [{ id: "subnet-3", vpcId: "vpc-3", cidr: "10.1.0.0/20" }],
    },
  });
  const topology = { ...lab, networkInterfaces: [twin, ...lab.networkInterfaces] };

  test("the sender is the one that was named", () => {
    const first = walk(topology, PRIVATE_PING, { from: "eni-3" }).hops[0];
    expect(first).toMatchObject({ component: "eni-3", verdict: "denied", code: "SG_HAS_NO_RULES" });
    expect(walk(topology, PRIVATE_PING, { from: "eni-1" }).delivered).toBe(true);
  });

  test("the reply comes from the interface that received, not from its twin", () => {
    const trip = walkRoundTrip(topology, echoRequest(INSTANCE_2.private, INSTANCE_1.private));
    expect(trip.there.deliveredTo).toBe("eni-1");
    expect(trip.reachable).toBe(true);
  });
});

test("a loopback address is the instance's own, both ways, while it runs", () => {
  const ping = echoRequest(INSTANCE_1.private, "127.8.0.9");
  const { there, back } = walkRoundTrip(labTopology(), ping);
  expect(there).toMatchObject({ arrived: { source: "127.8.0.9" }, deliveredTo: "eni-1", sightings: [] });
  expect(back).toMatchObject({ arrived: { destination: "127.8.0.9" }, deliveredTo: "eni-1" });
  const stopped = labTopology({ interfaces: { 1: { isUp: false } } });
  expect(walkRoundTrip(stopped, ping)).toMatchObject({ there: { hops: [{ code: "BAD_STATE" }] } });
});

test("a topology that was read in part is an error, not a verdict", () => {
  const topology = { ...labTopology(), networkAcls: [] };
  expect(() => walk(topology, PRIVATE_PING)).toThrow(IncompleteTopologyError);
});
