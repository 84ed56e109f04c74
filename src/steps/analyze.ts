/** Step 7: what the flow log saw. */
import type { FlowLog } from "@aws-sdk/client-ec2";
import { isCode, LabError } from "../aws/errors.ts";
import { findFlowLogs } from "../aws/flow-log.ts";
import { type InsightsResult, runInsightsQuery } from "../aws/insights-query.ts";
import { readLabNetwork } from "../aws/topology.ts";
import type { WhoseAddress } from "../flow-logs/addresses.ts";
import { explainRecord } from "../flow-logs/explain.ts";
import { namedQuery } from "../insights/named-queries.ts";
import { plural } from "../lab/figures.ts";
import type { Journal } from "../lab/journal.ts";
import type { Bar } from "../lab/narrator.ts";
import { awaitRecords, type Recorded } from "./await-records.ts";
import { warnOfFailedDelivery } from "./flow-log.ts";
import { findHosts, type Host } from "./hosts.ts";
import { INSTANCE_1 } from "./known-addresses.ts";
import { labPicture } from "./lab-picture.ts";
import { analyzeLesson } from "./lessons/analyze.ts";
import { isPing } from "./ping-account.ts";
import { addressRows, kindOf, nameAddresses, noteOn, unansweredPackets } from "./record-notes.ts";
import type { LabContext, Step } from "./step.ts";

export const analyze: Step = {
  id: "analyze",
  title: "Analyse the flow log",
  lesson: analyzeLesson,
  downAfter: [],

  async up(lab) {
    const hosts = await findHosts(lab);
    const flowLog = await findOwnFlowLog(lab, hosts[0]);
    warnOfFailedDelivery(lab.narrator, flowLog);
    const picture = labPicture(await readLabNetwork(lab.aws, lab.spec));
    await lab.narrator.finding({
      kind: "drawing",
      title: "The lab, and where the flow log listens",
      picture,
    });
    const recorded = await awaitRecords(lab, hosts[0], flowLog, { isPatient: !wasDone(lab.journal) }).catch(
      async (error: unknown) => {
        // Delivery is seen to fail only once there was something to deliver.
        if (isCode(error, "timed-out"))
          warnOfFailedDelivery(lab.narrator, await findOwnFlowLog(lab, hosts[0]));
        throw error;
      },
    );
    if (recorded.records.length === 0) {
      lab.narrator.say(
        "No record has arrived yet, so there is nothing to look at. Run vpclab up again later.",
      );
      return "unfinished";
    }
    const all = recorded.records.map(({ record }) => record);
    const whose = nameAddresses(all, hosts);
    await showRecords(lab, recorded, whose);
    await showAddresses(lab, recorded, whose);
    await takeOneApart(lab, recorded, whose);
    tellVerdicts(lab, recorded, whose);
    await query(lab, whose);
    tellWhatWasLearned(lab);
    return undefined;
  },

  down: async () => [],

  state(_inventory, journal) {
    return wasDone(journal) ? "done" : "todo";
  },
};

function wasDone(journal: Journal): boolean {
  return journal.entries().some((entry) => entry.kind === "step-done" && entry.step === "analyze");
}

async function findOwnFlowLog({ aws, spec }: LabContext, host: Host): Promise<FlowLog> {
  const [flowLog] = await findFlowLogs(aws, spec, host.vpcId);
  if (flowLog) return flowLog;
  throw new LabError("not-there", "VPC 1 has no flow log of this lab, so there is nothing to read.", {
    next: ["vpclab up"],
  });
}

/** How many of each kind are shown: enough to see the kinds, few enough for one screen. */
const SHOWN_PINGS = 6;
const SHOWN_OTHERS = 1;

async function showRecords(lab: LabContext, recorded: Recorded, whose: WhoseAddress): Promise<void> {
  const { records, streams, otherLines, account } = recorded;
  lab.narrator.say(
    `Stream ${streams.join(", ")}: one for each network interface, and only instance 1's is in VPC 1. It holds ${plural(records.length, "record")} by now.`,
  );
  if (otherLines > 0)
    lab.narrator.say(
      `${plural(otherLines, "line")} in it ${otherLines === 1 ? "is no record" : "are no records"} of the default format, and left out here.`,
    );
  if (account.expected > 0) lab.narrator.say(tellAccount(recorded));
  const all = records.map(({ record }) => record);
  const traffic = records.flatMap(({ line, record }) =>
    record.logStatus === "OK" ? [{ line, record }] : [],
  );
  const pings = traffic.filter(({ record }) => isPing(record));
  const others = traffic.filter(({ record }) => !isPing(record));
  const firstOthers = (action: "ACCEPT" | "REJECT") =>
    others.filter(({ record }) => record.action === action).slice(0, SHOWN_OTHERS);
  const shown = [
    ...differentOnes(pings, ({ record }) => kindOf(record, all, whose)).slice(0, SHOWN_PINGS),
    ...firstOthers("REJECT"),
    ...firstOthers("ACCEPT"),
  ];
  await lab.narrator.finding({
    kind: "records",
    title: shown.length < records.length ? `${shown.length} of the ${records.length} records` : "The records",
    records: shown.map(({ line, record }) => ({ line, note: noteOn(record, all, whose) })),
  });
}

/** The first of each kind, in their order: who sent the same ping five times is to see its answer, too. */
function differentOnes<T>(all: readonly T[], kind: (one: T) => string): T[] {
  const kinds = all.map(kind);
  return all.filter((_, index) => kinds.indexOf(kinds[index] ?? "") === index);
}

