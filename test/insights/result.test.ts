/** A query's result: what it carries beside the rows, where it is cut, what it counts. */
import { describe, expect, test } from "vitest";
import { parseQuery } from "../../src/insights/parser.ts";
import { QueryRun } from "../../src/insights/run.ts";
import { appEvents, ask, flowEvents, RECORDS, rowsOf } from "./log.ts";

describe("a result", () => {
  test("carries @ptr last in rows that are events, and never in rows of stats", () => {
    expect(ask("fields srcAddr | sort @timestamp asc | limit 1").rows[0]).toEqual([
      { field: "srcAddr", value: "10.1.4.12" },
      { field: "@ptr", value: "ptr-0" },
    ]);
    expect(ask("stats count(*) as n").rows).toEqual([[{ field: "n", value: "8" }]]);
  });

  test("makes up a @ptr that is stable and differs between events", () => {
    const events = flowEvents().map(({ ptr: _, ...event }) => event);
    const pointers = (): string[] => ask("fields srcAddr", events).rows.map((row) => row.at(-1)?.value ?? "");
    expect(new Set(pointers()).size).toBe(events.length);
    expect(pointers()).toEqual(pointers());
  });

  test("counts what was scanned, and what the filters before the first stats let pass", () => {
    const bytes = RECORDS.reduce((sum, record) => sum + record.length, 0);
    const statistics = { recordsMatched: 2, recordsScanned: 8, bytesScanned: bytes };
    expect(ask("filter action = 'REJECT' | limit 1").statistics).toEqual(statistics);
    expect(ask("filter action = 'REJECT' | stats count(*) as n | filter n > 9").statistics).toEqual(
      statistics,
    );
  });

  test("counts bytes, not characters", () => {
    const [event] = appEvents();
    if (event === undefined) throw new Error("There is a first line.");
    expect(ask("limit 1", [{ ...event, message: "né€" }]).statistics.bytesScanned).toBe(6);
  });

  test("is cut at the caller's limit, unless the query has one; 10,000 without either", () => {
    const many = Array.from({ length: 10_050 }, (_, i) => flowEvents()[i % 8]).filter((e) => e !== undefined);
    expect(ask("fields srcAddr", many, 5).rows).toHaveLength(5);
    expect(ask("fields srcAddr | limit 7", many, 5).rows).toHaveLength(7);
    expect(ask("fields srcAddr", many).rows).toHaveLength(10_000);
    expect(ask("fields srcAddr | limit 10050", many).rows).toHaveLength(10_050);
    expect(ask("stats count(*) by packets", many, 2).rows).toHaveLength(2);
    expect(
      ask("stats count(*) as n by packets | stats count(*) as groups", many, 2).rows[0]?.[0]?.value,
    ).toBe("6");
  });

  test("can be had while more is to come", () => {
    const run = new QueryRun(parseQuery("stats count(*) as n"));
    for (const [index, event] of flowEvents().entries()) {
      run.push(event);
      expect(rowsOf(run.result())).toEqual([String(index + 1)]);
    }
  });

  test("is empty for an empty log", () => {
    expect(ask("stats count(*)", []).rows).toEqual([]);
    expect(ask("fields srcAddr", [])).toEqual({
      columns: ["srcAddr"],
      rows: [],
      statistics: { recordsMatched: 0, recordsScanned: 0, bytesScanned: 0 },
    });
  });
});
