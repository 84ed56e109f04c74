/** Waiting for the flow log's records: they come minutes after the packets. */
import type { FlowLog } from "@aws-sdk/client-ec2";
import { isCode, LabError } from "../aws/errors.ts";
import { describeFlowLogs } from "../aws/flow-log.ts";
import { findStreams, logLines } from "../aws/flow-log-records.ts";
import { describeLogGroup } from "../aws/log-group.ts";
import { waitFor } from "../aws/waits.ts";
import { type FlowLogRecord, recordIn } from "../flow-logs/record.ts";
import { messageOf } from "../lab/error.ts";
import { plural } from "../lab/figures.ts";
import type { PingSummary } from "../lab/narrator.ts";
import type { Host } from "./hosts.ts";
import { accountForPings, type PingAccount } from "./ping-account.ts";
import type { LabContext } from "./step.ts";

const CUT_OFF = "records-cut-off";

/** A record and the line that it came as. */
interface ReadRecord {
  readonly line: string;
  readonly record: FlowLogRecord;
}

/** What instance 1's stream holds. */
export interface Recorded {
  readonly streams: readonly string[];
  readonly records: readonly ReadRecord[];
  /** Lines that are no record of the default format: of another flow log perhaps, or written by hand. */
  readonly otherLines: number;
  /** The pings of the journal since the flow log was made, and what of them is in the records. */
  readonly account: PingAccount;
}

/** After aggregation it takes about 5 minutes to the log, the first time 10 and more (AWS-FACTS §3). */
const DELIVERY_MS = 12 * 60_000;
/** So long after aggregation something is wrong, or nothing was ever sent. */
const AT_MOST_MS = 19 * 60_000;
/** How often it looks whether records can still come: a teardown may be at work beside it. */
const SOURCE_EVERY_MS = 60_000;

/**
 * Waits until the records account for every ping sent since the flow log was made. On AWS a new flow log begins to
 * collect some minutes late and then never does: so it stops waiting, content with what there is, when the last
 * ping's records must have come.
 * @param options.isPatient false: any records at all are enough, for a learner who has seen the first ones before
 * @returns what there is at the end; possibly nothing, if the learner goes on without
 * @throws LabError "timed-out"; "records-cut-off" where the flow log or its group is deleted before there is any record
 */
export async function awaitRecords(
  lab: LabContext,
  host: Host,
  flowLog: FlowLog,
  { isPatient }: { readonly isPatient: boolean },
): Promise<Recorded> {
  const { aws, spec, narrator, journal } = lab;
  const since = flowLog.CreationTime?.getTime() ?? 0;
  const pings = journal
    .entries()
    .flatMap((entry) => (entry.kind === "ping" && entry.at >= since ? [entry] : []));
  // A flow log of rejected traffic alone never shows a ping that was let pass.
  const isExpected = flowLog.TrafficType !== "REJECT";
  const expected = isExpected ? pings.map(({ ping }) => ping) : [];
  const lastPingAt = Math.max(since, ...pings.map(({ at }) => at));
  const settledAt = isPatient ? lastPingAt + spec.aggregationSeconds * 1000 + DELIVERY_MS : 0;

  const first = await read(lab, host, since, expected);
  if (isComplete(first) || (first.records.length > 0 && aws.clock.now() >= settledAt)) return first;
  let last = first;
  return narrator.wait(
    {
      text: "the flow log's records arrive",
      usually: spec.aggregationSeconds === 60 ? "5:00 to 12:00" : "10:00 to 20:00",
      skipTo: "go on with the records that are there",
    },
    async (note, skip) => {
      let sourceSeenAt = aws.clock.now();
      const signal = skip ? AbortSignal.any([aws.signal, skip]) : aws.signal;
      const wait = {
        what: "the first records of the flow log",
        atMostMs: spec.aggregationSeconds * 1000 + AT_MOST_MS,
        everyMs: 10_000,
        why: "Records come some minutes after the traffic, and a new flow log may take several minutes to begin.",
        next: ["Run vpclab up again in some minutes: it goes on from here."],
      };
      try {
        return await waitFor({ clock: aws.clock, signal }, wait, async () => {
          last = await read(lab, host, since, expected);
          note(progress(last));
          const isSettled = last.records.length > 0 && aws.clock.now() >= settledAt;
          if (isComplete(last) || isSettled) return last;
          if (aws.clock.now() - sourceSeenAt >= SOURCE_EVERY_MS) {
            await requireSource(lab, flowLog);
            sourceSeenAt = aws.clock.now();
          }
          return undefined;
        });
      } catch (error) {
        const goesOn = skip?.aborted === true || last.records.length > 0;
        if (aws.signal.aborted || !goesOn) throw error;
        if (isCode(error, CUT_OFF)) narrator.warn(messageOf(error));
        return last;
      }
    },
  );
}

/** @throws LabError "records-cut-off" */
async function requireSource({ aws, spec }: LabContext, { FlowLogId = "" }: FlowLog): Promise<void> {
  const name = spec.nameOf("log-group");
  const [flowLogs, group] = await Promise.all([
    describeFlowLogs(aws, [{ Name: "flow-log-id", Values: [FlowLogId] }]),
    describeLogGroup(aws, name),
  ]);
  const gone = [
    ...(flowLogs.length === 0 ? [`flow log ${FlowLogId}`] : []),
    ...(group === undefined ? [`log group ${name}`] : []),
  ];
  if (gone.length === 0) return;
  throw new LabError(CUT_OFF, `No more records come: ${gone.join(" and ")} deleted meanwhile.`, {
    why: "Somebody deleted it, or a teardown of this lab is at work.",
    next: ["If it is a teardown, let it end. To make what is missing: vpclab up"],
  });
}

function isComplete({ records, account }: Recorded): boolean {
  return records.length > 0 && account.recorded >= account.expected;
}

function progress({ records, account }: Recorded): string {
  if (account.expected === 0) return plural(records.length, "record");
  return `${plural(records.length, "record")}, ${account.recorded} of ${account.expected} ping packets`;
}

async function read(
  { aws, spec }: LabContext,
  host: Host,
  since: number,
  pings: readonly PingSummary[],
): Promise<Recorded> {
  const logGroupName = spec.nameOf("log-group");
  const streams = await findStreams(aws, logGroupName, host.networkInterfaceId);
  const records: ReadRecord[] = [];
  let otherLines = 0;
  for await (const { text } of logLines(aws, { logGroupName, streams, start: since })) {
    const record = recordIn(text);
    if (record === undefined) otherLines += 1;
    else records.push({ line: text, record });
  }
  const account = accountForPings(
    pings,
    records.map(({ record }) => record),
    host.privateAddress,
  );
  return { streams, records, otherLines, account };
}
