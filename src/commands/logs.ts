/** `vpclab logs`: what the flow log saw, record by record, as it is or as it comes. */
import { once } from "node:events";
import { describeStreams, type LogLine, logLines } from "../aws/flow-log-records.ts";
import { describeLogGroup } from "../aws/log-group.ts";
import { type FlowLogRecord, recordIn } from "../flow-logs/record.ts";
import { LabError, usageError } from "../lab/error.ts";
import { requireRecordSource } from "../steps/flow-log-missing.ts";
import { type KnownAddresses, readKnownAddresses } from "../steps/known-addresses.ts";
import { openJsonArray, printJson } from "../ui/json.ts";
import { table } from "../ui/table.ts";
import type { Terminal } from "../ui/terminal.ts";
import { plain } from "../ui/text.ts";
import { header } from "./header.ts";
import { type RecordFilter, type RecordFlags, recordFilter } from "./logs-filter.ts";
import { lineLayout } from "./logs-line.ts";
import { type OpenLab, openLab } from "./open-lab.ts";
import { wholeNumber } from "./options.ts";
import { namingOtherLabs } from "./other-labs.ts";
import type { GlobalOptions, Program } from "./program.ts";
import { day, period, timeOfDay } from "./time-range.ts";

export interface LogsOptions extends GlobalOptions, RecordFlags {
  readonly since?: string;
  readonly limit?: string;
  readonly follow?: boolean;
  readonly streams?: boolean;
  readonly raw?: boolean;
}

/** The options that say which records to show, and how. */
const OF_RECORDS = [
  ...(["action", "from", "to", "protocol", "port"] as const satisfies (keyof RecordFlags)[]),
  ...(["since", "limit", "follow", "raw"] as const),
];
/** Records are kept until it is known which are the latest: so many at most. */
const MOST_LATEST = 100_000;
/** What `--follow` shows of the past where nothing else is asked for. */
const FOLLOW_SHOWS = 10;
/** How often `--follow` looks, in ms of the service's time. */
const LOOK_EVERY_MS = 10_000;
/** Records arrive out of order, some minutes late: how far behind the newest one `--follow` still looks, in ms. */
const LATE_BY_MS = 30 * 60_000;

/**
 * @returns the exit code
 * @throws LabError "no-flow-log" where no record can come; "no-log-group", with `--follow` also where it is deleted meanwhile: it would wait for ever
 */
export async function logs(program: Program, options: LogsOptions): Promise<number> {
  const { terminal } = program;
  if (options.raw && options.json) throw usageError("--raw and --json are two forms of one thing: give one.");
  if (options.streams && OF_RECORDS.some((option) => options[option] !== undefined))
    throw usageError(
      "--streams lists the log's streams: of this command's options it goes with --json alone.",
    );
  const filterFor = recordFilter(options);
  const since = options.since === undefined ? undefined : period("--since", options.since);
  const limit =
    options.limit === undefined ? undefined : wholeNumber("--limit", options.limit, 1, MOST_LATEST);

  const lab = await openLab(program, options);
  try {
    if (!options.json && !options.raw) header(terminal, lab);
    const source = requireRecordSource(lab.aws, lab.spec);
    if (options.streams) {
      await source;
      return await listStreams(terminal, lab);
    }
    const [known] = await Promise.all([readKnownAddresses(lab), source]);
    const filter = filterFor(known);
    const start = since === undefined ? undefined : Math.max(0, lab.aws.clock.now() - since);
    const out = options.raw
      ? rawLines(program)
      : options.json
        ? jsonRecords(program)
        : recordLines(program, known);
    const shown = options.follow
      ? await follow(lab, filter, start, limit ?? (since === undefined ? FOLLOW_SHOWS : undefined), out)
      : await list(lab, filter, start, limit, out);
    await out.end();
    // It had ended otherwise only by an error.
    if (options.follow) program.signal.throwIfAborted();
    if (shown === 0 && !options.follow) await tellWhyNone(terminal, lab, filter);
    if (!options.raw && !options.json && shown > 0 && !options.follow)
      terminal.say(
        `  ${terminal.symbols.next} vpclab logs explain    one record, field by field\n` +
          `  ${terminal.symbols.next} vpclab insights        questions about all of them`,
      );
    return 0;
  } catch (error) {
    throw namingOtherLabs(error, lab);
  } finally {
    lab.close();
  }
}

