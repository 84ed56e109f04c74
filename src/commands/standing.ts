/** How far the lab is and what it costs, from what AWS shows. */
import type { Volume } from "@aws-sdk/client-ec2";
import type { Inventory } from "../aws/inventory.ts";
import { money } from "../lab/figures.ts";
import type { Journal } from "../lab/journal.ts";
import type { Place } from "../lab/memory.ts";
import { hourlyPrice } from "../lab/prices.ts";
import type { LabSpec, StepId } from "../lab/spec.ts";
import { STEPS } from "../steps/index.ts";
import type { StepState } from "../steps/step.ts";
import { endpointPrice, isAwsItself } from "./endpoint.ts";

/** Which lab it is, for programs. */
export function placeJson({ lab, target, endpointUrl, region, account }: Place) {
  return { lab, target, ...(endpointUrl !== undefined && { endpointUrl }), region, account };
}

/** Steps 1 to 7; "prepare" is not counted. */
export function stepStates(
  inventory: Inventory,
  { journal, spec }: { readonly journal: Journal; readonly spec: LabSpec },
): { id: StepId; state: StepState }[] {
  return STEPS.filter(({ id }) => id !== "prepare").map((step) => ({
    id: step.id,
    state: step.state(inventory, journal, spec),
  }));
}

/** Dollars an hour, of the instances that run or start and of all disks; 0 where AWS's prices do not hold. */
export function costPerHour(place: Place, inventory: Inventory): number {
  if (!isAwsItself(place)) return 0;
  const types = inventory.instances
    .filter(({ State }) => State?.Name === "pending" || State?.Name === "running")
    .map(({ InstanceType }) => InstanceType ?? "");
  return round(hourlyPrice(place.region, types, sizesOf(inventory.volumes)).total);
}

/**
 * Where it is and what it costs, to follow "19 resources stand": "at about $0.034 an hour".
 * @param perHour see costPerHour
 */
export function priceInWords(place: Place, perHour: number): string {
  if (place.target === "simulator") return "on the embedded AWS and at no cost";
  if (!isAwsItself(place)) return `at ${endpointPrice(place)}`;
  return perHour > 0 ? `at about ${money(perHour)} an hour` : "at no cost by the hour";
}

/** In GiB. */
export function sizesOf(volumes: readonly Volume[]): number[] {
  return volumes.map(({ Size }) => Size ?? 0);
}

/** To a hundredth of a cent: sums of floating-point prices read badly otherwise. */
export function round(dollars: number): number {
  return Math.round(dollars * 10_000) / 10_000;
}
