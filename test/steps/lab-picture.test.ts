import { describe, expect, it } from "vitest";
import type { LabNetwork } from "../../src/aws/topology.ts";
import { labPicture } from "../../src/steps/lab-picture.ts";
import { INSTANCE_1, type LabTopologyOptions, labTopology } from "../network/lab-topology.ts";

const pictureOf = (options: LabTopologyOptions, rest: Partial<LabNetwork> = {}) =>
  labPicture({ topology: labTopology(options), instances: [], flowLogs: [], ...rest });

describe("the lab's picture", () => {
  it("gives each subnet the table that it follows: its own, or the main one by default", () => {
    const [one, two] = pictureOf({ unassociatedSubnets: [2] }).vpcs.map(
      ({ subnets }) => subnets[0]?.routeTable,
    );
    expect(one).toMatchObject({ name: "NextWork-1-rtb-public", isMainByDefault: false });
    expect(two).toMatchObject({ name: "rtb-main-2", isMainByDefault: true });
  });

  it("names targets, and marks blackholes", () => {
    const { vpcs, detachedGateways } = pictureOf({
      peering: "pending-acceptance",
      peeringRoutes: [1],
      detachedGateways: [1],
    });
    expect(vpcs[0]?.subnets[0]?.routeTable?.routes).toEqual([
      { destination: "10.1.0.0/16", target: "local", isBlackhole: false },
      { destination: "0.0.0.0/0", target: "NextWork-1-igw", isBlackhole: true },
      { destination: "10.2.0.0/16", target: "VPC 1 <> VPC 2", isBlackhole: true },
    ]);
    expect(vpcs.map(({ gateway }) => gateway?.name)).toEqual([undefined, "NextWork-2-igw"]);
    expect(detachedGateways.map(({ id }) => id)).toEqual(["igw-1"]);
  });

  it.each([
    ["active", 1],
    ["pending-acceptance", 1],
    ["provisioning", 1],
    ["deleted", 0],
    ["rejected", 0],
    ["failed", 0],
    ["expired", 0],
  ])("has a peering connection that is %s %s times", (peering, times) => {
    expect(pictureOf({ peering }).peeringConnections).toHaveLength(times);
  });

  it("has instances as they are, but for those that are gone", () => {
    const instances = [
      { InstanceId: "i-1", SubnetId: "subnet-1", State: { Name: "running" as const } },
      { InstanceId: "i-0", SubnetId: "subnet-1", State: { Name: "terminated" as const } },
    ];
    expect(pictureOf({}, { instances }).vpcs[0]?.subnets[0]?.instances).toEqual([
      {
        id: "i-1",
        name: "i-1",
        state: "running",
        privateAddress: INSTANCE_1.private,
        publicAddress: INSTANCE_1.public,
      },
    ]);
  });

  it("shows a flow log with what it is on, and none of elsewhere", () => {
    const flowLogs = [
      { id: "fl-1", resourceId: "vpc-1", trafficType: "ALL", destination: "group" } as const,
      { id: "fl-2", resourceId: "eni-2", trafficType: "REJECT", failure: "Access error" } as const,
      { id: "fl-9", resourceId: "vpc-9", trafficType: "ALL" } as const,
    ];
    expect(pictureOf({}, { flowLogs }).vpcs.map((vpc) => vpc.flowLogs)).toEqual([
      [{ id: "fl-1", of: "NextWork-1-vpc", trafficType: "ALL", destination: "group", failure: null }],
      [{ id: "fl-2", of: "eni-2", trafficType: "REJECT", destination: "", failure: "Access error" }],
    ]);
  });
});
