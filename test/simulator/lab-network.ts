/** The lab's network, made with the lab's own calls. */
import {
  AcceptVpcPeeringConnectionCommand,
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcPeeringConnectionCommand,
  type EC2Client,
} from "@aws-sdk/client-ec2";
import type { Embedded } from "./embedded.ts";

export interface Side {
  readonly vpcId: string;
  readonly subnetId: string;
  readonly gatewayId: string;
  readonly routeTableId: string;
}

/** The id in an answer; fails the test if the answer has none. */
export function id(value: string | undefined): string {
  if (value === undefined) throw new Error("the answer has no id");
  return value;
}

export async function createVpc(ec2: EC2Client, cidr = "10.1.0.0/16"): Promise<string> {
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: cidr }));
  return id(Vpc?.VpcId);
}

/** VPC with a /20 subnet, an attached gateway and an associated route table with 0.0.0.0/0. */
export async function createSide(ec2: EC2Client, number: 1 | 2): Promise<Side> {
  const vpcId = await createVpc(ec2, `10.${number}.0.0/16`);
  const { Subnet } = await ec2.send(
    new CreateSubnetCommand({
      VpcId: vpcId,
      CidrBlock: `10.${number}.0.0/20`,
      AvailabilityZone: "us-east-1a",
    }),
  );
  const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}));
  const { RouteTable } = await ec2.send(new CreateRouteTableCommand({ VpcId: vpcId }));
  const side = {
    vpcId,
    subnetId: id(Subnet?.SubnetId),
    gatewayId: id(InternetGateway?.InternetGatewayId),
    routeTableId: id(RouteTable?.RouteTableId),
  };
  await ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId: side.gatewayId, VpcId: vpcId }));
  await ec2.send(
    new CreateRouteCommand({
      RouteTableId: side.routeTableId,
      DestinationCidrBlock: "0.0.0.0/0",
      GatewayId: side.gatewayId,
    }),
  );
  await ec2.send(
    new AssociateRouteTableCommand({ RouteTableId: side.routeTableId, SubnetId: side.subnetId }),
  );
  return side;
}

/** Requests a connection and waits until it can be accepted. */
export async function requestPeering(
  { ec2, clock }: Embedded,
  VpcId: string,
  PeerVpcId: string,
): Promise<string> {
  const create = new CreateVpcPeeringConnectionCommand({ VpcId, PeerVpcId });
  const { VpcPeeringConnection } = await ec2.send(create);
  await clock.sleep(5_000);
  return id(VpcPeeringConnection?.VpcPeeringConnectionId);
}

/** Requests and accepts a connection and waits until it is active. */
export async function peer(aws: Embedded, requesterVpcId: string, accepterVpcId: string): Promise<string> {
  const VpcPeeringConnectionId = await requestPeering(aws, requesterVpcId, accepterVpcId);
  await aws.ec2.send(new AcceptVpcPeeringConnectionCommand({ VpcPeeringConnectionId }));
  await aws.clock.sleep(10_000);
  return VpcPeeringConnectionId;
}
