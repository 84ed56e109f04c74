/** Topologies in which a request or its reply has no way: where it stops and why. */
import { describe, test } from "vitest";
import { echoRequest, INSTANCE_1, INSTANCE_2, labTopology, peeredLab, STRANGER } from "./lab-topology.ts";
import { expectStop, type StopCase } from "./stop.ts";

const privatePing = echoRequest(INSTANCE_1.private, INSTANCE_2.private);
const publicPing = echoRequest(INSTANCE_1.private, INSTANCE_2.public);

const unreachable: readonly StopCase[] = [
  [
    "no peering: the internet gateway drops the private address",
    labTopology(),
    privatePing,
    {
      way: "there",
      at: "igw-1",
      reason: "10.2.9.80 is a private address",
      code: "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS",
    },
  ],
  [
    "peering without routes: still the internet gateway",
    peeredLab({ peeringRoutes: [] }),
    privatePing,
    {
      way: "there",
      at: "igw-1",
      reason: "10.2.9.80 is a private address",
      code: "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS",
    },
  ],
  [
    "a route in VPC 1 only: the reply is lost",
    peeredLab({ peeringRoutes: [1] }),
    privatePing,
    {
      way: "back",
      at: "igw-2",
      reason: "10.1.4.12 is a private address",
      code: "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS",
    },
  ],
  [
    "a route in VPC 2 only: the request is lost",
    peeredLab({ peeringRoutes: [2] }),
    privatePing,
    {
      way: "there",
      at: "igw-1",
      reason: "10.2.9.80 is a private address",
      code: "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS",
    },
  ],
  [
    "peering not accepted, routes in place: they are blackholes",
    peeredLab({ peering: "pending-acceptance" }),
    privatePing,
    {
      way: "there",
      at: "rtb-1",
      reason: "best match 10.2.0.0/16 is a blackhole: peering connection pcx-1 is pending-acceptance",
      code: "BAD_STATE_ROUTE",
    },
  ],
  [
    "peering not active, its route said to be: the connection drops",
    peeredLab({
      peering: "provisioning",
      routes: { 1: [{ destination: "10.2.0.0/16", target: "pcx-1", state: "active" }] },
    }),
    privatePing,
    { way: "there", at: "pcx-1", reason: "its status is provisioning, not active", code: "BAD_STATE" },
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
    publicPing,
    {
      way: "there",
      at: "rtb-1",
      reason: "best match 18.237.0.0/16 is a blackhole: pcx-9 is gone",
      code: "BAD_STATE_ROUTE",
    },
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
    privatePing,
    {
      way: "there",
      at: "igw-1",
      reason: "10.2.9.80 is a private address",
      code: "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS",
    },
  ],
  [
    "no public address on the sender",
    labTopology({ interfaces: { 1: { publicAddress: undefined } } }),
    publicPing,
    {
      way: "there",
      at: "igw-1",
      reason: "10.1.4.12 has no public address",
      code: "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS",
    },
  ],
  [
    "a stopped receiver",
    peeredLab({ interfaces: { 2: { isUp: false } } }),
    privatePing,
    { way: "there", at: "eni-2", reason: "i-2 is not running", code: "BAD_STATE" },
  ],
  [
    "a stopped sender",
    peeredLab({ interfaces: { 1: { isUp: false } } }),
    privatePing,
    { way: "there", at: "eni-1", reason: "i-1 is not running", code: "BAD_STATE" },
  ],
  [
    "VPC 1's gateway detached: its route is a blackhole",
    labTopology({ detachedGateways: [1] }),
    publicPing,
    {
      way: "there",
      at: "rtb-1",
      reason: "best match 0.0.0.0/0 is a blackhole: igw-1 is not attached",
      code: "BAD_STATE_ROUTE",
    },
  ],
  [
    "a route to a gateway that is attached elsewhere",
    labTopology({ routes: { 1: [{ destination: "0.0.0.0/0", target: "igw-2", state: "active" }] } }),
    publicPing,
    {
      way: "there",
      at: "igw-2",
      reason: "not attached to NextWork-1-vpc",
      code: "BAD_STATE_ATTACHMENT",
    },
  ],
  [
    "VPC 2's gateway detached: nothing comes in",
    labTopology({ detachedGateways: [2] }),
    publicPing,
    {
      way: "there",
      at: "internet",
      reason: "NextWork-2-vpc has no internet gateway attached for 18.237.140.165",
      code: "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS",
    },
  ],
  [
    "subnet 1 on the main route table, which knows no way out",
    labTopology({ unassociatedSubnets: [1] }),
    publicPing,
    {
      way: "there",
      at: "rtb-main-1",
      reason: "no route for 18.237.140.165; subnet-1 follows the main route table",
      code: "NO_ROUTE_TO_DESTINATION",
    },
  ],
  [
    "subnet 2 on the main route table: the request comes in by the gateway, the reply has no way out",
    labTopology({ unassociatedSubnets: [2] }),
    publicPing,
    {
      way: "back",
      at: "rtb-main-2",
      reason: "no route for 3.111.45.100; subnet-2 follows the main route table",
      code: "NO_ROUTE_TO_DESTINATION",
    },
  ],
  [
    "an address of the peered VPC that nothing has",
    peeredLab(),
    echoRequest(INSTANCE_1.private, "10.2.9.81"),
    {
      way: "there",
      at: "vpc-2",
      reason: "no network interface has 10.2.9.81",
      code: "NO_POSSIBLE_DESTINATION",
    },
  ],
  [
    "an address of the own VPC that nothing has",
    peeredLab(),
    echoRequest(INSTANCE_1.private, "10.1.200.1"),
    {
      way: "there",
      at: "vpc-1",
      reason: "no network interface has 10.1.200.1",
      code: "NO_POSSIBLE_DESTINATION",
    },
  ],
  [
    "a route to a target that forwards nothing here",
    labTopology({ routes: { 1: [{ destination: "0.0.0.0/0", target: "nat-1", state: "active" }] } }),
    publicPing,
    {
      way: "there",
      at: "rtb-1",
      reason: "best match 0.0.0.0/0 leads to nat-1, which forwards nothing in this lab",
      code: "UNKNOWN_DESTINATION",
    },
  ],
  [
    "the shared address space, which the gateway refuses",
    labTopology(),
    echoRequest(INSTANCE_1.private, "100.64.1.1"),
    {
      way: "there",
      at: "igw-1",
      reason: "100.64.1.1 is a shared address",
      code: "IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS",
    },
  ],
  ...["169.254.169.254", "10.1.0.1", "10.1.0.2", "127.0.0.1", "224.0.0.1", "255.255.255.255"].map(
    (address) =>
      [
        `${address}, which does not travel through a VPC`,
        labTopology(),
        echoRequest(INSTANCE_1.private, address),
        {
          way: "there",
          at: "eni-1",
          reason: `${address} is not an address that travels through a VPC`,
          code: "UNKNOWN_DESTINATION",
        },
      ] as const,
  ),
  [
    "a private address from the learner's own machine",
    peeredLab(),
    echoRequest(STRANGER, INSTANCE_2.private),
    {
      way: "there",
      at: "internet",
      reason: "10.2.9.80 is a private address, which the internet does not route",
      code: "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS",
    },
  ],
  [
    "a made-up private source from the internet",
    peeredLab(),
    echoRequest("10.9.9.9", INSTANCE_2.public),
    {
      way: "there",
      at: "internet",
      reason: "10.9.9.9 is a private address that nothing here has",
      code: "IGW_SOURCE_ADDRESS_NOT_IN_RFC1918_INGRESS",
    },
  ],
];

describe("finds no way", () => {
  test.each(unreachable)("%s", (_, topology, packet, stop) => expectStop(topology, packet, stop));
});
