/** Step 1: two VPCs, each with a public subnet, a way to the internet, and the route that leads there. */
import type { RouteTable, Vpc } from "@aws-sdk/client-ec2";
import { given } from "../aws/answer.ts";
import { LabError } from "../aws/errors.ts";
import {
  attachInternetGateway,
  createInternetGateway,
  deleteInternetGateway,
  findInternetGateways,
  isAttachedTo,
} from "../aws/internet-gateway.ts";
import { type Inventory, ofPart } from "../aws/inventory.ts";
import {
  associateRouteTable,
  createRouteTable,
  deleteRouteTable,
  ensureRoute,
  findRouteTables,
  isAssociatedWith,
  leadsTo,
  routeTo,
} from "../aws/route-table.ts";
import { createSubnet, deleteSubnet, findSubnets, mapPublicAddresses, subnetCidr } from "../aws/subnet.ts";
import { createVpc, deleteVpc, enableDns, findVpcs, waitUntilVpcAvailable } from "../aws/vpc.ts";
import type { Side } from "../lab/spec.ts";
import { ensurePart } from "./ensure-part.ts";
import { vpcsLesson } from "./lessons/vpcs.ts";
import { removal } from "./removal.ts";
import type { LabContext, Removal, Step } from "./step.ts";
import { bothSides, together } from "./together.ts";

const EVERYWHERE = "0.0.0.0/0";

export const vpcs: Step = {
  id: "vpcs",
  title: "Set up two VPCs",
  lesson: vpcsLesson,

  async up(lab) {
    await bothSides(lab, (side) => setUpNetwork(lab, side));
  },

  // What stands in a VPC keeps it: instances by their network interfaces, the gateway by their public addresses.
  downAfter: ["instances", "flow-log", "peering"],

  async down({ aws, spec }, inventory) {
    const each = (type: Removal["type"], remove: (id: string) => Parameters<typeof removal>[1]) =>
      Promise.all(
        inventory.resources
          .filter((resource) => resource.type === type)
          .map((resource) => removal(resource, remove(resource.id))),
      );
    const contents = await Promise.all([
      each("internet-gateway", (id) => () => deleteInternetGateway(aws, spec, id)),
      each("subnet", (id) => () => deleteSubnet(aws, spec, id)),
      each("route-table", (id) => () => deleteRouteTable(aws, id)),
    ]);
    const networks = await each("vpc", (id) => () => deleteVpc(aws, spec, id));
    return [...contents.flat(), ...networks];
  },

  state(inventory) {
    if (([1, 2] as const).every((side) => isSetUp(inventory, side))) return "done";
    const { vpcs, subnets, internetGateways, routeTables } = inventory;
    const any = [vpcs, subnets, internetGateways, routeTables].some((list) => list.length > 0);
    return any ? "partial" : "todo";
  },
};

/** One VPC with all that belongs to it; what stands is found. */
export async function setUpNetwork(lab: LabContext, side: Side): Promise<void> {
  const { aws, spec } = lab;
  let isNew = false;
  const vpc = await ensurePart(lab, {
    part: `vpc-${side}`,
    type: "vpc",
    text: `${spec.nameOf(`vpc-${side}`)} is a private network, ${cidrOf(lab, side)}`,
    async find() {
      const found = await findVpcs(aws, spec, side);
      if (found[0]) refuseOtherCidr(found[0], cidrOf(lab, side), side);
      return found;
    },
    create() {
      isNew = true;
      return createVpc(aws, spec, side);
    },
    idOf: ({ VpcId }) => VpcId,
  });
  const vpcId = given(vpc.VpcId, "the VPC's id");
  if (vpc.State !== "available") await waitUntilVpcAvailable(aws, vpcId);
  const [, subnetId, gatewayId, table] = await together(lab, [
    enableDns(aws, vpcId, { isNew }),
    setUpSubnet(lab, side, vpcId),
    setUpInternetGateway(lab, side, vpcId),
    ensurePart(lab, {
      part: `route-table-${side}`,
      type: "route-table",
      text: `${spec.nameOf(`route-table-${side}`)} says which way packets go`,
      find: () => findRouteTables(aws, spec, side, vpcId),
      create: () => createRouteTable(aws, spec, side, vpcId),
      idOf: ({ RouteTableId }) => RouteTableId,
    }),
  ]);
  await together(lab, [routeToInternet(lab, side, table, gatewayId), associate(lab, side, table, subnetId)]);
}

function cidrOf({ spec }: LabContext, side: Side): string {
  return side === 1 ? spec.cidr1 : spec.cidr2;
}

