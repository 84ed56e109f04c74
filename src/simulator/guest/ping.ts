/**
 * `ping` as Amazon Linux 2023 has it (iputils 20210202): the same lines, the same exit codes, the same patience.
 * One packet a turn, because the network may change between two of them.
 */
import { fail, type Machine, type Program, type Turn } from "./program.ts";

interface Options {
  /** As it was asked for: an address or a name. */
  readonly target: string;
  readonly address: string;
  /** How replies name the sender. */
  readonly sender: string;
  /** Undefined: until stopped. */
  readonly count?: number;
  /** Between two requests. */
  readonly intervalMs: number;
  /** How long to wait for the last reply when there was none at all (-W). */
  readonly lingerMs: number;
  /** When to end whatever came (-w). */
  readonly deadlineMs?: number;
  readonly quiet: boolean;
}

interface Memory {
  startedAt: number;
  sent: number;
  lastSentAt: number;
  /** Round-trip times of the replies, in microseconds. */
  rtts: number[];
}

/** 56 bytes of data, the ICMP header and the IP header. */
const DATA_BYTES = 56;
const PACKET_BYTES = DATA_BYTES + 8 + 20;
const DEFAULT_LINGER_MS = 10_000;

export const ping: Program = (machine, args, remembered) => {
  const memory = remembered as Memory | undefined;
  const options = parse(machine, args);
  if ("next" in options) return options;
  if (memory)
    return options.deadlineMs === undefined ? goOn(machine, options, memory) : race(machine, options, memory);
  const begun: Memory = { startedAt: machine.now, sent: 0, lastSentAt: machine.now, rtts: [] };
  const header = `PING ${options.target} (${options.address}) ${DATA_BYTES}(${PACKET_BYTES}) bytes of data.\n`;
  const turn = goOn(machine, options, begun);
  return { ...turn, stdout: header + (turn.stdout ?? "") };
};

/** With a deadline, time and not the number of requests ends it. */
function race(machine: Machine, options: Options, memory: Memory): Turn {
  const isOver = machine.now - memory.startedAt >= (options.deadlineMs ?? 0);
  return isOver ? finish(machine, options, memory) : goOn(machine, options, memory);
}

function goOn(machine: Machine, options: Options, memory: Memory): Turn {
  const { count = Number.POSITIVE_INFINITY, deadlineMs } = options;
  if (deadlineMs === undefined && memory.sent >= count) return finish(machine, options, memory);
  const answer = machine.exchange(
    {
      protocol: 1,
      source: machine.privateAddress,
      destination: options.address,
      sourcePort: 0,
      destinationPort: 0,
      icmp: { type: 8, code: 0 },
    },
    PACKET_BYTES,
  );
  const sent = memory.sent + 1;
  const rtts = answer ? [...memory.rtts, answer.rttMicroseconds] : memory.rtts;
  const after = { ...memory, sent, rtts, lastSentAt: machine.now };
  const line =
    answer && !options.quiet
      ? `${DATA_BYTES + 8} bytes from ${options.sender}: icmp_seq=${sent % 65_536} ttl=${answer.ttl} time=${milliseconds(answer.rttMicroseconds)} ms\n`
      : "";
  if (rtts.length >= count) {
    const last = finish(machine, options, after);
    return { ...last, stdout: line + (last.stdout ?? "") };
  }
  return { stdout: line, next: { waitMs: patience(machine, options, after), memory: after } };
}

/** How long until the next request, or until it gives up on the last one. */
function patience(machine: Machine, options: Options, memory: Memory): number {
  const hasRepliedLast = memory.rtts.length === memory.sent;
  // The kernel's timers are late by a few ms, and by more while ping has nothing to read.
  const next =
    options.intervalMs + (hasRepliedLast ? machine.randomInteger(0, 3) : machine.randomInteger(8, 40));
  if (options.deadlineMs !== undefined)
    return Math.max(1, Math.min(next, memory.startedAt + options.deadlineMs - machine.now));
  if (memory.sent < (options.count ?? Number.POSITIVE_INFINITY)) return next;
  if (memory.rtts.length === 0) return options.lingerMs;
  return Math.max((2 * Math.max(...memory.rtts)) / 1000, options.intervalMs);
}

