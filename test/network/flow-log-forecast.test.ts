/** Which flow log keeps what of a packet and its reply. */
import { describe, expect, test } from "vitest";
import { type FlowLogScope, forecastRecords } from "../../src/network/flow-log-forecast.ts";
import type { Packet } from "../../src/network/packet.ts";
import type { Topology } from "../../src/network/topology.ts";
import { walkRoundTrip } from "../../src/network/walk.ts";
import {
  INSTANCE_1,
  INSTANCE_2,
  labTopology,
  PRIVATE_PING,
  peeredLab,
  STRANGER,
  tcp,
} from "./lab-topology.ts";

const telnet = tcp(INSTANCE_2.private, INSTANCE_1.private, 23);
const on = (resourceId: string, trafficType: FlowLogScope["trafficType"] = "ALL"): FlowLogScope => ({
  id: `fl-${resourceId}-${trafficType}`,
  resourceId,
  trafficType,
});

/** "eni-1 request ACCEPT out" for each record that some flow log keeps. */
function kept(topology: Topology, packet: Packet, ...flowLogs: readonly FlowLogScope[]): string[] {
  return forecastRecords(topology, walkRoundTrip(topology, packet), flowLogs).flatMap(
    ({ networkInterface, records }) =>
      records
        .filter(({ keptBy }) => keptBy.length > 0)
        .map(({ of, action, flow }) => `${networkInterface.id} ${of} ${action} ${flow}`),
  );
}

describe("a flow log keeps", () => {
  const ofInstance1 = ["eni-1 request ACCEPT egress", "eni-1 reply ACCEPT ingress"];

  test.each(["vpc-1", "subnet-1", "eni-1"])(
    "what instance 1 sends and gets, where it is on %s",
    (resource) => {
      expect(kept(peeredLab(), PRIVATE_PING, on(resource))).toEqual(ofInstance1);
    },
  );

  test("nothing of the other VPC, of another subnet, of another interface", () => {
    expect(kept(peeredLab(), PRIVATE_PING, on("vpc-9"), on("subnet-9"), on("eni-9"))).toEqual([]);
  });

  test("both ends, where both are logged: the request first where it is sent", () => {
    const both = [on("vpc-2"), on("vpc-1")];
    expect(kept(peeredLab(), PRIVATE_PING, ...both)).toEqual([
      ...ofInstance1,
      "eni-2 request ACCEPT ingress",
      "eni-2 reply ACCEPT egress",
    ]);
  });

  test("of what is denied and allowed only its own kind", () => {
    expect(kept(peeredLab(), telnet, on("vpc-1", "ACCEPT"))).toEqual([]);
    expect(kept(peeredLab(), telnet, on("vpc-1", "REJECT"))).toEqual(["eni-1 request REJECT ingress"]);
    expect(kept(peeredLab(), PRIVATE_PING, on("vpc-1", "REJECT"))).toEqual([]);
    expect(kept(peeredLab(), PRIVATE_PING, on("vpc-1", "ACCEPT"))).toEqual(ofInstance1);
  });

  test("the request alone of a ping that has no route", () => {
    expect(kept(labTopology(), PRIVATE_PING, on("vpc-1"), on("vpc-2"))).toEqual([
      "eni-1 request ACCEPT egress",
    ]);
  });

  test("a stranger's try by the private address that it is translated to", () => {
    const [forecast] = forecastRecords(
      labTopology(),
      walkRoundTrip(labTopology(), tcp(STRANGER, INSTANCE_1.public, 23)),
      [on("vpc-1")],
    );
    expect(forecast?.records).toMatchObject([
      { action: "REJECT", source: STRANGER, destination: INSTANCE_1.private, keptBy: ["fl-vpc-1-ALL"] },
    ]);
  });
});

test("a twin of the receiver's address in a VPC that overlaps has no part in it", () => {
  const lab = peeredLab();
  const twins = lab.networkInterfaces.map((one) => ({ ...one, id: `${one.id}-twin`, vpcId: "vpc-3" }));
  const topology = { ...lab, networkInterfaces: [...twins.slice(1), ...lab.networkInterfaces] };
  const forecast = forecastRecords(topology, walkRoundTrip(topology, PRIVATE_PING), []);
  expect(forecast.map(({ networkInterface }) => networkInterface.id)).toEqual(["eni-1", "eni-2"]);
});

test("the addressee that never sees the packet is there, without records", () => {
  const forecast = forecastRecords(labTopology(), walkRoundTrip(labTopology(), PRIVATE_PING), [on("vpc-2")]);
  expect(
    forecast.map(({ networkInterface, flowLogs, records }) => [
      networkInterface.id,
      flowLogs.length,
      records.length,
    ]),
  ).toEqual([
    ["eni-1", 0, 1],
    ["eni-2", 1, 0],
  ]);
});
