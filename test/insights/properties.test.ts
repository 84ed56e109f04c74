import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatRecord, type TrafficRecord } from "../../src/flow-logs/record.ts";
import type { LogEvent } from "../../src/insights/event.ts";
import { compareForSort } from "../../src/insights/values.ts";
import { ask, flowEvents, RECORDS, rowsOf } from "./log.ts";

const record = fc.record({
  version: fc.constant(2),
  accountId: fc.constant("123456789012"),
  interfaceId: fc.constantFrom("eni-1", "eni-2"),
  srcAddr: fc.constantFrom("10.1.0.1", "10.1.0.2", "10.2.0.1", "8.8.8.8"),
  dstAddr: fc.constantFrom("10.1.0.1", "10.2.0.1"),
  srcPort: fc.nat(65_535),
  dstPort: fc.constantFrom(22, 443, 0),
  protocol: fc.constantFrom(1, 6, 17),
  packets: fc.integer({ min: 1, max: 5 }),
  bytes: fc.nat(1_000_000),
  start: fc.integer({ min: 1_700_000_000, max: 1_700_000_600 }),
  end: fc.constant(1_700_000_700),
  action: fc.constantFrom("ACCEPT" as const, "REJECT" as const),
  logStatus: fc.constant("OK" as const),
});
const records = fc.array(record, { maxLength: 60 });

const grouping = fc.constantFrom(
  "srcAddr",
  "dstAddr, action",
  "bin(1m)",
  "protocol, dstPort, packets",
  "nothing",
  "bytes % 7 as rest, isIpv4InSubnet(srcAddr, '10.1.0.0/16') as ours",
);
const condition = fc.constantFrom(
  "action = 'REJECT'",
  "bytes > 1000 and packets < 3",
  "nothing = 1",
  "nothing < 1 or protocol in [1, 6]",
  "srcAddr like /^10/",
  "isIpv4InSubnet(dstAddr, '10.2.0.0/16')",
  "packets",
  "not nothing != 2",
);

function eventsOf(list: readonly TrafficRecord[]): LogEvent[] {
  return flowEvents(list.map(formatRecord));
}

function numbers(query: string, events: readonly LogEvent[], field: string): number[] {
  return ask(query, events).rows.map((row) => Number(row.find((cell) => cell.field === field)?.value ?? 0));
}

const total = (list: readonly number[]): number => list.reduce((sum, n) => sum + n, 0);