function refuseOtherCidr({ VpcId, CidrBlock }: Vpc, wanted: string, side: Side): void {
  if (CidrBlock === undefined || CidrBlock === wanted) return;
  throw new LabError(
    "cidr-differs",
    `VPC ${side} (${VpcId}) stands already, with ${CidrBlock} and not ${wanted}.`,
    {
      why: "The CIDR block of a VPC cannot be changed.",
      next: [
        `Go on with it as it is: --cidr-${side} ${CidrBlock}`,
        "Or begin anew: vpclab teardown, then the same command again.",
      ],
    },
  );
}

async function setUpSubnet(lab: LabContext, side: Side, vpcId: string): Promise<string> {
  const { aws, spec } = lab;
  const { availabilityZone } = lab.prepared;
  if (availabilityZone === undefined) throw new Error("Step 0, prepare, has not run.");
  const cidr = cidrOf(lab, side);
  const subnet = await ensurePart(lab, {
    part: `subnet-${side}`,
    type: "subnet",
    text: `${spec.nameOf(`subnet-${side}`, availabilityZone)}, ${subnetCidr(cidr)}`,
    find: () => findSubnets(aws, spec, side, vpcId),
    create: () => createSubnet(aws, spec, side, { id: vpcId, cidr }, availabilityZone),
    idOf: ({ SubnetId }) => SubnetId,
  });
  const subnetId = given(subnet.SubnetId, "the subnet's id");
  if (!subnet.MapPublicIpOnLaunch) await mapPublicAddresses(aws, subnetId);
  return subnetId;
}

async function setUpInternetGateway(lab: LabContext, side: Side, vpcId: string): Promise<string> {
  const { aws, spec } = lab;
  const gateway = await ensurePart(lab, {
    part: `internet-gateway-${side}`,
    type: "internet-gateway",
    text: `${spec.nameOf(`internet-gateway-${side}`)} is its door to the internet`,
    find: () => findInternetGateways(aws, spec, side, vpcId),
    create: () => createInternetGateway(aws, spec, side),
    idOf: ({ InternetGatewayId }) => InternetGatewayId,
  });
  const gatewayId = given(gateway.InternetGatewayId, "the internet gateway's id");
  return isAttachedTo(gateway, vpcId) ? gatewayId : attachInternetGateway(aws, spec, gatewayId, vpcId);
}

async function routeToInternet(
  lab: LabContext,
  side: Side,
  table: RouteTable,
  gatewayId: string,
): Promise<void> {
  const begun = lab.aws.clock.now();
  const outcome = await ensureRoute(lab.aws, table, EVERYWHERE, { GatewayId: gatewayId });
  lab.narrator.resource({
    text: `VPC ${side}: ${EVERYWHERE} leads to the internet gateway`,
    type: "route",
    part: `route-table-${side}`,
    id: table.RouteTableId ?? "",
    outcome,
    ms: lab.aws.clock.now() - begun,
  });
}

async function associate(lab: LabContext, side: Side, table: RouteTable, subnetId: string): Promise<void> {
  const begun = lab.aws.clock.now();
  const isThere = isAssociatedWith(table, subnetId);
  const tableId = given(table.RouteTableId, "the route table's id");
  if (!isThere) await associateRouteTable(lab.aws, tableId, subnetId);
  lab.narrator.resource({
    text: `VPC ${side}: the subnet follows that table, so is public`,
    type: "subnet-route-table-association",
    part: `subnet-${side}`,
    id: subnetId,
    outcome: isThere ? "found" : "made",
    ms: lab.aws.clock.now() - begun,
  });
}

/** Whether a VPC has all that this step gives it. */
function isSetUp(inventory: Inventory, side: Side): boolean {
  const vpcs = ofPart(inventory.vpcs, `vpc-${side}`);
  return vpcs.some(({ VpcId = "" }) => {
    const subnets = ofPart(inventory.subnets, `subnet-${side}`).filter((subnet) => subnet.VpcId === VpcId);
    const gateways = ofPart(inventory.internetGateways, `internet-gateway-${side}`).filter((gateway) =>
      isAttachedTo(gateway, VpcId),
    );
    return ofPart(inventory.routeTables, `route-table-${side}`).some(
      (table) =>
        subnets.some(
          ({ SubnetId = "", MapPublicIpOnLaunch }) =>
            MapPublicIpOnLaunch && isAssociatedWith(table, SubnetId),
        ) &&
        gateways.some(({ InternetGatewayId: GatewayId = "" }) =>
          leadsTo(routeTo(table, EVERYWHERE), { GatewayId }),
        ),
    );
  });
}
