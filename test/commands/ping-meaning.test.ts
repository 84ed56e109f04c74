import { describe, expect, it } from "vitest";
import type { Inventory } from "../../src/aws/inventory.ts";
import { pingMeaning } from "../../src/commands/ping-meaning.ts";
import type { PingSummary } from "../../src/lab/narrator.ts";
import { DEFAULT_OPTIONS, labSpec } from "../../src/lab/spec.ts";

const SPEC = labSpec({ ...DEFAULT_OPTIONS, region: "us-east-1", hours: undefined, leastPrivilege: false });

function meaning(ping: Partial<PingSummary>, ...peerings: string[]) {
  const summary: PingSummary = {
    from: "instance-1",
    to: ping.address ?? "",
    address: "8.8.8.8",
    scope: "other",
    sent: 5,
    received: ping.reachable ? 5 : 0,
    lossPercent: ping.reachable ? 0 : 100,
    rttMs: null,
    reachable: false,
    ...ping,
  };
  const peeringConnections = peerings.map((Code) => ({ Status: { Code } }));
  const inventory = { peeringConnections, routeTables: [] } as Partial<Inventory> as Inventory;
  return pingMeaning(summary, inventory, SPEC);
}

describe("what a ping means", () => {
  it.each<[Partial<PingSummary>, RegExp]>([
    [{ address: "127.0.0.1", reachable: true }, /pinged itself/],
    [{ address: "10.1.0.9", to: "instance-1", scope: "private", reachable: true }, /pinged itself/],
    [{ address: "10.2.9.9" }, /no instance has it/],
    [{ address: "192.168.1.1" }, /private address outside the lab.*drops it/],
    [{ address: "8.8.8.8", reachable: true }, /way out.*both open/],
    [{ address: "8.8.8.8" }, /proves nothing/],
    [{ address: "10.2.0.9", to: "instance-2", scope: "private" }, /not peered/],
    [{ address: "3.8.9.9", to: "instance-2", scope: "public", reachable: true }, /both internet gateways/],
    [{ address: "10.9.9.9", from: "instance-2", reachable: true }, /network that VPC 2 is connected to/],
    // From the learner's own machine no packet passes a gateway of the sender's, and what is private is the learner's.
    [
      { from: "local", address: "3.8.9.9", to: "instance-2", scope: "public", reachable: true },
      /its VPC's internet gateway\.$/,
    ],
    [{ from: "local", address: "192.168.1.1", reachable: true }, /your own network has it/],
    [{ from: "local", address: "192.168.1.1" }, /not routed on the internet/],
    [{ from: "local", address: "10.2.9.9" }, /not routed on the internet/],
    [{ from: "local", address: "8.8.8.8", reachable: true }, /Of the lab that says nothing/],
    [{ from: "local", address: "8.8.8.8" }, /proves nothing/],
    [{ address: "10.2.0.9", to: "instance-2", scope: "private", reachable: true }, /private way works/],
  ])("%o", (ping, words) => {
    expect(meaning(ping).sentence).toMatch(words);
  });

  it("goes on from the same instance", () => {
    const back = { address: "3.8.9.9", to: "instance-1", scope: "public", reachable: true } as const;
    expect(meaning({ ...back, from: "instance-2" }).next).toBe("vpclab ping private --from instance-2");
    expect(meaning({ ...back, from: "local" }).next).toBe("vpclab ping private");
  });

  const silent = { address: "10.2.0.9", to: "instance-2", scope: "private" } as const;

  it("leads to the peering where none is active, and says what state it is in", () => {
    expect(meaning(silent).next).toBe("vpclab up --until peering");
    expect(meaning(silent, "pending-acceptance")).toMatchObject({
      sentence: expect.stringContaining("is pending-acceptance, not active"),
      next: "vpclab up --until peering",
    });
  });

  it("leaves the cause to `vpclab why` where the peering is active", () => {
    expect(meaning(silent, "active").next).toMatch(/^vpclab why private {2}/);
    expect(meaning(silent, "deleted", "active").next).toMatch(/^vpclab why private/);
    const back = { address: "10.1.0.9", from: "instance-2", to: "instance-1", scope: "private" } as const;
    expect(meaning(back, "active").next).toMatch(/^vpclab why private --from instance-2 /);
  });
});
