/** Topologies in which a request or its reply is forbidden by a group or a network ACL. */
import { describe, test } from "vitest";
import type { SecurityGroupRule } from "../../src/network/topology.ts";
import {
  ALLOW_ALL_ENTRIES,
  echoRequest,
  INSTANCE_1,
  INSTANCE_2,
  LAB_GROUP_RULES,
  peeredLab,
  tcp,
} from "./lab-topology.ts";
import { expectStop, type StopCase } from "./stop.ts";

const privatePing = echoRequest(INSTANCE_1.private, INSTANCE_2.private);
const OUT_ALL: SecurityGroupRule = { egress: true, protocol: -1, peer: { cidr: "0.0.0.0/0" } };

const unreachable: readonly StopCase[] = [
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
    privatePing,
    {
      way: "back",
      at: "acl-2",
      reason: "rule 90 denies ICMP echo reply to 10.1.4.12",
      code: "SUBNET_ACL_RESTRICTION",
    },
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
    privatePing,
    {
      way: "there",
      at: "acl-2",
      reason: "rule *: no inbound rule allows ICMP echo request from 10.1.4.12",
      code: "SUBNET_ACL_RESTRICTION",
    },
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
    {
      way: "back",
      at: "acl-2",
      reason: "rule *: no outbound rule allows TCP 49152 to 10.1.4.12",
      code: "SUBNET_ACL_RESTRICTION",
    },
  ],
  [
    "a group that lets in no ICMP",
    peeredLab({ groupRules: { 2: LAB_GROUP_RULES.filter((rule) => rule.protocol !== 1) } }),
    privatePing,
    {
      way: "there",
      at: "sg-2",
      reason: "no inbound rule of NextWork-2-SG allows ICMP echo request from 10.1.4.12",
      code: "ENI_SG_RULES_MISMATCH",
    },
  ],
  [
    "a group without inbound rules",
    peeredLab({ groupRules: { 2: [OUT_ALL] } }),
    privatePing,
    { way: "there", at: "sg-2", reason: "no inbound rules at all", code: "SG_HAS_NO_RULES" },
  ],
  [
    "a port that the group does not open",
    peeredLab(),
    tcp(INSTANCE_1.private, INSTANCE_2.private, 8080),
    {
      way: "there",
      at: "sg-2",
      reason: "no inbound rule of NextWork-2-SG allows TCP 8080 from 10.1.4.12",
      code: "ENI_SG_RULES_MISMATCH",
    },
  ],
  ...[21, 23].map(
    (port) =>
      [
        `port ${port}, beside the one that is open`,
        peeredLab(),
        tcp(INSTANCE_1.private, INSTANCE_2.private, port),
        {
          way: "there",
          at: "sg-2",
          reason: `no inbound rule of NextWork-2-SG allows TCP ${port} from 10.1.4.12`,
          code: "ENI_SG_RULES_MISMATCH",
        },
      ] as const,
  ),
];

describe("is not allowed", () => {
  test.each(unreachable)("%s", (_, topology, packet, stop) => expectStop(topology, packet, stop));
});
