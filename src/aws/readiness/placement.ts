/** Whether AWS has what the instances are made of: a type, a zone that offers it, and an image. */
import type { LabSpec } from "../../lab/spec.ts";
import type { Aws } from "../clients.ts";
import { latestImage } from "../image.ts";
import { choosePlacement } from "../placement.ts";
import { type Check, check, look } from "./check.ts";

export interface Placement {
  readonly check: Check;
  /** What the lab's instances are or would be; undefined where nothing fits. */
  readonly instanceType?: string;
}

/** The same choice as step 0 makes: where an earlier run has begun to build, it goes on with that. */
export async function lookForInstanceType(aws: Aws, spec: LabSpec): Promise<Placement> {
  let chosen: string | undefined;
  const found = await look("instance-type", async () => {
    const { instanceType, availabilityZone: zone } = await choosePlacement(aws, spec);
    chosen = instanceType;
    return check("instance-type", "pass", `${instanceType} is to be had in ${zone}.`);
  });
  return { check: found, ...(chosen !== undefined && { instanceType: chosen }) };
}

export function lookForImage(aws: Aws): Promise<Check> {
  return look("image", async () =>
    check("image", "pass", `Amazon Linux 2023 for x86_64 is ${await latestImage(aws)} in ${aws.region}.`),
  );
}
