/** A topology by id, address and association, so that a packet's walk looks things up instead of searching. */
import { type Cidr, contains, toAddress, toCidr } from "./cidr.ts";
import type {
  InternetGateway,
  NetworkAcl,
  NetworkInterface,
  PeeringConnection,
  RouteTable,
  SecurityGroup,
  Subnet,
  Topology,
  Vpc,
} from "./topology.ts";

/** What every VPC has on AWS is not in the topology: it was read only in part. */
export class IncompleteTopologyError extends Error {
  override readonly name = "IncompleteTopologyError";
}

const indexes = new WeakMap<Topology, TopologyIndex>();

/** The index of a topology, made once for each: a topology that was walked must not be changed afterwards. */
export function topologyIndex(topology: Topology): TopologyIndex {
  const known = indexes.get(topology);
  if (known) return known;
  const made = new TopologyIndex(topology);
  indexes.set(topology, made);
  return made;
}

export class TopologyIndex {
  readonly #vpcs: ReadonlyMap<string, Vpc>;
  readonly #vpcCidrs: readonly { readonly vpc: Vpc; readonly cidr: Cidr }[];
  readonly #subnets: ReadonlyMap<string, Subnet>;
  readonly #securityGroups: ReadonlyMap<string, SecurityGroup>;
  readonly #internetGateways: ReadonlyMap<string, InternetGateway>;
  readonly #attachedGateways: ReadonlyMap<string, InternetGateway>;
  readonly #peeringConnections: ReadonlyMap<string, PeeringConnection>;
  readonly #activePeerings: ReadonlySet<string>;
  /** By subnet, and the main or default one by VPC. */
  readonly #routeTables = new Map<string, RouteTable>();
  readonly #networkAcls = new Map<string, NetworkAcl>();
  readonly #byPrivateAddress = new Map<string, readonly NetworkInterface[]>();
  readonly #byPublicAddress = new Map<string, NetworkInterface>();

  constructor(topology: Topology) {
    this.#vpcs = byId(topology.vpcs);
    this.#vpcCidrs = topology.vpcs.flatMap((vpc) => vpc.cidrs.map((text) => ({ vpc, cidr: toCidr(text) })));
    this.#subnets = byId(topology.subnets);
    this.#securityGroups = byId(topology.securityGroups);
    this.#internetGateways = byId(topology.internetGateways);
    this.#attachedGateways = new Map(
      topology.internetGateways.flatMap((gateway) => (gateway.vpcId ? [[gateway.vpcId, gateway]] : [])),
    );
    this.#peeringConnections = byId(topology.peeringConnections);
    this.#activePeerings = new Set(
      topology.peeringConnections
        .filter((peering) => peering.status === "active")
        .flatMap((peering) => [
          `${peering.requesterVpcId} ${peering.accepterVpcId}`,
          `${peering.accepterVpcId} ${peering.requesterVpcId}`,
        ]),
    );
    for (const table of topology.routeTables) {
      if (table.isMain) this.#routeTables.set(table.vpcId, table);
      for (const subnetId of table.subnetIds) this.#routeTables.set(subnetId, table);
    }
    for (const acl of topology.networkAcls) {
      if (acl.isDefault) this.#networkAcls.set(acl.vpcId, acl);
      for (const subnetId of acl.subnetIds) this.#networkAcls.set(subnetId, acl);
    }
    for (const one of topology.networkInterfaces) {
      const others = this.#byPrivateAddress.get(one.privateAddress) ?? [];
      this.#byPrivateAddress.set(one.privateAddress, [...others, one]);
      if (one.publicAddress !== undefined) this.#byPublicAddress.set(one.publicAddress, one);
    }
  }

  vpc(id: string): Vpc | undefined {
    return this.#vpcs.get(id);
  }

  subnetOf(networkInterface: NetworkInterface): Subnet {
    const subnet = this.#subnets.get(networkInterface.subnetId);
    return subnet ?? incomplete(`${networkInterface.id} is in ${networkInterface.subnetId}`);
  }

  securityGroup(id: string): SecurityGroup | undefined {
    return this.#securityGroups.get(id);
  }

  internetGateway(id: string): InternetGateway | undefined {
    return this.#internetGateways.get(id);
  }

  attachedGateway(vpcId: string): InternetGateway | undefined {
    return this.#attachedGateways.get(vpcId);
  }

  peeringConnection(id: string): PeeringConnection | undefined {
    return this.#peeringConnections.get(id);
  }

  /** The table that a subnet is associated with, else its VPC's main one. */
  routeTableOf(subnet: Subnet): RouteTable {
    const table = this.#routeTables.get(subnet.id) ?? this.#routeTables.get(subnet.vpcId);
    return table ?? incomplete(`${subnet.id} follows the main route table of ${subnet.vpcId}`);
  }

  /** The network ACL that a subnet is associated with, else its VPC's default one. */
  networkAclOf(subnet: Subnet): NetworkAcl {
    const acl = this.#networkAcls.get(subnet.id) ?? this.#networkAcls.get(subnet.vpcId);
    return acl ?? incomplete(`${subnet.id} has the default network ACL of ${subnet.vpcId}`);
  }

  /** Several, where VPCs overlap. */
  withPrivateAddress(address: string): readonly NetworkInterface[] {
    return this.#byPrivateAddress.get(address) ?? [];
  }

  inVpc(vpcId: string, privateAddress: string): NetworkInterface | undefined {
    return this.withPrivateAddress(privateAddress).find((one) => one.vpcId === vpcId);
  }

  withPublicAddress(address: string): NetworkInterface | undefined {
    return this.#byPublicAddress.get(address);
  }

  /** The blocks of all VPCs that hold an address; those where an interface has it come first. */
  vpcCidrsAround(address: string): readonly { readonly vpc: Vpc; readonly cidr: Cidr }[] {
    const number = toAddress(address);
    const around = this.#vpcCidrs.filter(({ cidr }) => contains(cidr, number));
    const isOwner = (vpc: Vpc) => Number(this.inVpc(vpc.id, address) !== undefined);
    return around.sort((a, b) => isOwner(b.vpc) - isOwner(a.vpc));
  }

  /** Whether two VPCs are the same or joined by an active peering connection. */
  areJoined(vpcId: string, otherVpcId: string): boolean {
    return vpcId === otherVpcId || this.#activePeerings.has(`${vpcId} ${otherVpcId}`);
  }
}

function byId<T extends { readonly id: string }>(things: readonly T[]): ReadonlyMap<string, T> {
  return new Map(things.map((thing) => [thing.id, thing]));
}

function incomplete(what: string): never {
  throw new IncompleteTopologyError(`${what}, which the topology does not hold; read the network again.`);
}
