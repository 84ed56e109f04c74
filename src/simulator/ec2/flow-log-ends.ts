/** A VPC, subnet or network interface that goes takes the flow logs on it along. */
import type { Context } from "../context.ts";

/** Ends the flow logs on a resource: they collect nothing more, what they have collected is still delivered. */
export function endFlowLogsOf(context: Context, resourceId: string): void {
  for (const flowLog of Object.values(context.region.ec2.flowLogs))
    if (flowLog.resourceId === resourceId) flowLog.deletedAt ??= context.now;
}
