import { DeleteRouteCommand, RevokeSecurityGroupIngressCommand } from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { peering } from "../../src/steps/peering.ts";
import { walkDown, walkUp } from "../../src/steps/walk.ts";
import { embeddedLab, inventoryOf, labBeside, type Told } from "./lab-context.ts";

function pings({ findings }: Told) {
  return findings.flatMap((finding) =>
    finding.kind === "ping" ? [[finding.result.scope, finding.result.lossPercent]] : [],
  );
}

describe("peering on the embedded AWS", () => {
  it("makes the private address answer, and tears down whole", async () => {
    const { lab, told } = embeddedLab();
    await walkUp(lab, { until: "peering" });
    expect(pings(told)).toEqual([
      ["private", 100],
      ["public", 0],
      ["private", 0],
    ]);
    expect(told.warnings).toEqual([]);
    const built = await inventoryOf(lab);
    expect(built.resources).toHaveLength(19);
    expect(built.onlineInstanceIds.size).toBe(2);
    expect(peering.state(built, lab.journal, lab.spec)).toBe("done");

    const receipt = await walkDown(lab, built);
    expect(receipt.removals.filter(({ outcome }) => outcome !== "deleted")).toEqual([]);
    expect(receipt.removals).toHaveLength(19);
    expect(receipt).toMatchObject({ leftovers: [], complete: true });
    const after = await inventoryOf(lab);
    expect(after.resources).toEqual([]);
    expect(after.fading.map(({ type }) => type).sort()).toEqual([
      "instance",
      "instance",
      "vpc-peering-connection",
    ]);
    const nothingLeft = await walkDown(lab, built);
    expect(nothingLeft.removals.filter(({ outcome }) => outcome === "failed")).toEqual([]);
  });

  it("makes a route again that was deleted by hand", async () => {
    const run = embeddedLab();
    await walkUp(run.lab, { until: "peering" });
    const { routeTables } = await inventoryOf(run.lab);
    const table = routeTables.find((each) =>
      each.Routes?.some(({ DestinationCidrBlock }) => DestinationCidrBlock === "10.1.0.0/16"),
    );
    const toVpc1 = routeTables.find((each) => each.Routes?.some((route) => route.VpcPeeringConnectionId));
    expect(table).toBeDefined();
    await run.lab.aws.ec2.send(
      new DeleteRouteCommand({ RouteTableId: toVpc1?.RouteTableId, DestinationCidrBlock: "10.2.0.0/16" }),
    );
    expect(peering.state(await inventoryOf(run.lab), run.lab.journal, run.lab.spec)).toBe("partial");
    const again = labBeside(run);
    await peering.up({ ...again.lab, prepared: run.lab.prepared });
    expect(again.told.resources.filter(({ outcome }) => outcome === "made").map(({ part }) => part)).toEqual([
      "route-table-1",
    ]);
    expect(peering.state(await inventoryOf(run.lab), run.lab.journal, run.lab.spec)).toBe("done");
  });

  it("that brings no reply names what stops it", async () => {
    const { lab, told } = embeddedLab();
    await walkUp(lab, { until: "first-ping" });
    const group = (await inventoryOf(lab)).securityGroups.find(
      ({ GroupName }) => GroupName === "NextWork-2-SG",
    );
    await lab.aws.ec2.send(
      new RevokeSecurityGroupIngressCommand({
        GroupId: group?.GroupId,
        IpPermissions: [
          { IpProtocol: "icmp", FromPort: -1, ToPort: -1, IpRanges: [{ CidrIp: "0.0.0.0/0" }] },
        ],
      }),
    );
    told.findings.length = 0;
    await peering.up(lab);
    const [ping] = told.findings;
    if (ping?.kind !== "ping") throw new Error("the first finding is the ping");
    expect(ping.result.reachable).toBe(false);
    expect(ping.meaning.join(" ")).toContain("security group NextWork-2-SG, in");
  });
});
