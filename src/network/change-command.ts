/** A change in words, and as the command of the AWS CLI that makes it. */
import { type Change, NEW_GATEWAY, NEW_PEERING } from "./change.ts";
import { describePattern } from "./packet.ts";
import type { Named, Topology } from "./topology.ts";

/** What the shell remembers of ids that AWS gives only when the command has run. */
const VARIABLES: Readonly<Record<string, string>> = {
  [NEW_GATEWAY]: '"$GATEWAY"',
  [NEW_PEERING]: '"$PEERING"',
};

/**
 * One line for a POSIX shell. A command that makes what a later one names keeps its id in a variable of the shell.
 * Ids, CIDRs and numbers alone are filled in, none of which a shell takes for anything else.
 * @param tags of the gateway or the peering connection that it makes, none with a quote in it; default: none
 */
export function awsCommand(
  change: Change,
  region: string,
  tags: Readonly<Record<string, string>> = {},
): string {
  const ec2 = (operation: string, ...options: readonly string[]) =>
    ["aws ec2", operation, ...options, `--region ${region}`].join(" ");
  const id = (value: string) => VARIABLES[value] ?? value;
  const direction = (egress: boolean) => (egress ? "--egress" : "--ingress");
  switch (change.kind) {
    case "start-instance":
      return ec2("start-instances", `--instance-ids ${change.instanceId}`);
    case "authorize-security-group": {
      const { egress, protocol, ports, peer } = change.rule;
      const { from, to } = ports ?? { from: -1, to: -1 };
      return ec2(
        egress ? "authorize-security-group-egress" : "authorize-security-group-ingress",
        `--group-id ${change.groupId}`,
        `--protocol ${PROTOCOLS[protocol] ?? protocol}`,
        `--port ${from === to ? from : `${from}-${to}`}`,
        `--cidr ${peer.cidr}`,
      );
    }
    case "create-network-acl-entry": {
      const { ruleNumber, egress, protocol, cidr, ports, icmp } = change.entry;
      return ec2(
        "create-network-acl-entry",
        `--network-acl-id ${change.networkAclId}`,
        `--rule-number ${ruleNumber}`,
        direction(egress),
        `--protocol ${protocol}`,
        ...(ports ? [`--port-range From=${ports.from},To=${ports.to}`] : []),
        ...(icmp ? [`--icmp-type-code Type=${icmp.type},Code=${icmp.code}`] : []),
        `--cidr-block ${cidr}`,
        "--rule-action allow",
      );
    }
    case "delete-network-acl-entry":
      return ec2(
        "delete-network-acl-entry",
        `--network-acl-id ${change.networkAclId}`,
        `--rule-number ${change.ruleNumber}`,
        direction(change.egress),
      );
    case "create-route":
    case "replace-route": {
      const { target } = change;
      return ec2(
        change.kind,
        `--route-table-id ${change.routeTableId}`,
        `--destination-cidr-block ${change.destination}`,
        target.startsWith("pcx-")
          ? `--vpc-peering-connection-id ${id(target)}`
          : `--gateway-id ${id(target)}`,
      );
    }
    case "associate-route-table":
      return ec2(
        "associate-route-table",
        `--route-table-id ${change.routeTableId}`,
        `--subnet-id ${change.subnetId}`,
      );
    case "create-internet-gateway":
      return `GATEWAY=$(${ec2(
        "create-internet-gateway",
        ...tagged("internet-gateway", tags),
        "--query InternetGateway.InternetGatewayId",
        "--output text",
      )})`;
    case "attach-internet-gateway":
      return ec2(
        "attach-internet-gateway",
        `--internet-gateway-id ${id(change.gatewayId)}`,
        `--vpc-id ${change.vpcId}`,
      );
    case "associate-address":
      return ec2(
        "associate-address",
        `--network-interface-id ${change.networkInterfaceId}`,
        `--allocation-id $(${ec2("allocate-address", "--query AllocationId", "--output text")})`,
      );
    case "create-peering":
      return `PEERING=$(${ec2(
        "create-vpc-peering-connection",
        `--vpc-id ${change.requesterVpcId}`,
        `--peer-vpc-id ${change.accepterVpcId}`,
        ...tagged("vpc-peering-connection", tags),
        "--query VpcPeeringConnection.VpcPeeringConnectionId",
        "--output text",
      )})`;
    case "accept-peering":
      return ec2("accept-vpc-peering-connection", `--vpc-peering-connection-id ${id(change.peeringId)}`);
  }
}

/** With the spaces at which the AWS CLI's shorthand syntax may be folded. */
function tagged(resourceType: string, tags: Readonly<Record<string, string>>): string[] {
  const list = Object.entries(tags).map(([key, value]) => `{Key=${key},Value="${value}"}`);
  if (list.length === 0) return [];
  return [`--tag-specifications 'ResourceType=${resourceType}, Tags=[${list.join(", ")}]'`];
}

const PROTOCOLS: Readonly<Record<number, string>> = { 1: "icmp", 6: "tcp", 17: "udp" };

/** "a route for 10.2.0.0/16 to pcx-… in NextWork-1-rtb-public" */
export function describeChange(change: Change, network: Topology): string {
  const everything: readonly Named[] = Object.values(network).flat();
  const name = (id: string) => everything.find((one) => one.id === id)?.name ?? id;
  /** What the change before has just made. */
  const isNew = (id: string) => id in VARIABLES;
  switch (change.kind) {
    case "start-instance":
      return `start instance ${change.instanceId}`;
    case "authorize-security-group": {
      const { egress, peer } = change.rule;
      const traffic = describePattern(change.rule);
      return `let ${traffic} ${egress ? "out to" : "in from"} ${peer.cidr} in ${name(change.groupId)}`;
    }
    case "create-network-acl-entry": {
      const { egress, cidr, ruleNumber } = change.entry;
      const traffic = describePattern(change.entry);
      return `allow ${traffic} ${egress ? "out to" : "in from"} ${cidr} by rule ${ruleNumber} of ${name(change.networkAclId)}`;
    }
    case "delete-network-acl-entry":
      return `take ${change.egress ? "outbound" : "inbound"} rule ${change.ruleNumber} out of ${name(change.networkAclId)}`;
    case "create-route":
      return `a route for ${change.destination} to ${isNew(change.target) ? "it" : change.target} in ${name(change.routeTableId)}`;
    case "replace-route":
      return `the route for ${change.destination} in ${name(change.routeTableId)}, turned to ${isNew(change.target) ? "it" : change.target}`;
    case "associate-route-table":
      return `associate ${name(change.subnetId)} with ${name(change.routeTableId)}: now it follows the main table`;
    case "create-internet-gateway":
      return "make an internet gateway";
    case "attach-internet-gateway":
      return `attach ${isNew(change.gatewayId) ? "it" : name(change.gatewayId)} to ${name(change.vpcId)}`;
    case "associate-address":
      return `give ${name(change.networkInterfaceId)} a public address (an Elastic IP, to be released afterwards)`;
    case "create-peering":
      return `ask for a peering connection from ${name(change.requesterVpcId)} to ${name(change.accepterVpcId)}`;
    case "accept-peering":
      return `accept ${isNew(change.peeringId) ? "it" : `peering connection ${change.peeringId}`}`;
  }
}
