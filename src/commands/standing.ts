/** How far the lab is and what it costs, from what AWS shows. */
import type { Volume } from "@aws-sdk/client-ec2";
import type { Inventory } from "../aws/inventory.ts";
import type { Journal } from "../lab/journal.ts";
import type { Place } from "../lab/memory.ts";
import { hourlyPrice } from "../lab/prices.ts";
import type { StepId } from "../lab/spec.ts";
import { STEPS } from "../steps/index.ts";
import type { StepState } from "../steps/step.ts";

/** Steps 1 to 7; "prepare" is not counted. */
export function stepStates(inventory: Inventory, journal: Journal): { id: StepId; state: StepState }[] {
  return STEPS.filter(({ id }) => id !== "prepare").map((step) => ({
    id: step.id,
    state: step.state(inventory, journal),
  }));
}

/** Dollars an hour, of the instances that run or start and of all disks; 0 on the embedded AWS. */
export function costPerHour(place: Place, inventory: Inventory): number {
  if (place.target === "simulator") return 0;
  const types = inventory.instances
    .filter(({ State }) => State?.Name === "pending" || State?.Name === "running")
    .map(({ InstanceType }) => InstanceType ?? "");
  return round(hourlyPrice(place.region, types, sizesOf(inventory.volumes)).total);
}

/** In GiB. */
export function sizesOf(volumes: readonly Volume[]): number[] {
  return volumes.map(({ Size }) => Size ?? 0);
}

/** To a hundredth of a cent: sums of floating-point prices read badly otherwise. */
export function round(dollars: number): number {
  return Math.round(dollars * 10_000) / 10_000;
}
