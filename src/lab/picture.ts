/** The lab as it can be drawn: plain data, made from what AWS says, drawn as text or as SVG. */

export interface LabPicture {
  readonly vpcs: readonly PicturedVpc[];
  /** Those of some use: requested, provisioning or active. */
  readonly peeringConnections: readonly PicturedPeering[];
  /** The lab's gateways that no VPC has. */
  readonly detachedGateways: readonly Pictured[];
}

export interface Pictured {
  readonly id: string;
  /** The Name tag, or the id where there is none. */
  readonly name: string;
}

export interface PicturedVpc extends Pictured {
  readonly cidrs: readonly string[];
  /** The internet gateway attached; null where the VPC has no way to the internet. */
  readonly gateway: Pictured | null;
  readonly subnets: readonly PicturedSubnet[];
  readonly flowLogs: readonly PicturedFlowLog[];
}

export interface PicturedSubnet extends Pictured {
  readonly cidr: string;
  /** The table that it follows; null where AWS shows none. */
  readonly routeTable: PicturedRouteTable | null;
  readonly instances: readonly PicturedInstance[];
}

export interface PicturedRouteTable extends Pictured {
  /** The subnet is not associated with any, and so follows the VPC's main one. */
  readonly isMainByDefault: boolean;
  readonly routes: readonly PicturedRoute[];
}

export interface PicturedRoute {
  readonly destination: string;
  /** "local", or the target's name. */
  readonly target: string;
  readonly isBlackhole: boolean;
}

export interface PicturedInstance extends Pictured {
  /** AWS's own word: "running", "stopped" … */
  readonly state: string;
  readonly privateAddress: string;
  readonly publicAddress: string | null;
}

export interface PicturedPeering extends Pictured {
  readonly status: string;
  readonly requesterVpcId: string;
  readonly accepterVpcId: string;
}

export interface PicturedFlowLog {
  readonly id: string;
  /** What it logs, by name: the whole VPC, one subnet, one interface. */
  readonly of: string;
  readonly trafficType: "ALL" | "ACCEPT" | "REJECT";
  /** The log group, or the ARN of what else takes its records. */
  readonly destination: string;
  /** Why its records do not arrive; null where they do. */
  readonly failure: string | null;
}
