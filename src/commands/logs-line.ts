/** One record as one line of at most the terminal's width, so that records can be shown as they come. */
import type { WhoseAddress } from "../flow-logs/addresses.ts";
import { hasPorts, portName, protocolName } from "../flow-logs/protocols.ts";
import type { FlowLogRecord, TrafficRecord } from "../flow-logs/record.ts";
import { count } from "../lab/figures.ts";
import { isLabs } from "../steps/known-addresses.ts";
import type { Terminal } from "../ui/terminal.ts";
import { pad, plain, truncate } from "../ui/text.ts";
import { timeOfDay } from "./time-range.ts";

const TIME = 8;
const PROTOCOL = 9;
const PACKETS = 6;
const BYTES = 7;
const ACTION = 6;
/** All columns but the two endpoints, with the spaces and the arrow between. */
const FIXED = TIME + 1 + 3 + 1 + PROTOCOL + 1 + PACKETS + 1 + BYTES + 1 + ACTION;
/** "internet 203.0.113.100": from here on every address is shown with its owner. */
const ROOM_FOR_OWNERS = 24;
const MOST = 34;
/** "AWS 52.119.219.…": from here on enough of the address stands to tell two apart. */
const ROOM_FOR_AWS = 16;

export interface LineLayout {
  readonly heading: string;
  /** Whether an address that is somebody's on the internet stands without that word, for want of room. */
  readonly hidesInternet: boolean;
  line(record: FlowLogRecord): string;
}

/** @param terminal or where the lines go within it */
export function lineLayout(
  terminal: Pick<Terminal, "width" | "unicode" | "colour">,
  whose: WhoseAddress,
): LineLayout {
  const room = Math.max(8, Math.min(MOST, Math.floor((terminal.width - FIXED) / 2)));
  const hidesInternet = room < ROOM_FOR_OWNERS;
  const { bold, dim, red } = terminal.colour;
  const arrow = terminal.unicode ? "→" : ">";
  const cell = (text: string, width: number) => pad(truncate(text, width), width);
  const row = (cells: readonly string[]) => {
    const [time = "", source = "", destination = "", protocol = "", packets = "", bytes = "", end = ""] =
      cells;
    return (
      `${time} ${cell(source, room)} ${arrow} ${cell(destination, room)} ${cell(protocol, PROTOCOL)} ` +
      `${packets.padStart(PACKETS)} ${bytes.padStart(BYTES)} ${end}`
    );
  };
  const traffic = (record: TrafficRecord, time: string) =>
    row([
      time,
      endpoint(record.srcAddr, whose, room, hidesInternet),
      endpoint(record.dstAddr, whose, room, hidesInternet),
      protocolOf(record),
      short(record.packets, PACKETS),
      short(record.bytes, BYTES),
      record.action === "REJECT" ? red(record.action) : record.action,
    ]);
  return {
    heading: bold(
      row(["time    ", "source", "destination", "protocol", "pkts", "bytes", "action"]).trimEnd(),
    ),
    hidesInternet,
    line(record) {
      const time = timeOfDay(record.start * 1000);
      if (record.logStatus === "OK") return traffic(record, time);
      const what =
        record.logStatus === "NODATA"
          ? "no traffic in this window"
          : "records of this window were lost by AWS";
      return dim(
        truncate(`${time} ${what} (${record.logStatus}, ${plain(record.interfaceId)})`, terminal.width),
      );
    },
  };
}

/**
 * Owner and address where both fit; else the name of the lab's own, and others' address. AWS has one form in all lines
 * of a terminal: with the address, whose end may be cut off, or without it where hardly any of it would stand.
 */
function endpoint(address: string, whose: WhoseAddress, room: number, hidesInternet: boolean): string {
  const owner = whose(address);
  if (owner === undefined) return plain(address);
  const both = `${owner} ${address}`;
  if (both.length <= room && !(hidesInternet && owner === "internet")) return both;
  if (owner === "AWS") return room < ROOM_FOR_AWS ? owner : both;
  return isLabs(owner) ? labsName(owner, room) : address;
}

/** "instance 2 public"; in fewer columns "inst. 2 public", "2 public": the number tells them apart, and is never cut off. */
function labsName(owner: string, room: number): string {
  const forms = [owner, owner.replace("instance", "inst."), owner.replace("instance ", "")];
  return forms.find((form) => form.length <= room) ?? owner;
}

/** "icmp", "tcp https", "tcp 8081": the port that says what it is about. */
function protocolOf({ protocol, srcPort, dstPort }: TrafficRecord): string {
  const name = protocolName(protocol);
  if (!hasPorts(protocol)) return name;
  const port = portName(dstPort) !== undefined || portName(srcPort) === undefined ? dstPort : srcPort;
  const service = `${name} ${portName(port) ?? port}`;
  return service.length <= PROTOCOL ? service : `${name} ${port}`;
}

/** A number in so many columns: "12,345", else "1.2M". */
function short(value: number, width: number): string {
  const full = count(value);
  if (full.length <= width) return full;
  for (const [unit, size] of [
    ["k", 1e3],
    ["M", 1e6],
    ["G", 1e9],
    ["T", 1e12],
  ] as const)
    if (value < size * 1e3) return `${(value / size).toFixed(1)}${unit}`;
  return value.toExponential(0);
}
