import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runQueryOnLines } from "../../src/insights/lines.ts";
import { parseQuery } from "../../src/insights/parser.ts";
import type { QueryResult } from "../../src/insights/run.ts";
import { ask, flowEvents, RECORDS, rowsOf } from "./log.ts";

const FILE = `${RECORDS.join("\n")}\n`;

async function askFile(
  query: string,
  text: string,
  sizes: readonly number[] = [10_000],
): Promise<QueryResult> {
  const bytes = Buffer.from(text);
  const chunks: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return runQueryOnLines(parseQuery(query), chunks);
}

const queries = [
  "stats sum(bytes) as b, count(*) as n by srcAddr, dstAddr | sort b desc",
  "stats sum(bytes) as b by dstAddr, srcAddr, action, protocol",
  "stats avg(packets), stddev(packets), pct(packets, 50), max(srcAddr) by logStatus",
  "stats sum(bytes) by bin(1m)",
  "fields @timestamp, @message, srcAddr | sort packets desc | limit 5",
  "filter action = 'REJECT' | fields srcAddr, dstPort",
  "parse @message '* * * * *' as a, b, c, d, e | display d, e | dedup d",
  "fields bytes * 2 as twice, isIpv4InSubnet(srcAddr, '10.1.0.0/16') as ours",
];

describe("a file is asked as the log it was exported from", () => {
  test.each(queries)("%s", async (query) => {
    const fromFile = await askFile(query, FILE);
    const fromLog = ask(query);
    expect(rowsOf(fromFile)).toEqual(rowsOf(fromLog));
    expect(fromFile.statistics).toEqual(fromLog.statistics);
  });

  test("wherever its chunks are cut", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }), async (sizes) => {
        for (const query of queries) {
          expect(await askFile(query, FILE, sizes)).toEqual(await askFile(query, FILE));
        }
      }),
      { numRuns: 20 },
    );
  });
});

test("empty lines, a header and Windows' line ends make no difference; nor does a missing last line end", async () => {
  const header = "version account-id interface-id srcaddr dstaddr";
  const odd = `${header}\r\n\r\n${RECORDS.join("\r\n\n")}`;
  const [query = ""] = queries;
  expect(await askFile(query, odd)).toEqual(await askFile(query, FILE));
});

test("nor do the time before each line of an export from CloudWatch Logs, and a byte order mark", async () => {
  const exported = RECORDS.map((record) => `2023-11-14T22:13:20.000Z ${record}`);
  for (const query of queries) {
    expect(await askFile(query, `\uFEFF${exported.join("\n")}`)).toEqual(await askFile(query, FILE));
  }
});

test("lines that are no records are counted, and are a group without keys", async () => {
  const text = `version 2 is not a header\n${RECORDS[0]}\nnoise\n${RECORDS[0]}\n2 more noise é\n`;
  const result = await askFile("stats count(*) as n, sum(bytes) as b by srcAddr, dstAddr", text);
  expect(rowsOf(result)).toEqual([" |  | 3 | ", "10.1.4.12 | 10.2.9.80 | 2 | 840"]);
});

test("says when a record began and where it came from", async () => {
  const result = await askFile("fields @timestamp, @logStream, @log | sort @timestamp asc | limit 1", FILE);
  expect(rowsOf(result)).toEqual(["2023-11-14 22:13:20.000 | eni-0a1b2c3d4e5f60718-all | file"]);
});

test("takes no time from a line of another format, whatever stands where a record has its start", async () => {
  const other = "5 vpc-1 eni-1 10.1.4.12 10.2.9.80 0 0 1 5 420 1700000000";
  const result = await askFile("fields @timestamp, @logStream, @log", `${other}\n`);
  expect(rowsOf(result)).toEqual(["1970-01-01 00:00:00.000 | file | file"]);
});

test("tells very many groups apart, as grouping by value does", async () => {
  const lines = Array.from({ length: 9_000 }, (_, i) => {
    const address = `10.${i % 7}.${i % 250}.${i % 30}`;
    return (RECORDS[0] ?? "").replace("10.2.9.80", address).replace(" 420 ", ` ${i} `);
  });
  const query = "stats sum(bytes) as b, count(*) as n by srcAddr, dstAddr";
  const fast = ask(query, flowEvents(lines));
  const slow = ask(
    "stats sum(bytes) as b, count(*) as n by concat(srcAddr) as s, concat(dstAddr) as d",
    flowEvents(lines),
  );
  expect(rowsOf(fast)).toEqual(rowsOf(slow));
  expect(fast.rows.length).toBeGreaterThan(4_000);
  expect(rowsOf(await askFile(query, lines.join("\n")))).toEqual(rowsOf(fast));
});

test("keys that run into each other stay apart", () => {
  const line = (srcPort: number, dstPort: number): string =>
    (RECORDS[0] ?? "").replace(" 0 0 1 ", ` ${srcPort} ${dstPort} 1 `);
  const events = flowEvents([line(1, 12), line(11, 2), line(1, 12), line(12, 1), line(1, 1)]);
  expect(rowsOf(ask("stats count(*) as n by srcPort, dstPort", events))).toEqual([
    "1 | 12 | 2",
    "11 | 2 | 1",
    "12 | 1 | 1",
    "1 | 1 | 1",
  ]);
});

test("keys whose characters have the same sum in the hash table stay apart", () => {
  // 31 * "A" + "a" is 31 * "B" + "B".
  const line = (id: string): string => (RECORDS[0] ?? "").replace("eni-0a1b2c3d4e5f60718", `eni-${id}`);
  const events = flowEvents(["AaAa", "BBBB", "AaBB", "AaAa", "BBAa"].map(line));
  expect(rowsOf(ask("stats count(*) as n by interfaceId, srcAddr", events))).toEqual([
    "eni-AaAa | 10.1.4.12 | 2",
    "eni-BBBB | 10.1.4.12 | 1",
    "eni-AaBB | 10.1.4.12 | 1",
    "eni-BBAa | 10.1.4.12 | 1",
  ]);
});

test("a record's field that is no number is none, and a very long record is one", () => {
  const [record = ""] = RECORDS;
  const odd = [
    record.replace(" 420 ", " 42x "),
    record.replace("eni-0a1b2c3d4e5f60718", `eni-${"a".repeat(900)}`),
  ];
  expect(rowsOf(ask("stats sum(bytes) as b, count(bytes) as n", flowEvents(odd)))).toEqual(["420 | 2"]);
});
