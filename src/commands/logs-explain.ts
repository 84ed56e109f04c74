/** `vpclab logs explain`: one record taken apart, field by field, with what follows from it. */
import { text as readAll } from "node:stream/consumers";
import { logLines } from "../aws/flow-log-records.ts";
import { ownerInWords } from "../flow-logs/addresses.ts";
import { explainRecord } from "../flow-logs/explain.ts";
import { DEFAULT_FORMAT } from "../flow-logs/fields.ts";
import { protocolName } from "../flow-logs/protocols.ts";
import { type FieldValue, parseFields, parseFormat, RecordError, recordIn } from "../flow-logs/record.ts";
import { Interrupted, LabError, usageError } from "../lab/error.ts";
import { plural } from "../lab/figures.ts";
import { labMemory } from "../lab/memory.ts";
import { DEFAULT_LAB } from "../lab/spec.ts";
import { requireRecordSource } from "../steps/flow-log-missing.ts";
import { type KnownAddresses, readKnownAddresses, STRANGERS_ONLY } from "../steps/known-addresses.ts";
import { printJson } from "../ui/json.ts";
import { CANCELLED, choose } from "../ui/prompt.ts";
import { plain, truncate } from "../ui/text.ts";
import { askedEndpoint } from "./endpoint.ts";
import { showFinding } from "./findings.ts";
import { header } from "./header.ts";
import { type LineLayout, lineLayout } from "./logs-line.ts";
import { openLab } from "./open-lab.ts";
import { namingOtherLabs } from "./other-labs.ts";
import type { GlobalOptions, Program } from "./program.ts";
import { untilInterrupted } from "./stdin.ts";

export interface LogsExplainOptions extends GlobalOptions {
  /** A flow log's format, such as "${srcaddr} ${dstaddr}"; default: version 2's. */
  readonly format?: string;
}

/** How many of the latest records are offered to choose from. */
const OFFERED = 15;
/** Columns that stand before a choice. */
const MARKER = 2;

/**
 * @param words the record, whole or in words as the shell split it; none: from stdin, or chosen from the log
 * @returns the exit code
 */
export async function logsExplain(
  program: Program,
  words: readonly string[],
  options: LogsExplainOptions,
): Promise<number> {
  const { terminal } = program;
  const format = options.format ?? DEFAULT_FORMAT;
  checked(() => parseFormat(format));
  const isAsked = words.length === 0 && terminal.isInteractive && !options.json;
  const given = isAsked
    ? await chosen(program, options)
    : { line: words.length === 0 || words.join() === "-" ? await piped(program) : words.join(" ") };
  const { line } = given;
  const fields = checked(() => parseFields(line, format));
  const known = "known" in given ? given.known : await knownUnasked(program, options);
  const explained = explainRecord(fields, known.whose, known.isOf);
  const summary = inWords(fields, known);
  if (options.json) {
    printJson(terminal, { record: line, fields: explained, summary });
    return 0;
  }
  terminal.out(showFinding(terminal, { kind: "record", title: "One record", line, fields: explained }));
  terminal.out("");
  for (const sentence of summary) terminal.out(terminal.wrap(plain(sentence), 2));
  return 0;
}

/** A record or a format that is none is bad input, told with the field's number. */
function checked<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    throw usageError(
      error.message,
      "A record of another format than the default one needs its flow log's LogFormat beside it: --format '…'",
    );
  }
}

/**
 * The lab's names where its latest `up` was on the embedded AWS. On AWS a record that is given is explained without
 * credentials, so nobody is asked for any.
 */
async function knownUnasked(program: Program, options: GlobalOptions): Promise<KnownAddresses> {
  const { lab: name = DEFAULT_LAB, region, profile, simulate } = options;
  if (profile !== undefined || simulate === false || askedEndpoint(options, program.env) !== undefined)
    return STRANGERS_ONLY;
  // What cannot be read of it is told by the commands that need it.
  const latest = labMemory(program.home, () => undefined)
    .labs()
    .find(
      (other) =>
        other.lab === name &&
        other.tornDownAt === undefined &&
        (region === undefined || other.region === region) &&
        (simulate === undefined || other.target === "simulator"),
    );
  if (latest?.target !== "simulator") return STRANGERS_ONLY;
  try {
    const lab = await openLab(program, { ...options, simulate: true, region: latest.region });
    try {
      return await readKnownAddresses(lab);
    } finally {
      lab.close();
    }
  } catch (error) {
    if (program.signal.aborted) throw error;
    // A damaged world, say. A record explains itself without names; what is wrong is told by the commands that need them.
    return STRANGERS_ONLY;
  }
}

