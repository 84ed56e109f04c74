/** Waiting for instances to run. */
import type { Instance } from "@aws-sdk/client-ec2";
import type { Aws } from "./clients.ts";
import { LabError } from "./errors.ts";
import { describeInstances } from "./instance.ts";
import { waitFor } from "./waits.ts";

/** 10 to 30 s as a rule; Terraform's bound (AWS-FACTS §1, §3). */
const RUNS_WITHIN_MS = 10 * 60_000;
const RUNS_AFTER_MS = 10_000;

/**
 * Waits until all of these instances run.
 * @param launchedAt when they were launched, in ms: they are not looked at sooner than they can run
 * @returns them as they are then
 * @throws LabError "instance-not-running" for one that is stopped or has ended, with AWS's reason
 */
export async function waitUntilRunning(
  aws: Aws,
  instanceIds: readonly string[],
  launchedAt = 0,
): Promise<Instance[]> {
  const wait = {
    what: `${instanceIds.join(" and ")} to run`,
    atMostMs: RUNS_WITHIN_MS,
    soonestMs: launchedAt + RUNS_AFTER_MS - aws.clock.now(),
    // No hurry: what needs them needs their agents, and those take longer.
    everyMs: 3_000,
  };
  return waitFor(aws, wait, async () => {
    const instances = await describeInstances(aws, [{ Name: "instance-id", Values: [...instanceIds] }]);
    for (const { InstanceId, State, StateReason } of instances) {
      if (State?.Name === "pending" || State?.Name === "running") continue;
      throw new LabError(
        "instance-not-running",
        `Instance ${InstanceId} is ${State?.Name}, so it can ping nobody.`,
        {
          why: StateReason?.Message ?? "",
          next: State?.Name?.startsWith("stop")
            ? [
                `Start it: aws ec2 start-instances --instance-ids ${InstanceId} --region ${aws.region}`,
                "vpclab up",
              ]
            : ["Run vpclab up again: it launches another one."],
        },
      );
    }
    // A new instance may not show for a moment: all of them must.
    const running = instances.filter(({ State }) => State?.Name === "running");
    return running.length === instanceIds.length ? running : undefined;
  });
}
