/** What is looked at before the first thing is made: whatever would stop the lab half-way. Reads only. */
import type { LabSpec } from "../../lab/spec.ts";
import type { Aws } from "../clients.ts";
import type { Check } from "./check.ts";
import { lookForNames } from "./names.ts";
import { type Ingredients, lookForImage, lookForInstanceType } from "./placement.ts";
import { lookForNetworks, type RoomOptions } from "./room.ts";

export interface Readiness {
  /** In the order in which they are told. */
  readonly checks: readonly Check[];
  readonly ingredients: Ingredients;
}

/** All side by side: as long as the longest of them takes. */
export async function lookBeforeBuilding(
  aws: Aws,
  spec: LabSpec,
  account: string,
  options: RoomOptions = {},
): Promise<Readiness> {
  const [[vpcs, gateways], placement, image, names] = await Promise.all([
    lookForNetworks(aws, spec, options),
    lookForInstanceType(aws, spec),
    lookForImage(aws),
    lookForNames(aws, spec, account),
  ]);
  const { check: type, ...chosen } = placement;
  const { check: imageCheck, ...imageId } = image;
  return { checks: [vpcs, gateways, type, imageCheck, names], ingredients: { ...chosen, ...imageId } };
}
