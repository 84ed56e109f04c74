/** What the VPC's own DNS answers: EC2's names for addresses, and a few hosts on the internet. */
import { parseAddress } from "../../network/cidr.ts";
import type { Context } from "../context.ts";
import { privateDnsName, publicDnsName } from "../ec2/dns-names.ts";
import { joins } from "../ec2/peering-states.ts";
import { publicAddressOf } from "../ec2/public-addresses.ts";
import { hostNamed } from "./hosts.ts";

/** @returns undefined for a name that DNS does not know, and for every name where the VPC has no DNS */
export function resolve(context: Context, vpcId: string, name: string): string | undefined {
  if (parseAddress(name) !== undefined) return name;
  if (name === "localhost") return "127.0.0.1";
  const { vpcs, networkInterfaces, peeringConnections } = context.region.ec2;
  if (vpcs[vpcId]?.enableDnsSupport !== true) return undefined;
  for (const networkInterface of Object.values(networkInterfaces)) {
    const { privateAddress, vpcId: otherVpcId } = networkInterface;
    if (name === privateDnsName(context.regionName, privateAddress)) return privateAddress;
    const publicAddress = publicAddressOf(context.region.ec2, networkInterface);
    if (publicAddress === undefined || name !== publicDnsName(context.regionName, publicAddress)) continue;
    // Asked from inside, the public name leads to the private address: in the same VPC, or over a peering that
    // allows it.
    const isNear =
      otherVpcId === vpcId ||
      Object.values(peeringConnections).some(
        (peering) =>
          peering.status === "active" &&
          joins(peering, vpcId) &&
          joins(peering, otherVpcId) &&
          (peering.accepterVpcId === otherVpcId ? peering.accepterOptions : peering.requesterOptions)
            .allowDnsResolutionFromRemoteVpc,
      );
    return isNear ? privateAddress : publicAddress;
  }
  return hostNamed(name)?.address;
}
