/** Runs a query over log events, one by one, in memory bounded by what it shows and groups. */
import type { Query } from "./ast.ts";
import type { Compiled } from "./compile-expression.ts";
import { EventReader, type LogEvent, pointer, type ToEvent } from "./event.ts";
import type { Grouping } from "./grouping.ts";
import type { Level, OutputColumn, Phase } from "./level.ts";
import { Collector } from "./ordering.ts";
import { MAX_LIMIT } from "./parser.ts";
import { type Plan, planQuery, type Row } from "./plan.ts";
import { format } from "./values.ts";

/** Rows that come back where neither the query nor the caller sets a limit (StartQuery's default). */
const DEFAULT_LIMIT = 10_000;

export interface RunOptions {
  /** For a query without a `limit` of its own, as StartQuery's parameter: 1 to 100,000. Default 10,000. */
  readonly limit?: number | undefined;
}

export interface ResultField {
  readonly field: string;
  readonly value: string;
}

export interface QueryStatistics {
  /** Events that the filters before the first `stats` let pass. */
  readonly recordsMatched: number;
  readonly recordsScanned: number;
  /** UTF-8 bytes of the messages. */
  readonly bytesScanned: number;
}

export interface QueryResult {
  /** In the order of the query; without @ptr. */
  readonly columns: readonly string[];
  /**
   * As GetQueryResults has them: every value a string, cells without a value left out, @ptr last in rows that are events.
   */
  readonly rows: readonly (readonly ResultField[])[];
  readonly statistics: QueryStatistics;
}

/**
 * One run of a query: push() each event, then result(). Events that may be shown are kept, so each push needs an object
 * of its own unless the query aggregates. The constructor throws QueryError where the query cannot be run.
 */
export class QueryRun {
  private readonly plan: Plan;
  private readonly limit: number;
  private readonly reader = new EventReader();
  private readonly filters: Phase<EventReader>["filters"];
  private readonly grouping: Grouping<EventReader> | undefined;
  private readonly collector: Collector<LogEvent, EventReader> | undefined;
  private recordsMatched = 0;
  private recordsScanned = 0;
  private bytesScanned = 0;

  constructor(query: Query, options: RunOptions = {}) {
    this.plan = planQuery(query);
    this.limit = Math.min(options.limit ?? DEFAULT_LIMIT, MAX_LIMIT);
    const { events, first } = this.plan;
    const phase = phaseAt(events, 0);
    this.filters = phase.filters;
    if (first !== undefined && events.phases.length === 1 && passesAll(phase)) {
      this.grouping = first.stats.begin();
    } else {
      this.collector = new Collector(this.bounded(events, 0, first === undefined));
    }
  }

  push(event: LogEvent): void {
    this.bytesScanned += Buffer.byteLength(event.message);
    this.reader.load(event);
    this.take();
  }

  /**
   * The same for a line in a buffer, bytes[from] to bytes[to - 1], of which `toEvent` makes an event where one is
   * needed. The buffer may be used again as soon as this returns.
   * @returns whether the line is a record of the default format
   */
  pushLine(bytes: Buffer, from: number, to: number, toEvent: ToEvent): boolean {
    this.bytesScanned += to - from;
    this.reader.loadLine(bytes, from, to, toEvent);
    this.take();
    return this.reader.isRecord();
  }

  private take(): void {
    const { reader } = this;
    this.recordsScanned++;
    for (const passes of this.filters) if (!passes(reader)) return;
    this.recordsMatched++;
    if (this.grouping !== undefined) this.grouping.add(reader);
    else this.collector?.add(reader.event, reader);
  }

  /** What the events so far amount to; more may be pushed afterwards. */
  result(): QueryResult {
    const statistics = {
      recordsMatched: this.recordsMatched,
      recordsScanned: this.recordsScanned,
      bytesScanned: this.bytesScanned,
    };
    const { events, first, second } = this.plan;
    if (first === undefined) {
      const shown = this.keptEvents(true).map((event) => this.eventFields(event));
      return { columns: namesOf(events.columns), rows: shown, statistics };
    }
    let level = first.rows;
    let rows = this.throughPhases(this.firstRows(), level, second === undefined);
    if (second !== undefined) {
      const grouping = second.stats.begin();
      for (const row of rows) grouping.add(row);
      level = second.rows;
      rows = this.throughPhases(grouping.rows(), level, true);
    }
    const shown = rows.map((row) => fieldsOf(row, level.columns));
    return { columns: namesOf(level.columns), rows: shown, statistics };
  }

  private firstRows(): readonly Row[] {
    if (this.grouping !== undefined) return this.grouping.rows();
    const grouping = this.plan.first?.stats.begin();
    for (const event of this.keptEvents(false)) {
      this.reader.load(event);
      grouping?.add(this.reader);
    }
    return grouping?.rows() ?? [];
  }

  private keptEvents(isLast: boolean): readonly LogEvent[] {
    const { events } = this.plan;
    let kept = this.collector?.items() ?? [];
    for (let index = 1; index < events.phases.length; index++) {
      const collector = new Collector<LogEvent, EventReader>(this.bounded(events, index, isLast));
      for (const event of kept) {
        this.reader.load(event);
        if (phaseAt(events, index).filters.every((passes) => passes(this.reader))) {
          collector.add(event, this.reader);
        }
      }
      kept = collector.items();
    }
    return kept;
  }

  private throughPhases(rows: readonly Row[], level: Level<Row>, isLast: boolean): readonly Row[] {
    let kept = rows;
    for (const [index, phase] of level.phases.entries()) {
      const collector = new Collector<Row, Row>(this.bounded(level, index, isLast));
      for (const row of kept) if (phase.filters.every((passes) => passes(row))) collector.add(row, row);
      kept = collector.items();
    }
    return kept;
  }

  /** The phase, with the run's own limit where it is the last of the query and sets none. */
  private bounded<C>(level: Level<C>, index: number, isLast: boolean): Phase<C> {
    const phase = phaseAt(level, index);
    const own = level.phases.some((other) => other.limit !== Number.POSITIVE_INFINITY);
    if (!isLast || index !== level.phases.length - 1 || own) return phase;
    return { ...phase, limit: this.limit };
  }

  private eventFields(event: LogEvent): ResultField[] {
    this.reader.load(event);
    const fields = fieldsOf(this.reader, this.plan.events.columns);
    return fields.some(({ field }) => field === "@ptr")
      ? fields
      : [...fields, { field: "@ptr", value: pointer(event) }];
  }
}

/** Runs a query over events that are at hand. Throws QueryError where the query cannot be run. */
export function runQuery(query: Query, events: Iterable<LogEvent>, options: RunOptions = {}): QueryResult {
  const run = new QueryRun(query, options);
  for (const event of events) run.push(event);
  return run.result();
}

/** Whether a phase leaves out nothing but what its filters do. */
function passesAll<C>(phase: Phase<C>): boolean {
  return phase.limit === Number.POSITIVE_INFINITY && phase.dedup.length === 0;
}

function phaseAt<C>(level: Level<C>, index: number): Phase<C> {
  const phase = level.phases[index];
  if (phase === undefined) throw new Error("A level has at least one phase.");
  return phase;
}

function namesOf<C>(columns: readonly OutputColumn<C>[]): string[] {
  return columns.map((column) => column.name);
}

function fieldsOf<C>(
  context: C,
  columns: readonly (Compiled<C> & { readonly name: string })[],
): ResultField[] {
  const fields: ResultField[] = [];
  for (const { name, kind, evaluate } of columns) {
    const value = format(evaluate(context), kind);
    if (value !== undefined) fields.push({ field: name, value });
  }
  return fields;
}
