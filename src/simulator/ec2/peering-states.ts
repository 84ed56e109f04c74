/** What the states of a peering connection mean to other resources. */
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
