/** A query as what is to be done: the work on log events, then for each `stats` the work on its rows. */
import type { Query } from "./ast.ts";
import { discoveredField, type EventReader } from "./event.ts";
import { compileStats, type Stats } from "./grouping.ts";
import { beginRecordKeys } from "./keys.ts";
import { type Level, LevelBuilder, type OutputColumn } from "./level.ts";
import { Names, type UnknownField } from "./names.ts";
import type { Value } from "./values.ts";

/** A row of `stats`: the values of its columns. */
export type Row = readonly Value[];

export interface StatsStep<C> {
  readonly stats: Stats<C>;
  readonly rows: Level<Row>;
}

export interface Plan {
  readonly events: Level<EventReader>;
  readonly first: StatsStep<EventReader> | undefined;
  readonly second: StatsStep<Row> | undefined;
  readonly unknownFields: readonly UnknownField[];
}

/** Throws QueryError where the query asks for what cannot be: unknown functions, wrong arguments, names defined twice. */
export function planQuery(query: Query): Plan {
  const { text } = query;
  const unknownFields: UnknownField[] = [];
  const eventNames = new Names(discoveredField, unknownFields);
  const events = new LevelBuilder<EventReader>({
    text,
    names: eventNames,
    columns: ["@timestamp", "@message"].map((name) => eventColumn(name)),
    ofEvents: true,
    defaultOrder: [{ evaluate: (reader) => reader.event.timestamp, descending: true }],
    identity: (reader) => reader.serial,
  });
  let first: { stats: Stats<EventReader>; level: RowLevel } | undefined;
  let second: { stats: Stats<Row>; level: RowLevel } | undefined;
  for (const command of query.commands) {
    if (command.command !== "stats") {
      const builder = second?.level.builder ?? first?.level.builder ?? events;
      builder.add(command);
    } else if (first === undefined) {
      const stats = compileStats(command, eventNames.scope, text, beginRecordKeys);
      first = { stats, level: rowLevel(text, stats, unknownFields) };
    } else {
      const stats = compileStats(command, first.level.names.strictScope, text);
      second = { stats, level: rowLevel(text, stats, unknownFields) };
    }
  }
  return {
    events: events.finish(),
    first: first && { stats: first.stats, rows: first.level.builder.finish() },
    second: second && { stats: second.stats, rows: second.level.builder.finish() },
    unknownFields,
  };
}

function eventColumn(name: string): OutputColumn<EventReader> {
  const field = discoveredField(name);
  if (field === undefined) throw new Error(`${name} is a field of every event.`);
  return { name, ...field };
}

interface RowLevel {
  readonly names: Names<Row>;
  readonly builder: LevelBuilder<Row>;
}

function rowLevel<C>(text: string, stats: Stats<C>, unknownFields: UnknownField[]): RowLevel {
  const columns = stats.columns.map(({ name, kind }, index) => ({
    name,
    kind,
    evaluate: (row: Row) => row[index],
  }));
  const names = new Names<Row>((name) => columns.find((column) => column.name === name), unknownFields);
  const builder = new LevelBuilder<Row>({
    text,
    names,
    columns,
    ofEvents: false,
    defaultOrder: [],
    identity: (row) => row,
  });
  return { names, builder };
}
