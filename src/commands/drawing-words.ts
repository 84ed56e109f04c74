/** The lab's picture in sentences, for those who hear it. */
import type { LabPicture, PicturedSubnet, PicturedVpc } from "../lab/picture.ts";

/** @returns a sentence for each thing, in the order of the drawing; one for a lab of which nothing stands */
export function describeLab({ vpcs, peeringConnections, detachedGateways }: LabPicture): string[] {
  const nameOf = (vpcId: string) => vpcs.find(({ id }) => id === vpcId)?.name ?? vpcId;
  const sentences = [
    ...vpcs.flatMap(describeVpc),
    ...peeringConnections.map(
      ({ name, requesterVpcId, accepterVpcId, status }) =>
        `Peering connection ${name} from ${nameOf(requesterVpcId)} to ${nameOf(accepterVpcId)} is ${status}.`,
    ),
    ...detachedGateways.map(({ name }) => `Internet gateway ${name} is attached to no VPC.`),
  ];
  return sentences.length === 0 ? ["Nothing of this lab stands."] : sentences;
}

function describeVpc({ name, cidrs, gateway, subnets, flowLogs }: PicturedVpc): string[] {
  const way =
    gateway === null ? "has no internet gateway" : `reaches the internet by internet gateway ${gateway.name}`;
  return [
    `VPC ${name}, ${cidrs.join(", ")}, ${way}.`,
    ...subnets.flatMap(describeSubnet),
    ...flowLogs.map(({ of, trafficType, destination, failure }) => {
      const what = trafficType === "ALL" ? "All traffic" : `${trafficType} traffic alone`;
      const wrong = failure === null ? "" : `, but nothing is delivered: ${failure}`;
      return `${what} of ${of} is logged to ${destination}${wrong}.`;
    }),
  ];
}

function describeSubnet({ name, cidr, instances, routeTable }: PicturedSubnet): string[] {
  const routes = (routeTable?.routes ?? []).map(({ destination, target, isBlackhole }) =>
    target === "local"
      ? `keeps ${destination} in the VPC`
      : `sends ${destination} to ${target}${isBlackhole ? ", a blackhole" : ""}`,
  );
  const main = routeTable?.isMainByDefault ? ", the VPC's main one," : "";
  return [
    `It has subnet ${name}, ${cidr}.`,
    ...instances.map(({ name: instance, state, privateAddress, publicAddress }) => {
      const online = publicAddress === null ? "no public address" : `public address ${publicAddress}`;
      return `In it ${instance} is ${state}, with private address ${privateAddress} and ${online}.`;
    }),
    ...(routeTable ? [`Its route table ${routeTable.name}${main} ${listed(routes)}.`] : []),
  ];
}

function listed(clauses: readonly string[]): string {
  return clauses.length === 0 ? "has no routes" : clauses.join("; it ");
}
