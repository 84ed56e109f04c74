/** What a step's `down` says of each resource. */
import type { Deletion } from "../aws/deletion.ts";
import { codeOf, LabError } from "../aws/errors.ts";
import type { InventoryResource } from "../aws/inventory.ts";
import type { Removal } from "./step.ts";

/** Runs one deletion; a refusal is its result and stops nothing else. */
export async function removal(resource: InventoryResource, work: () => Promise<Deletion>): Promise<Removal> {
  const { type, part, id, name } = resource;
  try {
    return { type, part, id, name, outcome: await work() };
  } catch (error) {
    return { type, part, id, name, outcome: "failed", reason: reasonOf(error) };
  }
}

/** An error in one sentence or two: what AWS said and its code. */
export function reasonOf(error: unknown): string {
  if (error instanceof LabError) return [error.message, error.why].filter((text) => text !== "").join(" ");
  if (!(error instanceof Error)) return String(error);
  const code = codeOf(error);
  return code === "" || error.message.includes(code) ? error.message : `${error.message} (${code})`;
}