function tellAccount({ account: { expected, recorded } }: Recorded): string {
  if (recorded >= expected)
    return `The pings sent and got back ${plural(expected, "packet")} since the flow log was made, and the records hold every one.`;
  return (
    `The pings sent and got back ${plural(expected, "packet")} since the flow log was made; the records hold ${recorded} of them. ` +
    "The rest was sent before the flow log began to collect (a new one takes some minutes), or is still to come."
  );
}

async function showAddresses(lab: LabContext, { records }: Recorded, whose: WhoseAddress): Promise<void> {
  const rows = addressRows(
    records.map(({ record }) => record),
    whose,
  );
  await lab.narrator.finding({ kind: "addresses", title: "Which address is whose", rows });
}

/** Best a ping without a reply: it is the one that most learners misread. */
async function takeOneApart(lab: LabContext, { records }: Recorded, whose: WhoseAddress): Promise<void> {
  const all = records.map(({ record }) => record);
  const chosen =
    records.find(({ record }) => unansweredPackets(record, all, whose) > 0) ??
    records.find(({ record }) => isPing(record)) ??
    records.find(({ record }) => record.logStatus === "OK");
  if (chosen === undefined) return;
  await lab.narrator.finding({
    kind: "record",
    title: isPing(chosen.record) ? "One record of a ping, field by field" : "One record, field by field",
    line: chosen.line,
    fields: explainRecord(chosen.record, whose, (address) => whose(address) === INSTANCE_1),
  });
}

/** The lab's most common misreading, set right: REJECT is not the failed ping. */
function tellVerdicts(lab: LabContext, { records }: Recorded, whose: WhoseAddress): void {
  const all = records.map(({ record }) => record);
  const unanswered = all.reduce((sum, record) => sum + unansweredPackets(record, all, whose), 0);
  if (unanswered > 0)
    lab.narrator.say(
      `${plural(unanswered, "ping packet")} went out and nothing came back. The verdict on that is ACCEPT: no security group or network ACL ` +
        "of VPC 1 stopped what was sent. ACCEPT out and silence: there is no way, as here, or rules at the other end said no.",
    );
  const rejected = all.flatMap((record) =>
    record.logStatus === "OK" && record.action === "REJECT" ? [record] : [],
  );
  if (rejected.length === 0) {
    lab.narrator.say(
      "There is no REJECT so far. It would mean that no rule let a packet in or out, or that a network ACL denied it.",
    );
    return;
  }
  const own = rejected.filter(({ srcAddr }) => whose(srcAddr) === INSTANCE_1);
  lab.narrator.say(
    `REJECT means that no rule let the packet in or out, or that a network ACL denied it. It stands on ${rejected.length} of ${plural(all.length, "record")}` +
      (own.length === 0
        ? ", and all of them came from outside: strangers try every public address on the internet. None is a ping of yours."
        : `, and ${own.length} of those left instance 1 itself: VPC 1 stops what it sends.`),
  );
}

/** Under the ten rows themselves: so few that both are on one screen. */
const SHOWN_BARS = 5;

const TOP_TEN = "top-10-byte-transfers";

async function query(lab: LabContext, whose: WhoseAddress): Promise<void> {
  const { aws, spec, narrator } = lab;
  const named = namedQuery(TOP_TEN);
  if (named === undefined) throw new Error(`There is no query named ${TOP_TEN}.`);
  const result = await narrator.wait({ text: "Logs Insights runs a query", usually: "0:02 to 0:10" }, () =>
    runInsightsQuery(aws, { logGroupName: spec.nameOf("log-group"), query: named.query }),
  );
  const bars = barsOf(result, whose);
  // Before the finding, which waits for the learner: after it this would stand alone.
  narrator.say(tellAnswer(result, bars));
  await narrator.finding({
    kind: "query",
    title: `Logs Insights: ${named.title}`,
    query: named.query,
    columns: result.columns,
    rows: result.rows.map((row) => result.columns.map((column) => row[column] ?? "")),
    bars,
  });
}

function tellAnswer({ recordsScanned, bytesScanned }: InsightsResult, [most]: readonly Bar[]): string {
  const scanned = `Logs Insights went through ${plural(recordsScanned, "record")} (${plural(bytesScanned, "byte")}) for the answer`;
  if (most === undefined) return `Who sends the most to whom? ${scanned}, and there is none.`;
  return `Who sends the most to whom? ${most.label}: ${plural(most.value, "byte")}. ${scanned}.`;
}

/** What the seven steps come to, and how the learner's predictions fared. */
function tellWhatWasLearned({ journal, narrator }: LabContext): void {
  narrator.say(
    "That was the lab. A packet arrives if something lets it in and a route leads there. A peering connection carries " +
      "nothing until both route tables lead to it. In a flow log, REJECT speaks of the rules of its own VPC; ACCEPT " +
      "and silence, of what comes after: a way that is missing, as here, or rules at the other end.",
  );
  // A walk that was interrupted asks again: of each question the latest answer counts.
  const cameTrue = new Map<string, boolean>();
  for (const entry of journal.entries())
    if (entry.kind === "prediction") cameTrue.set(`${entry.step}: ${entry.question}`, entry.right);
  const right = [...cameTrue.values()].filter(Boolean).length;
  if (cameTrue.size > 0) narrator.say(`Of your ${plural(cameTrue.size, "prediction")}, ${right} came true.`);
}

function barsOf({ rows }: InsightsResult, whose: WhoseAddress): Bar[] {
  const name = (address = "-") => whose(address) ?? address;
  return rows.slice(0, SHOWN_BARS).map(({ srcAddr, dstAddr, bytesTransferred }) => ({
    label: `${name(srcAddr)} → ${name(dstAddr)}`,
    value: Number(bytesTransferred),
  }));
}
