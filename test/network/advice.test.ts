/** What is advised where a packet does not pass, and that it helps. */
import { describe, expect, test } from "vitest";
import { adviseOn } from "../../src/network/advice.ts";
import { applyChange } from "../../src/network/change.ts";
import { awsCommand, describeChange } from "../../src/network/change-command.ts";
import { echoRequest, type Packet } from "../../src/network/packet.ts";
import type { NetworkAclEntry, Topology } from "../../src/network/topology.ts";
import { walkRoundTrip } from "../../src/network/walk.ts";
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

const ssh = tcp(INSTANCE_1.private, INSTANCE_2.private, 22);
const toInternet = { destination: "0.0.0.0/0", target: "igw-1", state: "active" } as const;

const entry = (values: Partial<NetworkAclEntry>): NetworkAclEntry => ({
  ruleNumber: 50,
  egress: false,
  action: "deny",
  protocol: -1,
  cidr: "0.0.0.0/0",
  ...values,
});

const cases: readonly (readonly [what: string, Topology, Packet, commands: readonly string[]])[] = [
  [
    "not peered",
    labTopology(),
    PRIVATE_PING,
    [
      "PEERING=$(aws ec2 create-vpc-peering-connection --vpc-id vpc-1 --peer-vpc-id vpc-2 --query VpcPeeringConnection.VpcPeeringConnectionId --output text --region eu-west-3)",
      'aws ec2 accept-vpc-peering-connection --vpc-peering-connection-id "$PEERING" --region eu-west-3',
      'aws ec2 create-route --route-table-id rtb-1 --destination-cidr-block 10.2.0.0/16 --vpc-peering-connection-id "$PEERING" --region eu-west-3',
      'aws ec2 create-route --route-table-id rtb-2 --destination-cidr-block 10.1.0.0/16 --vpc-peering-connection-id "$PEERING" --region eu-west-3',
    ],
  ],
  [
    "not peered, asked from VPC 2: VPC 1 asks all the same",
    labTopology(),
    echoRequest(INSTANCE_2.private, INSTANCE_1.private),
    [
      "PEERING=$(aws ec2 create-vpc-peering-connection --vpc-id vpc-1 --peer-vpc-id vpc-2 --query VpcPeeringConnection.VpcPeeringConnectionId --output text --region eu-west-3)",
      'aws ec2 accept-vpc-peering-connection --vpc-peering-connection-id "$PEERING" --region eu-west-3',
      'aws ec2 create-route --route-table-id rtb-2 --destination-cidr-block 10.1.0.0/16 --vpc-peering-connection-id "$PEERING" --region eu-west-3',
      'aws ec2 create-route --route-table-id rtb-1 --destination-cidr-block 10.2.0.0/16 --vpc-peering-connection-id "$PEERING" --region eu-west-3',
    ],
  ],
  [
    "peering requested, never accepted",
    labTopology({ peering: "pending-acceptance", peeringRoutes: [1, 2] }),
    PRIVATE_PING,
    ["aws ec2 accept-vpc-peering-connection --vpc-peering-connection-id pcx-1 --region eu-west-3"],
  ],
  [
    "a route on VPC 1's side alone",
    peeredLab({ peeringRoutes: [1] }),
    PRIVATE_PING,
    [
      "aws ec2 create-route --route-table-id rtb-2 --destination-cidr-block 10.1.0.0/16 --vpc-peering-connection-id pcx-1 --region eu-west-3",
    ],
  ],
  [
    "a route on VPC 2's side alone",
    peeredLab({ peeringRoutes: [2] }),
    PRIVATE_PING,
    [
      "aws ec2 create-route --route-table-id rtb-1 --destination-cidr-block 10.2.0.0/16 --vpc-peering-connection-id pcx-1 --region eu-west-3",
    ],
  ],
  [
    "a blackhole to a connection that was deleted, beside a new one",
    peeredLab({
      routes: { 1: [toInternet, { destination: "10.2.0.0/16", target: "pcx-old", state: "blackhole" }] },
      peeringRoutes: [2],
    }),
    PRIVATE_PING,
    [
      "aws ec2 replace-route --route-table-id rtb-1 --destination-cidr-block 10.2.0.0/16 --vpc-peering-connection-id pcx-1 --region eu-west-3",
    ],
  ],
  [
    "a longer route that takes the address elsewhere",
    peeredLab({
      routes: {
        1: [
          toInternet,
          { destination: "10.2.0.0/16", target: "pcx-1", state: "active" },
          { destination: "10.2.0.0/20", target: "igw-1", state: "active" },
        ],
      },
      peeringRoutes: [2],
    }),
    PRIVATE_PING,
    [
      "aws ec2 replace-route --route-table-id rtb-1 --destination-cidr-block 10.2.0.0/20 --vpc-peering-connection-id pcx-1 --region eu-west-3",
    ],
  ],
  [
    "the subnet of VPC 1 follows the main route table",
    peeredLab({ unassociatedSubnets: [1] }),
    PRIVATE_PING,
    ["aws ec2 associate-route-table --route-table-id rtb-1 --subnet-id subnet-1 --region eu-west-3"],
  ],
  [
    "the subnet of VPC 2 follows the main route table, so the reply has no way",
    labTopology({ unassociatedSubnets: [2] }),
    PUBLIC_PING,
    ["aws ec2 associate-route-table --route-table-id rtb-2 --subnet-id subnet-2 --region eu-west-3"],
  ],
  [
    "no route to the internet",
    labTopology({ routes: { 1: [] } }),
    PUBLIC_PING,
    [
      "aws ec2 create-route --route-table-id rtb-1 --destination-cidr-block 0.0.0.0/0 --gateway-id igw-1 --region eu-west-3",
    ],
  ],
  [
    "both gateways detached: each VPC gets the one that its own table names",
    labTopology({ detachedGateways: [2, 1] }),
    PUBLIC_PING,
    [
      "aws ec2 attach-internet-gateway --internet-gateway-id igw-1 --vpc-id vpc-1 --region eu-west-3",
      "aws ec2 attach-internet-gateway --internet-gateway-id igw-2 --vpc-id vpc-2 --region eu-west-3",
    ],
  ],
  [
    "no gateway left at all",
    { ...labTopology({ routes: { 1: [] } }), internetGateways: [] },
    echoRequest(INSTANCE_1.private, "8.8.8.8"),
    [
      "GATEWAY=$(aws ec2 create-internet-gateway --query InternetGateway.InternetGatewayId --output text --region eu-west-3)",
      'aws ec2 attach-internet-gateway --internet-gateway-id "$GATEWAY" --vpc-id vpc-1 --region eu-west-3',
      'aws ec2 create-route --route-table-id rtb-1 --destination-cidr-block 0.0.0.0/0 --gateway-id "$GATEWAY" --region eu-west-3',
    ],
  ],
  [
    "no public address",
    labTopology({ interfaces: { 1: { publicAddress: undefined } } }),
    PUBLIC_PING,
    [
      "aws ec2 associate-address --network-interface-id eni-1 --allocation-id $(aws ec2 allocate-address --query AllocationId --output text --region eu-west-3) --region eu-west-3",
    ],
  ],
  [
    "instance 2 stopped",
    peeredLab({ interfaces: { 2: { isUp: false } } }),
    PRIVATE_PING,
    ["aws ec2 start-instances --instance-ids i-2 --region eu-west-3"],
  ],
  [
    "instance 1 stopped",
    peeredLab({ interfaces: { 1: { isUp: false } } }),
    PRIVATE_PING,
    ["aws ec2 start-instances --instance-ids i-1 --region eu-west-3"],
  ],
  [
    "the group lets no ping in",
    peeredLab({ groupRules: { 2: LAB_GROUP_RULES.filter(({ protocol }) => protocol !== 1) } }),
    PRIVATE_PING,
    [
      "aws ec2 authorize-security-group-ingress --group-id sg-2 --protocol icmp --port -1 --cidr 10.1.4.12/32 --region eu-west-3",
    ],
  ],
  [
    "the group lets nothing in by the public address: the source is the public one there",
    labTopology({ groupRules: { 2: [] } }),
    PUBLIC_PING,
    [
      "aws ec2 authorize-security-group-ingress --group-id sg-2 --protocol icmp --port -1 --cidr 3.111.45.100/32 --region eu-west-3",
    ],
  ],
  [
    "the group lets no port 80 in",
    peeredLab(),
    tcp(INSTANCE_1.private, INSTANCE_2.private, 80),
    [
      "aws ec2 authorize-security-group-ingress --group-id sg-2 --protocol tcp --port 80 --cidr 10.1.4.12/32 --region eu-west-3",
    ],
  ],
  [
    "the group lets nothing out",
    peeredLab({ groupRules: { 1: LAB_GROUP_RULES.filter(({ egress }) => !egress) } }),
    ssh,
    [
      "aws ec2 authorize-security-group-egress --group-id sg-1 --protocol tcp --port 22 --cidr 10.2.9.80/32 --region eu-west-3",
    ],
  ],
  [
    "a network ACL rule denies, and the rest allows",
    peeredLab({ networkAclEntries: { 2: [entry({ protocol: 1 }), ...ALLOW_ALL_ENTRIES] } }),
    PRIVATE_PING,
    ["aws ec2 delete-network-acl-entry --network-acl-id acl-2 --rule-number 50 --ingress --region eu-west-3"],
  ],
  [
    "a network ACL rule denies the reply alone",
    peeredLab({ networkAclEntries: { 2: [entry({ egress: true }), ...ALLOW_ALL_ENTRIES] } }),
    ssh,
    ["aws ec2 delete-network-acl-entry --network-acl-id acl-2 --rule-number 50 --egress --region eu-west-3"],
  ],
  [
    "a network ACL without a rule for the reply: the ports that hosts take",
    peeredLab({
      networkAclEntries: {
        1: ALLOW_ALL_ENTRIES.filter(({ egress }) => egress),
      },
    }),
    ssh,
    [
      "aws ec2 create-network-acl-entry --network-acl-id acl-1 --rule-number 100 --ingress --protocol 6 --port-range From=1024,To=65535 --cidr-block 10.2.9.80/32 --rule-action allow --region eu-west-3",
    ],
  ],
  [
    "a network ACL that denies all by a rule of its own",
    peeredLab({
      networkAclEntries: { 1: [entry({ egress: true, ruleNumber: 100 }), ALLOW_ALL_ENTRIES[0] ?? entry({})] },
    }),
    PRIVATE_PING,
    [
      "aws ec2 create-network-acl-entry --network-acl-id acl-1 --rule-number 99 --egress --protocol 1 --icmp-type-code Type=-1,Code=-1 --cidr-block 10.2.9.80/32 --rule-action allow --region eu-west-3",
    ],
  ],
  [
    "a stranger whom the detached gateway keeps out",
    labTopology({ detachedGateways: [1] }),
    echoRequest(STRANGER, INSTANCE_1.public),
    ["aws ec2 attach-internet-gateway --internet-gateway-id igw-1 --vpc-id vpc-1 --region eu-west-3"],
  ],
  [
    "a stranger of instance 2, both gateways detached: the one that VPC 2's table names",
    labTopology({ detachedGateways: [1, 2] }),
    echoRequest(STRANGER, INSTANCE_2.public),
    ["aws ec2 attach-internet-gateway --internet-gateway-id igw-2 --vpc-id vpc-2 --region eu-west-3"],
  ],
  [
    "a group that lets nothing out, asked about a service on the internet: it has many addresses",
    labTopology({ groupRules: { 1: [] } }),
    tcp(INSTANCE_1.private, "52.119.160.1", 443),
    [
      "aws ec2 authorize-security-group-egress --group-id sg-1 --protocol tcp --port 443 --cidr 0.0.0.0/0 --region eu-west-3",
    ],
  ],
  [
    "a network ACL without a rule for that service's answers",
    labTopology({ networkAclEntries: { 1: ALLOW_ALL_ENTRIES.filter(({ egress }) => egress) } }),
    tcp(INSTANCE_1.private, "52.119.160.1", 443),
    [
      "aws ec2 create-network-acl-entry --network-acl-id acl-1 --rule-number 100 --ingress --protocol 6 --port-range From=1024,To=65535 --cidr-block 0.0.0.0/0 --rule-action allow --region eu-west-3",
    ],
  ],
  [
    "a stranger who asks on port 443: that one alone",
    labTopology(),
    tcp(STRANGER, INSTANCE_1.public, 443),
    [
      `aws ec2 authorize-security-group-ingress --group-id sg-1 --protocol tcp --port 443 --cidr ${STRANGER}/32 --region eu-west-3`,
    ],
  ],
  ...[INSTANCE_2.private, INSTANCE_2.public].map(
    (own) =>
      [
        `that port of instance 2 at ${own}: it alone`,
        peeredLab({ groupRules: { 1: [], 2: [{ ...OUT_ALL, egress: false }] } }),
        tcp(INSTANCE_1.private, own, 443),
        [
          `aws ec2 authorize-security-group-egress --group-id sg-1 --protocol tcp --port 443 --cidr ${own}/32 --region eu-west-3`,
        ],
      ] as const,
  ),
  ["all as it should be", peeredLab(), PRIVATE_PING, []],
];

