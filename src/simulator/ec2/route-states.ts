/** Whether a route leads anywhere: worked out from its target at the moment somebody asks. */
import type { Ec2State, RouteState } from "./state.ts";

/**
 * "blackhole" where the target is gone, detached, not active yet or not running: packets that match are dropped.
 * @param vpcId the VPC of the route's table
 */
export function routeStateOf(ec2: Ec2State, vpcId: string, route: RouteState): "active" | "blackhole" {
  return leadsSomewhere(ec2, vpcId, route) ? "active" : "blackhole";
}

function leadsSomewhere(ec2: Ec2State, vpcId: string, route: RouteState): boolean {
  if (route.gatewayId !== undefined) return ec2.internetGateways[route.gatewayId]?.vpcId === vpcId;
  if (route.vpcPeeringConnectionId !== undefined)
    return ec2.peeringConnections[route.vpcPeeringConnectionId]?.status === "active";
  const { instanceId } = ec2.networkInterfaces[route.networkInterfaceId ?? ""]?.attachment ?? {};
  return ec2.instances[instanceId ?? ""]?.state === "running";
}

/** The id that a route points to. */
export function targetOf(route: RouteState): string {
  const target = route.gatewayId ?? route.vpcPeeringConnectionId ?? route.networkInterfaceId;
  if (target === undefined) throw new Error(`the route to ${route.destinationCidr} has no target`);
  return target;
}
