/** `stats … by …`: one group for each combination of keys, fed record by record. */
import { type Accumulator, AGGREGATE_FUNCTIONS } from "./aggregates.ts";
import type { Command, Expression, NamedExpression } from "./ast.ts";
import { type Compiled, checkCount, compileExpression, type Scope } from "./compile-expression.ts";
import { QueryError } from "./error.ts";
import { type Keys, ValueKeys } from "./keys.ts";
import type { Kind, Value } from "./values.ts";

export interface Column {
  readonly name: string;
  readonly kind: Kind;
}

/** One aggregate function of a `stats`, such as the sum(bytes) in sum(bytes) / 1024. */
interface Aggregate<C> {
  readonly evaluate: (context: C) => Value;
  make(): Accumulator;
}

interface Group {
  readonly keys: readonly Value[];
  readonly accumulators: readonly Accumulator[];
}

/** A finished group: its keys, then the results of its aggregates. */
type Finished = readonly Value[];

/** A compiled `stats`: the columns of its rows, keys first, and how to begin grouping. */
export interface Stats<C> {
  readonly columns: readonly Column[];
  begin(): Grouping<C>;
}

type StatsCommand = Extract<Command, { command: "stats" }>;

/**
 * Compiles a `stats`. Its expressions may use aggregates, the keys, and the names given earlier in the same command, as
 * AWS's own sample does (`max(a) as m, min(b) as n, m - n as d`). Throws QueryError for anything else.
 * `beginKeys`: how to tell groups apart; by the values of their keys unless there is a faster way.
 */
export function compileStats<C>(
  stats: StatsCommand,
  scope: Scope<C>,
  text: string,
  beginKeys: (keys: readonly Compiled<C>[]) => Keys<C> = (keys) => new ValueKeys(keys),
): Stats<C> {
  const keys = stats.by.map((item) => compileExpression(item.expression, scope, text));
  const aggregates: Aggregate<C>[] = [];
  let timeOf = (_: C): number => Number.NaN;
  const outputs = new Map<string, Compiled<Finished>>();
  for (const [index, item] of stats.by.entries()) {
    const kind = keys[index]?.kind ?? "plain";
    define(outputs, item, { kind, evaluate: (finished) => finished[index] });
  }
  const inGroup: Scope<Finished> = {
    field(name, at) {
      const known = outputs.get(name);
      if (known !== undefined) return known;
      throw new QueryError(
        `${name} is neither aggregated nor grouped by`,
        at.start,
        at.end,
        `Put it into a function such as max(${name}), or after \`by\`.`,
      );
    },
    column: (written) => outputs.get(written),
    aggregate(call) {
      const index = keys.length + aggregates.length;
      aggregates.push(compileAggregate(call, scope, text));
      if (AGGREGATE_FUNCTIONS[call.name]?.byTime === true) {
        const { evaluate } = scope.field("@timestamp", call);
        timeOf = (c) => Number(evaluate(c) ?? Number.NaN);
      }
      return { kind: "plain", evaluate: (finished) => finished[index] };
    },
  };
  for (const item of stats.items) {
    if (!item.aliased && outputs.has(item.name)) continue;
    define(outputs, item, compileExpression(item.expression, inGroup, text));
  }
  return {
    columns: [...outputs].map(([name, { kind }]) => ({ name, kind })),
    begin: () => new Grouping(keys, aggregates, timeOf, [...outputs.values()], beginKeys(keys)),
  };
}

function define(
  outputs: Map<string, Compiled<Finished>>,
  item: NamedExpression,
  compiled: Compiled<Finished>,
): void {
  if (outputs.has(item.name)) throw alreadyDefined(item.name, item);
  outputs.set(item.name, compiled);
}

/** AWS's words, seen with its places: "Ephemeral field is already defined: platform_starts ([1562,1600])". */
export function alreadyDefined(
  name: string,
  at: { readonly start: number; readonly end: number },
): QueryError {
  return new QueryError(
    `Ephemeral field is already defined: ${name} ([${at.start},${at.end}])`,
    at.start,
    at.end,
    "Give it another name; to choose what is shown, use `display`.",
  );
}

function compileAggregate<C>(
  call: Extract<Expression, { type: "call" }>,
  scope: Scope<C>,
  text: string,
): Aggregate<C> {
  const definition = AGGREGATE_FUNCTIONS[call.name];
  if (definition === undefined) throw new Error(`${call.name} is no aggregate function.`);
  const { takes } = definition;
  checkCount(
    call,
    takes === "optional" ? 0 : takes === "value" ? 1 : 2,
    takes === "value and percent" ? 2 : 1,
  );
  const [value, percent] = call.args;
  const isPercentile = takes === "value and percent";
  if (isPercentile && (percent?.type !== "number" || percent.value < 0 || percent.value > 100)) {
    const at = percent ?? call;
    throw new QueryError(`${call.name} needs a percentage from 0 to 100`, at.start, at.end);
  }
  const percentage = percent?.type === "number" ? percent.value : 0;
  const make = (): Accumulator => definition.make(percentage);
  const everything = value === undefined || (value.type === "star" && takes === "optional");
  if (everything) return { evaluate: () => 1, make };
  const compiled = compileExpression(value, scope, text);
  const asNumber = definition.numeric === true ? compiled.number : undefined;
  return { evaluate: asNumber ?? compiled.evaluate, make };
}

/** A `stats` under way. */
export class Grouping<C> {
  private readonly by: readonly Compiled<C>[];
  private readonly aggregates: readonly Aggregate<C>[];
  private readonly timeOf: (context: C) => number;
  private readonly outputs: readonly Compiled<Finished>[];
  private readonly keys: Keys<C>;
  /** In the order in which they were first met, which is the order of the rows. */
  private readonly groups: Group[] = [];

  constructor(
    by: readonly Compiled<C>[],
    aggregates: readonly Aggregate<C>[],
    timeOf: (context: C) => number,
    outputs: readonly Compiled<Finished>[],
    keys: Keys<C>,
  ) {
    this.by = by;
    this.aggregates = aggregates;
    this.timeOf = timeOf;
    this.outputs = outputs;
    this.keys = keys;
  }

  add(context: C): void {
    const { aggregates } = this;
    const number = this.keys.find(context);
    const { accumulators } = this.groups[number] ?? this.begin(context);
    const time = this.timeOf(context);
    for (let i = 0; i < aggregates.length; i++) {
      accumulators[i]?.add(aggregates[i]?.evaluate(context), time);
    }
  }

  rows(): Value[][] {
    return this.groups.map((group) => {
      const finished = [...group.keys, ...group.accumulators.map((accumulator) => accumulator.result())];
      return this.outputs.map((output) => output.evaluate(finished));
    });
  }

  private begin(context: C): Group {
    const group = {
      keys: this.by.map((key) => key.evaluate(context)),
      accumulators: this.aggregates.map((aggregate) => aggregate.make()),
    };
    this.groups.push(group);
    return group;
  }
}
