/** `vpclab insights`: questions about the flow log, asked of Logs Insights, or of exported records without AWS. */
import { type InsightsResult, MalformedQueryError, runInsightsQuery } from "../aws/insights-query.ts";
import { runQueryOnLines } from "../insights/lines.ts";
import { NAMED_QUERIES } from "../insights/named-queries.ts";
import { parseQuery } from "../insights/parser.ts";
import { EXIT, LabError, messageOf, usageError } from "../lab/error.ts";
import { count, plural } from "../lab/figures.ts";
import { scanPrice } from "../lab/prices.ts";
import { readKnownAddresses, STRANGERS_ONLY } from "../steps/known-addresses.ts";
import { printJson } from "../ui/json.ts";
import { wait } from "../ui/spinner.ts";
import { table } from "../ui/table.ts";
import type { Terminal } from "../ui/terminal.ts";
import { plain } from "../ui/text.ts";
import { isAwsItself } from "./endpoint.ts";
import { header } from "./header.ts";
import { recordChunks } from "./insights-file.ts";
import { histogramOf, histogramQuery, type RecordsOverTime, stepFor } from "./insights-histogram.ts";
import { type ChosenQuery, chooseQuery, malformed, ownQuery } from "./insights-query.ts";
import { printCsv, type Shown, showAnswer } from "./insights-show.ts";
import { type OpenLab, openLab } from "./open-lab.ts";
import { wholeNumber } from "./options.ts";
import { namingOtherLabs } from "./other-labs.ts";
import type { GlobalOptions, Program } from "./program.ts";
import { untilInterrupted } from "./stdin.ts";
import { type RangeFlags, type TimeRange, timeRange } from "./time-range.ts";

export interface InsightsOptions extends GlobalOptions, RangeFlags {
  readonly query?: string;
  readonly limit?: string;
  readonly csv?: boolean;
  /** Exported records instead of AWS: a path, or "-" for stdin. */
  readonly file?: string;
}

/** A query's result, wherever it was asked. */
export interface Answer extends Omit<InsightsResult, "start" | "end"> {
  readonly query: string;
  /** The range that was asked, in ms; undefined for a file, which is searched from end to end. */
  readonly range: { readonly start: number; readonly end: number } | undefined;
  /** In US dollars; 0 where AWS's prices do not hold. */
  readonly price: number;
}

/** AWS's own bound of what a query gives back. */
const MOST_ROWS = 100_000;
/** For who gave --file something else. */
const TAKEN =
  "--file takes records a line each, also as flow logs write them to S3 or CloudWatch Logs exports them there, and the JSON " +
  "of aws logs filter-log-events; gzipped or not. The CSV of a query holds its result, no records.";
/** The block of VPC 1 as the tutorial and so the named queries have it. */
const TUTORIAL_CIDR_1 = "10.1.0.0/16";

/**
 * @param name of a named query; "-": the query is on stdin; undefined: by --query or stdin, else the list is shown
 * @returns the exit code
 */
export async function insights(
  program: Program,
  name: string | undefined,
  options: InsightsOptions,
): Promise<number> {
  const { terminal } = program;
  if (options.csv && options.json) throw usageError("--csv and --json are two forms of one thing: give one.");
  const rangeFor = timeRange(options);
  const limit = options.limit === undefined ? undefined : wholeNumber("--limit", options.limit, 1, MOST_ROWS);
  const { file } = options;
  if (file !== undefined && [options.since, options.start, options.end].some((flag) => flag !== undefined))
    throw usageError(
      "A file is searched from end to end: --since, --start and --end are for AWS.",
      "In the query itself it can be said so: filter start >= 1700000000",
    );
  const chosen = await chooseQuery(program, name, options.query, file === "-");
  if (chosen === undefined) {
    const { since, start, end, csv } = options;
    // Said of a query, so there is to be one.
    if ([file, since, start, end, limit, csv].some((flag) => flag !== undefined))
      throw usageError("Which query is to be asked?", "vpclab insights    lists some");
    return list(terminal);
  }
  if (file !== undefined) return await askFile(program, chosen, file, limit, options);
  return await askAws(program, chosen, rangeFor, limit, options);
}

