/** Log events, and the fields that Logs Insights discovers in them. */
import type { Compiled } from "./compile-expression.ts";
import type { Kind, Value } from "./values.ts";

export interface LogEvent {
  /** ms since 1970. For a flow log: the record's start. */
  readonly timestamp: number;
  readonly ingestionTime: number;
  readonly message: string;
  readonly logStream: string;
  /** "account:log-group" */
  readonly log: string;
  /** What @ptr shows; made from the rest where it is absent. */
  readonly ptr?: string | undefined;
}

/** Fields of a record of the default format, by Logs Insights' names, with their place in the line. */
const PLACES: Readonly<Record<string, number>> = {
  version: 0,
  accountId: 1,
  interfaceId: 2,
  srcAddr: 3,
  dstAddr: 4,
  srcPort: 5,
  dstPort: 6,
  protocol: 7,
  packets: 8,
  bytes: 9,
  start: 10,
  startTime: 10,
  end: 11,
  endTime: 11,
  action: 12,
  logStatus: 13,
};

const FIELD_COUNT = 14;
const SPACE = 32;
const STATUSES = new Set(["OK", "NODATA", "SKIPDATA"]);

const NO_EVENT: LogEvent = { timestamp: 0, ingestionTime: 0, message: "", logStream: "", log: "" };

/**
 * Reads the fields of one event at a time. A line is split only when a field of it is asked for, and only the fields
 * that a query uses are ever cut out.
 */
export class EventReader {
  event: LogEvent = NO_EVENT;
  /** Grows with each event: what was worked out for one can be remembered by it. */
  serial = 0;
  private splitSerial = -1;
  private isRecord = false;
  private readonly starts = new Int32Array(FIELD_COUNT + 1);

  load(event: LogEvent): void {
    this.event = event;
    this.serial++;
  }

  /** The field at a place of the line; undefined where the line is no record of the default format. */
  field(place: number): string | undefined {
    if (this.splitSerial !== this.serial) this.split();
    if (!this.isRecord) return undefined;
    return this.event.message.slice(this.starts[place] ?? 0, (this.starts[place + 1] ?? 0) - 1);
  }

  private split(): void {
    this.splitSerial = this.serial;
    this.isRecord = false;
    const { message } = this.event;
    const { starts } = this;
    const length = message.length;
    let count = 1;
    for (let at = 0; at < length; at++) {
      if (message.charCodeAt(at) !== SPACE) continue;
      if (count === FIELD_COUNT || at === starts[count - 1]) return;
      starts[count++] = at + 1;
    }
    if (count !== FIELD_COUNT) return;
    starts[FIELD_COUNT] = length + 1;
    const first = message.charCodeAt(0);
    this.isRecord = first >= 48 && first <= 57 && STATUSES.has(message.slice(starts[FIELD_COUNT - 1]));
  }
}

function generated(kind: Kind, evaluate: (reader: EventReader) => Value): Compiled<EventReader> {
  return { kind, evaluate };
}

const GENERATED: Readonly<Record<string, Compiled<EventReader>>> = {
  "@timestamp": generated("timestamp", (reader) => reader.event.timestamp),
  "@ingestionTime": generated("timestamp", (reader) => reader.event.ingestionTime),
  "@message": generated("plain", (reader) => reader.event.message),
  "@logStream": generated("plain", (reader) => reader.event.logStream),
  "@log": generated("plain", (reader) => reader.event.log),
  "@ptr": generated("plain", (reader) => pointer(reader.event)),
};

/** The fields that every flow-log event of the default format has; names are case-sensitive (AWS-FACTS §5). */
export const DISCOVERED_FIELDS: readonly string[] = [
  ...Object.keys(GENERATED).filter((name) => name !== "@ptr"),
  ...Object.keys(PLACES),
];

/** The field that Logs Insights discovers by this name; undefined if there is none. */
export function discoveredField(name: string): Compiled<EventReader> | undefined {
  if (Object.hasOwn(GENERATED, name)) return GENERATED[name];
  const place = Object.hasOwn(PLACES, name) ? PLACES[name] : undefined;
  return place === undefined ? undefined : { kind: "plain", evaluate: (reader) => reader.field(place) };
}

/** Opaque, as AWS's is; two events that are alike in everything share it. */
export function pointer(event: LogEvent): string {
  if (event.ptr !== undefined) return event.ptr;
  const parts = [event.log, event.logStream, event.timestamp, event.message];
  return Buffer.from(JSON.stringify(parts)).toString("base64");
}
