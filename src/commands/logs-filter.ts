/** Which records are wanted: checked flags, as a filter pattern for CloudWatch Logs and as a test for each record. */
import { protocolNumber } from "../flow-logs/protocols.ts";
import type { FlowLogRecord, TrafficRecord } from "../flow-logs/record.ts";
import { usageError } from "../lab/error.ts";
import { type Cidr, contains, hasHostBits, parseAddress, parseCidr } from "../network/cidr.ts";
import type { InstancePart } from "../steps/hosts.ts";
import type { KnownAddresses } from "../steps/known-addresses.ts";
import { wholeNumber } from "./options.ts";

export interface RecordFlags {
  readonly action?: string;
  readonly from?: string;
  readonly to?: string;
  readonly protocol?: string;
  readonly port?: string;
}

export interface RecordFilter {
  /** What CloudWatch Logs can sort out by itself; undefined where that is nothing. `passes` is to be asked as well. */
  readonly pattern: string | undefined;
  /** No flag was given: every record is wanted. */
  readonly isOpen: boolean;
  passes(record: FlowLogRecord): boolean;
  /** Instances that were asked for and are not there: which addresses they had is not known, so nothing passes. */
  readonly missing: readonly InstancePart[];
}

type Endpoint =
  | { readonly kind: "instance"; readonly part: InstancePart }
  | { readonly kind: "internet" }
  | { readonly kind: "address"; readonly address: string }
  | { readonly kind: "block"; readonly cidr: Cidr };

/**
 * Checks the flags, before any call.
 * @returns the filter, given the lab's addresses
 * @throws LabError with exit code 2
 */
export function recordFilter(flags: RecordFlags): (known: KnownAddresses) => RecordFilter {
  const action = flags.action === undefined ? undefined : verdict(flags.action);
  const from = flags.from === undefined ? undefined : endpoint("--from", flags.from);
  const to = flags.to === undefined ? undefined : endpoint("--to", flags.to);
  const protocol = flags.protocol === undefined ? undefined : protocolOf(flags.protocol);
  const port = flags.port === undefined ? undefined : wholeNumber("--port", flags.port, 1, 65_535);
  return (known) => {
    const isFrom = from && matcher(from, known);
    const isTo = to && matcher(to, known);
    const passesTraffic = (record: TrafficRecord) =>
      (action === undefined || record.action === action) &&
      (protocol === undefined || record.protocol === protocol) &&
      (port === undefined || record.srcPort === port || record.dstPort === port) &&
      (isFrom === undefined || isFrom(record.srcAddr)) &&
      (isTo === undefined || isTo(record.dstAddr));
    const isOpen = [action, from, to, protocol, port].every((flag) => flag === undefined);
    const asked = [from, to].flatMap((end) => (end?.kind === "instance" ? end.part : []));
    return {
      isOpen,
      missing: asked.filter((part) => allOf(known, part).length === 0),
      // Windows without traffic answer no question about traffic.
      passes: (record) => (record.logStatus === "OK" ? passesTraffic(record) : isOpen),
      pattern: pattern({
        source: from && columnOf("source", from, known),
        destination: to && columnOf("destination", to, known),
        protocol: protocol === undefined ? undefined : `protocol="${protocol}"`,
        action: action === undefined ? undefined : `action="${action}"`,
      }),
    };
  };
}

/** The columns of the default format, in a filter pattern's words. */
const COLUMNS =
  "version account eni source destination srcport destport protocol packets bytes start end action status".split(
    " ",
  );

type ColumnName = "source" | "destination" | "protocol" | "action" | "status";

/**
 * A space-delimited filter pattern over the default format, such as
 * `[version, account, …, action="REJECT", status]`; undefined where no column has a condition.
 */
export function pattern(conditions: Partial<Record<ColumnName, string | undefined>>): string | undefined {
  const given = new Map(Object.entries(conditions).filter(([, condition]) => condition !== undefined));
  if (given.size === 0) return undefined;
  return `[${COLUMNS.map((column) => given.get(column) ?? column).join(", ")}]`;
}

function columnOf(column: ColumnName, end: Endpoint, known: KnownAddresses): string | undefined {
  const addresses =
    end.kind === "address" ? [end.address] : end.kind === "instance" ? allOf(known, end.part) : [];
  if (addresses.length === 0) return undefined;
  return addresses.map((address) => `${column}="${address}"`).join(" || ");
}

function matcher(end: Endpoint, known: KnownAddresses): (address: string) => boolean {
  switch (end.kind) {
    case "address":
      return (address) => address === end.address;
    case "instance": {
      const addresses = new Set(allOf(known, end.part));
      return (address) => addresses.has(address);
    }
    case "internet":
      return (address) => ["internet", "AWS"].includes(known.whose(address) ?? "");
    case "block":
      return (address) => parseAddress(address) !== undefined && contains(end.cidr, address);
  }
}

function allOf({ instances }: KnownAddresses, part: InstancePart): string[] {
  return [...instances[part].private, ...instances[part].public];
}

function verdict(text: string): "ACCEPT" | "REJECT" {
  const upper = text.toUpperCase();
  if (upper === "ACCEPT" || upper === "REJECT") return upper;
  throw usageError(`--action takes ACCEPT or REJECT, not "${text}".`);
}

function protocolOf(text: string): number {
  const number = protocolNumber(text);
  if (number === undefined)
    throw usageError(`--protocol takes a name such as icmp, tcp or udp, or a number to 255, not "${text}".`);
  return number;
}

function endpoint(flag: string, text: string): Endpoint {
  if (text === "instance-1" || text === "instance-2") return { kind: "instance", part: text };
  if (text === "internet") return { kind: "internet" };
  if (parseAddress(text) !== undefined) return { kind: "address", address: text };
  const cidr = parseCidr(text);
  if (cidr && hasHostBits(cidr))
    throw usageError(`${flag} ${text} has host bits; a single address is written without a prefix.`);
  if (cidr) return { kind: "block", cidr };
  throw usageError(
    `${flag} takes instance-1, instance-2, internet, an IPv4 address or a CIDR block, not "${text}".`,
  );
}