describe("for any records", () => {
  test("count(*) sums to the number of records and sum(bytes) to their bytes, whatever the grouping", () => {
    fc.assert(
      fc.property(records, grouping, (list, by) => {
        const events = eventsOf(list);
        const query = `stats count(*) as n, sum(bytes) as b by ${by}`;
        expect(total(numbers(query, events, "n"))).toBe(list.length);
        expect(total(numbers(query, events, "b"))).toBe(total(list.map((r) => r.bytes)));
      }),
    );
  });

  test("a filter and its negation split the records", () => {
    fc.assert(
      fc.property(records, condition, (list, text) => {
        const events = eventsOf(list);
        const matched = (query: string): number => ask(query, events).statistics.recordsMatched;
        expect(matched(`filter ${text}`) + matched(`filter not (${text})`)).toBe(list.length);
      }),
    );
  });

  test("sorting is stable, by one key and by several", () => {
    fc.assert(
      fc.property(records, (list) => {
        const events = eventsOf(list);
        const expected = list
          .map((r, index) => ({ r, index }))
          .sort((a, b) => a.r.packets - b.r.packets || b.r.protocol - a.r.protocol || a.index - b.index)
          .map(({ index }) => `ptr-${index}`);
        expect(rowsOf(ask("display @ptr | sort packets, protocol desc", events))).toEqual(expected);
      }),
    );
  });

  test("a limit takes the first of what would come without it", () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 40 }), fc.integer({ min: 1, max: 50 }), (few, limit) => {
        // More than a collector keeps at a time, so that some are dropped on the way.
        const events = eventsOf([...few, ...few, ...few].flatMap((r) => Array<TrafficRecord>(20).fill(r)));
        const all = rowsOf(ask("display @ptr | sort bytes desc", events));
        expect(rowsOf(ask(`display @ptr | sort bytes desc | limit ${limit}`, events))).toEqual(
          all.slice(0, limit),
        );
      }),
      { numRuns: 30 },
    );
  });

  test("the largest of many are found wherever they arrive", () => {
    const [template = ""] = RECORDS;
    const lines = Array.from({ length: 5000 }, (_, i) =>
      template.replace(" 420 ", ` ${i === 0 ? 4999 : i - 1} `),
    );
    const events = flowEvents(lines);
    expect(rowsOf(ask("display bytes | sort bytes desc | limit 3", events))).toEqual([
      "4999",
      "4998",
      "4997",
    ]);
    expect(rowsOf(ask("stats pct(bytes, 1) as p", events))).toEqual(["49"]);
  });

  test("dedup leaves one row for each value, the first in order", () => {
    fc.assert(
      fc.property(records, (list) => {
        const events = eventsOf(list);
        const rows = rowsOf(ask("display srcAddr, bytes | sort bytes desc | dedup srcAddr", events));
        const largest = new Map<string, number>();
        for (const r of list) largest.set(r.srcAddr, Math.max(largest.get(r.srcAddr) ?? 0, r.bytes));
        const expected = [...largest].map(([address, bytes]) => `${address} | ${bytes}`);
        expect([...rows].sort()).toEqual(expected.sort());
      }),
    );
  });

  test("avg, min, max, pct and stddev agree with their definitions", () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 60 }), (list) => {
        const [row] = ask(
          "stats avg(bytes) as a, min(bytes) as low, max(bytes) as high, pct(bytes, 90) as p, stddev(bytes) as s",
          eventsOf(list),
        ).rows;
        const get = (name: string): number => Number(row?.find(({ field }) => field === name)?.value);
        const bytes = list.map((r) => r.bytes).sort((a, b) => a - b);
        const mean = total(bytes) / bytes.length;
        const deviation = Math.sqrt(total(bytes.map((b) => (b - mean) ** 2)) / bytes.length);
        expect(get("a")).toBeCloseTo(mean, 3);
        expect(get("low")).toBe(bytes[0]);
        expect(get("high")).toBe(bytes.at(-1));
        expect(get("p")).toBe(bytes[Math.ceil(bytes.length * 0.9) - 1]);
        expect(get("s")).toBeCloseTo(deviation, 2);
      }),
    );
  });
});

describe("the order of sort", () => {
  test("is the user guide's example: text before numbers, runs of digits by length", () => {
    const ascending = [
      "!:",
      "#",
      "*%04",
      "0#",
      "5A",
      "111A",
      "2345_",
      "@",
      "@_",
      "A",
      "A9876fghj",
      "a12345hfh",
    ];
    const withNumbers = [...ascending, "0", "1", "2", "3"];
    expect([...withNumbers].reverse().sort(compareForSort)).toEqual(withNumbers);
  });

  test("puts addresses where a person would, and what is missing first", () => {
    const addresses = ["10.1.4.12", "10.1.10.14", "10.2.0.1", "9.9.9.9", undefined];
    expect([...addresses].sort(compareForSort)).toEqual([
      "9.9.9.9",
      "10.1.4.12",
      "10.1.10.14",
      "10.2.0.1",
      undefined,
    ]);
    expect(compareForSort(undefined, "a")).toBeLessThan(0);
    expect(compareForSort(undefined, 1)).toBeLessThan(0);
  });

  test("is an order: antisymmetric and transitive", () => {
    const value = fc.oneof(fc.string({ maxLength: 4 }), fc.integer(), fc.stringMatching(/^[a1-9.]{0,5}$/));
    fc.assert(
      fc.property(value, value, value, (a, b, c) => {
        expect(Math.sign(compareForSort(a, b))).toBe(-Math.sign(compareForSort(b, a)) + 0);
        if (compareForSort(a, b) <= 0 && compareForSort(b, c) <= 0) {
          expect(compareForSort(a, c)).toBeLessThanOrEqual(0);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
