/** The way of a packet as a person reads it: hop by hop, what the flow log will show, and what would let it pass. */

import { AGENT_CALLS } from "../aws/agent.ts";
import { plural } from "../lab/figures.ts";
import type { FlowLogScope, Forecast, ForecastRecord } from "../network/flow-log-forecast.ts";
import { MAKE_FLOW_LOG, NO_FLOW_LOG } from "../steps/flow-log-missing.ts";
import { inWords } from "../steps/hosts.ts";
import { tellHop } from "../steps/walk-finding.ts";
import type { Terminal } from "../ui/terminal.ts";
import { indent, plain, visibleWidth, wrapText } from "../ui/text.ts";
import { hopLines } from "./hop-lines.ts";
import { foldCommand } from "./lesson.ts";
import type { Explanation, Question } from "./why-explain.ts";

/** As the flow log counts the lab's own ping. */
const PING = { packets: 5, bytes: 420 };

/** The packet in a line, its hops there and back, its records, and the changes that would let it pass. */
export function showWhy(terminal: Terminal, explanation: Explanation): void {
  const { trip, stop } = explanation;
  terminal.out("");
  title(terminal, explanation);
  tellSourcePorts(terminal, explanation);
  const hopsOut = (title: string, hops: typeof trip.there.hops, from: number) => {
    terminal.out(terminal.colour.dim(title));
    for (const line of hopLines(terminal, hops.map(tellHop), { width: terminal.width, from }))
      terminal.out(line);
  };
  hopsOut("there", trip.there.hops, 1);
  if (trip.back) hopsOut("and the reply, back", trip.back.hops, trip.there.hops.length + 1);
  if (stop?.hop.code !== undefined)
    terminal.out(terminal.wrap(`Reachability Analyzer's code: ${stop.hop.code}`, 5));
  showForecast(terminal, explanation);
  showAdvice(terminal, explanation);
}

function title(
  terminal: Terminal,
  { question, address, to, scope, trip, stop, sourcePorts }: Explanation,
): void {
  const { bold } = terminal.colour;
  const what =
    question.protocol === "icmp" ? "ping" : `${question.protocol.toUpperCase()} port ${question.port},`;
  const owner = [to && inWords(to), scope === "other" ? undefined : scope].filter(Boolean).join(", ");
  const arrow = terminal.unicode ? "→" : "->";
  const sender = inWords(question.from);
  const goal = address === "" ? owner : `${address}${owner === "" ? "" : ` (${owner})`}`;
  const left = plain(`${what} ${sender} ${arrow} ${goal}`);
  const right = trip.reachable
    ? OUTCOMES[question.protocol].yes
    : `${sourcePorts.length > 0 ? "from some source ports" : OUTCOMES[question.protocol].no}: stopped at hop ${stop?.number}`;
  const gap = terminal.width - visibleWidth(left) - visibleWidth(right);
  if (gap >= 2) terminal.out(bold(`${left}${" ".repeat(Math.min(gap, 6))}${right}`));
  else terminal.out(bold([...wrapText(left, terminal.width), `  ${right}`].join("\n")));
}

