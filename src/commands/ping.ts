/** `vpclab ping`: one ping, its output, and what it means in a sentence. */
import { execFile } from "node:child_process";
import type { Instance } from "@aws-sdk/client-ec2";
import { type Inventory, ofPart, readInstances } from "../aws/inventory.ts";
import { pingFrom } from "../aws/ping.ts";
import { readLabNetwork } from "../aws/topology.ts";
import { EXIT, LabError, messageOf, usageError } from "../lab/error.ts";
import { duration, plural } from "../lab/figures.ts";
import type { PingSummary } from "../lab/narrator.ts";
import { parsePingOutput } from "../network/ping-output.ts";
import { type InstancePart, inWords, noInstance } from "../steps/hosts.ts";
import { printJson } from "../ui/json.ts";
import { wait } from "../ui/spinner.ts";
import { plain, plainLines } from "../ui/text.ts";
import { pingFigures } from "./findings.ts";
import { header } from "./header.ts";
import { type OpenLab, openLabAndRead } from "./open-lab.ts";
import { ipv4Address, wholeNumber } from "./options.ts";
import { namingOtherLabs } from "./other-labs.ts";
import { pingMeaning } from "./ping-meaning.ts";
import type { GlobalOptions, Program } from "./program.ts";
import { requireRunning } from "./require-running.ts";
import { explain } from "./why-explain.ts";

export interface PingOptions extends GlobalOptions {
  readonly from?: string;
  readonly count?: string;
}

type Instances = Pick<Inventory, "instances">;

type From = InstancePart | "local";

const DEFAULT_COUNT = 5;

/**
 * @param target "private", "public" (of the other instance) or an IPv4 address
 * @returns the exit code
 */
export async function ping(program: Program, target: string, options: PingOptions): Promise<number> {
  const { terminal } = program;
  const from = whereFrom(options.from ?? "instance-1");
  const count = options.count === undefined ? DEFAULT_COUNT : wholeNumber("--count", options.count, 1, 100);
  if (target !== "private" && target !== "public") ipv4Address(target);

  const { lab, found } = await openLabAndRead(program, options, ({ aws, spec }) => readInstances(aws, spec), {
    beforeCalls: (where, endpointUrl) => {
      // Another endpoint may be the embedded AWS as well: the addresses that it names may be anybody's.
      const who =
        where === "simulator"
          ? "The embedded AWS is not on the internet"
          : `${endpointUrl} is not AWS itself`;
      if (from === "local" && (where === "simulator" || endpointUrl !== undefined))
        throw usageError(
          `${who}: from your own machine, a stranger would answer for its addresses.`,
          "Ping from an instance: vpclab ping --from instance-1. On a real account --from local works.",
        );
    },
  });
  try {
    // Before the addressee: `traffic` and `why` look for the sender first, too.
    const sender = from === "local" ? undefined : existing(found, from, lab);
    const goal = goalOf(target, from, found, lab);
    if (sender !== undefined && from !== "local") requireRunning(sender, from, lab.place.region);
    if (!options.json) header(terminal, lab);
    const work = () =>
      sender === undefined
        ? pingHere(goal.address, count, program.signal)
        : pingThere(lab, sender, goal.address, count);
    const sent = await (options.json
      ? work()
      : wait(
          terminal,
          {
            text: `${from === "local" ? "this machine" : inWords(from)} pings ${goal.to === goal.address ? "" : `${inWords(goal.to)} at `}${goal.address}, ${plural(count, "packet")}`,
            usually: `about ${duration((count + 3) * 1000)}`,
            now: () => lab.aws.clock.now(),
          },
          work,
        ));
    const summary: PingSummary = { from, ...goal, ...sent.result, reachable: sent.result.received > 0 };
    lab.journal.add({ kind: "ping", at: lab.aws.clock.now(), ping: summary });
    if (options.json) printJson(terminal, summary);
    else await show(program, lab, sent.output, summary);
    return summary.reachable ? 0 : EXIT.no;
  } catch (error) {
    throw namingOtherLabs(error, lab);
  } finally {
    lab.close();
  }
}

type Sent = { output: string; result: Pick<PingSummary, "sent" | "received" | "lossPercent" | "rttMs"> };

function whereFrom(text: string): From {
  if (text === "instance-1" || text === "instance-2" || text === "local") return text;
  throw usageError(`--from takes instance-1, instance-2 or local, not "${text}".`);
}

