/** A record taken apart for a learner: each field with its value, its meaning, and what follows from it. */
import { isPrivateAddress, parseAddress } from "../network/cidr.ts";
import { ownerInWords, type WhoseAddress } from "./addresses.ts";
import { portName, protocolName, serviceName } from "./protocols.ts";
import { type FieldValue, type FlowLogRecord, formatRecord, parseFields } from "./record.ts";

export interface ExplainedField {
  /** As in AWS's documentation: "srcaddr". */
  readonly name: string;
  readonly value: string;
  /** What the field is, and what this value says. */
  readonly meaning: string;
}

/** A packet that routing loses is an ACCEPT: what the lab's learners get wrong most often. */
const ACCEPT_IS_NOT_ARRIVAL =
  "Security groups and network ACLs let it pass. That does not say that it arrived: a packet that routing loses further on is ACCEPT too.";

/**
 * Each field of a record, in the record's order.
 * `record`: a record of the default format, or the fields of any format from parseFields().
 * `whose` names addresses; without it they are shown without an owner. `isOwn` says whether an address is that of the
 * interface which recorded it: by default where the other one is public, since an interface knows itself as private.
 */
export function explainRecord(
  record: FlowLogRecord | readonly FieldValue[],
  whose: WhoseAddress = () => undefined,
  isOwn: (address: string, interfaceId: string) => boolean = () => false,
): ExplainedField[] {
  const fields = isFields(record) ? record : parseFields(formatRecord(record));
  const values = new Map(fields.map((f) => [f.field.name, f.value]));
  return fields.map(({ field, value }) => {
    const consequence =
      field.name === "action" && value === "REJECT"
        ? whyRejected(flowOf(values, isOwn))
        : follows(field.name, value, values, whose);
    const meaning = isEmpty(values) ? (OF_EMPTY_WINDOW[field.name] ?? field.meaning) : field.meaning;
    return { name: field.name, value, meaning: consequence === "" ? meaning : `${meaning} ${consequence}` };
  });
}

/** NODATA and SKIPDATA: no packet was recorded, so no time is one's. */
function isEmpty(values: ReadonlyMap<string, string>): boolean {
  return ["NODATA", "SKIPDATA"].includes(values.get("log-status") ?? "");
}

const OF_EMPTY_WINDOW: Readonly<Record<string, string>> = {
  start: "When the window began.",
  end: "When the window ended.",
};

function isFields(record: FlowLogRecord | readonly FieldValue[]): record is readonly FieldValue[] {
  return Array.isArray(record);
}

function follows(
  name: string,
  value: string,
  values: ReadonlyMap<string, string>,
  whose: WhoseAddress,
): string {
  if (value === "-") return "Empty: it does not apply to this record.";
  const protocol = numeric(values.get("protocol"));
  switch (name) {
    case "account-id":
      return value === "unknown" ? "Unknown: an AWS service made the interface." : "";
    case "srcaddr":
    case "dstaddr":
    case "pkt-srcaddr":
    case "pkt-dstaddr": {
      const owner = ownerInWords(value, whose);
      return owner === undefined ? "" : `Here: ${owner}.`;
    }
    case "srcport":
    case "dstport":
      return aboutPort(Number(value), protocol);
    case "protocol":
      return aboutProtocol(Number(value), values);
    case "packets":
      return value === "1" ? "One packet." : "";
    case "bytes":
      return aboutBytes(Number(value), numeric(values.get("packets")), protocol);
    case "start":
      return `Epoch seconds: ${utc(Number(value))}.`;
    case "end":
      return aboutEnd(Number(value), numeric(values.get("start")), isEmpty(values));
    case "action":
      return value === "ACCEPT" ? ACCEPT_IS_NOT_ARRIVAL : "";
    case "log-status":
      return aboutStatus(value);
    case "tcp-flags":
      return aboutTcpFlags(Number(value));
    default:
      return "";
  }
}

type Flow = "ingress" | "egress" | undefined;