/** A line of the log; `record` is undefined where the line is none of the default format. */
interface Entry {
  readonly line: LogLine;
  readonly record: FlowLogRecord | undefined;
}

interface Output {
  write(entry: Entry): Promise<void>;
  end(): Promise<void>;
}

/** The entries that pass, oldest first, read page by page. */
async function* entries(
  lab: OpenLab,
  filter: RecordFilter,
  start: number | undefined,
): AsyncGenerator<Entry> {
  const { pattern } = filter;
  const logGroupName = lab.spec.nameOf("log-group");
  for await (const line of logLines(lab.aws, { logGroupName, start, pattern })) {
    const record = recordIn(line.text);
    if (record === undefined ? filter.isOpen : filter.passes(record)) yield { line, record };
  }
}

/** @returns how many were shown */
async function list(
  lab: OpenLab,
  filter: RecordFilter,
  start: number | undefined,
  limit: number | undefined,
  out: Output,
): Promise<number> {
  const found = entries(lab, filter, start);
  let shown = 0;
  for await (const entry of limit === undefined ? found : latest(found, limit)) {
    await out.write(entry);
    shown += 1;
  }
  return shown;
}

/** The last so many. CloudWatch Logs gives the oldest first and cannot be asked otherwise. */
async function* latest(found: AsyncIterable<Entry>, limit: number): AsyncGenerator<Entry> {
  let kept: Entry[] = [];
  for await (const entry of found) {
    kept.push(entry);
    if (kept.length >= 2 * limit) kept = kept.slice(-limit);
  }
  yield* kept.slice(-limit);
}

/** Shows what is there and then what comes, until Ctrl-C. @returns how many were shown */
async function follow(
  lab: OpenLab,
  filter: RecordFilter,
  start: number | undefined,
  limit: number | undefined,
  out: Output,
): Promise<number> {
  const { clock, signal } = lab.aws;
  /** Lines already met, with their time; those too old to be met again are forgotten. */
  const met = new Map<string, number>();
  let newest = 0;
  let from = start;
  let shown = 0;
  let isEmpty = true;
  const unmet = async function* () {
    isEmpty = true;
    for await (const entry of entries(lab, filter, from)) {
      isEmpty = false;
      const { id, timestamp } = entry.line;
      newest = Math.max(newest, timestamp);
      if (met.has(id)) continue;
      met.set(id, timestamp);
      yield entry;
    }
  };
  try {
    for (let isFirst = true; ; isFirst = false) {
      for await (const entry of isFirst && limit !== undefined ? latest(unmet(), limit) : unmet()) {
        await out.write(entry);
        shown += 1;
      }
      if (isEmpty) await requireStillThere(lab);
      if (newest > 0) from = Math.max(start ?? 0, newest - LATE_BY_MS);
      for (const [id, timestamp] of met) if (timestamp < (from ?? 0)) met.delete(id);
      await clock.sleep(LOOK_EVERY_MS, signal);
    }
  } catch (error) {
    // Ctrl-C is how it is meant to end.
    if (!signal.aborted) throw error;
    return shown;
  }
}

/** A log group that is deleted meanwhile reads like one without records. @throws LabError "no-log-group" */
async function requireStillThere({ aws, spec }: OpenLab): Promise<void> {
  const name = spec.nameOf("log-group");
  if ((await describeLogGroup(aws, name)) !== undefined) return;
  throw new LabError("no-log-group", `The log group ${name} is gone: it was deleted while it was followed.`, {
    next: ["See where the lab stands: vpclab status", "Make what is missing: vpclab up"],
  });
}