function finish(machine: Machine, options: Options, memory: Memory): Turn {
  const { sent, rtts } = memory;
  const loss = Number((((sent - rtts.length) * 100) / sent).toPrecision(6));
  const elapsed = (options.deadlineMs === undefined ? memory.lastSentAt : machine.now) - memory.startedAt;
  const stdout =
    `\n--- ${options.target} ping statistics ---\n` +
    `${sent} packets transmitted, ${rtts.length} received, ${loss}% packet loss, time ${elapsed}ms\n` +
    `${summary(rtts)}\n`;
  const isShort = options.deadlineMs !== undefined && rtts.length < (options.count ?? 0);
  return { stdout, next: { exit: rtts.length === 0 || isShort ? 1 : 0 } };
}

function summary(rtts: readonly number[]): string {
  if (rtts.length === 0) return "";
  const average = rtts.reduce((sum, rtt) => sum + rtt, 0) / rtts.length;
  const squares = rtts.reduce((sum, rtt) => sum + rtt * rtt, 0) / rtts.length;
  const deviation = Math.sqrt(Math.max(0, squares - average * average));
  const figures = [Math.min(...rtts), average, Math.max(...rtts), deviation];
  return `rtt min/avg/max/mdev = ${figures.map((figure) => (Math.floor(figure) / 1000).toFixed(3)).join("/")} ms`;
}

/** The shorter the time, the more decimals. */
function milliseconds(microseconds: number): string {
  const decimals = microseconds >= 99_950 ? 0 : microseconds >= 9_995 ? 1 : microseconds >= 1_000 ? 2 : 3;
  return (microseconds / 1000).toFixed(decimals);
}

function parse(machine: Machine, args: readonly string[]): Options | Turn {
  let count: number | undefined;
  let intervalMs = 1_000;
  let lingerMs = DEFAULT_LINGER_MS;
  let deadlineMs: number | undefined;
  let quiet = false;
  let isNumeric = false;
  let target: string | undefined;
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (!arg.startsWith("-") || arg === "-") {
      target = arg;
      continue;
    }
    if (arg === "--") continue;
    // Flags may be bundled (-nq), and a value may follow at once (-c5).
    for (let at = 1; at < arg.length; at++) {
      const flag = arg.charAt(at);
      if (flag === "n") isNumeric = true;
      if (flag === "n" || flag === "4") continue;
      if (flag === "q") {
        quiet = true;
        continue;
      }
      if (!"cWiw".includes(flag))
        return fail(`ping: option -${flag} is not modelled by the instances of vpclab's embedded AWS`, 2);
      const text = arg.slice(at + 1) || rest.shift();
      if (text === undefined) return fail(`ping: option requires an argument -- '${flag}'`, 2);
      const isWhole = flag === "c" || flag === "w";
      const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
      if (Number.isNaN(value) || (isWhole && !Number.isInteger(value)))
        return fail(`ping: invalid argument: '${text}'`, 1);
      if (flag === "c" && value < 1)
        return fail(`ping: invalid argument: '${text}': out of range: 1 <= value <= 9223372036854775807`, 1);
      if (flag === "c") count = value;
      // Flooding the world with events helps nobody; iputils has the same floor for ordinary users.
      if (flag === "i") intervalMs = Math.max(2, value * 1000);
      if (flag === "W") lingerMs = value * 1000;
      if (flag === "w" && value > 0) deadlineMs = value * 1000;
      break;
    }
  }
  if (target === undefined) return fail("ping: usage error: Destination address required", 1);
  const address = machine.resolve(target);
  if (address === undefined) return fail(`ping: ${target}: Name or service not known`, 2);
  // Only EC2's own names are found again by their address.
  const isNamed = !isNumeric && target.endsWith(".internal");
  return {
    target,
    address,
    sender: isNamed ? `${target} (${address})` : address,
    intervalMs,
    lingerMs,
    quiet,
    ...(count !== undefined && { count }),
    ...(deadlineMs !== undefined && { deadlineMs }),
  };
}