describe("advises the changes that let a packet pass", () => {
  test.each(cases)("%s", (_, topology, packet, commands) => {
    const { changes, suffices, obstacle } = adviseOn(topology, packet);
    expect(changes.map((change) => awsCommand(change, "eu-west-3"))).toEqual(commands);
    expect({ suffices, obstacle }).toEqual({ suffices: true, obstacle: undefined });
    expect(walkRoundTrip(changes.reduce(applyChange, topology), packet).reachable).toBe(true);
    // None of them is idle: without the last one it does not pass.
    if (changes.length > 0)
      expect(walkRoundTrip(changes.slice(0, -1).reduce(applyChange, topology), packet).reachable).toBe(false);
    for (const change of changes) expect(describeChange(change, topology)).not.toMatch(/undefined|new/);
  });
});

test("gives what a command makes the tags that it is told, in the AWS CLI's shorthand syntax", () => {
  const tags = { Name: "VPC 1 <> VPC 2", "vpclab:lab": "nextwork" };
  const list = 'Tags=[{Key=Name,Value="VPC 1 <> VPC 2"}, {Key=vpclab:lab,Value="nextwork"}]';
  const [peering, accept] = adviseOn(labTopology(), PRIVATE_PING).changes.map((change) =>
    awsCommand(change, "eu-west-3", tags),
  );
  expect(peering).toContain(` --tag-specifications 'ResourceType=vpc-peering-connection, ${list}' --query `);
  expect(accept).not.toContain("vpclab:lab");
  expect(awsCommand({ kind: "create-internet-gateway", vpcId: "vpc-1" }, "eu-west-3", tags)).toContain(
    ` --tag-specifications 'ResourceType=internet-gateway, ${list}' --query `,
  );
});