/** Whom "private" and "public" mean: the other instance; seen from here, instance 2. */
function goalOf(
  target: string,
  from: From,
  inventory: Instances,
  lab: OpenLab,
): Pick<PingSummary, "to" | "address" | "scope"> {
  const instances = (["instance-1", "instance-2"] as const).map((part) => ({
    part,
    instance: find(inventory, part),
  }));
  if (target !== "private" && target !== "public") {
    const known = instances.find(
      ({ instance }) => instance?.PrivateIpAddress === target || instance?.PublicIpAddress === target,
    );
    const scope = !known ? "other" : known.instance?.PrivateIpAddress === target ? "private" : "public";
    return { to: known?.part ?? target, address: target, scope };
  }
  const part = from === "instance-2" ? "instance-1" : "instance-2";
  const instance = existing(inventory, part, lab);
  const address = target === "private" ? instance.PrivateIpAddress : instance.PublicIpAddress;
  if (!address)
    throw new LabError("no-address", `Instance ${part.slice(-1)} has no ${target} address.`, {
      why: `It is ${instance.State?.Name ?? "in an unknown state"}; an instance has a public address only while it runs.`,
      next: ["vpclab status"],
    });
  return { to: part, address, scope: target };
}

/** @throws LabError "not-there" */
function existing(inventory: Instances, part: InstancePart, { place }: OpenLab): Instance {
  const instance = find(inventory, part);
  if (instance === undefined) throw noInstance(part, place.region);
  return instance;
}

/** The one that runs, should another of the same part be on its way out. */
function find(inventory: Instances, part: InstancePart): Instance | undefined {
  const instances = ofPart(inventory.instances, part);
  return instances.find(({ State }) => State?.Name === "running") ?? instances[0];
}

async function pingThere(
  lab: OpenLab,
  { InstanceId: instanceId = "" }: Instance,
  address: string,
  count: number,
): Promise<Sent> {
  const { output, sent, received, lossPercent, rttMs } = await pingFrom(lab.aws, {
    instanceId,
    address,
    count,
  });
  return { output, result: { sent, received, lossPercent, rttMs } };
}

/**
 * This machine's own ping. The address is a checked dotted quad and goes to no shell.
 * @param signal ends it; then its reason is thrown
 */
export async function pingHere(address: string, count: number, signal?: AbortSignal): Promise<Sent> {
  // It may have come from AWS, and what begins with a hyphen would be an option.
  ipv4Address(address);
  const flag = process.platform === "win32" ? "-n" : "-c";
  const [output, ended] = await new Promise<readonly [string, Error | null]>((resolve, reject) => {
    execFile(
      "ping",
      [flag, String(count), address],
      {
        // Windows waits 4 s for each reply before it sends the next packet.
        timeout: (5 * count + 15) * 1000,
        // Its words are read below.
        env: { ...process.env, LC_ALL: "C" },
        signal,
      },
      (error, stdout, stderr) => {
        if (signal?.aborted) return reject(signal.reason);
        // ping ends with 1 or 2 where nothing answered: that is a result. Not being there is not.
        if (error && "code" in error && error.code === "ENOENT")
          reject(
            new LabError("no-ping", "This machine has no ping command.", {
              next: ["vpclab ping --from instance-1"],
            }),
          );
        else resolve([stdout === "" ? stderr : stdout, error]);
      },
    );
  });
  const result = parsePingOutput(output);
  if (!result)
    throw new LabError("ping-output", "This machine's ping said something that vpclab does not understand.", {
      why: output.trim().slice(0, 300) || (ended?.message ?? "It said nothing at all."),
      cause: ended ?? undefined,
    });
  return { output, result };
}

async function show(program: Program, lab: OpenLab, output: string, summary: PingSummary): Promise<void> {
  const { terminal } = program;
  const { bold, dim } = terminal.colour;
  for (const line of plainLines(output.trimEnd())) terminal.out(dim(line));
  terminal.out("");
  terminal.out(bold(pingFigures(summary)));
  const { sentence, next } = pingMeaning(summary, await walked(program, lab, summary), lab.spec);
  terminal.out(terminal.wrap(plain(sentence)));
  terminal.out(`  ${terminal.symbols.next} ${next}`);
}

/** The same packet by the configuration; undefined from this machine, and where it cannot be read. */
async function walked({ terminal, signal }: Program, { aws, spec }: OpenLab, { from, address }: PingSummary) {
  if (from !== "instance-1" && from !== "instance-2") return undefined;
  try {
    const network = await readLabNetwork(aws, spec);
    return {
      ...explain(spec, network, { target: address, from, protocol: "icmp", port: 0 }),
      holder: network.topology.networkInterfaces.find(
        ({ privateAddress, publicAddress }) => privateAddress === address || publicAddress === address,
      ),
    };
  } catch (error) {
    signal.throwIfAborted();
    // The ping itself has its result: what it means is told without.
    terminal.say(terminal.wrap(`Note: without the packet's way (${plain(messageOf(error))}).`));
    return undefined;
  }
}
