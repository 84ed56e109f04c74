/** What a query's columns are by the query itself: their values alone do not tell a port from a sum. */
import type { Expression, Query } from "../insights/ast.ts";

export interface ColumnsOfQuery {
  /** What the rows are grouped by: names, be they numbers. */
  readonly keys: ReadonlySet<string>;
  /** Times that a function took out of records; Logs Insights gives them in ms since 1970. */
  readonly times: ReadonlySet<string>;
}

/** Functions whose result is one of the values that they were given. */
const CHOOSING: ReadonlySet<string> = new Set([
  "earliest",
  "latest",
  "min",
  "max",
  "sortsfirst",
  "sortslast",
]);

/** @param query undefined where our own engine could not read it */
export function columnsOfQuery(query: Query | undefined): ColumnsOfQuery {
  let keys = new Set<string>();
  let fields = new Set(["@timestamp", "@ingestionTime"]);
  let times = new Set<string>();
  for (const command of query?.commands ?? []) {
    if (command.command !== "stats") continue;
    keys = new Set(command.by.map(({ name }) => name));
    times = new Set(
      command.items.filter(({ expression }) => isTime(expression, fields)).map(({ name }) => name),
    );
    fields = new Set(times);
  }
  return { keys, times };
}

function isTime(expression: Expression, fields: ReadonlySet<string>): boolean {
  if (expression.type !== "call" || !CHOOSING.has(expression.name)) return false;
  const [value] = expression.args;
  return value?.type === "field" && fields.has(value.name);
}
