/** Whether AWS has what the instances are made of: a type, a zone that offers it, and an image. */
import type { LabSpec } from "../../lab/spec.ts";
import type { Aws } from "../clients.ts";
import { latestImage } from "../image.ts";
import { choosePlacement, type Placement } from "../placement.ts";
import { type Check, check, look } from "./check.ts";

/** What the instances are made of, or would be: as much of it as was found. */
export interface Ingredients {
  readonly instanceType?: string;
  readonly availabilityZone?: string;
  readonly imageId?: string;
}

export interface Looked extends Ingredients {
  readonly check: Check;
}

/** The same choice as step 0 makes: where an earlier run has begun to build, it goes on with that. */
export async function lookForInstanceType(aws: Aws, spec: LabSpec): Promise<Looked> {
  let chosen: Placement | undefined;
  const found = await look("instance-type", async () => {
    chosen = await choosePlacement(aws, spec);
    const { instanceType, availabilityZone } = chosen;
    return check("instance-type", "pass", `${instanceType} is to be had in ${availabilityZone}.`);
  });
  return { check: found, ...chosen };
}

/** Fails where the Region has no such image. */
export async function lookForImage(aws: Aws): Promise<Looked> {
  let imageId: string | undefined;
  const found = await look("image", async () => {
    imageId = await latestImage(aws);
    return check("image", "pass", `Amazon Linux 2023 for x86_64 is ${imageId} in ${aws.region}.`);
  });
  return { check: found, ...(imageId !== undefined && { imageId }) };
}
