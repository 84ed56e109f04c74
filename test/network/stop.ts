import { expect } from "vitest";
import type { Topology } from "../../src/network/topology.ts";
import { type Packet, walkRoundTrip } from "../../src/network/walk.ts";

/** Where a request or its reply stops, and why. */
export interface Stop {
  readonly way: "there" | "back";
  /** The component of the last hop. */
  readonly at: string;
  readonly reason: string;
  readonly code: string;
}

/** A name, a topology, a request, and where it or its reply is to stop. */
export type StopCase = readonly [string, Topology, Packet, Stop];

export function expectStop(topology: Topology, packet: Packet, stop: Stop): void {
  const trip = walkRoundTrip(topology, packet);
  expect(trip.reachable).toBe(false);
  expect(trip.there.delivered).toBe(stop.way === "back");
  const stopped = stop.way === "there" ? trip.there : trip.back;
  const { component: at, reason, code } = stopped?.hops.at(-1) ?? {};
  expect({ way: stop.way, at, reason, code }).toEqual(stop);
  expect(stopped?.deliveredTo).toBeUndefined();
}
