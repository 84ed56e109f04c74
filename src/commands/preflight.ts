/** Before `up` makes the first thing: whatever would stop the lab half-way is told now. */
import { lookBeforeBuilding } from "../aws/readiness/before-building.ts";
import type { Ingredients } from "../aws/readiness/placement.ts";
import type { RoomOptions } from "../aws/readiness/room.ts";
import { LabError } from "../lab/error.ts";
import { isAwsItself } from "./endpoint.ts";
import type { OpenLab } from "./open-lab.ts";

export interface Preflight {
  /** What the lab's instances are or would be made of. */
  readonly ingredients: Ingredients;
  /** What may go wrong; it stops nothing. */
  readonly warnings: readonly string[];
}

/** @param vpcQuota see RoomOptions */
export function roomFor({ place }: Pick<OpenLab, "place">, vpcQuota: number | undefined): RoomOptions {
  // What another endpoint allows, a simulator's say, is its own affair.
  if (place.target === "aws") return { vpcQuota, isQuotaUnknown: !isAwsItself(place) };
  return { vpcQuota, askForMore: ["Or have the embedded AWS grant more: vpclab up --vpc-quota 20"] };
}

/**
 * @param vpcQuota see RoomOptions
 * @throws LabError "not-ready" that names everything that stands in the way, and what to do about each
 */
export async function preflight(lab: OpenLab, vpcQuota: number | undefined): Promise<Preflight> {
  const { checks, ingredients } = await lookBeforeBuilding(
    lab.aws,
    lab.spec,
    lab.place.account,
    roomFor(lab, vpcQuota),
  );
  const failing = checks.filter(({ outcome }) => outcome === "fail");
  if (failing.length > 0)
    throw new LabError("not-ready", failing.map(({ text }) => text).join("\n"), {
      why: "Nothing was made.",
      next: [...new Set(failing.flatMap(({ next }) => next))],
    });
  return {
    ingredients,
    warnings: checks.filter(({ outcome }) => outcome === "warning").map(({ text }) => text),
  };
}
