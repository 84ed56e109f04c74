/** Where in the Region the lab stands. */
import { DescribeAvailabilityZonesCommand } from "@aws-sdk/client-ec2";
import type { Aws } from "./clients.ts";
import { LabError } from "./errors.ts";
import { zonesOffering } from "./instance-type.ts";

/**
 * The zones that are available, need no opting in, are no Local Zones, and offer the instance type: not every zone does
 * (AWS-FACTS §2).
 * @returns their names, "eu-west-3a", sorted: the same answer each time
 */
export async function availabilityZones(aws: Aws, instanceType: string): Promise<string[]> {
  const [{ AvailabilityZones = [] }, offering] = await Promise.all([
    aws.ec2.send(
      new DescribeAvailabilityZonesCommand({
        Filters: [
          { Name: "state", Values: ["available"] },
          { Name: "opt-in-status", Values: ["opt-in-not-required"] },
          { Name: "zone-type", Values: ["availability-zone"] },
        ],
      }),
    ),
    zonesOffering(aws, instanceType),
  ]);
  return AvailabilityZones.flatMap(({ ZoneName }) => ZoneName ?? [])
    .filter((name) => offering.has(name))
    .sort();
}

/**
 * The first of them.
 * @throws LabError "no-zone"
 */
export async function chooseAvailabilityZone(aws: Aws, instanceType: string): Promise<string> {
  const [zone] = await availabilityZones(aws, instanceType);
  if (zone !== undefined) return zone;
  throw new LabError("no-zone", `No Availability Zone of ${aws.region} offers ${instanceType}.`, {
    next: [
      "Take another type: vpclab up --instance-type t3.micro",
      "Or another Region: vpclab up --region us-east-1",
    ],
  });
}
