/** IPv4 blocks as EC2 takes them: host bits are dropped ("we modify it to its canonical form"). */
import { formatCidr, network, parseCidr } from "../../network/cidr.ts";
import { AwsError } from "../error.ts";

/** The block without host bits; undefined if the text is no IPv4 block. */
export function canonicalBlock(text: string | undefined): string | undefined {
  const cidr = parseCidr(text ?? "");
  return cidr && formatCidr(network(cidr));
}

/** @throws AwsError `InvalidParameterValue` that names the parameter, as EC2 does for VPCs, subnets and routes */
export function requireBlock(text: string | undefined, parameter: string): string {
  const block = canonicalBlock(text);
  if (block === undefined)
    throw new AwsError(
      "InvalidParameterValue",
      `Value (${text ?? ""}) for parameter ${parameter} is invalid. This is not a valid CIDR block.`,
    );
  return block;
}