function rawLines(program: Program): Output {
  return {
    write: async ({ line }) => {
      program.terminal.out(plain(line.text));
      await drained(program);
    },
    end: async () => undefined,
  };
}

function jsonRecords(program: Program): Output {
  const array = openJsonArray(program.terminal);
  return {
    write: async ({ line, record }) => {
      array.add(record ?? { "@message": line.text });
      await drained(program);
    },
    end: async () => array.close(),
  };
}

/** With the day whenever it changes: the lines have the time of day alone. */
function recordLines(program: Program, known: KnownAddresses): Output {
  const { terminal } = program;
  const layout = lineLayout(terminal, known.whose);
  let today = "";
  return {
    write: async ({ line, record }) => {
      const date = day(record === undefined ? line.timestamp : record.start * 1000);
      if (today === "") terminal.out(`\n${layout.heading}`);
      if (date !== today) terminal.out(terminal.colour.dim(`${date}, times in UTC`));
      today = date;
      terminal.out(
        record === undefined ? `${timeOfDay(line.timestamp)} ${plain(line.text)}` : layout.line(record),
      );
      await drained(program);
    },
    end: async () => {
      if (today !== "" && layout.hidesInternet)
        terminal.say(
          terminal.wrap(
            "\nAn address without a name is of no instance that stands in this lab. A public one is somebody's on the internet.",
          ),
        );
    },
  };
}

/**
 * Waits for whoever reads more slowly than we write, so that nothing piles up in memory.
 * @throws Interrupted once the signal is aborted, as it is where nobody reads any more
 */
async function drained({ terminal, signal }: Program): Promise<void> {
  signal.throwIfAborted();
  if (!terminal.stdout.writableNeedDrain) return;
  try {
    await once(terminal.stdout, "drain", { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

async function tellWhyNone(terminal: Terminal, lab: OpenLab, filter: RecordFilter): Promise<void> {
  const logGroupName = lab.spec.nameOf("log-group");
  const next = (command: string) => terminal.say(`  ${terminal.symbols.next} ${command}`);
  const [first] = await describeStreams(lab.aws, logGroupName);
  const [missing] = filter.missing;
  if (first !== undefined && missing !== undefined) {
    terminal.say(
      terminal.wrap(
        `Instance ${missing.slice(-1)} does not stand, and which addresses it had is not known: give one of them instead.`,
      ),
    );
    return next("vpclab logs    all of them");
  }
  if (first !== undefined) {
    terminal.say(terminal.wrap(`No record ${filter.isOpen ? "in this time" : "is like that"}.`));
    return next("vpclab logs    all of them");
  }
  terminal.say(
    terminal.wrap(
      "No records yet. The first arrive 5 to 10 minutes after the first traffic on an instance of VPC 1; " +
        "until then not even a stream is there.",
    ),
  );
  next("vpclab logs --follow    shows them as they come");
}

async function listStreams(terminal: Terminal, lab: OpenLab): Promise<number> {
  const streams = await describeStreams(lab.aws, lab.spec.nameOf("log-group"));
  if (terminal.json) {
    printJson(terminal, streams);
    return 0;
  }
  if (streams.length === 0)
    terminal.say("No stream yet: the first record makes one, a stream for each interface.");
  else {
    const time = (ms: number | undefined) => (ms === undefined ? "–" : `${day(ms)} ${timeOfDay(ms)}`);
    terminal.out(
      table(
        [{ title: "stream" }, { title: "first record", fit: "keep" }, { title: "last record", fit: "keep" }],
        streams.map(({ name, firstLineAt, lastLineAt }) => [
          plain(name),
          time(firstLineAt),
          time(lastLineAt),
        ]),
        terminal,
      ),
    );
    terminal.say("Times in UTC. One stream for each network interface that is logged.");
  }
  return 0;
}
