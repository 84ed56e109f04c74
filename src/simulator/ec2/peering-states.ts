/** What a peering connection means to other resources: whether it still lives, and whom it joins. */
import type { PeeringConnectionState } from "./state.ts";

const LIVE: ReadonlySet<PeeringConnectionState["status"]> = new Set([
  "initiating-request",
  "pending-acceptance",
  "provisioning",
  "active",
]);

/** Whether it is on its way to active or there; all others only fade. */
export function isLive(peering: PeeringConnectionState): boolean {
  return LIVE.has(peering.status);
}

/** Whether a VPC is on one of its two sides. */
export function joins({ requesterVpcId, accepterVpcId }: PeeringConnectionState, vpcId: string): boolean {
  return requesterVpcId === vpcId || accepterVpcId === vpcId;
}
