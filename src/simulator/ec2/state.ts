import type { WebServer } from "../guest/web-server.ts";

/**
 * What EC2 and VPC remember in one Region, by id. Fields are named as AWS names them; what follows from others (a
 * route's state, a public address's mapping) is worked out when asked, not kept twice.
 */
export interface Ec2State {
  vpcs: Record<string, VpcState>;
  subnets: Record<string, SubnetState>;
  internetGateways: Record<string, InternetGatewayState>;
  routeTables: Record<string, RouteTableState>;
  networkAcls: Record<string, NetworkAclState>;
  securityGroups: Record<string, SecurityGroupState>;
  instances: Record<string, InstanceState>;
  networkInterfaces: Record<string, NetworkInterfaceState>;
  volumes: Record<string, VolumeState>;
  /** Elastic IPs, by allocation id. */
  addresses: Record<string, AddressState>;
  peeringConnections: Record<string, PeeringConnectionState>;
  flowLogs: Record<string, FlowLogState>;
  /** Operation and ClientToken → what they made, and a digest of the parameters that went with them. */
  clientTokens: Record<string, { parameters: string; resourceId: string }>;
}

export type Tags = Record<string, string>;

export interface VpcState {
  id: string;
  cidr: string;
  isDefault: boolean;
  enableDnsSupport: boolean;
  enableDnsHostnames: boolean;
  createdAt: number;
  tags: Tags;
}

export interface SubnetState {
  id: string;
  vpcId: string;
  cidr: string;
  availabilityZone: string;
  mapPublicIpOnLaunch: boolean;
  isDefaultForAz: boolean;
  tags: Tags;
}

export interface InternetGatewayState {
  id: string;
  vpcId?: string;
  tags: Tags;
}

export interface RouteTableState {
  id: string;
  vpcId: string;
  isMain: boolean;
  /** The main association's id is kept too: `subnetId` is absent on it. */
  associations: { id: string; subnetId?: string }[];
  /** All but the local route, which every table has. */
  routes: RouteState[];
  tags: Tags;
}

export interface RouteState {
  destinationCidr: string;
  gatewayId?: string;
  vpcPeeringConnectionId?: string;
  networkInterfaceId?: string;
  instanceId?: string;
}

export interface NetworkAclState {
  id: string;
  vpcId: string;
  isDefault: boolean;
  associations: { id: string; subnetId: string }[];
  /** All but the final `*` entries. */
  entries: NetworkAclEntryState[];
  tags: Tags;
}

export interface NetworkAclEntryState {
  ruleNumber: number;
  egress: boolean;
  ruleAction: "allow" | "deny";
  /** As AWS keeps it: "-1", "1", "6", "17" … */
  protocol: string;
  cidr: string;
  portRange?: { from: number; to: number };
  icmpTypeCode?: { type: number; code: number };
}

export interface SecurityGroupState {
  id: string;
  vpcId: string;
  groupName: string;
  description: string;
  rules: SecurityGroupRuleState[];
  tags: Tags;
}

export interface SecurityGroupRuleState {
  id: string;
  isEgress: boolean;
  /** "tcp", "udp", "icmp", "-1" or a number, as AWS shows it. */
  ipProtocol: string;
  /** TCP/UDP ports, or ICMP type (from) and code (to); -1 is any. Absent where AWS shows none. */
  fromPort?: number;
  toPort?: number;
  /** One of the two. */
  cidr?: string;
  referencedGroupId?: string;
  description?: string;
  tags: Tags;
}

export interface InstanceState {
  id: string;
  imageId: string;
  instanceType: string;
  state: "pending" | "running" | "shutting-down" | "terminated" | "stopping" | "stopped";
  stateReason?: { code: string; message: string };
  launchedAt: number;
  /** When it last came to run; absent before, and in worlds that older versions saved. */
  runningSince?: number;
  /** When it was last asked to stop or terminate; AWS shows it in StateTransitionReason. */
  stateChangedAt: number;
  subnetId: string;
  vpcId: string;
  networkInterfaceId: string;
  volumeId: string;
  /** ARN of the instance profile. */
  instanceProfileArn?: string;
  userData?: string;
  /** cloud-init runs user data at the first boot only. */
  hasRunUserData?: boolean;
  /** What its user data set up and listens now. */
  webServer?: WebServer;
  shutdownBehavior: "stop" | "terminate";
  disableApiTermination: boolean;
  metadataOptions: {
    httpTokens: "optional" | "required";
    httpEndpoint: "enabled" | "disabled";
    hopLimit: number;
  };
  monitoring: "disabled" | "enabled";
  clientToken?: string;
  reservationId: string;
  /** Private and public DNS names follow from the addresses. */
  tags: Tags;
}