async function askAws(
  program: Program,
  chosen: ChosenQuery,
  rangeFor: (now: number) => TimeRange,
  limit: number | undefined,
  options: InsightsOptions,
): Promise<number> {
  const { terminal } = program;
  for (const note of chosen.notes) terminal.say(note);
  const lab = await openLab(program, options, {
    // What the embedded AWS runs is our own engine: it refuses nothing else, be there a log group or not.
    beforeCalls: (target) => void (target === "simulator" && ownQuery(terminal, chosen)),
  });
  try {
    const { aws, spec, place } = lab;
    const isForPrograms = options.json === true || options.csv === true;
    if (!isForPrograms) header(terminal, lab);
    const range = rangeFor(aws.clock.now());
    const isNamed = chosen.purpose !== "";
    const query = isNamed ? chosen.text.replaceAll(TUTORIAL_CIDR_1, spec.cidr1) : chosen.text;
    const run = <T>(work: () => Promise<T>) =>
      isForPrograms
        ? work()
        : wait(
            terminal,
            { text: "Logs Insights runs the query", usually: "0:02 to 0:10", now: () => aws.clock.now() },
            work,
          );
    // The result was asked for, and may have been paid for: what would only adorn it is done without.
    const missed: string[] = [];
    const orWithout = async <T, U>(what: string, work: Promise<T>, without: U): Promise<T | U> => {
      try {
        return await work;
      } catch (error) {
        program.signal.throwIfAborted();
        missed.push(`${what} (${messageOf(error)})`);
        return without;
      }
    };
    const [answer, overTime, known] = await run(async () => {
      const result = await ask(terminal, lab, query, range, limit);
      const [overTime, known] = isForPrograms
        ? [undefined, STRANGERS_ONLY]
        : await Promise.all([
            orWithout(
              "the drawing by time",
              countOverTime(lab, query, chosen, result, terminal.width),
              undefined,
            ),
            orWithout("the names of addresses", readKnownAddresses(lab), STRANGERS_ONLY),
          ]);
      const scanned = result.bytesScanned + (overTime?.bytesScanned ?? 0);
      const { start, end, ...rest } = result;
      const price = isAwsItself(place) ? scanPrice(scanned) : 0;
      return [{ ...rest, query, range: { start, end }, price } satisfies Answer, overTime, known] as const;
    });
    print(terminal, options, { chosen, answer, overTime, known, place });
    for (const what of missed) terminal.say(terminal.wrap(`Note: without ${plain(what)}.`));
    return 0;
  } catch (error) {
    throw namingOtherLabs(error, lab);
  } finally {
    lab.close();
  }
}

/** Runs the query; where AWS refuses it, that is told as where we do. */
async function ask(
  terminal: Terminal,
  { aws, spec }: OpenLab,
  query: string,
  range: TimeRange,
  limit: number | undefined,
): Promise<InsightsResult> {
  try {
    return await runInsightsQuery(aws, { logGroupName: spec.nameOf("log-group"), query, ...range, limit });
  } catch (error) {
    if (!(error instanceof MalformedQueryError)) throw error;
    const { location, why, message } = error;
    throw malformed(terminal, { text: query, message: why || message, location, cause: error });
  }
}

/** A second query, as the console asks one: the records that the filters let pass, by time. */
async function countOverTime(
  { aws, spec }: OpenLab,
  query: string,
  { parsed }: ChosenQuery,
  { start, end }: InsightsResult,
  width: number,
): Promise<(RecordsOverTime & { bytesScanned: number }) | undefined> {
  if (parsed === undefined) return undefined;
  const step = stepFor(start, end, width);
  const counted = await runInsightsQuery(aws, {
    logGroupName: spec.nameOf("log-group"),
    query: histogramQuery(parseQuery(query), step),
    start,
    end,
  });
  return { ...histogramOf(counted.rows, step, width), bytesScanned: counted.bytesScanned };
}

