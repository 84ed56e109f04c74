/**
 * What can be taken already, by another run of ours or by somebody else: names, of IAM's roles, policies and profiles,
 * log groups and security groups; a subnet's addresses; a VPC's one gateway. Only what carries our `vpclab:lab` is ever
 * touched, and of IAM, which is global, only what carries our Region too.
 */
import { type LabSpec, TAG_LAB, TAG_REGION } from "../lab/spec.ts";
import type { Aws } from "./clients.ts";
import { codeOf, LabError } from "./errors.ts";
import { type DescribedTag, isOurs, tagValue } from "./tags.ts";
import { SHOWS_WITHIN_MS } from "./visible.ts";
import { waitFor } from "./waits.ts";

/**
 * Makes sure that what was found under one of our names is ours.
 * @param what "IAM role", "log group"; only IAM's, which are global, must carry our Region as well
 * @param next further ways out for the person
 * @throws LabError "not-ours"
 */
export function assertOurs(
  spec: LabSpec,
  what: "IAM role" | "IAM policy" | "instance profile" | "log group",
  name: string,
  tags: readonly DescribedTag[] | undefined,
  next: readonly string[] = [],
): void {
  const lab = tagValue(tags, TAG_LAB);
  if (what === "log group" ? lab === spec.lab : isOurs(tags, spec)) return;
  const region = tagValue(tags, TAG_REGION) ?? "another Region";
  const why =
    lab === undefined
      ? `It carries no tag ${TAG_LAB}, so vpclab did not make it and leaves it as it is.`
      : what === "log group"
        ? `It belongs to the lab "${lab}".`
        : `It belongs to the lab "${lab}" in ${region}; IAM names are shared by all Regions of an account.`;
  throw new LabError("not-ours", `The ${what} ${name} exists already, and it is not this lab's.`, {
    why,
    next: ["Give this lab a name of its own: vpclab up --lab my-lab", ...next],
  });
}

/**
 * Makes something whose name is unique. A name that is taken may be our own doing: an answer that was lost and asked
 * for again, or another `up` at the same moment; then what stands is taken over.
 * @param find throws "not-ours" if it is somebody else's
 */
export async function createNamed<T>(
  aws: Pick<Aws, "clock" | "signal">,
  create: () => Promise<T>,
  find: () => Promise<T | undefined>,
): Promise<T> {
  try {
    return await create();
  } catch (error) {
    if (!/AlreadyExists/.test(codeOf(error))) throw error;
    return waitFor(
      aws,
      { what: "something to show that AWS says exists already", atMostMs: SHOWS_WITHIN_MS, everyMs: 1_000 },
      find,
    );
  }
}
