/**
 * A network as the packet walk sees it. Plain data, made either from what AWS describes or from the state of the
 * embedded AWS, so that `vpclab why` and the embedded AWS's packets are decided by the same code.
 *
 * IPv4 only; addresses and CIDRs are text in the usual notation.
 */
export interface Topology {
  readonly vpcs: readonly Vpc[];
  readonly subnets: readonly Subnet[];
  readonly routeTables: readonly RouteTable[];
  readonly internetGateways: readonly InternetGateway[];
  readonly networkAcls: readonly NetworkAcl[];
  readonly securityGroups: readonly SecurityGroup[];
  readonly networkInterfaces: readonly NetworkInterface[];
  readonly peeringConnections: readonly PeeringConnection[];
}

export interface Named {
  readonly id: string;
  /** The Name tag, or the group's name; undefined where there is none. */
  readonly name?: string | undefined;
}

export interface Vpc extends Named {
  readonly cidrs: readonly string[];
}

export interface Subnet extends Named {
  readonly vpcId: string;
  readonly cidr: string;
}

export interface RouteTable extends Named {
  readonly vpcId: string;
  readonly isMain: boolean;
  /** Subnets that are associated explicitly; all others of the VPC follow the main table. */
  readonly subnetIds: readonly string[];
  readonly routes: readonly Route[];
}

export interface Route {
  readonly destination: string;
  /** "local", or the id of the target: igw-…, pcx-…, eni-…, i-…, nat-… */
  readonly target: string;
  readonly state: "active" | "blackhole";
}

export interface InternetGateway extends Named {
  /** The VPC it is attached to; undefined while detached. */
  readonly vpcId?: string | undefined;
}

export interface NetworkAcl extends Named {
  readonly vpcId: string;
  readonly isDefault: boolean;
  readonly subnetIds: readonly string[];
  readonly entries: readonly NetworkAclEntry[];
}

export interface NetworkAclEntry {
  /** 1 to 32766, or 32767 for the final `*` that denies what nothing else decided. */
  readonly ruleNumber: number;
  readonly egress: boolean;
  readonly action: "allow" | "deny";
  /** Protocol number, or -1 for all. */
  readonly protocol: number;
  readonly cidr: string;
  /** TCP and UDP only; both ends included. */
  readonly ports?: PortRange | undefined;
  /** ICMP only; -1 is any. */
  readonly icmp?: IcmpTypeCode | undefined;
}

export interface PortRange {
  readonly from: number;
  readonly to: number;
}

export interface IcmpTypeCode {
  readonly type: number;
  readonly code: number;
}

export interface SecurityGroup extends Named {
  readonly vpcId: string;
  readonly rules: readonly SecurityGroupRule[];
}

export interface SecurityGroupRule {
  /** sgr-…, where known. */
  readonly id?: string | undefined;
  readonly egress: boolean;
  /** Protocol number, or -1 for all. */
  readonly protocol: number;
  /** TCP and UDP only. */
  readonly ports?: PortRange | undefined;
  /** ICMP only; -1 is any. */
  readonly icmp?: IcmpTypeCode | undefined;
  /**
   * Whom it lets in or out: a CIDR, the members of a security group (also of a peered VPC), or whoever is in a prefix list:
   * what that holds is not known.
   */
  readonly peer: { readonly cidr: string } | { readonly groupId: string } | { readonly prefixListId: string };
}

export interface NetworkInterface extends Named {
  readonly vpcId: string;
  readonly subnetId: string;
  readonly privateAddress: string;
  /** Mapped one to one by the internet gateway: auto-assigned, or an Elastic IP. */
  readonly publicAddress?: string | undefined;
  readonly securityGroupIds: readonly string[];
  readonly instanceId?: string | undefined;
  /** Whether something behind it can send and answer: its instance runs. */
  readonly isUp: boolean;
}

export interface PeeringConnection extends Named {
  readonly requesterVpcId: string;
  readonly accepterVpcId: string;
  /** AWS's status code: "pending-acceptance", "active", "deleted" … Packets pass only while "active". */
  readonly status: string;
}
