/** The log that the query tests ask, and a short way to ask it. */
import type { LogEvent } from "../../src/insights/event.ts";
import { parseQuery } from "../../src/insights/parser.ts";
import { type QueryResult, runQuery } from "../../src/insights/run.ts";

const HEAD = "2 123456789012 eni-0a1b2c3d4e5f60718";

/** In the order in which they arrived. 1700000000 is 2023-11-14 22:13:20 UTC. */
export const RECORDS: readonly string[] = [
  `${HEAD} 10.1.4.12 10.2.9.80 0 0 1 5 420 1700000000 1700000030 ACCEPT OK`,
  `${HEAD} 10.2.9.80 10.1.4.12 0 0 1 4 336 1700000060 1700000090 ACCEPT OK`,
  `${HEAD} 45.83.64.1 10.1.4.12 50123 23 6 1 40 1700000061 1700000061 REJECT OK`,
  `${HEAD} 45.83.64.1 10.1.4.12 50124 3389 6 2 80 1700000122 1700000150 REJECT OK`,
  `${HEAD} 10.1.4.12 3.111.45.100 46497 123 17 1 76 1700003600 1700003620 ACCEPT OK`,
  `${HEAD} 10.1.4.12 10.2.9.80 40000 22 6 25 5000 1700003601 1700003660 ACCEPT OK`,
  `${HEAD} - - - - - - - 1700003700 1700003760 - NODATA`,
  `${HEAD} - - - - - - - 1700003760 1700003820 - SKIPDATA`,
];

export function flowEvents(lines: readonly string[] = RECORDS): LogEvent[] {
  return lines.map((message, index) => ({
    message,
    timestamp: Number(message.split(" ")[10]) * 1000,
    ingestionTime: 1_700_010_000_000 + index,
    logStream: "eni-0a1b2c3d4e5f60718-all",
    log: "123456789012:NextWorkVPCFlowLogsGroup",
    ptr: `ptr-${index}`,
  }));
}

const APP_LINES: readonly string[] = [
  "25 May 2019 10:24:39,474 [ERROR] {foo=2, bar=data} The error was: DataIntegrityException",
  "user=ana, method:GET, latency := 10",
  "user=ana, method:GET, latency := 20",
  "user=bo, method:PUT, latency := 60",
  "  padded text\t",
];

export function appEvents(): LogEvent[] {
  return APP_LINES.map((message, index) => ({
    message,
    timestamp: 1_700_000_000_000 + index,
    ingestionTime: 1_700_000_001_000,
    logStream: "app",
    log: "123456789012:app",
    ptr: `ptr-${index}`,
  }));
}

export function ask(query: string, events: readonly LogEvent[] = flowEvents(), limit?: number): QueryResult {
  return runQuery(parseQuery(query), events, { limit });
}

/** Each row as "a | b | c" in the order of the columns; a missing cell is empty. */
export function rowsOf(result: QueryResult): string[] {
  return result.rows.map((row) =>
    result.columns.map((column) => row.find(({ field }) => field === column)?.value ?? "").join(" | "),
  );
}
