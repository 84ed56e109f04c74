import { expect, test } from "vitest";
import { walkRoundTrip } from "../../src/network/walk.ts";
import { echoRequest, INSTANCE_1, INSTANCE_2, labTopology, peeredLab } from "./lab-topology.ts";

test("stops the private ping of the unpeered lab at the internet gateway", () => {
  const { there } = walkRoundTrip(labTopology(), echoRequest(INSTANCE_1.private, INSTANCE_2.private));
  expect(there.hops.map((hop) => hop.reason)).toEqual([
    "all traffic",
    "rule 100",
    "best match 0.0.0.0/0; nothing for 10.2.0.0/16",
    "10.2.9.80 is a private address",
  ]);
});

test("answers the private ping of the peered lab", () => {
  const trip = walkRoundTrip(peeredLab(), echoRequest(INSTANCE_1.private, INSTANCE_2.private));
  expect(trip.reachable).toBe(true);
});
