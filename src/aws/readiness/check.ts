/** One thing looked at before the lab is built, and how it stands. */
import { isDenied, LabError } from "../errors.ts";

export type CheckId =
  | "node"
  | "credentials"
  | "clock"
  | "region"
  | "vpcs"
  | "internet-gateways"
  | "vcpus"
  | "instance-type"
  | "image"
  | "names"
  | "permissions"
  | "other-labs";

export interface Check {
  readonly id: CheckId;
  /** "fail": the lab will not come to its end like this. "warning": it may. */
  readonly outcome: "pass" | "warning" | "fail";
  /** What was found, a sentence or two. */
  readonly text: string;
  /** What to do about it, a sentence or a command each; none for what passes. */
  readonly next: readonly string[];
}

/** A finding, as it is told. */
export function check(
  id: CheckId,
  outcome: Check["outcome"],
  text: string,
  ...next: readonly string[]
): Check {
  return { id, outcome, text, next };
}

/**
 * Looks at one thing. What a LabError says is a check that fails; what may not be looked at is a warning: it may well
 * be in order.
 * @throws whatever else goes wrong: no network, credentials that expired, Ctrl-C
 */
export async function look(id: CheckId, ask: () => Promise<Check>): Promise<Check> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof LabError)
      return check(
        id,
        "fail",
        [error.message, error.why].filter((text) => text !== "").join(" "),
        ...error.next,
      );
    if (isDenied(error))
      return check(
        id,
        "warning",
        "This could not be looked at: your user or role may not read it.",
        "Ask whoever runs the account for the policy that `vpclab policy` prints.",
      );
    throw error;
  }
}
