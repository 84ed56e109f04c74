/** Labs of other names that stand in the Region: forgotten ones cost money. */
import { isLabName, type LabSpec, TAG_LAB } from "../../lab/spec.ts";
import type { Aws } from "../clients.ts";
import { tagValue } from "../tags.ts";
import { describeVpcs } from "../vpc.ts";
import { type Check, check, look } from "./check.ts";

export interface LabElsewhere {
  readonly lab: string;
  readonly region: string;
}

/**
 * @param remembered labs of the same account that this machine has built and not taken down
 * @param areBilled whether AWS itself has them
 */
export function lookForOtherLabs(
  aws: Aws,
  spec: LabSpec,
  remembered: readonly LabElsewhere[],
  areBilled: boolean,
): Promise<Check> {
  return look("other-labs", async () => {
    const vpcs = await describeVpcs(aws, [{ Name: "tag-key", Values: [TAG_LAB] }]);
    // Whoever gave the tag another value, it was not vpclab, and no command could name that.
    const standing = vpcs.flatMap(({ Tags }) => tagValue(Tags, TAG_LAB) ?? []).filter(isLabName);
    const here = standing.map((lab) => ({ lab, region: spec.region }));
    const others = [...here, ...remembered].filter(
      ({ lab, region }) => lab !== spec.lab || region !== spec.region,
    );
    const commands = new Set(
      others.map(({ lab, region }) => `vpclab teardown --lab ${lab} --region ${region}`),
    );
    if (commands.size === 0)
      return check("other-labs", "pass", `No other lab stands in ${spec.region} or is remembered elsewhere.`);
    const names = new Set(others.map(({ lab, region }) => `${lab} (${region})`));
    return check(
      "other-labs",
      "warning",
      `Other labs stand, or are remembered as standing: ${[...names].join(", ")}.${areBilled ? " They cost money while their instances run." : ""}`,
      ...commands,
    );
  });
}
