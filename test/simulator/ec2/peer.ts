/** An active peering connection between two VPCs. */
import { AcceptVpcPeeringConnectionCommand, CreateVpcPeeringConnectionCommand } from "@aws-sdk/client-ec2";
import type { embedded } from "../embedded.ts";
import { id } from "./lab-network.ts";

type Embedded = ReturnType<typeof embedded>;

/** Requests a connection and waits until it can be accepted. */
export async function requestPeering(
  { ec2, clock }: Embedded,
  VpcId: string,
  PeerVpcId: string,
): Promise<string> {
  const create = new CreateVpcPeeringConnectionCommand({ VpcId, PeerVpcId });
  const { VpcPeeringConnection } = await ec2.send(create);
  await clock.sleep(5_000);
  return id(VpcPeeringConnection?.VpcPeeringConnectionId);
}

/** Requests and accepts a connection and waits until it is active. */
export async function peer(aws: Embedded, requesterVpcId: string, accepterVpcId: string): Promise<string> {
  const VpcPeeringConnectionId = await requestPeering(aws, requesterVpcId, accepterVpcId);
  await aws.ec2.send(new AcceptVpcPeeringConnectionCommand({ VpcPeeringConnectionId }));
  await aws.clock.sleep(10_000);
  return VpcPeeringConnectionId;
}
