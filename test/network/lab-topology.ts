/**
 * The lab's network as a topology: both VPCs with one public subnet, gateway, route table, network ACL, group and
 * instance each. Options say how far the lab has got, or what is wrong with it. Every part is named `<prefix>-1` or
 * `<prefix>-2` after its VPC.
 */
import { echoRequest, type Packet } from "../../src/network/packet.ts";
import type {
  NetworkAclEntry,
  NetworkInterface,
  Route,
  SecurityGroupRule,
  Topology,
} from "../../src/network/topology.ts";

export type Side = 1 | 2;

/** One value for each VPC. */
export interface BySide<T> {
  readonly 1?: T;
  readonly 2?: T;
}

export interface LabTopologyOptions {
  /** Status of pcx-1; undefined: never requested. */
  readonly peering?: string | undefined;
  /** VPCs whose route table has the other's CIDR → pcx-1. Default: none. */
  readonly peeringRoutes?: readonly Side[];
  /** Routes of a table beside local, instead of 0.0.0.0/0 and the peering route. */
  readonly routes?: BySide<readonly Route[]>;
  /** Entries of a network ACL beside the final `*`, instead of "100 allow all" both ways. */
  readonly networkAclEntries?: BySide<readonly NetworkAclEntry[]>;
  /** Rules of a group, instead of the lab's (all ICMP and SSH in, everything out). */
  readonly groupRules?: BySide<readonly SecurityGroupRule[]>;
  /** Changes to an instance's interface. */
  readonly interfaces?: BySide<Partial<NetworkInterface>>;
  /** VPCs whose internet gateway is detached. */
  readonly detachedGateways?: readonly Side[];
  /** VPCs whose subnet is not associated with the public route table, and so follows the main one (local only). */
  readonly unassociatedSubnets?: readonly Side[];
  /** Further parts, added as they are. */
  readonly more?: Partial<Topology>;
}

/** Private and public addresses of the two instances. */
export const INSTANCE_1 = { private: "10.1.4.12", public: "3.111.45.100" };
export const INSTANCE_2 = { private: "10.2.9.80", public: "18.237.140.165" };
/** Instance 1 pings instance 2. */
export const PRIVATE_PING = echoRequest(INSTANCE_1.private, INSTANCE_2.private);
export const PUBLIC_PING = echoRequest(INSTANCE_1.private, INSTANCE_2.public);
/** Somebody on the internet. */
export const STRANGER = "198.51.100.7";

export const ALLOW_ALL_ENTRIES: readonly NetworkAclEntry[] = [
  { ruleNumber: 100, egress: false, action: "allow", protocol: -1, cidr: "0.0.0.0/0" },
  { ruleNumber: 100, egress: true, action: "allow", protocol: -1, cidr: "0.0.0.0/0" },
];

export const OUT_ALL: SecurityGroupRule = { egress: true, protocol: -1, peer: { cidr: "0.0.0.0/0" } };

export const LAB_GROUP_RULES: readonly SecurityGroupRule[] = [
  { egress: false, protocol: 1, icmp: { type: -1, code: -1 }, peer: { cidr: "0.0.0.0/0" } },
  { egress: false, protocol: 6, ports: { from: 22, to: 22 }, peer: { cidr: "0.0.0.0/0" } },
  OUT_ALL,
];

const FINAL_ENTRIES: readonly NetworkAclEntry[] = [
  { ruleNumber: 32767, egress: false, action: "deny", protocol: -1, cidr: "0.0.0.0/0" },
  { ruleNumber: 32767, egress: true, action: "deny", protocol: -1, cidr: "0.0.0.0/0" },
];