/** Where it depends on the port that the client happens to take: half the connections fail, and the other half do not. */
function tellSourcePorts(terminal: Terminal, { sourcePorts }: Explanation): void {
  if (sourcePorts.length === 0) return;
  const those = (isOpen: boolean) =>
    sourcePorts
      .filter(({ reachable }) => reachable === isOpen)
      .map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`))
      .join(", ");
  terminal.out(
    terminal.wrap(
      `It depends on the source port, which a client takes at random. Open both ways: ${those(true)}. Stopped, as follows: ${those(false)}.`,
    ),
  );
}

const OUTCOMES = {
  icmp: { yes: "replies", no: "no reply" },
  tcp: { yes: "the way is open both ways", no: "no connection" },
  udp: { yes: "the way is open both ways", no: "no answer" },
} as const;

function showForecast(terminal: Terminal, { forecast, isLogged, trip, question }: Explanation): void {
  if (forecast.length === 0) return;
  terminal.out("");
  terminal.out(terminal.colour.bold("In the flow log"));
  if (!isLogged) {
    terminal.out(`  ${NO_FLOW_LOG}`);
    terminal.out(`  ${terminal.symbols.next} ${MAKE_FLOW_LOG}`);
  }
  for (const { networkInterface, flowLogs, records } of forecast) {
    const owner = networkInterface.name === undefined ? "" : ` (${networkInterface.name})`;
    const listening = flowLogs.length === 0 ? ": not logged" : "";
    terminal.out(terminal.wrap(plain(`${networkInterface.id}${owner}${listening}`), 2));
    if (flowLogs.length === 0) continue;
    for (const flowLog of flowLogs)
      if (flowLog.failure !== undefined)
        terminal.out(terminal.wrap(plain(`${flowLog.id} delivers nothing: ${flowLog.failure}`), 4));
    if (records.length === 0) terminal.out(terminal.wrap("sees nothing of it", 4));
    for (const record of records)
      terminal.out(terminal.wrap(tellRecord(terminal, record, flowLogs, question.protocol === "icmp"), 4));
    const silence = tellSilence(records, trip.reachable);
    if (silence !== undefined) terminal.out(terminal.wrap(silence, 4));
  }
}

function tellRecord(
  terminal: Terminal,
  record: ForecastRecord,
  flowLogs: readonly FlowLogScope[],
  isPing: boolean,
): string {
  const { action, flow, of, source, destination, keptBy } = record;
  const arrow = terminal.unicode ? "→" : "->";
  const what = `${action} ${source} ${arrow} ${destination} ${flow === "egress" ? "out" : "in"}`;
  const size = isPing ? `: ${PING.packets} packets ${PING.bytes} bytes` : "";
  const kept =
    keptBy.length > 0 ? "" : `; not kept: the flow log takes ${flowLogs.map((one) => one.trafficType)} alone`;
  return plain(`${what}, the ${of}${size}${kept}`);
}

/** The lab's most common misreading, set right where it applies. */
function tellSilence(records: Forecast["records"], isReachable: boolean): string | undefined {
  if (isReachable || records.length === 0) return undefined;
  if (records.some(({ action }) => action === "REJECT"))
    return "REJECT: a security group or a network ACL said no.";
  if (records.some(({ of, flow }) => of === "request" && flow === "egress"))
    return "and nothing back. ACCEPT and silence: nothing here said no, the packet or its reply got lost further on.";
  return undefined;
}

/** The command that asks this question: as it stands, for pasting. */
function askAgain(question: Question): string {
  const { target, protocol, port } = question;
  const what = protocol === "icmp" ? "" : ` --protocol ${protocol} --port ${port}`;
  return `vpclab why ${target}${sentFrom(question)}${what}`;
}

function sentFrom({ from }: Question): string {
  return from === "instance-1" ? "" : ` --from ${from}`;
}

function showAdvice(terminal: Terminal, explanation: Explanation): void {
  const { advice, instructions, repairedBy, trip, question, scope, to, address } = explanation;
  const { bold, cyan } = terminal.colour;
  const next = (command: string) => terminal.out(`  ${terminal.symbols.next} ${command}`);
  terminal.out("");
  if (trip.reachable) {
    // "private" and "public" are the other instance's.
    const goal = scope === "other" || to === question.from ? address : scope;
    if (explanation.agentStop !== undefined) tellAgent(terminal, explanation);
    else if (question.protocol === "icmp") next(`vpclab ping ${goal}${sentFrom(question)}`);
    else terminal.out(terminal.wrap("Whether something listens there, the network does not tell."));
    return;
  }
  if (instructions.length > 0) {
    const what =
      instructions.length === 1 ? "The one change" : `The ${plural(instructions.length, "change")}`;
    terminal.out(bold(`${what} that ${advice.suffices ? "would let it pass" : "it takes at least"}`));
  }
  for (const [index, { text, command }] of instructions.entries()) {
    const number = instructions.length === 1 ? "" : `${index + 1} `;
    terminal.out(terminal.wrap(plain(`${number}${text}`), 2));
    for (const line of foldCommand(command, terminal.width - 6)) terminal.out(indent(cyan(plain(line)), 4));
  }
  if (advice.obstacle !== undefined)
    terminal.out(wrapText(plain(advice.obstacle), terminal.width).join("\n"));
  if (repairedBy !== undefined) {
    terminal.out(`Or let the lab make ${instructions.length === 1 ? "it" : "them"}:`);
    next(`vpclab up --until ${repairedBy}`);
  } else if (instructions.length > 0) {
    terminal.out(`Once ${instructions.length === 1 ? "it is" : "they are"} made, ask again:`);
    next(askAgain(question));
  } else next("vpclab status");
  tellAgent(terminal, explanation);
}

/** That a ping would pass is no promise that it can be sent. */
function tellAgent(terminal: Terminal, { agentStop, question }: Explanation): void {
  if (agentStop === undefined) return;
  const { address, port } = AGENT_CALLS;
  const what =
    `But vpclab can send nothing from ${inWords(question.from)}: its agent has no way to Systems Manager, ` +
    `TCP port ${port} on the internet: ${agentStop}`;
  terminal.out(terminal.wrap(plain(what)));
  terminal.out(`  ${terminal.symbols.next} vpclab why ${address}${sentFrom(question)} --port ${port}`);
}
