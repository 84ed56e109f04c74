/** `vpclab logs reconcile`: each ping of the journal against the packets in the flow log. */
import type { FlowLog } from "@aws-sdk/client-ec2";
import { logLines } from "../aws/flow-log-records.ts";
import { type Inventory, readInventory } from "../aws/inventory.ts";
import { requireLogGroup } from "../aws/log-group.ts";
import { type FlowLogRecord, recordIn, type TrafficRecord } from "../flow-logs/record.ts";
import { EXIT } from "../lab/error.ts";
import { byteCount, durationInWords, plural } from "../lab/figures.ts";
import type { PingSummary } from "../lab/narrator.ts";
import { ICMP } from "../network/packet.ts";
import { inWords } from "../steps/hosts.ts";
import { knownAddressesOf } from "../steps/known-addresses.ts";
import { printJson } from "../ui/json.ts";
import { table } from "../ui/table.ts";
import type { Terminal } from "../ui/terminal.ts";
import { plain } from "../ui/text.ts";
import { header } from "./header.ts";
import { pattern } from "./logs-filter.ts";
import { type OpenLab, openLab } from "./open-lab.ts";
import { namingOtherLabs } from "./other-labs.ts";
import { type Reconciliation, type RecordedPing, reconcile, type SentPing } from "./ping-records.ts";
import type { GlobalOptions, Program } from "./program.ts";
import { day, timeOfDay } from "./time-range.ts";

/** Longest that records take from the end of their window, in ms: about 5 minutes are usual (AWS-FACTS §3). */
const DELIVERED_WITHIN_MS = 10 * 60_000;
/** The same for a flow log that has delivered nothing yet. */
const FIRST_DELIVERED_WITHIN_MS = 20 * 60_000;

const PING_BYTES = 84;

export type PingStatus = "accounted-for" | "still-to-come" | "before-collecting" | "lost" | "not-logged";

/** A ping, and what became of its packets in the log. */
export interface JudgedPing extends RecordedPing {
  readonly status: PingStatus;
  /** A sentence; "" where all is accounted for. */
  readonly reason: string;
}

/**
 * @returns the exit code
 * @throws LabError "no-log-group": without its records nothing can be said of any packet
 */
export async function logsReconcile(program: Program, options: GlobalOptions): Promise<number> {
  const { terminal } = program;
  const lab = await openLab(program, options);
  try {
    if (!options.json) header(terminal, lab);
    const sent = lab.journal.entries().filter((entry) => entry.kind === "ping");
    const [inventory] = await Promise.all([
      readInventory(lab.aws, lab.spec, { account: lab.place.account }),
      requireLogGroup(lab.aws, lab.spec.nameOf("log-group")),
    ]);
    const { account, evidence } = await compare(lab, inventory, sent);
    const pings = account.pings.map((ping) => judge(ping, evidence));
    const isLost = pings.some(({ status }) => status === "lost");
    if (options.json) printJson(terminal, toJson(pings, account));
    else show(terminal, pings, account, evidence.now);
    return isLost ? EXIT.no : 0;
  } catch (error) {
    throw namingOtherLabs(error, lab);
  } finally {
    lab.close();
  }
}

/** What decides about packets that are in no record. Times in ms. */
export interface Evidence {
  readonly now: number;
  readonly flowLog: FlowLog | undefined;
  /** Start of the earliest record that the log still has; undefined without any. */
  readonly firstRecordAt: number | undefined;
  /** Windows that AWS itself says it lost. */
  readonly skipped: readonly { readonly from: number; readonly to: number }[];
  /** Older records are gone by the log group's retention; undefined: never. */
  readonly keptFor: number | undefined;
}

async function compare(
  lab: OpenLab,
  inventory: Inventory,
  sent: readonly SentPing[],
): Promise<{ account: Reconciliation; evidence: Evidence }> {
  const known = knownAddressesOf(inventory.instances);
  const earliest = Math.min(...sent.map(({ at, ping }) => at - ping.sent * 1000)) - DELIVERED_WITHIN_MS;
  const start = sent.length === 0 ? undefined : Math.max(0, earliest);
  const [records, skipped, [first]] =
    sent.length === 0
      ? [[], [], []]
      : await Promise.all([
          read(lab, { start, pattern: pattern({ protocol: `protocol="${ICMP}"` }) }),
          read(lab, { start, pattern: pattern({ status: 'status="SKIPDATA"' }) }),
          read(lab, { atMost: 1 }),
        ]);
  const isTraffic = (record: FlowLogRecord): record is TrafficRecord => record.logStatus === "OK";
  return {
    account: reconcile(sent, records.filter(isTraffic), known, lab.spec),
    evidence: {
      now: lab.aws.clock.now(),
      flowLog: inventory.flowLogs[0],
      firstRecordAt: first && first.start * 1000,
      skipped: skipped.map(({ start, end }) => ({ from: start * 1000, to: end * 1000 })),
      keptFor: lab.spec.retentionDays === undefined ? undefined : lab.spec.retentionDays * 86_400_000,
    },
  };
}