export interface NetworkInterfaceState {
  id: string;
  subnetId: string;
  vpcId: string;
  macAddress: string;
  privateAddress: string;
  /** Whether its instance gets a public address at every start. */
  hasAutoAssignedAddress: boolean;
  /** Auto-assigned; an Elastic IP is kept in `addresses` and wins. Absent while stopped. */
  publicAddress?: string;
  securityGroupIds: string[];
  description: string;
  /** Absent once detached, which is some time after its instance terminated. */
  attachment?: { id: string; instanceId: string; attachedAt: number; deleteOnTermination: boolean };
  sourceDestCheck: boolean;
  tags: Tags;
}

export interface VolumeState {
  id: string;
  sizeGiB: number;
  volumeType: string;
  encrypted: boolean;
  availabilityZone: string;
  createdAt: number;
  /** Absent once it is detached, or its instance terminated without it. */
  instanceId?: string;
  deviceName: string;
  deleteOnTermination: boolean;
  /** DeleteVolume was called: shown for some seconds more. */
  isDeleting?: true;
  tags: Tags;
}

export interface AddressState {
  allocationId: string;
  publicAddress: string;
  associationId?: string;
  networkInterfaceId?: string;
  tags: Tags;
}

export interface PeeringConnectionState {
  id: string;
  requesterVpcId: string;
  requesterCidr: string;
  accepterVpcId: string;
  accepterCidr: string;
  status:
    | "initiating-request"
    | "pending-acceptance"
    | "provisioning"
    | "active"
    | "deleting"
    | "deleted"
    | "rejected"
    | "failed"
    | "expired";
  statusMessage: string;
  expiresAt?: number;
  requesterOptions: { allowDnsResolutionFromRemoteVpc: boolean };
  accepterOptions: { allowDnsResolutionFromRemoteVpc: boolean };
  tags: Tags;
}

export interface FlowLogState {
  id: string;
  resourceId: string;
  trafficType: "ALL" | "ACCEPT" | "REJECT";
  logGroupName: string;
  deliverLogsPermissionArn: string;
  maxAggregationInterval: 60 | 600;
  logFormat: string;
  createdAt: number;
  deliverLogsStatus?: "SUCCESS" | "FAILED";
  deliverLogsErrorMessage?: string;
  /** A deleted one is kept, unseen, until its last records are delivered. */
  deletedAt?: number;
  /** Packets counted but not yet delivered, by interface, window start and flow; see flow-logs/capture.ts. */
  pending: PendingRecord[];
  /** Interfaces that have had traffic: from then on a window without any is told as NODATA. */
  observedInterfaceIds: string[];
  tags: Tags;
}

/** One record in the making: all packets of one flow at one interface within one aggregation window. */
export interface PendingRecord {
  networkInterfaceId: string;
  /** Start and end of the aggregation window, world time in ms. */
  windowStart: number;
  windowEnd: number;
  source: string;
  destination: string;
  sourcePort: number;
  destinationPort: number;
  protocol: number;
  action: "ACCEPT" | "REJECT";
  packets: number;
  bytes: number;
  /** World time of the first and the last packet, in ms. */
  first: number;
  last: number;
}

export function emptyEc2State(): Ec2State {
  return {
    vpcs: {},
    subnets: {},
    internetGateways: {},
    routeTables: {},
    networkAcls: {},
    securityGroups: {},
    instances: {},
    networkInterfaces: {},
    volumes: {},
    addresses: {},
    peeringConnections: {},
    flowLogs: {},
    clientTokens: {},
  };
}
