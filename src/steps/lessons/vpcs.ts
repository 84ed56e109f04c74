/** What step 1 teaches. */

import { subnetCidr } from "../../aws/subnet.ts";
import type { LabSpec, Side } from "../../lab/spec.ts";
import type { Lesson } from "../step.ts";

export const vpcsLesson: Lesson = {
  goal: "By the end there are two separate private networks, each with a public subnet.",
  why: [
    "A VPC (Virtual Private Cloud) is a network of your own inside AWS; nothing gets in or out unless you say so.",
    "We make two that know nothing of each other, to see later what it takes to connect them.",
    "Their address ranges must not overlap: an address that both have could never be routed.",
  ],
  concepts: [
    {
      term: "CIDR block",
      text: "The range of addresses a network uses. In 10.1.0.0/16 the first 16 bits are fixed, so it holds 10.1.0.0 to 10.1.255.255: 65,536 addresses. VPC 2 has 10.2.0.0/16. Different blocks are what makes peering possible: a route names a range, and a range can lead to one place only.",
    },
    {
      term: "Subnet",
      text: "A slice of the VPC's addresses in one Availability Zone; instances live in subnets. AWS keeps five addresses of each for itself.",
    },
    {
      term: "Public subnet",
      text: "Nothing but a subnet whose route table sends 0.0.0.0/0 to an internet gateway. There is no switch called public: routing makes it so. That instances get a public IPv4 address at launch is a separate setting; they need both.",
    },
    {
      term: "Internet gateway",
      text: "The VPC's door to the internet. It swaps an instance's private address for its public one on the way out, and back on the way in. It only carries what has a public address: a packet to 10.2.x.x that ends up here is dropped.",
    },
    {
      term: "Route table",
      text: "Which way a packet takes, by its destination. Every table has a local route for its own VPC that cannot be removed; of several routes that match, the most specific one wins.",
    },
  ],
  byCli: (spec) => {
    const commands = (n: Side, cidr: string) => [
      `# VPC ${n}`,
      `VPC_${n}=$(aws ec2 create-vpc --cidr-block ${cidr} --tag-specifications "$(named vpc ${spec.nameOf(`vpc-${n}`)})" --query Vpc.VpcId --output text)`,
      `aws ec2 wait vpc-available --vpc-ids $VPC_${n}`,
      `aws ec2 modify-vpc-attribute --vpc-id $VPC_${n} --enable-dns-hostnames`,
      `SUBNET_${n}=$(aws ec2 create-subnet --vpc-id $VPC_${n} --cidr-block ${subnetCidr(cidr)} --availability-zone $AZ --tag-specifications "$(named subnet ${spec.nameOf(`subnet-${n}`, "$AZ")})" --query Subnet.SubnetId --output text)`,
      `aws ec2 modify-subnet-attribute --subnet-id $SUBNET_${n} --map-public-ip-on-launch`,
      `IGW_${n}=$(aws ec2 create-internet-gateway --tag-specifications "$(named internet-gateway ${spec.nameOf(`internet-gateway-${n}`)})" --query InternetGateway.InternetGatewayId --output text)`,
      `aws ec2 attach-internet-gateway --internet-gateway-id $IGW_${n} --vpc-id $VPC_${n}`,
      `RTB_${n}=$(aws ec2 create-route-table --vpc-id $VPC_${n} --tag-specifications "$(named route-table ${spec.nameOf(`route-table-${n}`)})" --query RouteTable.RouteTableId --output text)`,
      `aws ec2 create-route --route-table-id $RTB_${n} --destination-cidr-block 0.0.0.0/0 --gateway-id $IGW_${n}`,
      `aws ec2 associate-route-table --route-table-id $RTB_${n} --subnet-id $SUBNET_${n}`,
    ];
    return [
      `export AWS_REGION=${spec.region} AWS_PAGER=`,
      "export AWS_DEFAULT_REGION=$AWS_REGION",
      ...typeByCli(spec),
      "AZ=$(aws ec2 describe-instance-type-offerings --location-type availability-zone --filters Name=instance-type,Values=$TYPE --query 'sort(InstanceTypeOfferings[].Location)[0]' --output text)",
      "# Writes down a name for the call that makes the thing",
      'named() { echo "ResourceType=$1,Tags=[{Key=Name,Value="$2"}]"; }',
      ...commands(1, spec.cidr1),
      ...commands(2, spec.cidr2),
    ];
  },
  byConsole: (spec) => [
    'Open VPC › Your VPCs › Create VPC, and choose "VPC and more".',
    `Name tag auto-generation: ${spec.nameOf("vpc-1").replace(/-vpc$/, "")}. IPv4 CIDR block: ${spec.cidr1}. No IPv6, default tenancy.`,
    `One Availability Zone, one public subnet (${subnetCidr(spec.cidr1)}), no private subnet, no NAT gateway, no VPC endpoint.`,
    "Leave DNS hostnames and DNS resolution on, and create it.",
    `Do the same once more: ${spec.nameOf("vpc-2").replace(/-vpc$/, "")} with ${spec.cidr2} and ${subnetCidr(spec.cidr2)}.`,
    "For both subnets: Actions › Edit subnet settings › Enable auto-assign public IPv4 address.",
  ],
};

/** As `vpclab up` chooses it: not every account may have t2.micro. */
function typeByCli({ instanceType }: LabSpec): string[] {
  if (instanceType !== undefined) return [`TYPE=${instanceType}`];
  return [
    "# t2.micro, or t3.micro where that is the free one",
    "FREE=Name=free-tier-eligible,Values=true",
    "TYPE=$(aws ec2 describe-instance-types --filters $FREE Name=instance-type,Values=t2.micro,t3.micro --query 'sort(InstanceTypes[].InstanceType)[0]' --output text)",
  ];
}
