import { DescribeInstancesCommand, DescribeSubnetsCommand } from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { connect } from "../../src/aws/clients.ts";
import { readInventory } from "../../src/aws/inventory.ts";
import { VirtualClock } from "../../src/simulator/clock.ts";
import { type FaultRule, FaultyAws } from "../../src/simulator/faults.ts";
import { createEmbeddedAws } from "../../src/simulator/index.ts";
import { inProcessHandler } from "../../src/simulator/request-handler.ts";
import { MemoryStorage } from "../../src/simulator/storage.ts";
import { walkDown, walkUp } from "../../src/steps/walk.ts";
import { labOnAws, type TestLab } from "./lab-context.ts";

/** A lab on an embedded AWS that refuses some calls of RunInstances, counted from 1, for want of machines. */
function labWithoutRoom(calls: FaultRule["calls"], code = "InsufficientInstanceCapacity"): TestLab {
  const clock = new VirtualClock();
  const embedded = createEmbeddedAws({ storage: new MemoryStorage(), clock, seed: 1 });
  const rule = { operation: "ec2:RunInstances", calls, fault: "error", code, status: 400 } as const;
  const aws = connect({
    region: "us-east-1",
    signal: new AbortController().signal,
    embedded: {
      clock,
      requestHandler: inProcessHandler(new FaultyAws(embedded, [rule])),
      credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "not-a-secret" },
    },
  });
  return labOnAws(aws);
}

const zonesOf = async ({ lab }: TestLab) => {
  const { Subnets = [] } = await lab.aws.ec2.send(
    new DescribeSubnetsCommand({ Filters: [{ Name: "tag:vpclab:lab", Values: ["nextwork"] }] }),
  );
  return Subnets.map(({ AvailabilityZone }) => AvailabilityZone).sort();
};

describe("where a zone has no machine to spare", () => {
  it.each(["InsufficientInstanceCapacity", "Unsupported"])(
    "(%s) both subnets are made anew in the next zone, and the lab goes through",
    async (code) => {
      const test = labWithoutRoom([1, 2], code);
      await walkUp(test.lab, { until: "peering" });
      expect(await zonesOf(test)).toEqual(["us-east-1b", "us-east-1b"]);
      expect(test.told.warnings.join(" ")).toMatch(/us-east-1a has no t2\.micro.*us-east-1b/);
      const pings = test.told.findings.filter(({ kind }) => kind === "ping");
      expect(pings.length).toBeGreaterThan(0);
      const { account = "" } = test.lab.prepared;
      const receipt = await walkDown(test.lab, await readInventory(test.lab.aws, test.lab.spec, { account }));
      expect(receipt.complete).toBe(true);
    },
  );

  it("of one instance alone, the other stays where it is", async () => {
    const test = labWithoutRoom([1]);
    await walkUp(test.lab, { until: "instances" });
    expect(await zonesOf(test)).toEqual(["us-east-1a", "us-east-1b"]);
    // A later run finds all of it, and makes nothing.
    const again = labOnAws(test.lab.aws);
    await walkUp(again.lab, { until: "instances" });
    expect(again.told.resources.map(({ outcome }) => outcome)).not.toContain("made");
  });

  it("goes on from zone to zone, and says so at the end where none has room", async () => {
    const test = labWithoutRoom(undefined);
    await expect(walkUp(test.lab, { until: "instances" })).rejects.toMatchObject({
      code: "InsufficientInstanceCapacity",
      next: expect.arrayContaining([expect.stringContaining("--instance-type")]),
    });
    const { Reservations } = await test.lab.aws.ec2.send(new DescribeInstancesCommand({}));
    expect(Reservations).toEqual([]);
    expect(await zonesOf(test)).toHaveLength(2);
    expect(test.told.warnings.filter((text) => text.includes("VPC 1's subnet"))).toHaveLength(5);
  });
});
