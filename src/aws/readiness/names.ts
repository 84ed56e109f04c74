/** Whether somebody else has taken a name that the lab needs. */
import type { LabSpec } from "../../lab/spec.ts";
import type { Aws } from "../clients.ts";
import { LabError } from "../errors.ts";
import { findInstanceProfile } from "../instance-profile.ts";
import { findLogGroup } from "../log-group.ts";
import { findPolicy } from "../policy.ts";
import { findRole } from "../role.ts";
import { type Check, check, look } from "./check.ts";

/** @param account twelve digits */
export function lookForNames(aws: Aws, spec: LabSpec, account: string): Promise<Check> {
  return look("names", async () => {
    const findings = await Promise.allSettled([
      findRole(aws, spec, "instance-role"),
      findInstanceProfile(aws, spec),
      findLogGroup(aws, spec, account),
      findPolicy(aws, spec, account),
      findRole(aws, spec, "flow-log-role"),
    ]);
    const refusals = findings.flatMap((finding) =>
      finding.status === "rejected" ? [finding.reason as unknown] : [],
    );
    const taken = refusals.filter(
      (error): error is LabError => error instanceof LabError && error.code === "not-ours",
    );
    const other = refusals.find((error) => !taken.some((foreign) => foreign === error));
    if (taken.length === 0 && other !== undefined) throw other;
    if (taken.length === 0)
      return check(
        "names",
        "pass",
        "The names of the lab's roles, policy, profile and log group are free or its own.",
      );
    return check(
      "names",
      "fail",
      taken.map(({ message, why }) => `${message} ${why}`).join(" "),
      ...new Set(taken.flatMap(({ next }) => next)),
    );
  });
}
