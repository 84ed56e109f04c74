/** Topologies in which a request or its reply stops: where, and why. */
import { describe, expect, test } from "vitest";
import { echoRequest, type Packet } from "../../src/network/packet.ts";
import type { Topology } from "../../src/network/topology.ts";
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

/** A name, a topology, a request, and where it or its reply is to stop. */
type StopCase = readonly [string, Topology, Packet, string];

/** "back at igw-2: 10.1.4.12 is a private address [IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS]" */
function stopOf(topology: Topology, packet: Packet): string {
  const { there, back, reachable } = walkRoundTrip(topology, packet);
  const stopped = back ?? there;
  if (reachable || stopped.delivered || stopped.deliveredTo !== undefined) return "it arrives";
  const { component, reason, code } = stopped.hops.at(-1) ?? {};
  return `${back ? "back" : "there"} at ${component}: ${reason} [${code}]`;
}

const noWay: readonly StopCase[] = [
  [
    "no peering: the internet gateway drops the private address",
    labTopology(),
    PRIVATE_PING,
    "there at igw-1: 10.2.9.80 is a private address [IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS]",
  ],
  [
    "peering without routes: still the internet gateway",
    peeredLab({ peeringRoutes: [] }),
    PRIVATE_PING,
    "there at igw-1: 10.2.9.80 is a private address [IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS]",
  ],
  [
    "a route in VPC 1 only: the reply is lost",
    peeredLab({ peeringRoutes: [1] }),
    PRIVATE_PING,
    "back at igw-2: 10.1.4.12 is a private address [IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS]",
  ],
  [
    "a route in VPC 2 only: the request is lost",
    peeredLab({ peeringRoutes: [2] }),
    PRIVATE_PING,
    "there at igw-1: 10.2.9.80 is a private address [IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS]",
  ],
  [
    "peering not accepted, routes in place: they are blackholes",
    peeredLab({ peering: "pending-acceptance" }),
    PRIVATE_PING,
    "there at rtb-1: best match 10.2.0.0/16 is a blackhole: peering connection pcx-1 is pending-acceptance [BAD_STATE_ROUTE]",
  ],
  [
    "peering not active, its route said to be: the connection drops",
    peeredLab({
      peering: "provisioning",
      routes: { 1: [{ destination: "10.2.0.0/16", target: "pcx-1", state: "active" }] },
    }),
    PRIVATE_PING,
    "there at pcx-1: its status is provisioning, not active [BAD_STATE]",
  ],
  [
    "a blackhole is not passed over for 0.0.0.0/0",
    labTopology({
      routes: {
        1: [
          { destination: "0.0.0.0/0", target: "igw-1", state: "active" },
          { destination: "18.237.0.0/16", target: "pcx-9", state: "blackhole" },
        ],
      },
    }),
    PUBLIC_PING,
    "there at rtb-1: best match 18.237.0.0/16 is a blackhole: pcx-9 is gone [BAD_STATE_ROUTE]",
  ],
  [
    "a /20 route that does not reach the address",
    peeredLab({
      routes: {
        1: [
          { destination: "0.0.0.0/0", target: "igw-1", state: "active" },
          { destination: "10.2.16.0/20", target: "pcx-1", state: "active" },
        ],
      },
    }),
    PRIVATE_PING,
    "there at igw-1: 10.2.9.80 is a private address [IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS]",
  ],
  [
    "no public address on the sender",
    labTopology({ interfaces: { 1: { publicAddress: undefined } } }),
    PUBLIC_PING,
    "there at igw-1: 10.1.4.12 has no public address [IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS]",
  ],
  [
    "a stopped receiver",
    peeredLab({ interfaces: { 2: { isUp: false } } }),
    PRIVATE_PING,
    "there at eni-2: i-2 is not running [BAD_STATE]",
  ],
  [
    "a stopped sender",
    peeredLab({ interfaces: { 1: { isUp: false } } }),
    PRIVATE_PING,
    "there at eni-1: i-1 is not running [BAD_STATE]",
  ],
  [
    "VPC 1's gateway detached: its route is a blackhole",
    labTopology({ detachedGateways: [1] }),
    PUBLIC_PING,
    "there at rtb-1: best match 0.0.0.0/0 is a blackhole: igw-1 is not attached [BAD_STATE_ROUTE]",
  ],
  [
    "a route to a gateway that is attached elsewhere",
    labTopology({ routes: { 1: [{ destination: "0.0.0.0/0", target: "igw-2", state: "active" }] } }),
    PUBLIC_PING,
    "there at igw-2: not attached to NextWork-1-vpc [BAD_STATE_ATTACHMENT]",
  ],
  [
    "VPC 2's gateway detached: nothing comes in",
    labTopology({ detachedGateways: [2] }),
    PUBLIC_PING,
    "there at internet: NextWork-2-vpc has no internet gateway attached for 18.237.140.165 [IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS]",
  ],
  [
    "subnet 1 on the main route table, which knows no way out",
    labTopology({ unassociatedSubnets: [1] }),
    PUBLIC_PING,
    "there at rtb-main-1: no route for 18.237.140.165; subnet-1 follows the main route table [NO_ROUTE_TO_DESTINATION]",
  ],
  [
    "subnet 2 on the main route table: the request comes in by the gateway, the reply has no way out",
    labTopology({ unassociatedSubnets: [2] }),
    PUBLIC_PING,
    "back at rtb-main-2: no route for 3.111.45.100; subnet-2 follows the main route table [NO_ROUTE_TO_DESTINATION]",
  ],
  [
    "an address of the peered VPC that nothing has",
    peeredLab(),
    echoRequest(INSTANCE_1.private, "10.2.9.81"),
    "there at vpc-2: no network interface has 10.2.9.81 [NO_POSSIBLE_DESTINATION]",
  ],
  [
    "an address of the own VPC that nothing has",
    peeredLab(),
    echoRequest(INSTANCE_1.private, "10.1.200.1"),
    "there at vpc-1: no network interface has 10.1.200.1 [NO_POSSIBLE_DESTINATION]",
  ],
  [
    "a route to a target that forwards nothing here",
    labTopology({ routes: { 1: [{ destination: "0.0.0.0/0", target: "nat-1", state: "active" }] } }),
    PUBLIC_PING,
    "there at rtb-1: best match 0.0.0.0/0 leads to nat-1, which forwards nothing in this lab [UNKNOWN_DESTINATION]",
  ],
  [
    "the shared address space, which the gateway refuses",
    labTopology(),
    echoRequest(INSTANCE_1.private, "100.64.1.1"),
    "there at igw-1: 100.64.1.1 is a shared address [IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS]",
  ],
  ...["169.254.169.254", "10.1.0.1", "10.1.0.2", "224.0.0.1", "255.255.255.255"].map(
    (address) =>
      [
        `${address}, which does not travel through a VPC`,
        labTopology(),
        echoRequest(INSTANCE_1.private, address),
        `there at eni-1: ${address} is not an address that travels through a VPC [UNKNOWN_DESTINATION]`,
      ] as const,
  ),
  [
    "a private address from the learner's own machine",
    peeredLab(),
    echoRequest(STRANGER, INSTANCE_2.private),
    "there at internet: 10.2.9.80 is a private address, which the internet does not route [IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS]",
  ],
  [
    "a made-up private source from the internet",
    peeredLab(),
    echoRequest("10.9.9.9", INSTANCE_2.public),
    "there at internet: 10.9.9.9 is a private address that nothing here has [IGW_SOURCE_ADDRESS_NOT_IN_RFC1918_INGRESS]",
  ],
];

