/** Log events, and the fields that Logs Insights discovers in them. */
import type { Compiled } from "./compile-expression.ts";
import { type Kind, toNumber, type Value } from "./values.ts";

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

/** Makes an event of a line; `isRecord`: of the default format. */
export type ToEvent = (message: string, isRecord: boolean) => LogEvent;

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
const ZERO = 48;
const NINE = 57;
const STATUSES = ["OK", "NODATA", "SKIPDATA"].map((status) => [...Buffer.from(status)]);

const NO_EVENT: LogEvent = { timestamp: 0, ingestionTime: 0, message: "", logStream: "", log: "" };

/**
 * Reads the fields of one event at a time. A line is split only when a field of it is asked for, and only the fields
 * that a query uses are ever cut out. An event is an object, or a line in a buffer of bytes: an exported file's lines
 * become objects only where a query keeps or shows them.
 */
export class EventReader {
  /** Grows with each event: what was worked out for one can be remembered by it. */
  serial = 0;
  /** The characters of the line that is split, and where in them its fields begin. */
  codes: Uint8Array | Uint16Array = new Uint16Array(512);
  readonly starts = new Int32Array(FIELD_COUNT + 1);
  private loaded: LogEvent | undefined;
  private bytes: Buffer | undefined;
  private from = 0;
  private to = 0;
  private toEvent: ToEvent = () => NO_EVENT;
  private splitSerial = -1;
  private record = false;

  load(event: LogEvent): void {
    this.loaded = event;
    this.serial++;
    if (this.bytes !== undefined) {
      this.bytes = undefined;
      this.codes = new Uint16Array(512);
    }
  }

  /** The line bytes[from] to bytes[to - 1]; `toEvent` makes an event of its text if one is needed. */
  loadLine(bytes: Buffer, from: number, to: number, toEvent: ToEvent): void {
    this.loaded = undefined;
    this.bytes = bytes;
    this.codes = bytes;
    this.from = from;
    this.to = to;
    this.toEvent = toEvent;
    this.serial++;
  }

  get event(): LogEvent {
    if (this.loaded === undefined) {
      const message = this.bytes?.toString("utf8", this.from, this.to) ?? "";
      this.loaded = this.toEvent(message, this.bytes !== undefined && this.isRecord());
    }
    return this.loaded;
  }

  /** Whether the event is a record of the default format. */
  isRecord(): boolean {
    if (this.splitSerial !== this.serial) this.split();
    return this.record;
  }

  /** The text of the field at a place of the line; undefined where the line is no record. */
  field(place: number): string | undefined {
    if (!this.isRecord()) return undefined;
    const start = this.starts[place] ?? 0;
    const end = (this.starts[place + 1] ?? 0) - 1;
    return this.bytes === undefined
      ? this.event.message.slice(start, end)
      : this.bytes.toString("utf8", start, end);
  }

  /** The same as a number; undefined where it does not read as one. Digits are read without cutting them out. */
  number(place: number): number | undefined {
    if (!this.isRecord()) return undefined;
    const { codes } = this;
    const start = this.starts[place] ?? 0;
    const end = (this.starts[place + 1] ?? 0) - 1;
    if (end - start > 15) return toNumber(this.field(place));
    let number = 0;
    for (let at = start; at < end; at++) {
      const digit = (codes[at] ?? 0) - ZERO;
      if (digit < 0 || digit > 9) return toNumber(this.field(place));
      number = number * 10 + digit;
    }
    return number;
  }

  private split(): void {
    this.splitSerial = this.serial;
    this.record = false;
    let from = this.from;
    let to = this.to;
    if (this.bytes === undefined) {
      from = 0;
      to = this.event.message.length;
      this.copyCodes(this.event.message);
    }
    const { codes, starts } = this;
    starts[0] = from;
    let count = 1;
    let start = from;
    for (let at = from; at < to; at++) {
      if (codes[at] !== SPACE) continue;
      if (count === FIELD_COUNT || at === start) return;
      start = at + 1;
      starts[count++] = start;
    }
    if (count !== FIELD_COUNT) return;
    starts[FIELD_COUNT] = to + 1;
    const first = codes[from] ?? 0;
    this.record = first >= ZERO && first <= NINE && this.endsInStatus(starts[FIELD_COUNT - 1] ?? 0, to);
  }

  private copyCodes(message: string): void {
    if (this.codes.length < message.length) this.codes = new Uint16Array(message.length * 2);
    const { codes } = this;
    for (let at = 0; at < message.length; at++) codes[at] = message.charCodeAt(at);
  }

  private endsInStatus(from: number, to: number): boolean {
    const { codes } = this;
    return STATUSES.some((status) => {
      if (status.length !== to - from) return false;
      for (let i = 0; i < status.length; i++) if (codes[from + i] !== status[i]) return false;
      return true;
    });
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
  if (place === undefined) return undefined;
  return {
    kind: "plain",
    place,
    evaluate: (reader) => reader.field(place),
    number: (reader) => reader.number(place),
  };
}

/** Opaque, as AWS's is; two events that are alike in everything share it. */
export function pointer(event: LogEvent): string {
  if (event.ptr !== undefined) return event.ptr;
  const parts = [event.log, event.logStream, event.timestamp, event.message];
  return Buffer.from(JSON.stringify(parts)).toString("base64");
}