const obstacles: readonly (readonly [what: string, Topology, Packet, obstacle: RegExp])[] = [
  [
    "VPCs that overlap so that the address is the sender's own",
    withSameBlock(),
    echoRequest(INSTANCE_1.private, "10.1.9.80"),
    /^NextWork-1-vpc \(10\.1\.0\.0\/16\) and NextWork-2-vpc \(10\.1\.0\.0\/16\) overlap: .*10\.1\.9\.80 stays/,
  ],
  [
    "VPCs that overlap in part",
    {
      ...labTopology(),
      vpcs: [
        { id: "vpc-1", cidrs: ["10.1.0.0/16", "10.2.128.0/20"] },
        { id: "vpc-2", cidrs: ["10.2.0.0/16"] },
      ],
    },
    PRIVATE_PING,
    /overlap, and AWS peers no VPCs whose CIDR blocks overlap/,
  ],
  [
    "a connection that is still coming",
    labTopology({ peering: "provisioning", peeringRoutes: [1, 2] }),
    PRIVATE_PING,
    /pcx-1 is provisioning: that passes by itself/,
  ],
  [
    "a private address of nobody",
    peeredLab(),
    echoRequest(INSTANCE_1.private, "192.168.7.7"),
    /No VPC of this lab/,
  ],
  [
    "an address of nobody in the peer",
    peeredLab(),
    echoRequest(INSTANCE_1.private, "10.2.77.7"),
    /No network interface/,
  ],
  [
    "an address that never travels",
    peeredLab(),
    echoRequest(INSTANCE_1.private, "169.254.169.254"),
    /not an address that/,
  ],
];

describe("says what no change mends", () => {
  test.each(obstacles)("%s", (_, topology, packet, obstacle) => {
    const advice = adviseOn(topology, packet);
    expect(advice.suffices).toBe(false);
    expect(advice.obstacle).toMatch(obstacle);
  });
});

function withSameBlock(): Topology {
  const lab = labTopology({ interfaces: { 2: { privateAddress: "10.1.9.80" } } });
  return {
    ...lab,
    vpcs: lab.vpcs.map((vpc) => ({ ...vpc, cidrs: ["10.1.0.0/16"] })),
    subnets: lab.subnets.map((subnet) => ({ ...subnet, cidr: "10.1.0.0/20" })),
  };
}
