/** `vpclab why`: what happens to a packet and its reply by the configuration as it is, and what would let it pass. */
import { readLabNetwork } from "../aws/topology.ts";
import { EXIT, usageError } from "../lab/error.ts";
import { printJson } from "../ui/json.ts";
import { header } from "./header.ts";
import { openLabAndRead } from "./open-lab.ts";
import { ipv4Address, wholeNumber } from "./options.ts";
import { namingOtherLabs } from "./other-labs.ts";
import type { GlobalOptions, Program } from "./program.ts";
import { type Explanation, explain, type Question } from "./why-explain.ts";
import { showWhy } from "./why-show.ts";

export interface WhyOptions extends GlobalOptions {
  readonly from?: string;
  readonly protocol?: string;
  readonly port?: string;
}

const SSH_PORT = 22;

/**
 * @param target "private", "public" (of the other instance) or an IPv4 address
 * @returns the exit code
 */
export async function why(program: Program, target: string, options: WhyOptions): Promise<number> {
  const { terminal } = program;
  const question = questionOf(target, options);
  const { lab, found } = await openLabAndRead(program, options, ({ aws, spec }) => readLabNetwork(aws, spec));
  try {
    if (!options.json) header(terminal, lab);
    const explanation = explain(lab.spec, found, question);
    if (options.json) printJson(terminal, whyJson(explanation));
    else showWhy(terminal, explanation);
    return explanation.trip.reachable ? 0 : EXIT.no;
  } catch (error) {
    throw namingOtherLabs(error, lab);
  } finally {
    lab.close();
  }
}

/** @throws LabError with exit code 2 */
function questionOf(target: string, options: WhyOptions): Question {
  const { from = "instance-1", port } = options;
  const protocol = options.protocol?.toLowerCase() ?? (port === undefined ? "icmp" : "tcp");
  if (target !== "private" && target !== "public") ipv4Address(target);
  if (from !== "instance-1" && from !== "instance-2")
    throw usageError(`--from takes instance-1 or instance-2, not "${from}".`);
  if (protocol === "icmp") {
    if (port !== undefined) throw usageError("ICMP has no ports: leave out --port, or say --protocol tcp.");
    return { target, from, protocol, port: 0 };
  }
  if (protocol !== "tcp" && protocol !== "udp")
    throw usageError(`--protocol takes icmp, tcp or udp, not "${options.protocol}".`);
  if (port === undefined && protocol === "udp")
    throw usageError("UDP has no port of its own: name one, such as --port 53.");
  return {
    target,
    from,
    protocol,
    port: port === undefined ? SSH_PORT : wholeNumber("--port", port, 1, 65_535),
  };
}

function whyJson({ question, address, to, scope, trip, stop, forecast, advice, ...rest }: Explanation) {
  return {
    from: question.from,
    to: to ?? address,
    address: address === "" ? null : address,
    scope,
    protocol: question.protocol,
    port: question.protocol === "icmp" ? null : question.port,
    reachable: trip.reachable,
    ...(rest.sourcePorts.length > 0 && { sourcePorts: rest.sourcePorts }),
    there: trip.there.hops,
    back: trip.back?.hops ?? null,
    stop: stop ? { way: stop.way, number: stop.number, ...stop.hop } : null,
    flowLog: forecast.map(({ networkInterface, flowLogs, records }) => ({
      networkInterfaceId: networkInterface.id,
      name: networkInterface.name ?? null,
      flowLogs: flowLogs.map(({ id }) => id),
      records,
    })),
    changes: advice.changes.map((change, index) => ({ ...change, ...rest.instructions[index] })),
    suffices: advice.suffices,
    obstacle: advice.obstacle ?? null,
    repairedBy: rest.repairedBy ?? null,
  };
}
