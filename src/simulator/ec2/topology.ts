/** The Region's network as the packet walk of src/network sees it. */
import type { NetworkAclEntry, Route, SecurityGroupRule, Topology } from "../../network/topology.ts";
import type { Context } from "../context.ts";
import { finalEntry } from "./network-acl-entries.ts";
import { publicAddressOf } from "./public-addresses.ts";
import { routeStateOf, targetOf } from "./route-states.ts";
import type { Ec2State, NetworkAclEntryState, RouteTableState, SecurityGroupRuleState } from "./state.ts";

/** Made anew from the state at this moment; changing nothing. */
export function topologyOf(context: Context): Topology {
  const { ec2 } = context.region;
  const all = <T>(resources: Record<string, T>) => Object.values(resources);
  return {
    vpcs: all(ec2.vpcs).map(({ id, tags, cidr }) => ({ id, name: tags.Name, cidrs: [cidr] })),
    subnets: all(ec2.subnets).map(({ id, tags, vpcId, cidr }) => ({ id, name: tags.Name, vpcId, cidr })),
    routeTables: all(ec2.routeTables).map((table) => ({
      id: table.id,
      name: table.tags.Name,
      vpcId: table.vpcId,
      isMain: table.isMain,
      subnetIds: table.associations.flatMap(({ subnetId }) => subnetId ?? []),
      routes: routesOf(ec2, table),
    })),
    internetGateways: all(ec2.internetGateways).map(({ id, tags, vpcId }) => ({
      id,
      name: tags.Name,
      vpcId,
    })),
    networkAcls: all(ec2.networkAcls).map((acl) => ({
      id: acl.id,
      name: acl.tags.Name,
      vpcId: acl.vpcId,
      isDefault: acl.isDefault,
      subnetIds: acl.associations.map(({ subnetId }) => subnetId),
      entries: [...acl.entries, finalEntry(true), finalEntry(false)].map(entryOf),
    })),
    securityGroups: all(ec2.securityGroups).map((group) => ({
      id: group.id,
      name: group.groupName,
      vpcId: group.vpcId,
      rules: group.rules.map(ruleOf),
    })),
    networkInterfaces: all(ec2.networkInterfaces).map((networkInterface) => {
      const instance = ec2.instances[networkInterface.attachment?.instanceId ?? ""];
      return {
        id: networkInterface.id,
        name: networkInterface.tags.Name ?? instance?.tags.Name,
        vpcId: networkInterface.vpcId,
        subnetId: networkInterface.subnetId,
        privateAddress: networkInterface.privateAddress,
        publicAddress: publicAddressOf(ec2, networkInterface),
        securityGroupIds: networkInterface.securityGroupIds,
        instanceId: instance?.id,
        isUp: instance?.state === "running",
      };
    }),
    peeringConnections: all(ec2.peeringConnections).map((peering) => ({
      id: peering.id,
      name: peering.tags.Name,
      requesterVpcId: peering.requesterVpcId,
      accepterVpcId: peering.accepterVpcId,
      status: peering.status,
    })),
  };
}

function routesOf(ec2: Ec2State, table: RouteTableState): Route[] {
  const local = { destination: ec2.vpcs[table.vpcId]?.cidr ?? "", target: "local", state: "active" } as const;
  const others = table.routes.map((route) => ({
    destination: route.destinationCidr,
    target: targetOf(route),
    state: routeStateOf(ec2, table.vpcId, route),
  }));
  return [local, ...others];
}

function entryOf(entry: NetworkAclEntryState): NetworkAclEntry {
  return {
    ruleNumber: entry.ruleNumber,
    egress: entry.egress,
    action: entry.ruleAction,
    protocol: Number(entry.protocol),
    cidr: entry.cidr,
    ports: entry.portRange,
    icmp: entry.icmpTypeCode,
  };
}

const PROTOCOL_NUMBERS: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58 };

function ruleOf(rule: SecurityGroupRuleState): SecurityGroupRule {
  const protocol = PROTOCOL_NUMBERS[rule.ipProtocol] ?? Number(rule.ipProtocol);
  const { fromPort = -1, toPort = -1 } = rule;
  return {
    id: rule.id,
    egress: rule.isEgress,
    protocol,
    ports: protocol === 6 || protocol === 17 ? { from: fromPort, to: toPort } : undefined,
    icmp: protocol === 1 ? { type: fromPort, code: toPort } : undefined,
    peer: rule.cidr === undefined ? { groupId: rule.referencedGroupId ?? "" } : { cidr: rule.cidr },
  };
}