/** The first line of stdin that is not empty. */
async function piped(program: Program): Promise<string> {
  const { terminal } = program;
  const text = await untilInterrupted(program, () => readAll(terminal.stdin));
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const [first] = lines;
  if (first === undefined)
    throw usageError(
      "There is no record to explain.",
      "Give one: vpclab logs explain '2 123456789012 eni-… 10.1.5.4 10.2.9.8 0 0 1 5 420 1700000000 1700000004 ACCEPT OK'",
      "Or pipe one in: vpclab logs --raw --limit 1 | vpclab logs explain",
    );
  if (lines.length > 1) terminal.say(`The first of ${lines.length} lines is explained.`);
  return first.trim();
}

async function chosen(
  program: Program,
  options: GlobalOptions,
): Promise<{ line: string; known: KnownAddresses }> {
  const { terminal, signal } = program;
  const lab = await openLab(program, options);
  try {
    header(terminal, lab);
    const logGroupName = lab.spec.nameOf("log-group");
    const [known] = await Promise.all([readKnownAddresses(lab), requireRecordSource(lab.aws, lab.spec)]);
    let lines: string[] = [];
    for await (const { text } of logLines(lab.aws, { logGroupName }))
      lines = [...lines, text].slice(-OFFERED);
    if (lines.length === 0)
      throw new LabError("no-records", "There are no records to choose from yet.", {
        why: "The first arrive 5 to 10 minutes after the first traffic on an instance of VPC 1.",
        next: ["vpclab logs --follow"],
      });
    const { unicode, colour } = terminal;
    const layout = lineLayout({ width: terminal.width - MARKER, unicode, colour }, known.whose);
    const line = await choose(terminal, {
      message: "Which record?",
      choices: lines.reverse().map((value) => ({ value, label: labelOf(value, layout) })),
      signal,
    });
    if (line === CANCELLED) throw new Interrupted();
    return { line, known };
  } catch (error) {
    throw namingOtherLabs(error, lab);
  } finally {
    lab.close();
  }
}

/** The record as `vpclab logs` lists it; a line of another format as it is. */
function labelOf(line: string, layout: LineLayout): string {
  const record = recordIn(line);
  return record === undefined ? truncate(plain(line), 70) : layout.line(record);
}

/** The record as a person would tell it, a sentence each; nothing where its format leaves out too much. */
function inWords(fields: readonly FieldValue[], { whose }: KnownAddresses): string[] {
  const value = new Map(fields.map(({ field, value }) => [field.name, value]));
  const get = (name: string) => {
    const found = value.get(name);
    return found === undefined || found === "-" ? undefined : found;
  };
  const status = get("log-status");
  if (status === "NODATA") return ["In words: nothing passed this network interface in this window."];
  if (status === "SKIPDATA")
    return ["In words: something passed this network interface, but AWS lost the records of this window."];
  const [source, destination, action] = [get("srcaddr"), get("dstaddr"), get("action")];
  if (source === undefined || destination === undefined) return [];
  const named = (address: string, port: string | undefined) => {
    const owner = ownerInWords(address, whose);
    const at = port === undefined || port === "0" ? address : `${address} port ${port}`;
    return owner === undefined ? at : `${at} (${owner})`;
  };
  const packets = get("packets");
  const amount = packets === undefined ? "packets" : plural(Number(packets), "packet");
  const protocol = get("protocol");
  const kind = protocol === undefined ? "" : ` of ${protocolName(Number(protocol)).toUpperCase()}`;
  const went = `${amount}${kind} from ${named(source, get("srcport"))} to ${named(destination, get("dstport"))}`;
  if (action === "REJECT") return [`In words: ${went}, turned away by a security group or a network ACL.`];
  if (action !== "ACCEPT") return [`In words: ${went}.`];
  return [
    `In words: ${went}, let pass.`,
    `Whether there was an answer stands in another record: one from ${destination} to ${source}, at about the same time.`,
  ];
}
