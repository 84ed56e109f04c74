/** The query that is to run: by name, by --query, from stdin; looked at before anything is called. */
import { text as readAll } from "node:stream/consumers";
import type { Query } from "../insights/ast.ts";
import { QueryError } from "../insights/error.ts";
import { NAMED_QUERIES, namedQuery } from "../insights/named-queries.ts";
import { parseQuery } from "../insights/parser.ts";
import { planQuery } from "../insights/plan.ts";
import { suggestField } from "../insights/suggest-field.ts";
import { LabError, usageError } from "../lab/error.ts";
import type { Terminal } from "../ui/terminal.ts";
import { plain } from "../ui/text.ts";

export interface ChosenQuery {
  readonly title: string;
  readonly purpose: string;
  readonly text: string;
  /** Undefined where the query asks for a command that our own engine has not, but AWS has. */
  readonly parsed: Query | undefined;
}

/** How long somebody may take to begin writing to stdin before it counts as silent, in real ms. */
const PATIENCE_MS = 1_000;

/**
 * @param name of a named query, "-" for stdin
 * @returns undefined where no query was given at all
 * @throws LabError with exit code 2 for a name that is none and a query that cannot be run
 */
export async function chooseQuery(
  terminal: Terminal,
  name: string | undefined,
  query: string | undefined,
  stdinIsTaken: boolean,
): Promise<ChosenQuery | undefined> {
  if (name !== undefined && name !== "-" && query !== undefined)
    throw usageError("Give a named query or --query, not both.");
  if (name !== undefined && name !== "-") return named(terminal, name);
  const isStdin = name === "-" || query === "-";
  if (isStdin && stdinIsTaken)
    throw usageError("stdin cannot hold both the query and the records: give one of them otherwise.");
  const text = isStdin
    ? await readAll(terminal.stdin)
    : (query ?? (stdinIsTaken ? undefined : await whatIsPiped(terminal)));
  if (text === undefined) return undefined;
  if (text.trim() === "")
    throw usageError("The query is empty.", "vpclab insights    lists queries to begin with");
  return { title: "Query", purpose: "", text: text.trimEnd(), parsed: parsed(terminal, text.trimEnd()) };
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
  return { title, purpose, text: query, parsed: parsed(terminal, query) };
}

/** What stands in a pipe or a file at stdin; undefined where nobody begins to write. */
async function whatIsPiped({ stdin }: Terminal): Promise<string | undefined> {
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
  const text = await readAll(stdin);
  return text.trim() === "" ? undefined : text;
}

/**
 * Parses and plans the query, and warns of fields that no record has.
 * @returns undefined where AWS has a command that our own engine has not: whoever runs the query has to say
 * @throws LabError with exit code 2, after the place was shown
 */
function parsed(terminal: Terminal, text: string): Query | undefined {
  try {
    const query = parseQuery(text);
    const { unknownFields } = planQuery(query);
    for (const { name, start, end } of unknownFields) {
      const meant = suggestField(name);
      showPlace(terminal, text, start, end);
      terminal.say(
        terminal.wrap(
          `Note: no record has a field ${plain(name)}, so it is empty everywhere.` +
            (meant === undefined ? "" : ` Did you mean ${meant}? Names are case-sensitive.`),
        ),
      );
    }
    return query;
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    // "not supported here": our engine lacks what Logs Insights has.
    if (isUnsupported(error)) return undefined;
    throw refused(terminal, text, error);
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

function isUnsupported(error: QueryError): boolean {
  return error.message.includes("is not supported here") || error.message.includes("are not supported here");
}

/** The place is shown; what is to be thrown comes back. */
function refused(terminal: Terminal, text: string, error: QueryError): LabError {
  showPlace(terminal, text, error.start, error.end);
  return malformed(text, error.message, error.hint, error, { start: error.start, end: error.end });
}

/**
 * @param location where in the text; the word there may be a field's name misspelt
 * @returns the error for a query that nobody can run: bad input
 */
export function malformed(
  text: string,
  message: string,
  hint: string | undefined,
  cause: unknown,
  location: { readonly start: number; readonly end: number } | undefined,
): LabError {
  const word = location && /^[@\w.]+/.exec(text.slice(location.start))?.[0];
  const meant = word === undefined ? undefined : suggestField(word);
  return new LabError("malformed-query", "The query cannot be run", {
    why: [`${message.replace(/\.$/, "")}.`, hint ?? ""].filter((part) => part !== "").join(" "),
    next: meant === undefined ? [] : [`Did you mean ${meant}?`],
    exitCode: 2,
    cause,
  });
}

/** Shows the query's line with a caret under the place, cut to the terminal's width. */
export function showPlace(terminal: Terminal, text: string, start: number, end: number): void {
  const lineStart = text.lastIndexOf("\n", Math.max(0, start - 1)) + 1;
  const lineEnd = text.indexOf("\n", lineStart) === -1 ? text.length : text.indexOf("\n", lineStart);
  const room = terminal.width - 4;
  // Of a long line, the part around the place.
  const from = start - lineStart < room - 10 ? lineStart : start - Math.floor(room / 2);
  const shown = plain(text.slice(from, Math.min(lineEnd, from + room)).replaceAll("\t", " "));
  const indentation = plain(text.slice(from, start).replaceAll("\t", " ")).length;
  const length = Math.max(1, Math.min(end, lineEnd, from + room) - start);
  terminal.say(`\n  ${shown}\n  ${" ".repeat(indentation)}${terminal.colour.red("^".repeat(length))}`);
}