/** Which way it went through the interface that recorded it; undefined where the record leaves that open. */
function flowOf(
  values: ReadonlyMap<string, string>,
  isOwn: (address: string, interfaceId: string) => boolean,
): Flow {
  const told = values.get("flow-direction");
  if (told === "ingress" || told === "egress") return told;
  const [id = "", source = "", destination = ""] = ["interface-id", "srcaddr", "dstaddr"].map((name) =>
    values.get(name),
  );
  if (isOwn(source, id)) return "egress";
  if (isOwn(destination, id)) return "ingress";
  const [isFromPrivate, isToPrivate] = [source, destination].map(
    (address) => parseAddress(address) !== undefined && isPrivateAddress(address),
  );
  if (isFromPrivate === isToPrivate) return undefined;
  return isFromPrivate ? "egress" : "ingress";
}

function whyRejected(flow: Flow): string {
  const rule =
    flow === undefined
      ? "No security group's rule let it pass"
      : flow === "egress"
        ? "On its way out: no outbound rule of the interface's own security groups let it pass"
        : "On its way in: no inbound rule of the interface's security groups let it pass";
  return `${rule}, or a network ACL denied it. A missing route is never the reason.`;
}

function aboutPort(port: number, protocol: number | undefined): string {
  if (port === 0)
    return protocol === 1 || protocol === 58 ? "0: ICMP has no ports." : "0: none was recorded.";
  const service = portName(port);
  if (service !== undefined) return `Here: ${service}.`;
  return port >= 32_768 ? "A high port, as a client picks one for the time of a connection." : "";
}

function aboutProtocol(protocol: number, values: ReadonlyMap<string, string>): string {
  if (protocol === 1) return "Here: ICMP, what ping uses.";
  const service = serviceName(
    protocol,
    numeric(values.get("srcport")) ?? 0,
    numeric(values.get("dstport")) ?? 0,
  );
  const name = protocolName(protocol).toUpperCase();
  return service === undefined ? `Here: ${name}.` : `Here: ${name}, and by its port ${service}.`;
}

function aboutBytes(bytes: number, packets: number | undefined, protocol: number | undefined): string {
  if (packets === undefined || packets === 0) return "";
  const each = bytes / packets;
  if (protocol === 1 && each === 84) {
    return "84 a packet: an ordinary ping (56 of data, 8 of ICMP header, 20 of IP header).";
  }
  const shown = Number.isInteger(each) ? String(each) : `about ${Math.round(each)}`;
  return packets === 1 ? "" : `That is ${shown} a packet.`;
}

function aboutEnd(end: number, start: number | undefined, isOfWindow: boolean): string {
  const time = `Epoch seconds: ${utc(end)}`;
  if (start === undefined || end < start) return `${time}.`;
  if (isOfWindow) return `${time}, ${end - start} s later.`;
  if (end === start) return `${time}, the same second as the first.`;
  return `${time}, ${end - start} s after the first.`;
}

function aboutStatus(status: string): string {
  switch (status) {
    case "OK":
      return "OK: recorded as usual.";
    case "NODATA":
      return "NODATA: there was no traffic at this interface in the window.";
    default:
      return "SKIPDATA: some records of the window were lost inside AWS; the sums are too low.";
  }
}

const tcpFlagNames: readonly (readonly [number, string])[] = [
  [1, "FIN"],
  [2, "SYN"],
  [4, "RST"],
  [8, "PSH"],
  [16, "ACK"],
];

function aboutTcpFlags(flags: number): string {
  const names = tcpFlagNames.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name);
  return names.length === 0 ? "" : `Here: ${names.join(", ")}.`;
}

/** "2023-01-11 17:39:02 UTC" */
function utc(epochSeconds: number): string {
  const date = new Date(epochSeconds * 1000);
  if (Number.isNaN(date.getTime())) return "beyond any calendar";
  return `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

function numeric(value: string | undefined): number | undefined {
  return value === undefined || !/^\d+$/.test(value) ? undefined : Number(value);
}
