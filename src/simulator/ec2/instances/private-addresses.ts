/** The private addresses of network interfaces. */
import { firstAddress, formatAddress, lastAddress, parseAddress, toCidr } from "../../../network/cidr.ts";
import type { Context } from "../../context.ts";
import { AwsError } from "../../error.ts";
import type { SubnetState } from "../state.ts";

/**
 * A free private address of a subnet: the one asked for, or any. The first four and the last are AWS's own.
 * @throws InvalidParameterValue, InvalidIPAddress.InUse, InsufficientFreeAddressesInSubnet
 */
export function newPrivateAddress(context: Context, subnet: SubnetState, wanted?: string): string {
  const block = toCidr(subnet.cidr);
  const first = firstAddress(block) + 4;
  const last = lastAddress(block) - 1;
  const taken = new Set(
    Object.values(context.region.ec2.networkInterfaces)
      .filter((other) => other.subnetId === subnet.id)
      .map((other) => other.privateAddress),
  );
  if (wanted !== undefined) {
    const number = parseAddress(wanted);
    if (number === undefined || number < first || number > last)
      throw new AwsError("InvalidParameterValue", "Address does not fall within the subnet's address range");
    if (taken.has(wanted)) throw new AwsError("InvalidIPAddress.InUse", `Address ${wanted} is in use.`);
    return wanted;
  }
  const size = last - first + 1;
  const start = context.randomInteger(0, size - 1);
  for (let step = 0; step < size; step++) {
    const address = formatAddress(first + ((start + step) % size));
    if (!taken.has(address)) return address;
  }
  throw new AwsError(
    "InsufficientFreeAddressesInSubnet",
    `There are not enough free addresses in subnet '${subnet.id}' to satisfy the requested number of instances.`,
  );
}
