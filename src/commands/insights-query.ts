/** The query that is to run: by name, by --query, from stdin; looked at before anything is called. */
import { text as readAll } from "node:stream/consumers";
import { AGGREGATE_FUNCTIONS } from "../insights/aggregates.ts";
import type { Query } from "../insights/ast.ts";
import { QueryError } from "../insights/error.ts";
import { PERIOD_FUNCTIONS, SCALAR_FUNCTIONS } from "../insights/functions.ts";
import { NAMED_QUERIES, namedQuery } from "../insights/named-queries.ts";
import { COMMANDS, parseQuery } from "../insights/parser.ts";
import { planQuery } from "../insights/plan.ts";
import { nearest, suggestField } from "../insights/suggest-field.ts";
import { EXIT, LabError, usageError } from "../lab/error.ts";
import type { Terminal } from "../ui/terminal.ts";
import { plain } from "../ui/text.ts";
import type { Program } from "./program.ts";
import { untilInterrupted } from "./stdin.ts";

export interface ChosenQuery {
  readonly title: string;
  readonly purpose: string;
  readonly text: string;
  /** Undefined where our own engine cannot run it: Logs Insights knows more than it does, and has the say on AWS. */
  readonly parsed: Query | undefined;
  /** What is told of fields that no record has, once there are records: a file without any has another trouble. */
  readonly notes: readonly string[];
}

const FUNCTIONS = [
  ...Object.keys(AGGREGATE_FUNCTIONS),
  ...Object.keys(SCALAR_FUNCTIONS),
  ...PERIOD_FUNCTIONS,
];

/** How long somebody may take to begin writing to stdin before it counts as silent, in real ms. */
const PATIENCE_MS = 1_000;

/**
 * @param name of a named query, "-" for stdin
 * @returns undefined where no query was given at all
 * @throws LabError with exit code 2 for a name that is none
 */
export async function chooseQuery(
  program: Program,
  name: string | undefined,
  query: string | undefined,
  stdinIsTaken: boolean,
): Promise<ChosenQuery | undefined> {
  const { terminal } = program;
  if (name !== undefined && name !== "-" && query !== undefined)
    throw usageError("Give a named query or --query, not both.");
  if (name === "-" && query !== undefined && query !== "-")
    throw usageError("- takes the query from stdin: give it there or by --query, not both.");
  if (name !== undefined && name !== "-") return named(terminal, name);
  const isStdin = name === "-" || query === "-";
  if (isStdin && stdinIsTaken)
    throw usageError("stdin cannot hold both the query and the records: give one of them otherwise.");
  const text = isStdin
    ? await untilInterrupted(program, () => readAll(terminal.stdin))
    : (query ?? (stdinIsTaken ? undefined : await whatIsPiped(program)));
  if (text === undefined) return undefined;
  if (text.trim() === "")
    throw usageError("The query is empty.", "vpclab insights    lists queries to begin with");
  return { title: "Query", purpose: "", text: text.trimEnd(), ...parsed(terminal, text.trimEnd()) };
}

function named(terminal: Terminal, name: string): ChosenQuery {
  const found = namedQuery(name);
  if (found === undefined) {
    const near = NAMED_QUERIES.filter(({ id }) =>
      id.split("-").some((word) => name.toLowerCase().includes(word)),
    );
    throw usageError(
      `There is no named query ${JSON.stringify(name)}.`,
      ...(near.length > 0 ? [`Near it: ${near.map(({ id }) => id).join(", ")}`] : []),
      "vpclab insights    lists them; --query '…' runs one of your own",
    );
  }
  const { title, purpose, query } = found;
  return { title, purpose, text: query, ...parsed(terminal, query) };
}

/** What stands in a pipe or a file at stdin; undefined where nobody begins to write. */
async function whatIsPiped(program: Program): Promise<string | undefined> {
  const { stdin } = program.terminal;
  if (stdin.isTTY) return undefined;
  const hasBegun = await new Promise<boolean>((resolve) => {
    const settle = (begun: boolean) => {
      clearTimeout(timer);
      stdin.off("readable", onReadable);
      stdin.off("end", onEnd);
      resolve(begun);
    };
    const onReadable = () => settle(stdin.readableLength > 0);
    const onEnd = () => settle(false);
    const timer = setTimeout(() => settle(false), PATIENCE_MS);
    stdin.on("readable", onReadable);
    stdin.on("end", onEnd);
  });
  if (!hasBegun) {
    // An open pipe in which nothing comes would keep the program from ending.
    stdin.destroy();
    return undefined;
  }
  const text = await untilInterrupted(program, () => readAll(stdin));
  return text.trim() === "" ? undefined : text;
}

