import type { Route } from "@aws-sdk/client-ec2";
import { describe, expect, test } from "vitest";
import { DEFAULT_OPTIONS, labSpec } from "../../src/lab/spec.ts";
import { networkAclFinding } from "../../src/steps/network-acl-finding.ts";
import { routeTableFinding } from "../../src/steps/route-table-finding.ts";

const spec = labSpec({ ...DEFAULT_OPTIONS, region: "us-east-1", hours: undefined });
const LOCAL: Route = { DestinationCidrBlock: "10.2.0.0/16", GatewayId: "local", State: "active" };
const INTERNET: Route = { DestinationCidrBlock: "0.0.0.0/0", GatewayId: "igw-1", State: "active" };

function rows(...routes: Route[]) {
  const finding = routeTableFinding(spec, 2, { Routes: routes });
  return finding.kind === "route-table" ? finding.rows : [];
}

describe("the route table of VPC 2", () => {
  test("shows the route to VPC 1 as missing where there is none", () => {
    expect(rows(LOCAL, INTERNET)).toEqual([
      { destination: "10.2.0.0/16", target: "local", state: "active", note: "inside VPC 2" },
      {
        destination: "0.0.0.0/0",
        target: "igw-1",
        state: "active",
        note: "everything else: out to the internet",
      },
      {
        destination: "10.1.0.0/16",
        target: "–",
        state: "–",
        note: expect.stringMatching(/^missing: .*VPC 1/),
      },
    ]);
  });

  test("shows where the peering connection leads, and misses nothing then", () => {
    const peering = {
      DestinationCidrBlock: "10.1.0.0/16",
      VpcPeeringConnectionId: "pcx-1",
      State: "active" as const,
    };
    expect(rows(LOCAL, INTERNET, peering).slice(2)).toEqual([
      {
        destination: "10.1.0.0/16",
        target: "pcx-1",
        state: "active",
        note: "to VPC 1, by the peering connection",
      },
    ]);
  });

  test("says that a blackhole leads nowhere", () => {
    const gone = {
      DestinationCidrBlock: "10.1.0.0/16",
      VpcPeeringConnectionId: "pcx-1",
      State: "blackhole" as const,
    };
    expect(rows(LOCAL, gone)[1]).toMatchObject({
      state: "blackhole",
      note: expect.stringContaining("nowhere"),
    });
  });
});

test.each<[Route, string, string]>([
  [{ DestinationCidrBlock: "10.9.0.0/16", TransitGatewayId: "tgw-1" }, "10.9.0.0/16", "tgw-1"],
  [{ DestinationIpv6CidrBlock: "::/0", EgressOnlyInternetGatewayId: "eigw-1" }, "::/0", "eigw-1"],
  [{ DestinationPrefixListId: "pl-1", GatewayId: "vpce-1" }, "pl-1", "vpce-1"],
  // AWS names both.
  [
    { DestinationCidrBlock: "0.0.0.0/0", InstanceId: "i-1", NetworkInterfaceId: "eni-1" },
    "0.0.0.0/0",
    "eni-1",
  ],
  [{}, "?", "?"],
])("a route of somebody else's, %o, is shown with where it leads", (route, destination, target) => {
  expect(rows(route)[0]).toMatchObject({ destination, target });
});

test("a network ACL is shown in the order in which its rules are tried, the last one as *", () => {
  const entry = (RuleNumber: number, Egress: boolean, RuleAction: "allow" | "deny", Protocol = "-1") => ({
    RuleNumber,
    Egress,
    RuleAction,
    Protocol,
    CidrBlock: "0.0.0.0/0",
  });
  const finding = networkAclFinding({
    NetworkAclId: "acl-1",
    IsDefault: true,
    Entries: [
      entry(32767, true, "deny"),
      entry(100, true, "allow"),
      entry(32767, false, "deny"),
      entry(200, false, "allow"),
      entry(90, false, "deny", "1"),
    ],
  });
  expect(finding.kind === "network-acl" && finding.rows.map((row) => Object.values(row).join(" "))).toEqual([
    "90 inbound icmp 0.0.0.0/0 deny",
    "200 inbound all 0.0.0.0/0 allow",
    "* inbound all 0.0.0.0/0 deny",
    "100 outbound all 0.0.0.0/0 allow",
    "* outbound all 0.0.0.0/0 deny",
  ]);
});
