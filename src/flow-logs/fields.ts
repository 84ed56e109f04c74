/**
 * The fields a flow log can record: their name in a log format, their name in Logs Insights, and what they mean.
 * Source: "Flow log records" in the Amazon VPC user guide, versions 2 to 5 and 7 to 10.
 */

export interface FlowLogField {
  /** As in a log format and in AWS's documentation: "srcaddr". */
  readonly name: string;
  /** As in Logs Insights and in our own JSON: "srcAddr". */
  readonly insightsName: string;
  /** The flow logs version that brought it. */
  readonly version: number;
  /** One sentence for a learner. */
  readonly meaning: string;
}

function field(version: number, name: string, insightsName: string, meaning: string): FlowLogField {
  return { name, insightsName, version, meaning };
}

export const FLOW_LOG_FIELDS: readonly FlowLogField[] = [
  field(2, "version", "version", "The version of the record's format; 2 is the default format."),
  field(2, "account-id", "accountId", "The AWS account that owns the network interface."),
  field(2, "interface-id", "interfaceId", "The network interface where the traffic was seen."),
  field(2, "srcaddr", "srcAddr", "The address that the packets came from."),
  field(2, "dstaddr", "dstAddr", "The address that the packets were sent to."),
  field(2, "srcport", "srcPort", "The port that the packets left from."),
  field(2, "dstport", "dstPort", "The port that the packets were sent to."),
  field(2, "protocol", "protocol", "The protocol, by its IANA number."),
  field(2, "packets", "packets", "How many packets this flow had in the window."),
  field(2, "bytes", "bytes", "How many bytes those packets had together, headers included."),
  field(2, "start", "start", "When the first packet of the window was seen."),
  field(2, "end", "end", "When the last packet of the window was seen."),
  field(2, "action", "action", "What security groups and network ACLs decided: ACCEPT or REJECT."),
  field(2, "log-status", "logStatus", "Whether the record holds data: OK, NODATA or SKIPDATA."),
  field(3, "vpc-id", "vpcId", "The VPC of the network interface."),
  field(3, "subnet-id", "subnetId", "The subnet of the network interface."),
  field(3, "instance-id", "instanceId", "The instance that the network interface is attached to."),
  field(
    3,
    "tcp-flags",
    "tcpFlags",
    "The TCP flags seen in the window, or-ed: 1 FIN, 2 SYN, 4 RST, 18 SYN-ACK.",
  ),
  field(3, "type", "type", "The kind of traffic: IPv4, IPv6 or EFA."),
  field(3, "pkt-srcaddr", "pktSrcAddr", "The packet's own source, where srcaddr shows a device on the way."),
  field(
    3,
    "pkt-dstaddr",
    "pktDstAddr",
    "The packet's own destination, where dstaddr shows a device on the way.",
  ),
  field(4, "region", "region", "The Region of the network interface."),
  field(4, "az-id", "azId", "The Availability Zone of the network interface, by its id."),
  field(4, "sublocation-type", "sublocationType", "Wavelength, Outpost or Local Zone, if it is in one."),
  field(4, "sublocation-id", "sublocationId", "The id of that sublocation."),
  field(5, "pkt-src-aws-service", "pktSrcAwsService", "The AWS service that the source belongs to."),
  field(5, "pkt-dst-aws-service", "pktDstAwsService", "The AWS service that the destination belongs to."),
  field(5, "flow-direction", "flowDirection", "ingress or egress, as the network interface sees it."),
  field(5, "traffic-path", "trafficPath", "The way that outbound traffic took, by number."),
  field(7, "ecs-cluster-arn", "ecsClusterArn", "The ECS cluster of the task."),
  field(7, "ecs-cluster-name", "ecsClusterName", "The name of the ECS cluster."),
  field(7, "ecs-container-instance-arn", "ecsContainerInstanceArn", "The ECS container instance."),
  field(7, "ecs-container-instance-id", "ecsContainerInstanceId", "The id of the ECS container instance."),
  field(7, "ecs-container-id", "ecsContainerId", "The first container of the task."),
  field(7, "ecs-second-container-id", "ecsSecondContainerId", "The second container of the task."),
  field(7, "ecs-service-name", "ecsServiceName", "The ECS service that runs the task."),
  field(7, "ecs-task-definition-arn", "ecsTaskDefinitionArn", "The definition of the task."),
  field(7, "ecs-task-arn", "ecsTaskArn", "The ECS task."),
  field(7, "ecs-task-id", "ecsTaskId", "The id of the ECS task."),
  field(8, "reject-reason", "rejectReason", "Why traffic was rejected, where Block Public Access did it."),
  field(9, "resource-id", "resourceId", "The regional NAT gateway, which has no network interface."),
  field(
    10,
    "encryption-status",
    "encryptionStatus",
    "Whether it was encrypted: 0 no, 1 by the Nitro system, 2 by the application, 3 by both.",
  ),
];

/** The log format of a flow log that names none: the version 2 fields in their order. */
export const DEFAULT_FORMAT = FLOW_LOG_FIELDS.filter((f) => f.version === 2)
  .map((f) => `\${${f.name}}`)
  .join(" ");

const fieldByName = new Map(FLOW_LOG_FIELDS.map((f) => [f.name, f]));

/** The field of that name in a log format ("srcaddr"); undefined if there is none. */
export function flowLogField(name: string): FlowLogField | undefined {
  return fieldByName.get(name);
}