async function read(
  lab: OpenLab,
  {
    start,
    pattern,
    atMost = Number.POSITIVE_INFINITY,
  }: { start?: number | undefined; pattern?: string | undefined; atMost?: number },
): Promise<FlowLogRecord[]> {
  const records: FlowLogRecord[] = [];
  const request = {
    logGroupName: lab.spec.nameOf("log-group"),
    start,
    pattern,
    pageSize: Number.isFinite(atMost) ? 10 : undefined,
  };
  for await (const { text } of logLines(lab.aws, request)) {
    // A line of another format says nothing about pings.
    const record = recordIn(text);
    if (record) records.push(record);
    if (records.length >= atMost) break;
  }
  return records;
}

/** What became of the packets of a ping that are in no record, and why: the first reason that explains them. */
export function judge(ping: RecordedPing, evidence: Evidence): JudgedPing {
  const verdict = (status: PingStatus, reason: string) => ({ ...ping, status, reason });
  const missing = ping.expected - ping.recorded;
  if (ping.expected + ping.rejected + ping.unanswered === 0) return verdict("not-logged", whyNotLogged(ping));
  if (missing === 0) return verdict("accounted-for", whatElseIsRecorded(ping));
  const { now, flowLog, firstRecordAt } = evidence;
  const created = flowLog?.CreationTime?.getTime();
  const packets = `${plural(missing, "packet")} of ${ping.expected}`;
  if (flowLog === undefined)
    return verdict("lost", `${packets} in no record: VPC 1 has no flow log of this lab now.`);
  const begun = ping.at - ping.ping.sent * 1000;
  if (created !== undefined && begun < created)
    return verdict(
      "before-collecting",
      `${packets} went before the flow log was made, at ${timeOfDay(created)} UTC.`,
    );
  if (flowLog.DeliverLogsStatus === "FAILED")
    return verdict(
      "lost",
      `${packets} in no record: AWS cannot deliver (${flowLog.DeliverLogsErrorMessage ?? "no reason given"}). ` +
        "See what the flow log's role may do.",
    );
  if (flowLog.TrafficType === "REJECT")
    return verdict(
      "lost",
      `${packets} in no record: the flow log captures REJECT alone, and these were let pass.`,
    );
  const interval = (flowLog.MaxAggregationInterval ?? 600) * 1000;
  const within = firstRecordAt === undefined ? FIRST_DELIVERED_WITHIN_MS : DELIVERED_WITHIN_MS;
  const dueAt = ping.at + interval + within;
  if (now < dueAt)
    return verdict(
      "still-to-come",
      `${packets} not there yet, ${durationInWords(now - ping.at)} after the ping: about ` +
        `${Math.round(interval / 60_000) + 5} minutes are usual, and by ${timeOfDay(dueAt)} UTC they should be.`,
    );
  if (firstRecordAt !== undefined && begun < firstRecordAt)
    return verdict(
      "before-collecting",
      `${packets} went before the log's first record, which begins at ${timeOfDay(firstRecordAt)} UTC: ` +
        "a new flow log takes some minutes until it collects.",
    );
  if (evidence.keptFor !== undefined && now - ping.at > evidence.keptFor)
    return verdict("lost", `${packets} in no record: older than the log group keeps them.`);
  if (evidence.skipped.some(({ from, to }) => from <= ping.at && to >= ping.from))
    return verdict("lost", `${packets} in no record: AWS says that it lost records of that time (SKIPDATA).`);
  const rejected =
    flowLog.TrafficType === "ACCEPT"
      ? " The flow log captures ACCEPT alone: a security group or network ACL may have turned them away."
      : "";
  return verdict(
    "lost",
    `${packets} in no record, ${durationInWords(now - ping.at)} after the ping, and none of the usual reasons explains it.${rejected}`,
  );
}

function whatElseIsRecorded({ rejected, unanswered }: RecordedPing): string {
  const told: string[] = [];
  const packets = (count: number) => `${plural(count, "packet")} of it`;
  if (rejected > 0)
    told.push(
      `${packets(rejected)} ${rejected === 1 ? "was" : "were"} turned away by VPC 1's security group or network ACL: REJECT.`,
    );
  if (unanswered > 0)
    told.push(
      `${packets(unanswered)} passed instance 1's network interface, though no reply was received: ACCEPT.`,
    );
  return told.join(" ");
}

