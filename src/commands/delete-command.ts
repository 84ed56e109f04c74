/** The AWS CLI's command that deletes a thing which vpclab has left: to be copied, or to ask somebody about. */
import { shellWord } from "../lab/shell-word.ts";
import type { ResourceType } from "../lab/spec.ts";

const COMMANDS: Readonly<Record<ResourceType, string>> = {
  vpc: "ec2 delete-vpc --vpc-id",
  subnet: "ec2 delete-subnet --subnet-id",
  "internet-gateway": "ec2 delete-internet-gateway --internet-gateway-id",
  "route-table": "ec2 delete-route-table --route-table-id",
  "security-group": "ec2 delete-security-group --group-id",
  instance: "ec2 terminate-instances --instance-ids",
  volume: "ec2 delete-volume --volume-id",
  "iam-role": "iam delete-role --role-name",
  "instance-profile": "iam delete-instance-profile --instance-profile-name",
  "log-group": "logs delete-log-group --log-group-name",
  "iam-policy": "iam delete-policy --policy-arn",
  "vpc-flow-log": "ec2 delete-flow-logs --flow-log-ids",
  "vpc-peering-connection": "ec2 delete-vpc-peering-connection --vpc-peering-connection-id",
  "network-interface": "ec2 delete-network-interface --network-interface-id",
  "network-acl": "ec2 delete-network-acl --network-acl-id",
  "elastic-ip": "ec2 release-address --allocation-id",
  "vpc-endpoint": "ec2 delete-vpc-endpoints --vpc-endpoint-ids",
  natgateway: "ec2 delete-nat-gateway --nat-gateway-id",
};

/** AWS deletes nothing that holds, or is named by, what comes before it here. Of all else the order is the caller's. */
const ORDER: readonly ResourceType[] = [
  "instance",
  "vpc-endpoint",
  "natgateway",
  "vpc-peering-connection",
  "elastic-ip",
  "network-interface",
  "volume",
  "security-group",
  "internet-gateway",
  "subnet",
  "route-table",
  "network-acl",
  "vpc",
];

/** For sorting: what AWS can delete first, first. */
export function byDeletion(one: { type: ResourceType }, other: { type: ResourceType }): number {
  return ORDER.indexOf(one.type) - ORDER.indexOf(other.type);
}

/** The command that deletes it, and the wait for what takes its time: what comes next is refused until then. */
export function deleteCommands(thing: { type: ResourceType; id: string }, region: string): string[] {
  const wait = WAITS[thing.type];
  return [
    deleteCommand(thing, region),
    ...(wait === undefined
      ? []
      : [`aws ec2 wait ${wait} ${shellWord(thing.id)} --region ${shellWord(region)}`]),
  ];
}

const WAITS: Partial<Record<ResourceType, string>> = {
  instance: "instance-terminated --instance-ids",
  natgateway: "nat-gateway-deleted --nat-gateway-ids",
};

/** `aws ec2 delete-subnet --subnet-id subnet-0ab1 --region eu-west-3` */
export function deleteCommand({ type, id }: { type: ResourceType; id: string }, region: string): string {
  return `aws ${COMMANDS[type]} ${shellWord(id)} --region ${shellWord(region)}`;
}

/** Takes a volume from the instance that has it; a root volume only while that is stopped. */
export function detachCommand(id: string, region: string): string {
  return `aws ec2 detach-volume --volume-id ${shellWord(id)} --region ${shellWord(region)}`;
}

/** Takes the lab's tag off a thing that is not the lab's. */
export function untagCommand(id: string, region: string): string {
  return `aws ec2 delete-tags --resources ${shellWord(id)} --tags Key=vpclab:lab --region ${shellWord(region)}`;
}
