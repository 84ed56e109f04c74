/** An instance from which packets are to be sent: one that is stopped is told at once, not after a wait for its agent. */
import type { Instance } from "@aws-sdk/client-ec2";
import { LabError } from "../lab/error.ts";
import { shellWord } from "../lab/shell-word.ts";
import type { InstancePart } from "../steps/hosts.ts";

/**
 * One that boots is waited for.
 * @throws LabError "instance-not-running"
 */
export function requireRunning(
  { InstanceId = "", State }: Instance,
  part: InstancePart,
  region: string,
): void {
  if (State?.Name !== "stopped" && State?.Name !== "stopping") return;
  const which = `--instance-ids ${shellWord(InstanceId)} --region ${shellWord(region)}`;
  throw new LabError("instance-not-running", `Instance ${part.slice(-1)} (${InstanceId}) is ${State.Name}.`, {
    why: "Somebody stopped it, so it can send nothing.",
    next: [
      // One that is still stopping cannot be started.
      ...(State.Name === "stopping" ? [`aws ec2 wait instance-stopped ${which}`] : []),
      `aws ec2 start-instances ${which}`,
      "Then run the same command again.",
    ],
  });
}
