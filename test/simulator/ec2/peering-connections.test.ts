import {
  AcceptVpcPeeringConnectionCommand,
  CreateRouteCommand,
  CreateVpcPeeringConnectionCommand,
  DeleteVpcCommand,
  DeleteVpcPeeringConnectionCommand,
  DescribeRouteTablesCommand,
  DescribeVpcPeeringConnectionsCommand,
  type EC2Client,
  ModifyVpcPeeringConnectionOptionsCommand,
  RejectVpcPeeringConnectionCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { embedded } from "../embedded.ts";
import { createSide, createVpc, id, peer, requestPeering } from "../lab-network.ts";
import { refusal } from "../refusal.ts";

const HOUR = 3_600_000;

async function statusOf(ec2: EC2Client, VpcPeeringConnectionId: string): Promise<string | undefined> {
  const describe = new DescribeVpcPeeringConnectionsCommand({
    VpcPeeringConnectionIds: [VpcPeeringConnectionId],
  });
  return (await ec2.send(describe)).VpcPeeringConnections?.[0]?.Status?.Code;
}

async function twoVpcs(ec2: EC2Client, second = "10.2.0.0/16"): Promise<[string, string]> {
  return [await createVpc(ec2), await createVpc(ec2, second)];
}

describe("a peering connection", () => {
  it("is requested, accepted and, three to seven seconds later, active", async () => {
    const { ec2, clock } = embedded();
    const [VpcId, PeerVpcId] = await twoVpcs(ec2);
    const create = new CreateVpcPeeringConnectionCommand({
      VpcId,
      PeerVpcId,
      TagSpecifications: [
        { ResourceType: "vpc-peering-connection", Tags: [{ Key: "Name", Value: "VPC 1 <> VPC 2" }] },
      ],
    });
    const { VpcPeeringConnection: requested } = await ec2.send(create);
    expect(requested).toMatchObject({
      RequesterVpcInfo: { VpcId, CidrBlock: "10.1.0.0/16", Region: "us-east-1" },
      AccepterVpcInfo: { VpcId: PeerVpcId },
      Status: { Code: "initiating-request" },
      Tags: [{ Key: "Name", Value: "VPC 1 <> VPC 2" }],
    });
    expect(requested?.AccepterVpcInfo).not.toHaveProperty("CidrBlock");
    const VpcPeeringConnectionId = id(requested?.VpcPeeringConnectionId);
    const accept = () => ec2.send(new AcceptVpcPeeringConnectionCommand({ VpcPeeringConnectionId }));
    expect((await refusal(accept())).code).toBe("InvalidStateTransition");
    await clock.sleep(5_000);
    expect(await statusOf(ec2, VpcPeeringConnectionId)).toBe("pending-acceptance");
    expect((await accept()).VpcPeeringConnection).toMatchObject({
      AccepterVpcInfo: { CidrBlock: "10.2.0.0/16", CidrBlockSet: [{ CidrBlock: "10.2.0.0/16" }] },
      Status: { Code: "provisioning" },
    });
    await clock.sleep(2_900);
    expect(await statusOf(ec2, VpcPeeringConnectionId)).toBe("provisioning");
    await clock.sleep(4_200);
    expect(await statusOf(ec2, VpcPeeringConnectionId)).toBe("active");
    expect((await refusal(accept())).code).toBe("InvalidStateTransition");
  });

  it("is the same one for the same request, another one for the other way round, which cannot be accepted", async () => {
    const aws = embedded();
    const [one, other] = await twoVpcs(aws.ec2);
    const first = await peer(aws, one, other);
    expect(await requestPeering(aws, one, other)).toBe(first);
    const reverse = await requestPeering(aws, other, one);
    expect(reverse).not.toBe(first);
    const accept = new AcceptVpcPeeringConnectionCommand({ VpcPeeringConnectionId: reverse });
    expect((await refusal(aws.ec2.send(accept))).code).toBe("VpcPeeringConnectionAlreadyExists");
  });

  it("fails with overlapping blocks, cannot be deleted then, and fades", async () => {
    const aws = embedded();
    const [one, other] = await twoVpcs(aws.ec2, "10.1.128.0/17");
    const failed = await requestPeering(aws, one, other);
    expect(await statusOf(aws.ec2, failed)).toBe("failed");
    const deletion = new DeleteVpcPeeringConnectionCommand({ VpcPeeringConnectionId: failed });
    expect(await refusal(aws.ec2.send(deletion))).toEqual({
      code: "InvalidStateTransition",
      message: `Invalid state transition for ${failed}, attempted to transition from failed to deleting`,
    });
    await aws.clock.sleep(3 * HOUR);
    expect((await refusal(statusOf(aws.ec2, failed))).code).toBe("InvalidVpcPeeringConnectionID.NotFound");
    // A failed one holds nothing.
    await aws.ec2.send(new DeleteVpcCommand({ VpcId: other }));
  });

  it("is rejected or expires, and does not come back", async () => {
    const aws = embedded();
    const [one, other] = await twoVpcs(aws.ec2);
    const rejected = await requestPeering(aws, one, other);
    const reject = new RejectVpcPeeringConnectionCommand({ VpcPeeringConnectionId: rejected });
    expect((await aws.ec2.send(reject)).Return).toBe(true);
    expect(await statusOf(aws.ec2, rejected)).toBe("rejected");
    expect((await refusal(aws.ec2.send(reject))).code).toBe("InvalidStateTransition");
    const expired = await requestPeering(aws, one, other);
    expect(expired).not.toBe(rejected);
    await aws.clock.sleep(7 * 24 * HOUR);
    expect(await statusOf(aws.ec2, expired)).toBe("expired");
  });

  it("stays visible for about two hours once it is deleted, and its routes turn into blackholes", async () => {
    const aws = embedded();
    const { ec2 } = aws;
    const side = await createSide(ec2, 1);
    const VpcPeeringConnectionId = await requestPeering(aws, side.vpcId, await createVpc(ec2, "10.2.0.0/16"));
    const RouteTableIds = [side.routeTableId];
    const route = { RouteTableId: side.routeTableId, DestinationCidrBlock: "10.2.0.0/16" };
    await ec2.send(new CreateRouteCommand({ ...route, VpcPeeringConnectionId }));
    const state = async () =>
      (await ec2.send(new DescribeRouteTablesCommand({ RouteTableIds }))).RouteTables?.[0]?.Routes?.at(-1)
        ?.State;
    expect(await state()).toBe("blackhole");
    await ec2.send(new AcceptVpcPeeringConnectionCommand({ VpcPeeringConnectionId }));
    await aws.clock.sleep(10_000);
    expect(await state()).toBe("active");
    const refused = await refusal(ec2.send(new DeleteVpcCommand({ VpcId: side.vpcId })));
    expect(refused.code).toBe("DependencyViolation");
    await ec2.send(new DeleteVpcPeeringConnectionCommand({ VpcPeeringConnectionId }));
    expect(await statusOf(ec2, VpcPeeringConnectionId)).toBe("deleting");
    await aws.clock.sleep(5_000);
    expect(await statusOf(ec2, VpcPeeringConnectionId)).toBe("deleted");
    expect(await state()).toBe("blackhole");
    const again = new CreateRouteCommand({
      ...route,
      DestinationCidrBlock: "10.3.0.0/16",
      VpcPeeringConnectionId,
    });
    expect((await refusal(ec2.send(again))).code).toBe("InvalidVpcPeeringConnectionID.NotFound");
    await aws.clock.sleep(1.9 * HOUR);
    expect(await statusOf(ec2, VpcPeeringConnectionId)).toBe("deleted");
    await aws.clock.sleep(0.2 * HOUR);
    expect(await refusal(statusOf(ec2, VpcPeeringConnectionId))).toEqual({
      code: "InvalidVpcPeeringConnectionID.NotFound",
      message: `The vpcPeeringConnection ID '${VpcPeeringConnectionId}' does not exist`,
    });
  });

  it("holds both VPCs while it lives", async () => {
    const aws = embedded();
    const [one, other] = await twoVpcs(aws.ec2);
    const VpcPeeringConnectionId = await peer(aws, one, other);
    for (const VpcId of [one, other])
      expect((await refusal(aws.ec2.send(new DeleteVpcCommand({ VpcId })))).code).toBe("DependencyViolation");
    await aws.ec2.send(new DeleteVpcPeeringConnectionCommand({ VpcPeeringConnectionId }));
    for (const VpcId of [one, other]) await aws.ec2.send(new DeleteVpcCommand({ VpcId }));
  });

  it("stays deleted if it was deleted on its way to active", async () => {
    const aws = embedded();
    const VpcPeeringConnectionId = await requestPeering(aws, ...(await twoVpcs(aws.ec2)));
    await aws.ec2.send(new AcceptVpcPeeringConnectionCommand({ VpcPeeringConnectionId }));
    await aws.ec2.send(new DeleteVpcPeeringConnectionCommand({ VpcPeeringConnectionId }));
    await aws.clock.sleep(10_000);
    expect(await statusOf(aws.ec2, VpcPeeringConnectionId)).toBe("deleted");
  });

  it("takes options only while it is active", async () => {
    const aws = embedded();
    const [one, other] = await twoVpcs(aws.ec2);
    const VpcPeeringConnectionId = await requestPeering(aws, one, other);
    const RequesterPeeringConnectionOptions = { AllowDnsResolutionFromRemoteVpc: true };
    const modify = () =>
      aws.ec2.send(
        new ModifyVpcPeeringConnectionOptionsCommand({
          VpcPeeringConnectionId,
          RequesterPeeringConnectionOptions,
        }),
      );
    expect((await refusal(modify())).code).toBe("OperationNotPermitted");
    await peer(aws, one, other);
    expect(await modify()).toMatchObject({ RequesterPeeringConnectionOptions });
    const { VpcPeeringConnections } = await aws.ec2.send(new DescribeVpcPeeringConnectionsCommand({}));
    expect(VpcPeeringConnections).toMatchObject([
      { RequesterVpcInfo: { PeeringOptions: { AllowDnsResolutionFromRemoteVpc: true } } },
    ]);
  });

  it("is refused to other accounts and Regions by name, and to VPCs that do not exist", async () => {
    const { ec2 } = embedded();
    const [VpcId, PeerVpcId] = await twoVpcs(ec2);
    const create = (more: object) =>
      refusal(ec2.send(new CreateVpcPeeringConnectionCommand({ VpcId, PeerVpcId, ...more })));
    expect((await create({ PeerOwnerId: "000000000000" })).code).toBe("UnsupportedOperation");
    expect((await create({ PeerRegion: "eu-west-1" })).code).toBe("UnsupportedOperation");
    expect((await create({ PeerVpcId: "vpc-00000000000000000" })).code).toBe("InvalidVpcID.NotFound");
    expect((await create({ PeerVpcId: undefined })).code).toBe("MissingParameter");
  });
});
