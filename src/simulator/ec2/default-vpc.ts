/** The default VPC that every account has in every Region: ready to launch into, and not the lab's. */
import {
  CreateDefaultVpc$,
  type CreateDefaultVpcRequest,
  type CreateDefaultVpcResult,
} from "@aws-sdk/client-ec2";
import { formatAddress, toCidr } from "../../network/cidr.ts";
import type { Context } from "../context.ts";
import { AwsError } from "../error.ts";
import { type Operation, operation } from "../operation.ts";
import { addInternetGateway } from "./internet-gateways.ts";
import { zonesOf } from "./regions.ts";
import { mainRouteTable } from "./route-tables.ts";
import { defaultVpcOf } from "./security-groups.ts";
import type { VpcState } from "./state.ts";
import { addSubnet } from "./subnets.ts";
import { addVpc, describeVpc } from "./vpcs.ts";

const CIDR = "172.31.0.0/16";
const SUBNET_PREFIX = 20;

/**
 * Makes the context's Region a default VPC: 172.31.0.0/16, a /20 subnet with public addresses in each Availability
 * Zone, a gateway and a route to it (VPC guide, "Default VPCs").
 * @throws AwsError when a quota is used up
 */
export function layOutDefaultVpc(context: Context): VpcState {
  const vpc = addVpc(context, { cidr: CIDR, isDefault: true, enableDnsHostnames: true, tags: {} });
  const gateway = addInternetGateway(context);
  gateway.vpcId = vpc.id;
  mainRouteTable(context, vpc.id).routes.push({ destinationCidr: "0.0.0.0/0", gatewayId: gateway.id });
  for (const [index, zone] of zonesOf(context.regionName).entries())
    addSubnet(context, {
      vpcId: vpc.id,
      cidr: `${formatAddress(toCidr(CIDR).base + index * 2 ** (32 - SUBNET_PREFIX))}/${SUBNET_PREFIX}`,
      availabilityZone: zone.name,
      mapPublicIpOnLaunch: true,
      isDefaultForAz: true,
      tags: {},
    });
  return vpc;
}

function createDefaultVpc(context: Context, _input: CreateDefaultVpcRequest): CreateDefaultVpcResult {
  if (defaultVpcOf(context))
    throw new AwsError(
      "DefaultVpcAlreadyExists",
      "A Default VPC already exists for this account in this region.",
    );
  const vpc = layOutDefaultVpc(context);
  return { Vpc: { ...describeVpc(context, vpc), State: "pending" } };
}

export const operations: readonly Operation[] = [operation(CreateDefaultVpc$, [], createDefaultVpc)];
