/**
 * What AWS has of a lab, read in one round of parallel calls and found by the lab's tags alone. The truth that
 * `status`, `teardown` and every step look at.
 */
import type {
  FlowLog,
  Instance,
  InternetGateway,
  RouteTable,
  SecurityGroup,
  Subnet,
  Vpc,
  VpcPeeringConnection,
} from "@aws-sdk/client-ec2";
import type { ResourceType } from "../lab/spec.ts";

export interface InventoryResource {
  readonly type: ResourceType;
  /** The tag `vpclab:part`; what a foreign hand left without one is "". */
  readonly part: string;
  /** Its id, name (log groups, roles, profiles) or ARN (policies): what a call needs to name it. */
  readonly id: string;
  /** The Name tag, or its name. */
  readonly name: string;
  /** AWS's own word where it has one ("running", "active", "available"), else "present". */
  readonly state: string;
}

export interface Inventory {
  /** What stands, in the order of the steps. Two of one part are both here. */
  readonly resources: readonly InventoryResource[];
  /** What AWS still shows but is gone or going: terminated instances, deleted peering connections. */
  readonly fading: readonly InventoryResource[];

  /** The same in AWS's own shapes, of what stands. */
  readonly vpcs: readonly Vpc[];
  readonly subnets: readonly Subnet[];
  readonly internetGateways: readonly InternetGateway[];
  readonly routeTables: readonly RouteTable[];
  readonly securityGroups: readonly SecurityGroup[];
  readonly instances: readonly Instance[];
  readonly peeringConnections: readonly VpcPeeringConnection[];
  readonly flowLogs: readonly FlowLog[];
  /** Instances whose Systems Manager agent is Online. */
  readonly onlineInstanceIds: ReadonlySet<string>;
}
