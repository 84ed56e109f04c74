/** All of a lab at one glance, as `status` shows it: what stands, the network it forms, and what strangers put into it. */
import type { LabSpec } from "../lab/spec.ts";
import type { Aws } from "./clients.ts";
import { type Inventory, inventoryOf, readOthers } from "./inventory.ts";
import { readRegionNetwork } from "./region-network.ts";
import { readForeignKinds, type Strays, straysIn } from "./strays.ts";
import { taggedNetworkIn } from "./tagged.ts";
import { type LabNetwork, labNetworkIn } from "./topology.ts";

export interface Survey {
  readonly inventory: Inventory;
  readonly network: LabNetwork;
  readonly strays: Strays;
}

/**
 * Reads everything in one round: each kind once, so that what is said of it agrees.
 * @param account twelve digits
 */
export async function surveyLab({
  aws,
  spec,
  account,
}: {
  readonly aws: Aws;
  readonly spec: LabSpec;
  readonly account: string | Promise<string>;
}): Promise<Survey> {
  const [region, foreign, others] = await Promise.all([
    readRegionNetwork(aws),
    readForeignKinds(aws, []),
    readOthers(aws, spec, account),
  ]);
  const inventory = inventoryOf(taggedNetworkIn(region, spec), others);
  return { inventory, network: labNetworkIn(region, spec), strays: straysIn(region, foreign, inventory) };
}
