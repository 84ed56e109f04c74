/**
 * Names that can be taken: IAM's roles, policies and profiles, and log groups, are found by name and so may turn out
 * to be somebody else's. Only what carries our `vpclab:lab` is ever touched, and of IAM, which is global, only what
 * carries our Region too.
 */
import { type LabSpec, TAG_LAB, TAG_REGION } from "../lab/spec.ts";
import type { Aws } from "./clients.ts";
import { codeOf, LabError } from "./errors.ts";
import { waitFor } from "./waits.ts";

/** IAM's shape of tags, as a record. */
export function tagRecord(
  tags: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined,
): Record<string, string> {
  return Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key ?? "", Value ?? ""]));
}

/**
 * Makes sure that what was found under one of our names is ours.
 * @param what "IAM role", "log group"
 * @param isGlobal whether it must carry our Region as well
 * @throws LabError "not-ours"
 */
export function assertOurs(
  spec: LabSpec,
  what: string,
  name: string,
  tags: Readonly<Record<string, string>>,
  isGlobal: boolean,
  next: readonly string[] = [],
): void {
  const lab = tags[TAG_LAB];
  const region = tags[TAG_REGION];
  if (lab === spec.lab && (!isGlobal || region === spec.region)) return;
  const owner =
    lab === undefined
      ? `It carries no tag ${TAG_LAB}, so vpclab did not make it and leaves it as it is.`
      : `It belongs to the lab "${lab}"${isGlobal ? ` in ${region ?? "another Region"}` : ""}; IAM names are shared by all Regions of an account.`;
  throw new LabError("not-ours", `There is a ${what} named ${name} already, and it is not this lab's.`, {
    why: lab !== undefined && !isGlobal ? `It belongs to the lab "${lab}".` : owner,
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
      { what: "something to show that AWS says exists already", atMostMs: 15_000, everyMs: 1_000 },
      find,
    );
  }
}