/** Without options: the lab before step 6, two VPCs that know nothing of each other. */
export function labTopology(options: LabTopologyOptions = {}): Topology {
  const sides = [1, 2] as const;
  const { more = {} } = options;
  const attached = (side: Side) => !options.detachedGateways?.includes(side);
  const routesOf = (side: Side): readonly Route[] =>
    options.routes?.[side] ?? [
      { destination: "0.0.0.0/0", target: `igw-${side}`, state: attached(side) ? "active" : "blackhole" },
      ...(options.peeringRoutes?.includes(side) ? [peeringRoute(side, options.peering)] : []),
    ];
  const local = (side: Side): Route => ({
    destination: `10.${side}.0.0/16`,
    target: "local",
    state: "active",
  });
  return {
    vpcs: [
      ...sides.map((side) => ({
        id: `vpc-${side}`,
        name: `NextWork-${side}-vpc`,
        cidrs: [`10.${side}.0.0/16`],
      })),
      ...(more.vpcs ?? []),
    ],
    subnets: [
      ...sides.map((side) => ({ id: `subnet-${side}`, vpcId: `vpc-${side}`, cidr: `10.${side}.0.0/20` })),
      ...(more.subnets ?? []),
    ],
    routeTables: [
      ...sides.map((side) => ({
        id: `rtb-${side}`,
        name: `NextWork-${side}-rtb-public`,
        vpcId: `vpc-${side}`,
        isMain: false,
        subnetIds: options.unassociatedSubnets?.includes(side) ? [] : [`subnet-${side}`],
        routes: [local(side), ...routesOf(side)],
      })),
      ...sides.map((side) => ({
        id: `rtb-main-${side}`,
        vpcId: `vpc-${side}`,
        isMain: true,
        subnetIds: [],
        routes: [local(side)],
      })),
      ...(more.routeTables ?? []),
    ],
    internetGateways: [
      ...sides.map((side) => ({
        id: `igw-${side}`,
        name: `NextWork-${side}-igw`,
        vpcId: attached(side) ? `vpc-${side}` : undefined,
      })),
      ...(more.internetGateways ?? []),
    ],
    networkAcls: [
      ...sides.map((side) => ({
        id: `acl-${side}`,
        vpcId: `vpc-${side}`,
        isDefault: true,
        subnetIds: [`subnet-${side}`],
        entries: [...(options.networkAclEntries?.[side] ?? ALLOW_ALL_ENTRIES), ...FINAL_ENTRIES],
      })),
      ...(more.networkAcls ?? []),
    ],
    securityGroups: [
      ...sides.map((side) => ({
        id: `sg-${side}`,
        name: `NextWork-${side}-SG`,
        vpcId: `vpc-${side}`,
        rules: options.groupRules?.[side] ?? LAB_GROUP_RULES,
      })),
      ...(more.securityGroups ?? []),
    ],
    networkInterfaces: [
      ...sides.map((side) => ({
        ...instanceInterface(side, side === 1 ? INSTANCE_1 : INSTANCE_2),
        ...options.interfaces?.[side],
      })),
      ...(more.networkInterfaces ?? []),
    ],
    peeringConnections: [
      ...(options.peering === undefined
        ? []
        : [
            {
              id: "pcx-1",
              name: "VPC 1 <> VPC 2",
              requesterVpcId: "vpc-1",
              accepterVpcId: "vpc-2",
              status: options.peering,
            },
          ]),
      ...(more.peeringConnections ?? []),
    ],
  };
}

/** After step 6: peered, a route on each side. */
export function peeredLab(options: LabTopologyOptions = {}): Topology {
  return labTopology({ peering: "active", peeringRoutes: [1, 2], ...options });
}

function peeringRoute(side: Side, status: string | undefined): Route {
  const state = status === "active" ? "active" : "blackhole";
  return { destination: `10.${3 - side}.0.0/16`, target: "pcx-1", state };
}

function instanceInterface(
  side: Side,
  addresses: { readonly private: string; readonly public: string },
): NetworkInterface {
  return {
    id: `eni-${side}`,
    vpcId: `vpc-${side}`,
    subnetId: `subnet-${side}`,
    privateAddress: addresses.private,
    publicAddress: addresses.public,
    securityGroupIds: [`sg-${side}`],
    instanceId: `i-${side}`,
    isUp: true,
  };
}

export function tcp(source: string, destination: string, destinationPort: number): Packet {
  return { protocol: 6, source, destination, sourcePort: 49152, destinationPort };
}
