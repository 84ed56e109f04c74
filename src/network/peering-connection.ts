/** VPC peering connections: they pass only while active, and only what is for the other VPC itself. */
import { contains } from "./cidr.ts";
import type { ExplanationCode, Hop } from "./hop.ts";
import type { TopologyIndex } from "./topology-index.ts";

export interface PeeringCrossing {
  readonly hop: Hop;
  /** The VPC on the other side; undefined where the connection drops the packet. */
  readonly vpcId?: string | undefined;
}

/** A packet from a VPC at the peering connection that its route table named. */
export function crossPeering(
  network: TopologyIndex,
  peeringId: string,
  fromVpcId: string,
  destination: string,
): PeeringCrossing {
  const peering = network.peeringConnection(peeringId);
  const about = { kind: "peering-connection", component: peeringId, name: peering?.name } as const;
  const drop = (reason: string, code: ExplanationCode): PeeringCrossing => ({
    hop: { ...about, verdict: "dropped", reason, code },
  });
  if (peering?.status !== "active") {
    return drop(`its status is ${peering?.status ?? "unknown"}, not active`, "BAD_STATE");
  }
  const { requesterVpcId, accepterVpcId } = peering;
  if (fromVpcId !== requesterVpcId && fromVpcId !== accepterVpcId) {
    return drop(`it does not join ${fromVpcId}`, "BAD_STATE_ATTACHMENT");
  }
  const other = network.vpc(fromVpcId === requesterVpcId ? accepterVpcId : requesterVpcId);
  if (other === undefined) {
    return drop("the VPC on its other side is not in view", "UNKNOWN_DESTINATION");
  }
  const name = other.name ?? other.id;
  if (!other.cidrs.some((cidr) => contains(cidr, destination))) {
    return drop(
      `${destination} is not in ${name} (${other.cidrs.join(", ")}), and peering goes no further`,
      "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR",
    );
  }
  return { hop: { ...about, verdict: "forwarded", reason: `to ${name}` }, vpcId: other.id };
}
