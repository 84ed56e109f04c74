/** What is said where records are asked for before step 4 has made the flow log. */
import type { Aws } from "../aws/clients.ts";
import { describeFlowLogs } from "../aws/flow-log.ts";
import { describeStreams } from "../aws/flow-log-records.ts";
import { requireLogGroup } from "../aws/log-group.ts";
import { partFilters } from "../aws/tags.ts";
import { LabError } from "../lab/error.ts";
import type { LabSpec } from "../lab/spec.ts";

export const NO_FLOW_LOG = "There is no flow log of this lab yet.";
export const MAKE_FLOW_LOG = "vpclab up --until flow-log";

/**
 * Records to read, or a flow log from which they will come: without either, whoever waits would wait for ever. Records
 * that a flow log has left are there after it is gone.
 * @throws LabError "no-log-group", "no-flow-log"
 */
export async function requireRecordSource(aws: Aws, spec: LabSpec): Promise<void> {
  const name = spec.nameOf("log-group");
  const [flowLogs] = await Promise.all([
    describeFlowLogs(aws, partFilters(spec, "flow-log")),
    requireLogGroup(aws, name),
  ]);
  if (flowLogs.length > 0 || (await describeStreams(aws, name)).length > 0) return;
  throw new LabError("no-flow-log", NO_FLOW_LOG, {
    why: `The log group ${name} stands and is empty: nothing writes to it.`,
    next: [MAKE_FLOW_LOG],
  });
}
