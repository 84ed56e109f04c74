/** The DNS names that EC2 gives to addresses. */

/** `ip-10-1-4-12.ec2.internal`; outside us-east-1 the Region is in the name. */
export function privateDnsName(regionName: string, address: string): string {
  const domain = regionName === "us-east-1" ? "ec2.internal" : `${regionName}.compute.internal`;
  return `ip-${address.replaceAll(".", "-")}.${domain}`;
}

/** `ec2-18-1-2-3.eu-west-3.compute.amazonaws.com`; in us-east-1 `….compute-1.amazonaws.com`. */
export function publicDnsName(regionName: string, address: string): string {
  const domain = regionName === "us-east-1" ? "compute-1" : `${regionName}.compute`;
  return `ec2-${address.replaceAll(".", "-")}.${domain}.amazonaws.com`;
}
