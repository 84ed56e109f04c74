/** `vpclab traffic`: makes packets of several kinds, so that the flow log has something to say, and says what. */
import { tryConnection, WEB_HOST } from "../aws/connection-try.ts";
import { pingFrom } from "../aws/ping.ts";
import { readLabNetwork } from "../aws/topology.ts";
import { usageError } from "../lab/error.ts";
import { plural } from "../lab/figures.ts";
import { type Forecast, forecastRecords } from "../network/flow-log-forecast.ts";
import { walkRoundTrip } from "../network/walk.ts";
import { MAKE_FLOW_LOG, NO_FLOW_LOG } from "../steps/flow-log-missing.ts";
import { findHosts, type Host, type InstancePart, inWords } from "../steps/hosts.ts";
import { printJson } from "../ui/json.ts";
import { wait } from "../ui/spinner.ts";
import { table } from "../ui/table.ts";
import type { Terminal } from "../ui/terminal.ts";
import { plain } from "../ui/text.ts";
import { header } from "./header.ts";
import { type OpenLab, openLab } from "./open-lab.ts";
import { wholeNumber } from "./options.ts";
import { namingOtherLabs } from "./other-labs.ts";
import type { GlobalOptions, Program } from "./program.ts";
import { requireRunning } from "./require-running.ts";
import { KINDS, type Kind, packetOf, type Try, triesOf } from "./traffic-tries.ts";

export interface TrafficOptions extends GlobalOptions {
  readonly kinds?: string;
  readonly rounds?: string;
}

const MOST_ROUNDS = 20;
/** Pings of one try. */
const PACKETS = 3;

/** A try and what came of it, all rounds together. */
interface Tally {
  readonly attempt: Try;
  readonly forecast: readonly Forecast[];
  /** Packets for ICMP, connections else. */
  sent: number;
  answered: number;
  /** Each outcome that was no answer, in curl's or ping's terms. */
  readonly otherwise: Set<string>;
}

/** @returns the exit code */
export async function traffic(program: Program, options: TrafficOptions): Promise<number> {
  const { terminal } = program;
  const kinds = options.kinds === undefined ? KINDS : kindsOf(options.kinds);
  const rounds = options.rounds === undefined ? 1 : wholeNumber("--rounds", options.rounds, 1, MOST_ROUNDS);
  const lab = await openLab(program, options);
  try {
    if (!options.json) header(terminal, lab);
    const { tallies, isLogged } = await tallyOf(lab, kinds);
    try {
      for (let round = 1; round <= rounds; round += 1) await makeRound(terminal, lab, tallies, round, rounds);
    } finally {
      // Ctrl-C in the ninth round: the eight before it are worth telling.
      if (tallies.some(({ sent }) => sent > 0)) show(terminal, tallies, isLogged);
    }
    return 0;
  } catch (error) {
    throw namingOtherLabs(error, lab);
  } finally {
    lab.close();
  }
}

/** @throws LabError with exit code 2 */
function kindsOf(text: string): Kind[] {
  return text.split(",").map((word) => {
    const kind = KINDS.find((name) => name === word.trim().toLowerCase());
    if (kind === undefined)
      throw usageError(`--kinds takes ${KINDS.join(", ")}, separated by commas, not "${word}".`);
    return kind;
  });
}

/** @returns the tries, and whether any flow log listens in the lab */
async function tallyOf(
  lab: OpenLab,
  kinds: readonly Kind[],
): Promise<{ tallies: Tally[]; isLogged: boolean }> {
  const [hosts, { topology, flowLogs, instances }] = await Promise.all([
    findHosts(lab),
    readLabNetwork(lab.aws, lab.spec),
  ]);
  for (const { part, instanceId } of hosts)
    for (const instance of instances)
      if (instance.InstanceId === instanceId) requireRunning(instance, part, lab.place.region);
  const tallies = triesOf(kinds, hosts).map((attempt) => {
    const trip = walkRoundTrip(topology, packetOf(attempt), { from: attempt.from.networkInterfaceId });
    const forecast = forecastRecords(topology, trip, flowLogs);
    return { attempt, forecast, sent: 0, answered: 0, otherwise: new Set<string>() };
  });
  return { tallies, isLogged: flowLogs.length > 0 };
}

/** Each instance makes its tries one after the other; the two side by side. */
async function makeRound(
  terminal: Terminal,
  lab: OpenLab,
  tallies: readonly Tally[],
  round: number,
  rounds: number,
): Promise<void> {
  const text = `round ${round} of ${rounds}: ${plural(tallies.length, "try", "tries")}`;
  const work = async (note: (text: string) => void) => {
    let done = 0;
    const all = async (part: InstancePart) => {
      for (const tally of tallies.filter(({ attempt }) => attempt.from.part === part)) {
        note(`${done} done, ${describe(tally.attempt)}`);
        await make(lab, tally);
        done += 1;
      }
    };
    const ended = await Promise.allSettled([all("instance-1"), all("instance-2")]);
    for (const result of ended) if (result.status === "rejected") throw result.reason;
  };
  if (terminal.json) await work(() => undefined);
  else await wait(terminal, { text, usually: "0:20 to 1:00", now: () => lab.aws.clock.now() }, work);
}

