/** A query's result on the terminal: when, what, how much, and what it cost. */
import { portName, protocolName } from "../flow-logs/protocols.ts";
import { format } from "../insights/values.ts";
import { byteCount, count, money, plural } from "../lab/figures.ts";
import type { Place } from "../lab/memory.ts";
import { parseAddress } from "../network/cidr.ts";
import { isLabs, type KnownAddresses } from "../steps/known-addresses.ts";
import { bars } from "../ui/chart.ts";
import { histogram } from "../ui/histogram.ts";
import { type Column, table } from "../ui/table.ts";
import type { Terminal } from "../ui/terminal.ts";
import { indent, plain, plainLines, visibleWidth, wrapText } from "../ui/text.ts";
import { amountInWords, isAmount, NAMES } from "./amount.ts";
import { endpointPrice, isAwsItself } from "./endpoint.ts";
import type { Answer } from "./insights.ts";
import { type ColumnsOfQuery, columnsOfQuery } from "./insights-columns.ts";
import type { RecordsOverTime } from "./insights-histogram.ts";
import type { ChosenQuery } from "./insights-query.ts";
import { day, timeOfDay } from "./time-range.ts";

export interface Shown {
  readonly chosen: ChosenQuery;
  readonly answer: Answer;
  readonly overTime: RecordsOverTime | undefined;
  readonly known: KnownAddresses;
  /** Where it was asked; undefined for a file. */
  readonly place: Place | undefined;
}

/** More rows than anybody reads; --csv and --json have all of them. */
const MOST_SHOWN = 1_000;
const MOST_BARS = 15;

/** The query, the records over time, the rows, bars for the first amount, and what was scanned. */
export function showAnswer(terminal: Terminal, shown: Shown): void {
  const { chosen, answer, overTime, known } = shown;
  const { bold, dim } = terminal.colour;
  terminal.out("");
  terminal.out(terminal.wrap(bold(chosen.title)));
  for (const line of plainLines(answer.query))
    for (const part of wrapText(line, terminal.width - 2)) terminal.out(dim(`  ${part}`));
  if (overTime && overTime.counts.length > 0) showOverTime(terminal, overTime);
  terminal.out("");
  const { columns, rows } = answer;
  if (rows.length === 0) terminal.out("No record is like that.");
  else if (rows.every((row) => Object.values(row).every((value) => value === "")))
    terminal.out(`${plural(rows.length, "row")} without a value in any column.`);
  else {
    terminal.out(
      resultTable(terminal, columns, rows.slice(0, MOST_SHOWN), columnsOfQuery(chosen.parsed), known),
    );
    if (rows.length > MOST_SHOWN)
      terminal.out(
        `… and ${plural(rows.length - MOST_SHOWN, "more row")}; --csv and --json have all of them.`,
      );
    showBars(terminal, shown);
  }
  terminal.out("");
  terminal.out(terminal.wrap(receipt(shown)));
  if (chosen.purpose !== "") terminal.out(terminal.wrap(dim(chosen.purpose)));
}

/** RFC 4180, with the names of the columns first; values as Logs Insights gives them. */
export function printCsv(terminal: Terminal, { columns, rows }: Answer): void {
  const quoted = (value: string) =>
    /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : plain(value);
  if (columns.length > 0) terminal.out(columns.map(quoted).join(","));
  for (const row of rows) terminal.out(columns.map((column) => quoted(row[column] ?? "")).join(","));
}

function showOverTime(terminal: Terminal, { from, step, counts }: RecordsOverTime): void {
  const to = from + counts.length * step;
  const time = (ms: number) =>
    day(from) === day(to) ? timeOfDay(ms).slice(0, 5) : `${day(ms)} ${timeOfDay(ms).slice(0, 5)}`;
  terminal.out("");
  terminal.out(
    terminal.wrap(
      `  Records over time: ${time(from)} to ${time(to)} UTC, ${spanInWords(step)} a column, the highest ${count(Math.max(...counts))}`,
    ),
  );
  for (const line of histogram(counts, terminal.unicode)) terminal.out(indent(line, 2));
}

function spanInWords(ms: number): string {
  const minutes = ms / 60_000;
  if (minutes < 60) return plural(minutes, "minute");
  return minutes < 1440 ? plural(minutes / 60, "hour") : plural(minutes / 1440, "day");
}

type Row = Readonly<Record<string, string>>;

/** The columns that say how much. A value that a row has not says nothing against its column. */
function amountsAmong(
  columns: readonly string[],
  rows: readonly Row[],
  { keys, times }: ColumnsOfQuery,
): ReadonlySet<string> {
  const holdsAmounts = (column: string) =>
    isAmount(
      column,
      rows.map((row) => row[column] ?? "0"),
    );
  return new Set(columns.filter((column) => !keys.has(column) && !times.has(column) && holdsAmounts(column)));
}

function columnFor(column: string, amounts: ReadonlySet<string>): Column {
  if (amounts.has(column)) return { title: plain(column), align: "right", fit: "keep" };
  return { title: plain(column), fit: column === "@message" ? "wrap" : "truncate" };
}

