/** Changes to a network, each what one call to AWS does, and the topology after them. */
import type { NetworkAclEntry, RouteTable, SecurityGroupRule, Topology } from "./topology.ts";

export type Change =
  | { readonly kind: "start-instance"; readonly instanceId: string }
  | {
      readonly kind: "authorize-security-group";
      readonly groupId: string;
      readonly rule: SecurityGroupRule & { readonly peer: { readonly cidr: string } };
    }
  | {
      readonly kind: "create-network-acl-entry";
      readonly networkAclId: string;
      readonly entry: NetworkAclEntry;
    }
  | {
      readonly kind: "delete-network-acl-entry";
      readonly networkAclId: string;
      readonly ruleNumber: number;
      readonly egress: boolean;
    }
  | {
      readonly kind: "create-route" | "replace-route";
      readonly routeTableId: string;
      readonly destination: string;
      readonly target: string;
    }
  | { readonly kind: "associate-route-table"; readonly routeTableId: string; readonly subnetId: string }
  | {
      readonly kind: "create-internet-gateway";
      /** The VPC to which it will be attached. */
      readonly vpcId: string;
    }
  | { readonly kind: "attach-internet-gateway"; readonly gatewayId: string; readonly vpcId: string }
  | { readonly kind: "associate-address"; readonly networkInterfaceId: string }
  | { readonly kind: "create-peering"; readonly requesterVpcId: string; readonly accepterVpcId: string }
  | { readonly kind: "accept-peering"; readonly peeringId: string };

/** Ids of what a change makes: AWS gives the real ones only then. */
export const NEW_GATEWAY = "igw-new";
export const NEW_PEERING = "pcx-new";
/** Stands for the public address that AWS would give; of a range kept for documentation (RFC 5737). */
const NEW_ADDRESS = "192.0.2.1";

/** The network once the change is made and has taken effect; the one given stays as it was. */
export function applyChange(network: Topology, change: Change): Topology {
  switch (change.kind) {
    case "start-instance": {
      const isIt = ({ instanceId }: { instanceId?: string | undefined }) => instanceId === change.instanceId;
      return { ...network, networkInterfaces: edit(network.networkInterfaces, isIt, { isUp: true }) };
    }
    case "authorize-security-group":
      return {
        ...network,
        securityGroups: network.securityGroups.map((group) =>
          group.id === change.groupId ? { ...group, rules: [...group.rules, change.rule] } : group,
        ),
      };
    case "create-network-acl-entry":
      return withEntries(network, change.networkAclId, (entries) => [...entries, change.entry]);
    case "delete-network-acl-entry":
      return withEntries(network, change.networkAclId, (entries) =>
        entries.filter(
          ({ ruleNumber, egress }) => ruleNumber !== change.ruleNumber || egress !== change.egress,
        ),
      );
    case "create-route":
    case "replace-route":
      return withTables(network, (table) =>
        table.id === change.routeTableId ? withRoute(network, table, change) : table,
      );
    case "associate-route-table":
      return withTables(network, (table) => ({
        ...table,
        subnetIds: [
          ...table.subnetIds.filter((id) => id !== change.subnetId),
          ...(table.id === change.routeTableId ? [change.subnetId] : []),
        ],
      }));
    case "create-internet-gateway":
      return { ...network, internetGateways: [...network.internetGateways, { id: NEW_GATEWAY }] };
    case "attach-internet-gateway":
      return activateRoutes(
        {
          ...network,
          internetGateways: edit(network.internetGateways, withId(change.gatewayId), {
            vpcId: change.vpcId,
          }),
        },
        change.gatewayId,
      );
    case "associate-address":
      return {
        ...network,
        networkInterfaces: edit(network.networkInterfaces, withId(change.networkInterfaceId), {
          publicAddress: NEW_ADDRESS,
        }),
      };
    case "create-peering": {
      const { requesterVpcId, accepterVpcId } = change;
      const made = { id: NEW_PEERING, requesterVpcId, accepterVpcId, status: "pending-acceptance" };
      return { ...network, peeringConnections: [...network.peeringConnections, made] };
    }
    case "accept-peering":
      return activateRoutes(
        {
          ...network,
          peeringConnections: edit(network.peeringConnections, withId(change.peeringId), {
            status: "active",
          }),
        },
        change.peeringId,
      );
  }
}

function withId(id: string) {
  return (thing: { readonly id: string }) => thing.id === id;
}

function edit<T>(things: readonly T[], isIt: (thing: T) => boolean, values: Partial<T>): T[] {
  return things.map((thing) => (isIt(thing) ? { ...thing, ...values } : thing));
}

function withEntries(
  network: Topology,
  networkAclId: string,
  change: (entries: readonly NetworkAclEntry[]) => readonly NetworkAclEntry[],
): Topology {
  return {
    ...network,
    networkAcls: network.networkAcls.map((acl) =>
      acl.id === networkAclId ? { ...acl, entries: change(acl.entries) } : acl,
    ),
  };
}

function withTables(network: Topology, change: (table: RouteTable) => RouteTable): Topology {
  return { ...network, routeTables: network.routeTables.map(change) };
}

/** A route to a peering connection that is not active yet is taken, and is a blackhole until it is (AWS-FACTS §1). */
function withRoute(
  network: Topology,
  table: RouteTable,
  { destination, target }: { readonly destination: string; readonly target: string },
): RouteTable {
  const isReady =
    !target.startsWith("pcx-") ||
    network.peeringConnections.some(({ id, status }) => id === target && status === "active");
  const route = { destination, target, state: isReady ? "active" : "blackhole" } as const;
  return { ...table, routes: [...table.routes.filter((one) => one.destination !== destination), route] };
}

/** A target that has become usable: its routes are blackholes no longer. */
function activateRoutes(network: Topology, target: string): Topology {
  return withTables(network, (table) => ({
    ...table,
    routes: edit(table.routes, (route) => route.target === target, { state: "active" }),
  }));
}
