/** Flow log records: from a line of text to its fields and back. */
import { isIP } from "node:net";
import { DEFAULT_FORMAT, type FlowLogField, flowLogField } from "./fields.ts";

/** A record of the default format that saw traffic. */
export interface TrafficRecord {
  readonly version: number;
  /** "unknown" on interfaces that an AWS service made. */
  readonly accountId: string;
  /** "-" for a regional NAT gateway. */
  readonly interfaceId: string;
  readonly srcAddr: string;
  readonly dstAddr: string;
  /** 0 for protocols without ports, such as ICMP. */
  readonly srcPort: number;
  readonly dstPort: number;
  /** IANA protocol number: 1 ICMP, 6 TCP, 17 UDP. */
  readonly protocol: number;
  readonly packets: number;
  readonly bytes: number;
  /** Epoch seconds. */
  readonly start: number;
  readonly end: number;
  readonly action: "ACCEPT" | "REJECT";
  readonly logStatus: "OK";
}

/** A window without traffic (NODATA), or one that AWS could not record (SKIPDATA). */
export interface EmptyRecord {
  readonly version: number;
  readonly accountId: string;
  readonly interfaceId: string;
  readonly start: number;
  readonly end: number;
  readonly logStatus: "NODATA" | "SKIPDATA";
}

export type FlowLogRecord = TrafficRecord | EmptyRecord;

/** One field of one record; `value` is the text of the record, "-" where the field does not apply. */
export interface FieldValue {
  readonly field: FlowLogField;
  readonly value: string;
}

/** A line that is no record, or a format that is none. `field` counts from 1; undefined if the whole line is meant. */
export class RecordError extends Error {
  readonly field: number | undefined;

  constructor(message: string, field?: number) {
    super(message);
    this.name = "RecordError";
    this.field = field;
  }
}

/**
 * The fields of a log format such as `${version} ${srcaddr} ${dstaddr}`, in its order.
 * Throws RecordError where the text is not of that form or names a field that flow logs do not have.
 */
export function parseFormat(format: string): FlowLogField[] {
  const words = format.trim().split(/\s+/).filter(Boolean);
  if (words.length === 0) throw new RecordError("The log format is empty; it needs at least one field.");
  return words.map((word, index) => {
    const name = /^\$\{([a-z0-9-]+)\}$/.exec(word)?.[1];
    if (name === undefined) {
      throw new RecordError(
        `Field ${index + 1} of the log format is ${quote(word)}; write it as \${name}, for example \${srcaddr}.`,
        index + 1,
      );
    }
    const field = flowLogField(name);
    if (field === undefined) {
      throw new RecordError(
        `Field ${index + 1} of the log format is \${${name}}, and flow logs have no such field.`,
        index + 1,
      );
    }
    return field;
  });
}

/**
 * A record's fields in the order of its format, whatever white space is between them: a spreadsheet makes tabs of it.
 * Throws RecordError with the number and name of the first field that is missing, too many or malformed.
 */
export function parseFields(line: string, format: string = DEFAULT_FORMAT): FieldValue[] {
  const fields = parseFormat(format);
  const values = line.trim().split(/\s+/).filter(Boolean);
  if (values.length === 0) throw new RecordError("The record is empty.");
  const missing = fields[values.length];
  if (missing !== undefined) {
    throw new RecordError(
      `The record has ${values.length} of ${fields.length} fields: field ${values.length + 1} (${missing.name}) is missing.`,
      values.length + 1,
    );
  }
  if (values.length > fields.length) {
    throw new RecordError(
      `The record has ${values.length} fields instead of ${fields.length}: field ${fields.length + 1} (${quote(
        values[fields.length] ?? "",
      )}) is one too many.`,
      fields.length + 1,
    );
  }
  return fields.map((field, index) => {
    const value = values[index] ?? "";
    const complaint = check(field.name, value);
    if (complaint !== undefined) {
      throw new RecordError(
        `Field ${index + 1} (${field.name}) is ${quote(value)}: ${complaint}.`,
        index + 1,
      );
    }
    return { field, value };
  });
}

/** A record of the default format. Throws RecordError. */
export function parseRecord(line: string): FlowLogRecord {
  const values = parseFields(line);
  const text = (index: number): string => values[index]?.value ?? "";
  const number = (index: number): number => Number(text(index));
  const base = {
    version: number(0),
    accountId: text(1),
    interfaceId: text(2),
    start: number(10),
    end: number(11),
  };
  const logStatus = text(13);
  if (logStatus === "NODATA" || logStatus === "SKIPDATA") return { ...base, logStatus };
  // A regional NAT gateway has no interface.
  const dash = values.findIndex(({ field, value }) => value === "-" && field.name !== "interface-id");
  if (dash !== -1) {
    throw new RecordError(
      `Field ${dash + 1} (${values[dash]?.field.name}) is "-", which only NODATA and SKIPDATA records have.`,
      dash + 1,
    );
  }
  return {
    ...base,
    srcAddr: text(3),
    dstAddr: text(4),
    srcPort: number(5),
    dstPort: number(6),
    protocol: number(7),
    packets: number(8),
    bytes: number(9),
    action: text(12) === "ACCEPT" ? "ACCEPT" : "REJECT",
    logStatus: "OK",
  };
}

/** The record as a line of the default format. */
export function formatRecord(record: FlowLogRecord): string {
  const head = `${record.version} ${record.accountId} ${record.interfaceId}`;
  if (record.logStatus !== "OK") {
    return `${head} - - - - - - - ${record.start} ${record.end} - ${record.logStatus}`;
  }
  const flow = `${record.srcAddr} ${record.dstAddr} ${record.srcPort} ${record.dstPort} ${record.protocol}`;
  const volume = `${record.packets} ${record.bytes} ${record.start} ${record.end}`;
  return `${head} ${flow} ${volume} ${record.action} OK`;
}

const largest: Record<string, number> = { srcport: 65_535, dstport: 65_535, protocol: 255 };
const numbers = new Set(["version", "srcport", "dstport", "protocol", "packets", "bytes", "start", "end"]);
// Not interface-id: regional NAT gateways have none.
const alwaysThere = new Set(["version", "start", "end", "log-status"]);
const words: Record<string, readonly string[]> = {
  action: ["ACCEPT", "REJECT"],
  "log-status": ["OK", "NODATA", "SKIPDATA"],
  "flow-direction": ["ingress", "egress"],
};

/** What is wrong with a value, as the end of a sentence; undefined if nothing is. */
function check(name: string, value: string): string | undefined {
  if (value === "-") return alwaysThere.has(name) ? "this field is never empty" : undefined;
  const allowed = words[name];
  if (allowed !== undefined && !allowed.includes(value)) return `it is one of ${allowed.join(", ")}`;
  if (numbers.has(name)) {
    if (!/^\d{1,15}$/.test(value)) return "it is a whole number";
    const limit = largest[name];
    if (limit !== undefined && Number(value) > limit) return `it is at most ${limit}`;
  }
  if (/addr$/.test(name) && isIP(value) === 0) return "it is an IPv4 or IPv6 address";
  return undefined;
}

/** Quoted, cut short, and without control characters: the text may come from anywhere. */
function quote(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}

/** The record that a line is; undefined for one of another format, or written by somebody else. */
export function recordIn(line: string): FlowLogRecord | undefined {
  try {
    return parseRecord(line);
  } catch (error) {
    if (error instanceof RecordError) return undefined;
    throw error;
  }
}