/**
 * Parses and plans the query, and notes fields that no record has.
 * @returns no query where our own engine cannot run it: whoever is asked has to say what is wrong, if anything is
 */
function parsed(terminal: Terminal, text: string): Pick<ChosenQuery, "parsed" | "notes"> {
  try {
    const query = parseQuery(text);
    const { unknownFields } = planQuery(query);
    const notes = unknownFields.flatMap(({ name, start, end }) => {
      const meant = suggestField(name);
      const note =
        `Note: no record has a field ${plain(name)}` +
        (meant === undefined
          ? ", so it is empty everywhere."
          : `: did you mean ${meant}? Names are case-sensitive.`);
      return [terminal.wrap(note), place(text, start, end, terminal.width)];
    });
    return { parsed: query, notes };
  } catch (error) {
    if (error instanceof QueryError) return { parsed: undefined, notes: [] };
    throw error;
  }
}

/** The same query for our own engine: what it lacks is refused by name. @throws LabError with exit code 2 */
export function ownQuery(terminal: Terminal, { text, parsed }: ChosenQuery): Query {
  if (parsed !== undefined) return parsed;
  try {
    const query = parseQuery(text);
    planQuery(query);
    return query;
  } catch (error) {
    throw error instanceof QueryError ? refused(terminal, text, error) : error;
  }
}

function refused(terminal: Terminal, text: string, error: QueryError): LabError {
  const { message, hint, start, end } = error;
  return malformed(terminal, { text, message, hint, location: { start, end }, cause: error });
}

export interface Refusal {
  readonly text: string;
  readonly message: string;
  readonly hint?: string | undefined;
  /** Where in the text; the word there may be a field's name misspelt. */
  readonly location: { readonly start: number; readonly end: number } | undefined;
  readonly cause: unknown;
}

/** @returns the error for a query that nobody can run, with a caret under the place: bad input */
export function malformed(terminal: Terminal, refusal: Refusal): LabError {
  const { text, message, hint = "", location, cause } = refusal;
  const word = location && /^[@\w.]+/.exec(text.slice(location.start))?.[0];
  const meant = word === undefined ? undefined : meantBy(word, text, location?.start ?? 0);
  const why = [`${message.replace(/\.$/, "")}.`, hint].filter((part) => part !== "").join(" ");
  // The error's lines are indented by two.
  const shown = location ? `\n${place(text, location.start, location.end, terminal.width - 2)}` : "";
  return new LabError("malformed-query", "The query cannot be run", {
    why: why + shown,
    next: meant === undefined ? [] : [`Did you mean ${meant}?`],
    exitCode: EXIT.badInput,
    cause,
  });
}

/** Where a command belongs, a command; a command's name where none can stand is no field misspelt. */
function meantBy(word: string, text: string, start: number): string | undefined {
  if (COMMANDS.includes(word.toLowerCase())) return undefined;
  if (/(^|\|)\s*$/.test(text.slice(0, start))) return nearest(word, COMMANDS);
  const isCall = text[start + word.length] === "(";
  return suggestField(word, isCall ? FUNCTIONS : []);
}

/** The query's line with carets under the place; of a long line, the part around it. Two lines, indented by two. */
function place(text: string, start: number, end: number, width: number): string {
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const lineEnd = text.indexOf("\n", lineStart) === -1 ? text.length : text.indexOf("\n", lineStart);
  const room = width - 4;
  const from = start - lineStart < room - 10 ? lineStart : start - Math.floor(room / 2);
  const line = (until: number) => plain(text.slice(from, until).replaceAll("\t", " "));
  const carets = Math.max(1, Math.min(end, lineEnd, from + room) - start);
  return `  ${line(Math.min(lineEnd, from + room))}\n  ${" ".repeat(line(start).length)}${"^".repeat(carets)}`;
}
