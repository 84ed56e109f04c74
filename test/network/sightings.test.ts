/** What the flow logs of the interfaces note: AWS-FACTS §4. */
import { describe, expect, test } from "vitest";
import { echoRequest, type Packet } from "../../src/network/packet.ts";
import type { Topology } from "../../src/network/topology.ts";
import { walkRoundTrip } from "../../src/network/walk.ts";
import {
  ALLOW_ALL_ENTRIES,
  INSTANCE_1,
  LAB_GROUP_RULES,
  labTopology,
  PRIVATE_PING,
  PUBLIC_PING,
  peeredLab,
  STRANGER,
  tcp,
} from "./lab-topology.ts";

/** The records of one interface, in the order of its packets: "egress 10.1.4.12 > 10.2.9.80 ACCEPT". */
function seenAt(networkInterfaceId: string, topology: Topology, packet: Packet): string[] {
  const { there, back } = walkRoundTrip(topology, packet);
  return [...there.sightings, ...(back?.sightings ?? [])]
    .filter((sighting) => sighting.networkInterfaceId === networkInterfaceId)
    .map(({ flow, source, destination, action }) => `${flow} ${source} > ${destination} ${action}`);
}

describe("instance 1's log of its pings", () => {
  const onlyOut = ["egress 10.1.4.12 > 10.2.9.80 ACCEPT"];

  test.each([
    ["no peering", labTopology()],
    ["peering without routes", peeredLab({ peeringRoutes: [] })],
    ["the return route missing", peeredLab({ peeringRoutes: [1] })],
    ["a blackhole", peeredLab({ peering: "deleted" })],
    ["a stopped receiver", peeredLab({ interfaces: { 2: { isUp: false } } })],
    ["no route at all", labTopology({ unassociatedSubnets: [1] })],
  ])("private, %s: ACCEPT out and silence, never REJECT", (_, topology) => {
    expect(seenAt("eni-1", topology, PRIVATE_PING)).toEqual(onlyOut);
  });

  test("private, peered with both routes: out and back", () => {
    expect(seenAt("eni-1", peeredLab(), PRIVATE_PING)).toEqual([
      ...onlyOut,
      "ingress 10.2.9.80 > 10.1.4.12 ACCEPT",
    ]);
  });

  test("public: out and back, the far side with its public address", () => {
    expect(seenAt("eni-1", labTopology(), PUBLIC_PING)).toEqual([
      "egress 10.1.4.12 > 18.237.140.165 ACCEPT",
      "ingress 18.237.140.165 > 10.1.4.12 ACCEPT",
    ]);
  });
});

describe("instance 2's log", () => {
  test("of a public ping shows its own private address and the sender's public one", () => {
    expect(seenAt("eni-2", labTopology(), PUBLIC_PING)).toEqual([
      "ingress 3.111.45.100 > 10.2.9.80 ACCEPT",
      "egress 10.2.9.80 > 3.111.45.100 ACCEPT",
    ]);
  });

  test("with the return route missing shows the reply leaving", () => {
    expect(seenAt("eni-2", peeredLab({ peeringRoutes: [1] }), PRIVATE_PING)).toEqual([
      "ingress 10.1.4.12 > 10.2.9.80 ACCEPT",
      "egress 10.2.9.80 > 10.1.4.12 ACCEPT",
    ]);
  });

  test("where its group denies the request: one REJECT", () => {
    const topology = peeredLab({ groupRules: { 2: LAB_GROUP_RULES.filter((rule) => rule.protocol !== 1) } });
    expect(seenAt("eni-2", topology, PRIVATE_PING)).toEqual(["ingress 10.1.4.12 > 10.2.9.80 REJECT"]);
    expect(seenAt("eni-1", topology, PRIVATE_PING)).toEqual(["egress 10.1.4.12 > 10.2.9.80 ACCEPT"]);
  });

  test("where the network ACL denies the request: one REJECT", () => {
    const topology = peeredLab({ networkAclEntries: { 2: [] } });
    expect(seenAt("eni-2", topology, PRIVATE_PING)).toEqual(["ingress 10.1.4.12 > 10.2.9.80 REJECT"]);
  });

  test("where the network ACL denies the reply: ACCEPT in, REJECT out", () => {
    const topology = peeredLab({
      networkAclEntries: { 2: ALLOW_ALL_ENTRIES.filter((entry) => !entry.egress) },
    });
    expect(seenAt("eni-2", topology, PRIVATE_PING)).toEqual([
      "ingress 10.1.4.12 > 10.2.9.80 ACCEPT",
      "egress 10.2.9.80 > 10.1.4.12 REJECT",
    ]);
  });

  test("is empty while it is stopped", () => {
    expect(seenAt("eni-2", peeredLab({ interfaces: { 2: { isUp: false } } }), PRIVATE_PING)).toEqual([]);
  });
});

describe("what the sender's own side forbids", () => {
  test("by its group is a REJECT on the way out, seen by nobody else", () => {
    const topology = peeredLab({ groupRules: { 1: LAB_GROUP_RULES.filter((rule) => !rule.egress) } });
    expect(seenAt("eni-1", topology, PRIVATE_PING)).toEqual(["egress 10.1.4.12 > 10.2.9.80 REJECT"]);
    expect(seenAt("eni-2", topology, PRIVATE_PING)).toEqual([]);
  });

  test("by its network ACL is a REJECT on the way out", () => {
    const topology = peeredLab({ networkAclEntries: { 1: [] } });
    expect(seenAt("eni-1", topology, PRIVATE_PING)).toEqual(["egress 10.1.4.12 > 10.2.9.80 REJECT"]);
  });
});

describe("strangers on the internet", () => {
  test("who scan a closed port leave one REJECT with their ports", () => {
    const { there, back } = walkRoundTrip(labTopology(), tcp(STRANGER, INSTANCE_1.public, 23));
    expect(back).toBeUndefined();
    expect(there.sightings).toEqual([
      {
        networkInterfaceId: "eni-1",
        action: "REJECT",
        flow: "ingress",
        source: STRANGER,
        destination: INSTANCE_1.private,
        sourcePort: 49152,
        destinationPort: 23,
      },
    ]);
  });

  test("who come to SSH are ACCEPT both ways, ports turned round on the way back", () => {
    const { there, back } = walkRoundTrip(labTopology(), tcp(STRANGER, INSTANCE_1.public, 22));
    expect(there.sightings).toMatchObject([{ action: "ACCEPT", flow: "ingress", destinationPort: 22 }]);
    expect(back?.sightings).toMatchObject([
      { action: "ACCEPT", flow: "egress", sourcePort: 22, destinationPort: 49152, destination: STRANGER },
    ]);
  });
});

test("an agent's call to the internet and the answer are ACCEPT both ways", () => {
  expect(seenAt("eni-1", labTopology(), tcp(INSTANCE_1.private, "8.8.8.8", 443))).toEqual([
    "egress 10.1.4.12 > 8.8.8.8 ACCEPT",
    "ingress 8.8.8.8 > 10.1.4.12 ACCEPT",
  ]);
});

test("instance metadata, Amazon DNS and the own address are in no log", () => {
  for (const address of ["169.254.169.254", "10.1.0.2", "10.1.0.1", INSTANCE_1.private]) {
    expect(seenAt("eni-1", labTopology(), echoRequest(INSTANCE_1.private, address))).toEqual([]);
  }
});