async function make(lab: OpenLab, tally: Tally): Promise<void> {
  const { from, to, scope, address, port, kind } = tally.attempt;
  const { instanceId } = from;
  if (port === undefined) {
    if (to === undefined || address === undefined || scope === "internet") return;
    const { output: _, ...result } = await pingFrom(lab.aws, { instanceId, address, count: PACKETS });
    tally.sent += result.sent;
    tally.answered += result.received;
    if (result.received < result.sent) tally.otherwise.add("silence");
    // The records' packets are to be accounted for: `vpclab logs reconcile` goes by the journal.
    const reachable = result.received > 0;
    const ping = { from: from.part, to: to.part, address, scope, ...result, reachable };
    lab.journal.add({ kind: "ping", at: lab.aws.clock.now(), ping });
    return;
  }
  const goal = kind === "http" || kind === "https" ? { web: kind } : { address: address ?? "", port };
  const { outcome, detail } = await tryConnection(lab.aws, { instanceId, goal });
  tally.sent += 1;
  if (outcome === "answered") tally.answered += 1;
  else tally.otherwise.add(outcome === "unknown" ? detail || "curl ended otherwise" : outcome);
}

/** "instance 1 pings instance 2, private" */
function describe({ kind, from, to, scope, port }: Try): string {
  const name = (host: Host) => inWords(host.part);
  const goal = to === undefined ? WEB_HOST : `${name(to)}, ${scope}`;
  if (kind === "icmp") return `${name(from)} pings ${goal}`;
  if (kind === "http" || kind === "https") return `${name(from)} opens ${kind} at ${goal}`;
  return `${name(from)} tries TCP ${port} of ${goal}`;
}

function show(terminal: Terminal, tallies: readonly Tally[], isLogged: boolean): void {
  if (terminal.json) {
    printJson(terminal, tallies.map(asJson));
    return;
  }
  terminal.out("");
  terminal.out(
    table(
      [
        { title: "what was tried", fit: "wrap" },
        { title: "what came of it", fit: "wrap" },
        { title: "in the flow log", fit: "wrap" },
      ],
      tallies.map((tally) => [describe(tally.attempt), plain(resultOf(tally)), tellForecast(tally.forecast)]),
      terminal,
    ),
  );
  if (!isLogged) {
    terminal.out(`\n${terminal.wrap(`${NO_FLOW_LOG} Of all this no record will come.`)}`);
    terminal.out(`  ${terminal.symbols.next} ${MAKE_FLOW_LOG}`);
    return;
  }
  const isRejected = tallies.some(({ forecast }) =>
    forecast.some(({ records }) =>
      records.some(({ action, keptBy }) => action === "REJECT" && keptBy.length > 0),
    ),
  );
  terminal.out("");
  terminal.out(
    terminal.wrap(
      isRejected
        ? "REJECT: a security group or a network ACL said no. ACCEPT out and nothing back: the no was said in the other VPC, or there is no way."
        : "ACCEPT out and nothing back: the no was said where no flow log listens, or there is no way.",
    ),
  );
  terminal.out("The records arrive in 5 to 10 minutes.");
  terminal.out(`  ${terminal.symbols.next} vpclab logs --since 15m`);
  if (isRejected) terminal.out(`  ${terminal.symbols.next} vpclab logs --action REJECT --since 15m`);
}

function resultOf({ attempt, sent, answered, otherwise }: Tally): string {
  const what = attempt.kind === "icmp" ? plural(sent, "ping") : plural(sent, "try", "tries");
  const rest = [...otherwise].join(", ");
  if (sent === 0) return "not made";
  if (answered === sent) return sent === 1 ? "answered" : `${what}, all answered`;
  if (answered === 0) return sent === 1 ? rest : `${what}: ${rest}`;
  return `${what}, ${answered} answered, else ${rest}`;
}

/** What VPC 1's flow log, or whichever listens, will note of it. */
function tellForecast(forecast: readonly Forecast[]): string {
  const logged = forecast.filter(({ flowLogs }) => flowLogs.length > 0);
  if (logged.length === 0) return "nothing: no flow log listens there";
  const told = logged.flatMap(({ records }) => {
    const kept = records.filter(({ keptBy }) => keptBy.length > 0);
    const words = kept.map(({ action, flow }) => `${action} ${flow === "egress" ? "out" : "in"}`);
    const isOneWay = words.length === 1 && words[0] === "ACCEPT out";
    return isOneWay ? ["ACCEPT out, nothing back"] : words;
  });
  return told.length === 0 ? "nothing: it never gets there" : told.join(", ");
}

function asJson({ attempt, forecast, sent, answered, otherwise }: Tally) {
  const { kind, from, to, scope, address, port } = attempt;
  return {
    kind,
    from: from.part,
    to: to?.part ?? WEB_HOST,
    scope,
    address: address ?? null,
    port: port ?? null,
    sent,
    answered,
    otherwise: [...otherwise],
    flowLog: forecast.flatMap(({ records }) => records.filter(({ keptBy }) => keptBy.length > 0)),
  };
}