/** With names beside addresses, protocols and ports where there is room for them; else the addresses' names beneath. */
function resultTable(
  terminal: Terminal,
  columns: readonly string[],
  rows: readonly Row[],
  meant: ColumnsOfQuery,
  known: KnownAddresses,
): string {
  const amounts = amountsAmong(columns, rows, meant);
  const shape = columns.map((column) => columnFor(column, amounts));
  const value = (column: string, row: Row) => {
    const text = row[column] ?? "";
    if (meant.times.has(column)) return timeInWords(text);
    return amounts.has(column) ? amountInWords(text) : text;
  };
  const named = rows.map((row) => columns.map((column) => cell(column, value(column, row), known)));
  const widths = columns.map((column, index) =>
    Math.max(visibleWidth(plain(column)), ...named.map((row) => visibleWidth(row[index] ?? ""))),
  );
  const fits = widths.reduce((sum, width) => sum + width + 2, -2) <= terminal.width;
  if (fits || columns.includes("@message")) return table(shape, named, terminal);
  const bare = rows.map((row) => columns.map((column) => plain(value(column, row))));
  const addresses = new Set(
    rows.flatMap((row) => Object.values(row)).filter((value) => isLabs(known.whose(value))),
  );
  const legend = [...addresses].map((address) => `${address} is ${known.whose(address)}`).join(", ");
  return `${table(shape, bare, terminal)}${legend === "" ? "" : `\n${terminal.wrap(`${legend}.`)}`}`;
}

/** As @timestamp is shown: "2026-01-05 08:00:00.000". */
function timeInWords(ms: string): string {
  return /^\d+$/.test(ms) ? (format(Number(ms), "timestamp") ?? ms) : ms;
}

/** Owners that say nothing that the address does not. */
const UNTOLD: ReadonlySet<string> = new Set(["internet", "a private address"]);

/** The value with the name that goes with it. */
function cell(column: string, value: string, { whose }: KnownAddresses): string {
  const name = nameOf(column, value, whose);
  return plain(name === undefined || UNTOLD.has(name) ? value : `${value} ${name}`);
}

function nameOf(column: string, value: string, whose: KnownAddresses["whose"]): string | undefined {
  if (parseAddress(value) !== undefined) return whose(value);
  if (!/^\d{1,5}$/.test(value)) return undefined;
  if (column === "protocol")
    return protocolName(Number(value)) === value ? undefined : protocolName(Number(value));
  return column === "srcPort" || column === "dstPort" ? portName(Number(value)) : undefined;
}

/** The first column of amounts as bars, where the query sums something up. */
function showBars(terminal: Terminal, { chosen, answer: { columns, rows }, known }: Shown): void {
  const sumsUp = chosen.parsed?.commands.some(({ command }) => command === "stats") === true;
  const meant = columnsOfQuery(chosen.parsed);
  const amounts = amountsAmong(columns, rows, meant);
  const amount = columns.find((column) => amounts.has(column));
  const labels = columns.filter((column) => !amounts.has(column) && !meant.times.has(column));
  if (!sumsUp || amount === undefined || labels.length === 0 || rows.length < 2) return;
  const label = (row: Row) => {
    const parts = labels.map((column) => {
      const value = row[column] ?? "–";
      const name = nameOf(column, value, known.whose);
      return name !== undefined && (isLabs(name) || NAMES.has(column)) ? name : value;
    });
    const [source, destination, ...rest] = parts;
    const isWay = labels[0] === "srcAddr" && labels[1] === "dstAddr";
    return isWay
      ? [`${source} ${terminal.unicode ? "→" : ">"} ${destination}`, ...rest].join(", ")
      : parts.join(", ");
  };
  terminal.out("");
  terminal.out(
    bars(
      rows.slice(0, MOST_BARS).map((row) => ({ label: label(row), value: Number(row[amount] ?? 0) })),
      terminal,
    ),
  );
  if (rows.length > MOST_BARS) terminal.out(`(${plain(amount)}, the first ${MOST_BARS} rows)`);
}

function receipt({ answer, overTime, place }: Shown): string {
  const { rows, recordsMatched, recordsScanned, bytesScanned, price, range } = answer;
  const scanned = `${count(recordsMatched)} of ${plural(recordsScanned, "record")} matched, ${byteCount(bytesScanned)} scanned`;
  const twice = overTime ? " (and once more for the drawing)" : "";
  const cost =
    place === undefined
      ? ", without AWS and without cost"
      : place.target === "simulator"
        ? ", at no cost on the embedded AWS"
        : isAwsItself(place)
          ? `${twice}: ${money(price)} by the price list; the first 5 GB of logs a month are free`
          : `${twice} at ${endpointPrice(place)}`;
  const when =
    range === undefined
      ? ""
      : ` ${day(range.start)} ${timeOfDay(range.start)} to ${day(range.end)} ${timeOfDay(range.end)} UTC.`;
  return `${plural(rows.length, "row")}; ${scanned}${cost}.${when}`;
}
