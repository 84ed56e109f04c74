/** The lab's picture, from what AWS says; as far as it stands. */
import type { Instance } from "@aws-sdk/client-ec2";
import { isGone } from "../aws/instance.ts";
import type { LabNetwork } from "../aws/topology.ts";
import { byText } from "../lab/order.ts";
import type { LabPicture, Pictured, PicturedRouteTable, PicturedVpc } from "../lab/picture.ts";
import type { Named, Subnet, Topology, Vpc } from "../network/topology.ts";

/** Statuses of a peering connection that is, or will be, of some use. */
const STANDING: ReadonlySet<string> = new Set([
  "initiating-request",
  "pending-acceptance",
  "provisioning",
  "active",
]);

/** @returns VPCs with what is in them, peering connections, and gateways attached to none; each kind by name */
export function labPicture({ topology, instances, flowLogs }: LabNetwork): LabPicture {
  const { vpcs, internetGateways, peeringConnections } = topology;
  return {
    vpcs: byName(vpcs).map((vpc) => pictureVpc(vpc, topology, instances, flowLogs)),
    peeringConnections: byName(peeringConnections)
      .filter(({ status }) => STANDING.has(status))
      .map((one) => ({
        ...pictured(one),
        status: one.status,
        requesterVpcId: one.requesterVpcId,
        accepterVpcId: one.accepterVpcId,
      })),
    detachedGateways: byName(internetGateways.filter(({ vpcId }) => vpcId === undefined)).map(pictured),
  };
}

function pictureVpc(
  vpc: Vpc,
  topology: Topology,
  instances: readonly Instance[],
  flowLogs: LabNetwork["flowLogs"],
): PicturedVpc {
  const gateway = topology.internetGateways.find(({ vpcId }) => vpcId === vpc.id);
  const subnets = byName(topology.subnets.filter(({ vpcId }) => vpcId === vpc.id));
  const interfaces = topology.networkInterfaces.filter(({ vpcId }) => vpcId === vpc.id);
  const logged: readonly Named[] = [vpc, ...subnets, ...interfaces];
  return {
    ...pictured(vpc),
    cidrs: vpc.cidrs,
    gateway: gateway ? pictured(gateway) : null,
    subnets: subnets.map((subnet) => ({
      ...pictured(subnet),
      cidr: subnet.cidr,
      routeTable: routeTableOf(subnet, topology),
      instances: instances
        .filter((instance) => instance.SubnetId === subnet.id && !isGone(instance))
        .map((instance) => {
          const id = instance.InstanceId ?? "";
          const own = interfaces.find(({ instanceId }) => instanceId === id);
          return {
            id,
            name: instance.Tags?.find(({ Key }) => Key === "Name")?.Value ?? id,
            state: instance.State?.Name ?? "unknown",
            privateAddress: own?.privateAddress ?? instance.PrivateIpAddress ?? "",
            publicAddress: own?.publicAddress ?? null,
          };
        }),
    })),
    flowLogs: flowLogs.flatMap(({ id, resourceId, trafficType, destination = "", failure = null }) => {
      const of = logged.find((one) => one.id === resourceId);
      return of ? [{ id, of: of.name ?? of.id, trafficType, destination, failure }] : [];
    }),
  };
}

function routeTableOf(subnet: Subnet, topology: Topology): PicturedRouteTable | null {
  const own = topology.routeTables.find(({ subnetIds }) => subnetIds.includes(subnet.id));
  const main = topology.routeTables.find(({ vpcId, isMain }) => isMain && vpcId === subnet.vpcId);
  const table = own ?? main;
  if (table === undefined) return null;
  const targets: readonly Named[] = [...topology.internetGateways, ...topology.peeringConnections];
  return {
    ...pictured(table),
    isMainByDefault: own === undefined,
    routes: table.routes.map(({ destination, target, state }) => ({
      destination,
      target: targets.find(({ id }) => id === target)?.name ?? target,
      isBlackhole: state === "blackhole",
    })),
  };
}

function pictured({ id, name }: Named): Pictured {
  return { id, name: name ?? id };
}

/** VPC 1 before VPC 2; AWS's own order says nothing. */
function byName<T extends Named>(things: readonly T[]): T[] {
  return [...things].sort(byText(({ name, id }) => name ?? id));
}