async function askFile(
  program: Program,
  chosen: ChosenQuery,
  file: string,
  limit: number | undefined,
  options: InsightsOptions,
): Promise<number> {
  const { terminal, signal } = program;
  const query = ownQuery(terminal, chosen);
  const chunks = async function* () {
    for await (const chunk of recordChunks(file, terminal.stdin)) {
      signal.throwIfAborted();
      yield chunk;
    }
  };
  const run = () => runQueryOnLines(query, chunks(), { limit });
  const { columns, rows, statistics, otherLines } = await (file === "-"
    ? untilInterrupted(program, run)
    : run());
  const lines = statistics.recordsScanned;
  const name = file === "-" ? "stdin" : file;
  if (lines === otherLines)
    throw new LabError("no-records", `There are no records in ${name}.`, {
      why:
        lines === 0
          ? ""
          : `None of its lines (${count(lines)}) is a flow log record of the default format. ${TAKEN}`,
      next: ["vpclab logs --raw > records.txt    writes such a file"],
      exitCode: EXIT.badInput,
    });
  for (const note of chosen.notes) terminal.say(note);
  if (otherLines > 0)
    terminal.say(
      terminal.wrap(
        `${count(otherLines)} of ${plural(lines, "line")} in ${plain(name)} are not flow log records of the default ` +
          "format: they have no fields.",
      ),
    );
  const answer: Answer = {
    columns,
    rows: rows.map((fields) =>
      Object.fromEntries(
        fields.filter(({ field }) => field !== "@ptr").map(({ field, value }) => [field, value]),
      ),
    ),
    ...statistics,
    query: chosen.text,
    range: undefined,
    price: 0,
  };
  // Read once more for the histogram: what came through a pipe is gone.
  const isDrawn = file !== "-" && !options.json && !options.csv;
  const overTime = isDrawn
    ? histogramOf(
        // What is no record has no time either.
        (
          await runQueryOnLines(
            parseQuery(`filter ispresent(start) | ${histogramQuery(query, "1m")}`),
            chunks(),
            { limit: MOST_ROWS },
          )
        ).rows.map((fields) => Object.fromEntries(fields.map(({ field, value }) => [field, value]))),
        "1m",
        terminal.width,
      )
    : undefined;
  print(terminal, options, { chosen, answer, overTime, known: STRANGERS_ONLY, place: undefined });
  return 0;
}

function print(terminal: Terminal, options: InsightsOptions, shown: Shown): void {
  if (options.json) printJson(terminal, answerJson(shown.answer));
  else if (options.csv) printCsv(terminal, shown.answer);
  else showAnswer(terminal, shown);
}

function answerJson(answer: Answer) {
  const { query, range, columns, rows, recordsMatched, recordsScanned, bytesScanned, price } = answer;
  return {
    query,
    start: range === undefined ? null : new Date(range.start).toISOString(),
    end: range === undefined ? null : new Date(range.end).toISOString(),
    columns,
    rows,
    statistics: { recordsMatched, recordsScanned, bytesScanned },
    price,
  };
}

function list(terminal: Terminal): number {
  if (terminal.json) {
    printJson(terminal, NAMED_QUERIES);
    return 0;
  }
  terminal.out("Queries by name: the console's own samples for VPC flow logs, then the lab's.\n");
  terminal.out(
    table(
      [
        { title: "name", fit: "keep" },
        { title: "what it shows", fit: "wrap" },
      ],
      NAMED_QUERIES.map(({ id, purpose }) => [id, purpose]),
      terminal,
    ),
  );
  terminal.say(
    `\n  ${terminal.symbols.next} vpclab insights top-10-byte-transfers\n` +
      `  ${terminal.symbols.next} vpclab insights --query 'stats count(*) by action, dstPort'`,
  );
  return 0;
}
