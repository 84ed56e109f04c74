import { describe, expect, it } from "vitest";
import type { Inventory } from "../../src/aws/inventory.ts";
import { pingMeaning } from "../../src/commands/ping-meaning.ts";
import type { PingSummary } from "../../src/lab/narrator.ts";
import { DEFAULT_OPTIONS, labSpec } from "../../src/lab/spec.ts";

const SPEC = labSpec({ ...DEFAULT_OPTIONS, region: "us-east-1", hours: undefined, leastPrivilege: false });

function sentence(ping: Partial<PingSummary>): string {
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
  const inventory = { peeringConnections: [], routeTables: [] } as Partial<Inventory> as Inventory;
  return pingMeaning(summary, inventory, SPEC).sentence;
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
    [{ address: "10.2.0.9", to: "instance-2", scope: "private", reachable: true }, /private way works/],
  ])("%o", (ping, meaning) => {
    expect(sentence(ping)).toMatch(meaning);
  });
});
