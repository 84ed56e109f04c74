/**
 * `tracepath` as Amazon Linux 2023 has it (iputils; traceroute is a package of its own and not installed): UDP probes
 * of the longest packet, with a time to live that grows hop by hop. Inside a VPC and over peering no router takes
 * anything off it, so that an instance is the first hop, where its group lets the probes in; what lies behind an
 * internet gateway does not say who it is.
 */
import { fail, type Machine, type Program, type Turn } from "./program.ts";

interface Memory {
  readonly ttl: number;
  /** Probes without an answer at this hop. */
  readonly tries: number;
  readonly mtu: number;
  readonly port: number;
}

const MTU = 9_001;
const FIRST_PORT = 44_444;
const TRIES = 3;
const PATIENCE_MS = 1_000;
const DEFAULT_HOPS = 30;

export const tracepath: Program = (machine, args, remembered) => {
  const options = parse(machine, args);
  if ("next" in options) return options;
  const { address, lastTtl, name } = options;
  const isStart = remembered === undefined;
  let { ttl, tries, mtu, port } = (remembered ?? { ttl: 1, tries: 0, mtu: MTU, port: FIRST_PORT }) as Memory;
  let stdout = isStart ? ` 1?: ${"[LOCALHOST]".padEnd(32)} pmtu ${mtu}\n` : "";
  // The turn after the last probe of a hop: nobody has answered.
  if (tries === TRIES) {
    stdout += `${hop(ttl)}no reply\n`;
    [ttl, tries] = [ttl + 1, 0];
    if (ttl > lastTtl) {
      stdout += `     Too many hops: pmtu ${mtu}\n     Resume: pmtu ${mtu} \n`;
      return { stdout, next: { exit: 0 } };
    }
  }
  for (;;) {
    const answer = machine.exchange(
      {
        protocol: 17,
        source: machine.privateAddress,
        destination: address,
        sourcePort: 32_768 + (port % 28_232),
        destinationPort: port,
      },
      mtu,
    );
    port++;
    if (!answer) break;
    const row = (from: string) => `${hop(ttl)}${name(from).padEnd(52)} ${time(answer.rttMicroseconds)} `;
    if (!answer.tooLong) {
      stdout += `${row(address)}reached\n     Resume: pmtu ${mtu} hops ${ttl} back 1 \n`;
      return { stdout, next: { exit: 0 } };
    }
    mtu = answer.tooLong.mtu;
    stdout += `${row(answer.tooLong.router)}pmtu ${mtu}\n`;
  }
  const memory: Memory = { ttl, tries: tries + 1, mtu, port };
  return { stdout, next: { waitMs: PATIENCE_MS, memory } };
};

const hop = (ttl: number) => `${String(ttl).padStart(2)}:  `;

function time(microseconds: number): string {
  return `${(microseconds / 1000).toFixed(3).padStart(7)}ms`;
}

function parse(
  machine: Machine,
  args: readonly string[],
): { address: string; lastTtl: number; name: (address: string) => string } | Turn {
  let isNumeric = false;
  let lastTtl = DEFAULT_HOPS;
  let target: string | undefined;
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === "-n") isNumeric = true;
    else if (arg === "-4") continue;
    else if (arg === "-m") {
      const text = rest.shift() ?? "";
      lastTtl = /^\d{1,3}$/.test(text) ? Number(text) : 0;
      if (lastTtl < 1 || lastTtl > 255) return fail(`tracepath: invalid argument: '${text}'`, 1);
    } else if (arg.startsWith("-"))
      return fail(`tracepath: option ${arg} is not modelled by the instances of vpclab's embedded AWS`, 2);
    else target = arg;
  }
  if (target === undefined) return fail("\nUsage\n  tracepath [options] <destination>", 255);
  const address = machine.resolve(target);
  if (address === undefined) return fail(`tracepath: ${target}: Name or service not known`, 255);
  const domain = machine.hostname.slice(machine.hostname.indexOf("."));
  // EC2's DNS knows private addresses by their names.
  const isPrivate = (text: string) => /^(10|172\.(1[6-9]|2\d|3[01])|192\.168)\./.test(text);
  const name = (text: string) =>
    !isNumeric && isPrivate(text) ? `ip-${text.replaceAll(".", "-")}${domain}` : text;
  return { address, lastTtl, name };
}
