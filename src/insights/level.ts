/** What is done to events, or to the rows of a `stats`, before the next `stats` or the end. */
import type { Command, NamedExpression } from "./ast.ts";
import { type Compiled, compileExpression } from "./compile-expression.ts";
import { alreadyDefined } from "./grouping.ts";
import type { Names } from "./names.ts";
import type { Ordering, OrderKey } from "./ordering.ts";
import { globExtractor, regexExtractor } from "./pattern.ts";
import { isTrue, toText, type Value } from "./values.ts";

export interface OutputColumn<C> extends Compiled<C> {
  readonly name: string;
}

/** Filters, orders, removes duplicates and limits, in this order whatever the order of writing within one phase. */
export interface Phase<C> extends Ordering<C> {
  readonly filters: readonly ((context: C) => boolean)[];
}

export interface Level<C> {
  /** At least one; what follows a `limit` begins a new one. */
  readonly phases: readonly Phase<C>[];
  /** What is shown if this is the last level. */
  readonly columns: readonly OutputColumn<C>[];
}

interface MutablePhase<C> {
  readonly filters: ((context: C) => boolean)[];
  keys: OrderKey<C>[];
  dedup: ((context: C) => Value)[];
  limit: number;
}

export interface LevelOptions<C> {
  readonly text: string;
  readonly names: Names<C>;
  /** Shown before anything that `fields` adds; for events only as long as no `fields` says otherwise. */
  readonly columns: readonly OutputColumn<C>[];
  readonly ofEvents: boolean;
  /** The order where the query asks for none. */
  readonly defaultOrder: readonly OrderKey<C>[];
  /** Equal for the same record and different for the next: what was extracted from one is remembered by it. */
  readonly identity: (context: C) => unknown;
}

type CommandOf<Name extends Command["command"]> = Extract<Command, { command: Name }>;

export class LevelBuilder<C> {
  private readonly options: LevelOptions<C>;
  private readonly added: OutputColumn<C>[] = [];
  private displayed: OutputColumn<C>[] | undefined;
  private saysFields = false;
  private readonly phases: MutablePhase<C>[] = [];
  private phase: MutablePhase<C> = this.beginPhase();

  constructor(options: LevelOptions<C>) {
    this.options = options;
  }

  add(command: Exclude<Command, CommandOf<"stats">>): void {
    switch (command.command) {
      case "fields":
        this.addFields(command);
        break;
      case "display":
        this.displayed = command.items.map((item) => this.displayColumn(item));
        break;
      case "filter": {
        const { evaluate } = this.compile(command.condition);
        this.openPhase().filters.push((c) => isTrue(evaluate(c)));
        break;
      }
      case "sort": {
        const keys = command.keys.map(({ expression, descending }) => ({
          evaluate: this.compile(expression).evaluate,
          descending,
        }));
        // The later sort decides; an earlier one still orders what is equal in it.
        const phase = this.openPhase();
        phase.keys = [...keys, ...phase.keys];
        break;
      }
      case "dedup":
        this.openPhase().dedup = command.items.map((item) => this.compile(item.expression).evaluate);
        break;
      case "limit":
        this.phase.limit = Math.min(this.phase.limit, command.count);
        break;
      case "parse":
        this.addParse(command);
        break;
    }
  }

  finish(): Level<C> {
    const { defaultOrder, columns, ofEvents } = this.options;
    const [first] = this.phases;
    if (first !== undefined && first.keys.length === 0) first.keys = [...defaultOrder];
    const fixed = ofEvents && this.saysFields ? [] : columns;
    const shown = this.displayed ?? [...fixed, ...this.added];
    // What is named again stands where it stood, by its latest meaning.
    const byName = new Map(shown.map((column) => [column.name, column]));
    return { phases: this.phases, columns: [...byName.values()] };
  }

  private beginPhase(): MutablePhase<C> {
    const phase = { filters: [], keys: [], dedup: [], limit: Number.POSITIVE_INFINITY };
    this.phases.push(phase);
    return phase;
  }

  /** The phase that a filter, sort or dedup belongs to: what follows a limit works on what the limit left. */
  private openPhase(): MutablePhase<C> {
    if (this.phase.limit !== Number.POSITIVE_INFINITY) this.phase = this.beginPhase();
    return this.phase;
  }

  private compile(expression: NamedExpression["expression"]): Compiled<C> {
    return compileExpression(expression, this.options.names.scope, this.options.text);
  }

  /**
   * `fields` defines and shows. On events a name that the query made itself may not be named again, not even without a
   * new value: the service answers "Ephemeral field is already defined". A discovered field may be hidden by an
   * ephemeral one of its name [U].
   */
  private addFields(command: CommandOf<"fields">): void {
    const { names, ofEvents } = this.options;
    this.saysFields = true;
    for (const item of command.items) {
      const isName = item.aliased || item.expression.type === "field";
      if ((item.aliased || ofEvents) && isName && names.isEphemeral(item.name)) {
        throw alreadyDefined(item.name, item);
      }
      const compiled = this.compile(item.expression);
      if (item.aliased) names.define(item.name, compiled);
      this.added.push({ name: item.name, ...compiled });
    }
  }

  private displayColumn(item: NamedExpression): OutputColumn<C> {
    const compiled = this.compile(item.expression);
    if (item.aliased && !this.options.names.isEphemeral(item.name))
      this.options.names.define(item.name, compiled);
    return { name: item.name, ...compiled };
  }

  private addParse(command: CommandOf<"parse">): void {
    const { names, identity } = this.options;
    const aliases = command.aliases.map((alias) => alias.name);
    const make = command.pattern.kind === "glob" ? globExtractor : regexExtractor;
    const extractor = make(command.pattern.text, aliases, command.pattern);
    const source = this.compile(command.source);
    let seen: unknown;
    let values: readonly (string | undefined)[] | undefined;
    const valuesOf = (context: C): readonly (string | undefined)[] | undefined => {
      const record = identity(context);
      if (record !== seen) {
        seen = record;
        const text = toText(source.evaluate(context));
        values = text === undefined ? undefined : extractor.extract(text);
      }
      return values;
    };
    for (const [index, name] of extractor.names.entries()) {
      if (names.isEphemeral(name)) throw alreadyDefined(name, command.aliases[index] ?? command.pattern);
      const compiled = { kind: "plain" as const, evaluate: (context: C) => valuesOf(context)?.[index] };
      names.define(name, compiled);
      this.added.push({ name, ...compiled });
    }
  }
}
