/** A lab whose instances leave their volumes behind: a teardown ends with none, whatever befalls it. */
import { DescribeInstancesCommand, ModifyInstanceAttributeCommand } from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import type { Call } from "./calls.ts";
import { FAULT_KINDS } from "./faults.ts";
import { casesOf, cleanJourney, expectTeardown, faultyTeardown, recorded } from "./matrix.ts";
import { clientsOf, openWorld, teardown } from "./world.ts";

const clean = await cleanJourney();
const kept = await withVolumesKept(clean.built);
const downCalls = await recorded((onCall) => teardown(openWorld(kept), { onCall }));
const deletions = downCalls.filter((call) => call.startsWith("DeleteVolume "));

/** The same world, but that DeleteOnTermination is off. */
async function withVolumesKept(built: string): Promise<string> {
  const world = openWorld(built);
  const { ec2 } = clientsOf(world);
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
  for (const { InstanceId } of Reservations.flatMap(({ Instances = [] }) => Instances))
    await ec2.send(
      new ModifyInstanceAttributeCommand({
        InstanceId,
        BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { DeleteOnTermination: false } }],
      }),
    );
  return world.text();
}

describe("volumes that outlive their instances", () => {
  it("are deleted with the lab, beside the calls of an ordinary teardown", () => {
    expect(deletions).toEqual(["DeleteVolume 1", "DeleteVolume 2"]);
    const ordinary = downCalls.filter((call) => !deletions.includes(call));
    expect(ordinary.sort()).toEqual([...clean.downCalls].sort());
  });

  it.each(casesOf(deletions, FAULT_KINDS))(
    "are gone at the latest after the next: $call · $kind",
    async (fault) => {
      const world = openWorld(kept);
      await faultyTeardown(world, clean, fault);
      await expectTeardown(world, clean);
    },
  );
});

it("are looked for in the round of reads that there is anyway", async () => {
  const world = openWorld(clean.built);
  const { clock } = world.aws.world;
  const calls: { call: Call; at: number }[] = [];
  const onCall = (call: Call) => void calls.push({ call, at: clock.now() });
  await teardown(world, { onCall, latency: () => 100 });
  const moments = (operation: string) =>
    calls.filter(({ call }) => call.operation === operation).map(({ at }) => at);
  expect(moments("DescribeVolumes")).not.toEqual([]);
  // Of a teardown's calls, this one only the inventory makes.
  expect(moments("DescribeVolumes")).toEqual(moments("DescribeInstanceInformation"));
});