function whyNotLogged({ ping }: RecordedPing): string {
  if (ping.from === "instance-1") return "It never left instance 1: its own address needs no network.";
  if (ping.to === "instance-1")
    return "Nothing of it was answered, and no record tells that it reached instance 1.";
  return "It passed VPC 2 alone, and the lab logs VPC 1.";
}

function toJson(pings: readonly JudgedPing[], { unclaimed }: Reconciliation) {
  return {
    pings: pings.map(({ at, ping, expected, recorded, recordedBytes, rejected, status, reason }) => ({
      at: new Date(at).toISOString(),
      from: ping.from,
      to: ping.to,
      address: ping.address,
      scope: ping.scope,
      sent: ping.sent,
      received: ping.received,
      expected: { packets: expected, bytes: expected * PING_BYTES },
      recorded: { packets: recorded, bytes: recordedBytes },
      rejected,
      status,
      reason,
    })),
    expectedPackets: sum(pings.map(({ expected }) => expected)),
    recordedPackets: sum(pings.map(({ recorded }) => recorded)),
    unclaimedPackets: unclaimed,
  };
}

/** @param now in ms: pings of another day are told with theirs */
function show(
  terminal: Terminal,
  pings: readonly JudgedPing[],
  { unclaimed }: Reconciliation,
  now: number,
): void {
  const { green, yellow, red, bold } = terminal.colour;
  if (pings.length === 0) {
    terminal.out("No ping was sent yet, so there is nothing to account for.");
    terminal.say(`  ${terminal.symbols.next} vpclab ping`);
    return;
  }
  const words: Record<PingStatus, string> = {
    "accounted-for": green("accounted for"),
    "still-to-come": yellow("still to come"),
    "before-collecting": yellow("before collecting"),
    lost: red("lost"),
    "not-logged": "not logged",
  };
  const arrow = terminal.unicode ? "→" : ">";
  const isOfToday = pings.every(({ at }) => day(at) === day(now));
  const rows = pings.flatMap(({ at, ping, expected, recorded, status }, index) => {
    const before = pings[index - 1];
    const row = [
      timeOfDay(at),
      plain(`${inWords(ping.from)} ${arrow} ${goalOf(ping)}`),
      `${ping.sent}/${ping.received}`,
      status === "not-logged" ? "–" : `${recorded} of ${expected}`,
      words[status],
    ];
    const isNewDay = before === undefined || day(before.at) !== day(at);
    return isNewDay && !isOfToday ? [[day(at), "", "", "", ""], row] : [row];
  });
  const when = (at: number) => (isOfToday ? timeOfDay(at) : `${day(at)} ${timeOfDay(at)}`);
  terminal.out("");
  terminal.out(
    table(
      [
        { title: "time", fit: "keep" },
        { title: "ping" },
        { title: "sent/back", fit: "keep", align: "right" },
        { title: "in the log", fit: "keep", align: "right" },
        { title: "packets are", fit: "keep" },
      ],
      rows,
      terminal,
    ),
  );
  terminal.out("");
  for (const { at, reason } of pings)
    if (reason !== "") terminal.out(terminal.wrap(plain(`${when(at)}  ${reason}`)));
  const expected = sum(pings.map((ping) => ping.expected));
  const recorded = sum(pings.map((ping) => ping.recorded));
  const bytes = sum(pings.map((ping) => ping.recordedBytes));
  terminal.out(
    bold(
      terminal.wrap(
        `${recorded} of ${plural(expected, "packet")} are in the log, ${byteCount(Math.round(bytes))}.`,
      ),
    ),
  );
  if (unclaimed > 0)
    terminal.out(
      terminal.wrap(
        `${plural(unclaimed, "more ICMP packet")} between these addresses: pings that vpclab did not send.`,
      ),
    );
  const isDone = pings.every(({ status }) => status !== "still-to-come");
  const next = isDone
    ? ["vpclab insights pings    the same as a query"]
    : [
        // On the embedded AWS time runs faster as long as somebody waits.
        "vpclab logs --protocol icmp --follow    shows them as they come",
        "vpclab logs reconcile    again after that",
      ];
  for (const line of next) terminal.say(`  ${terminal.symbols.next} ${line}`);
}

/** "2 (private)" for the lab's own: in 80 columns every letter counts. */
function goalOf({ to, scope, address }: PingSummary): string {
  return scope === "other" ? address : `${to.replace("instance-", "")} (${scope})`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
