import {
  AuthorizeSecurityGroupIngressCommand,
  CreateRouteCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  StopInstancesCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import type { Topology } from "../../../src/network/topology.ts";
import { walkRoundTrip } from "../../../src/network/walk.ts";
import { topologyOf } from "../../../src/simulator/ec2/topology.ts";
import { embedded } from "../embedded.ts";
import { createSide, id, peer } from "../lab-network.ts";
import { launch } from "./lab-instance.ts";

async function lab() {
  const aws = embedded();
  const { ec2 } = aws;
  const sides = [await createSide(ec2, 1), await createSide(ec2, 2)] as const;
  const instances = [];
  for (const side of sides) {
    const create = { VpcId: side.vpcId, GroupName: "lab", Description: "lab" };
    const GroupId = id((await ec2.send(new CreateSecurityGroupCommand(create))).GroupId);
    const ping = { GroupId, IpProtocol: "icmp", FromPort: -1, ToPort: -1, CidrIp: "0.0.0.0/0" };
    await ec2.send(new AuthorizeSecurityGroupIngressCommand(ping));
    const options = { publicAddress: true, securityGroupIds: [GroupId] };
    instances.push(await launch(aws, side.subnetId, options));
  }
  const [one, two] = instances;
  if (!one || !two) throw new Error("two instances were launched");
  const topology = (): Promise<Topology> => aws.world.look("us-east-1", topologyOf);
  const reaches = async (destination = "") => {
    const packet = {
      protocol: 1,
      source: one.privateAddress,
      destination,
      sourcePort: 0,
      destinationPort: 0,
    };
    return walkRoundTrip(await topology(), { ...packet, icmp: { type: 8, code: 0 } }).reachable;
  };
  return { aws, sides, one, two, topology, reaches };
}

describe("the topology of the lab's network", () => {
  it("has the parts as they were made, beside the default VPC's", async () => {
    const { aws, sides, one, topology } = await lab();
    const [side] = sides;
    const Tags = [{ Key: "Name", Value: "NextWork-1-vpc" }];
    await aws.ec2.send(new CreateTagsCommand({ Resources: [side.vpcId], Tags }));
    const seen = await topology();
    expect(seen.vpcs).toHaveLength(3);
    expect(seen.vpcs).toContainEqual({ id: side.vpcId, name: "NextWork-1-vpc", cidrs: ["10.1.0.0/16"] });
    expect(seen.routeTables.find(({ id: tableId }) => tableId === side.routeTableId)).toMatchObject({
      isMain: false,
      subnetIds: [side.subnetId],
      routes: [
        { destination: "10.1.0.0/16", target: "local", state: "active" },
        { destination: "0.0.0.0/0", target: side.gatewayId, state: "active" },
      ],
    });
    const acl = seen.networkAcls.find(({ subnetIds }) => subnetIds.includes(side.subnetId));
    expect(
      acl?.entries.map(({ ruleNumber, egress, action }) => `${ruleNumber} ${egress} ${action}`).sort(),
    ).toEqual(["100 false allow", "100 true allow", "32767 false deny", "32767 true deny"]);
    const group = seen.securityGroups.find(({ name, vpcId }) => name === "lab" && vpcId === side.vpcId);
    expect(group?.rules).toMatchObject([
      { egress: true, protocol: -1, ports: undefined, icmp: undefined, peer: { cidr: "0.0.0.0/0" } },
      { egress: false, protocol: 1, icmp: { type: -1, code: -1 }, peer: { cidr: "0.0.0.0/0" } },
    ]);
    expect(seen.networkInterfaces.find(({ instanceId }) => instanceId === one.instanceId)).toMatchObject({
      privateAddress: one.privateAddress,
      publicAddress: one.publicAddress,
      securityGroupIds: [group?.id],
      isUp: true,
    });
  });

  it("carries the lab's three pings: private fails, public answers, private answers once it is peered", async () => {
    const { aws, sides, two, reaches } = await lab();
    expect(await reaches(two.privateAddress)).toBe(false);
    expect(await reaches(two.publicAddress)).toBe(true);
    const VpcPeeringConnectionId = await peer(aws, sides[0].vpcId, sides[1].vpcId);
    for (const [index, DestinationCidrBlock] of ["10.2.0.0/16", "10.1.0.0/16"].entries()) {
      expect(await reaches(two.privateAddress)).toBe(false);
      const RouteTableId = sides[index]?.routeTableId;
      const route = { RouteTableId, DestinationCidrBlock, VpcPeeringConnectionId };
      await aws.ec2.send(new CreateRouteCommand(route));
    }
    expect(await reaches(two.privateAddress)).toBe(true);
    await aws.ec2.send(new StopInstancesCommand({ InstanceIds: [two.instanceId] }));
    await aws.clock.sleep(60_000);
    expect(await reaches(two.privateAddress)).toBe(false);
  });
});
