/** Public addresses that are Amazon's: services of AWS, and instances of other customers. */
import type { AddressRange } from "./addresses.ts";

/**
 * Wide blocks that have been registered to Amazon for years. AWS's own list
 * (https://ip-ranges.amazonaws.com/ip-ranges.json) has thousands and changes every week; these are what an instance in
 * this lab mostly meets: Systems Manager, Amazon's time servers, S3, EC2. An address outside may still be AWS's.
 */
const BLOCKS = [
  "3.0.0.0/8",
  "18.128.0.0/9",
  "23.20.0.0/14",
  "34.192.0.0/10",
  "44.192.0.0/10",
  "50.16.0.0/14",
  "52.0.0.0/10",
  "52.64.0.0/12",
  "52.84.0.0/14",
  "52.88.0.0/13",
  "52.119.128.0/17",
  "52.192.0.0/11",
  "54.64.0.0/11",
  "54.144.0.0/12",
  "54.160.0.0/11",
  "54.192.0.0/10",
  "100.20.0.0/14",
  "107.20.0.0/14",
  "174.129.0.0/16",
  "184.72.0.0/15",
  "204.236.128.0/17",
];

export const AWS_RANGES: readonly AddressRange[] = BLOCKS.map((cidr) => ({ cidr, owner: "AWS" }));
