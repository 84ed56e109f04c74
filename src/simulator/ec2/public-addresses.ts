/** Public IPv4 addresses: auto-assigned ones live on their interface, Elastic IPs are resources of their own. */
import type { Context } from "../context.ts";
import type { AddressState, Ec2State, NetworkInterfaceState } from "./state.ts";

/** The Elastic IP that is mapped to an interface, if one is. */
export function elasticAddressOf(ec2: Ec2State, networkInterfaceId: string): AddressState | undefined {
  return Object.values(ec2.addresses).find((address) => address.networkInterfaceId === networkInterfaceId);
}

/** The public address that the internet gateway maps to an interface: an Elastic IP wins over an auto-assigned one. */
export function publicAddressOf(ec2: Ec2State, networkInterface: NetworkInterfaceState): string | undefined {
  return elasticAddressOf(ec2, networkInterface.id)?.publicAddress ?? networkInterface.publicAddress;
}

/** First octets of blocks that Amazon publishes as EC2's own. */
const AMAZON_FIRST_OCTETS = [3, 13, 15, 18, 34, 35, 44, 52, 54] as const;

/** A public address that nothing else in the Region has. */
export function newPublicAddress(context: Context): string {
  const { addresses, networkInterfaces } = context.region.ec2;
  const taken = new Set(
    [...Object.values(addresses), ...Object.values(networkInterfaces)].map((one) => one.publicAddress),
  );
  for (;;) {
    const first = AMAZON_FIRST_OCTETS[context.randomInteger(0, AMAZON_FIRST_OCTETS.length - 1)];
    const rest = [0, 0, 0].map(() => context.randomInteger(1, 254));
    const address = [first, ...rest].join(".");
    if (!taken.has(address)) return address;
  }
}