describe("finds no way", () => {
  test.each(noWay)("%s", (_, topology, packet, stop) => expect(stopOf(topology, packet)).toBe(stop));
});

const notAllowed: readonly StopCase[] = [
  [
    "a network ACL that denies only the reply",
    peeredLab({
      networkAclEntries: {
        2: [
          ...ALLOW_ALL_ENTRIES,
          {
            ruleNumber: 90,
            egress: true,
            action: "deny",
            protocol: 1,
            cidr: "10.1.0.0/16",
            icmp: { type: 0, code: -1 },
          },
        ],
      },
    }),
    PRIVATE_PING,
    "back at acl-2: rule 90 denies ICMP echo reply to 10.1.4.12 [SUBNET_ACL_RESTRICTION]",
  ],
  [
    "a network ACL without a rule that fits: the final * denies",
    peeredLab({
      networkAclEntries: {
        2: [
          {
            ruleNumber: 100,
            egress: false,
            action: "allow",
            protocol: 6,
            cidr: "0.0.0.0/0",
            ports: { from: 22, to: 22 },
          },
        ],
      },
    }),
    PRIVATE_PING,
    "there at acl-2: rule *: no inbound rule allows ICMP echo request from 10.1.4.12 [SUBNET_ACL_RESTRICTION]",
  ],
  [
    "a network ACL that lets SSH out but not its replies to a high port",
    peeredLab({
      networkAclEntries: {
        2: [
          { ruleNumber: 100, egress: false, action: "allow", protocol: -1, cidr: "0.0.0.0/0" },
          {
            ruleNumber: 100,
            egress: true,
            action: "allow",
            protocol: 6,
            cidr: "0.0.0.0/0",
            ports: { from: 0, to: 1023 },
          },
        ],
      },
    }),
    tcp(INSTANCE_1.private, INSTANCE_2.private, 22),
    "back at acl-2: rule *: no outbound rule allows TCP 49152 to 10.1.4.12 [SUBNET_ACL_RESTRICTION]",
  ],
  [
    "a group that lets in no ICMP",
    peeredLab({ groupRules: { 2: LAB_GROUP_RULES.filter((rule) => rule.protocol !== 1) } }),
    PRIVATE_PING,
    "there at sg-2: no inbound rule of NextWork-2-SG allows ICMP echo request from 10.1.4.12 [ENI_SG_RULES_MISMATCH]",
  ],
  [
    "a group whose rules are about a prefix list, which is not known",
    peeredLab({
      groupRules: {
        2: [
          OUT_ALL,
          { egress: false, protocol: 1, peer: { prefixListId: "pl-1" } },
          { egress: false, protocol: -1, peer: { prefixListId: "pl-1" } },
          { egress: false, protocol: 6, peer: { prefixListId: "pl-2" } },
        ],
      },
    }),
    PRIVATE_PING,
    "there at sg-2: no inbound rule of NextWork-2-SG allows ICMP echo request from 10.1.4.12, unless 10.1.4.12 is in prefix list pl-1 [ENI_SG_RULES_MISMATCH]",
  ],
  [
    "a group without inbound rules",
    peeredLab({ groupRules: { 2: [OUT_ALL] } }),
    PRIVATE_PING,
    "there at sg-2: no inbound rules at all [SG_HAS_NO_RULES]",
  ],
  [
    "a port that the group does not open",
    peeredLab(),
    tcp(INSTANCE_1.private, INSTANCE_2.private, 8080),
    "there at sg-2: no inbound rule of NextWork-2-SG allows TCP 8080 from 10.1.4.12 [ENI_SG_RULES_MISMATCH]",
  ],
  ...[21, 23].map(
    (port) =>
      [
        `port ${port}, beside the one that is open`,
        peeredLab(),
        tcp(INSTANCE_1.private, INSTANCE_2.private, port),
        `there at sg-2: no inbound rule of NextWork-2-SG allows TCP ${port} from 10.1.4.12 [ENI_SG_RULES_MISMATCH]`,
      ] as const,
  ),
];

describe("is not allowed", () => {
  test.each(notAllowed)("%s", (_, topology, packet, stop) => expect(stopOf(topology, packet)).toBe(stop));
});
