/** Where the lab stands and on what: chosen once, and then gone on with. */
import type { LabSpec } from "../lab/spec.ts";
import { chooseAvailabilityZone } from "./availability-zone.ts";
import type { Aws } from "./clients.ts";
import { describeInstances, isStanding } from "./instance.ts";
import { chooseInstanceType } from "./instance-type.ts";
import { describeSubnets } from "./subnet.ts";
import { labFilters } from "./tags.ts";

export interface Placement {
  readonly availabilityZone: string;
  readonly instanceType: string;
}

/**
 * The instance type and the Availability Zone: those of what an earlier run has begun to build, else chosen for this
 * account and Region. Reads only.
 * @throws LabError for a type that AWS does not offer there
 */
export async function choosePlacement(aws: Aws, spec: LabSpec): Promise<Placement> {
  const [subnets, instances] = await Promise.all([
    describeSubnets(aws, labFilters(spec)),
    describeInstances(aws, labFilters(spec)),
  ]);
  const [standingZone] = subnets.flatMap((subnet) => subnet.AvailabilityZone ?? []).sort();
  const standing = instances.filter(isStanding).flatMap(({ InstanceType }) => InstanceType ?? []);
  // Where an instance is still missing (AWS had no capacity for its type, say), another type may be asked for.
  const isFixed = standing.length >= 2 || spec.instanceType === undefined;
  const instanceType =
    (isFixed ? standing[0] : undefined) ?? (await chooseInstanceType(aws, spec.instanceType, standingZone));
  return {
    instanceType,
    availabilityZone: standingZone ?? (await chooseAvailabilityZone(aws, instanceType)),
  };
}
