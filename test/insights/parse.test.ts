/** `parse`, and what else a log is asked whose lines are no records: a query, its columns, its rows. */
import { describe, expect, test } from "vitest";
import { appEvents, ask, flowEvents, RECORDS, rowsOf } from "./log.ts";

const appCases: readonly (readonly [string, string, ...string[]])[] = [
  [
    'parse @message "[*] * The error was: *" as level, config, exception | filter ispresent(level) | display level, config, exception',
    "level | config | exception",
    "ERROR | {foo=2, bar=data} | DataIntegrityException",
  ],
  [
    "parse @message /\\[(?<level>\\S+)\\]\\s+(?<config>\\{.*\\})\\s+The error was: (?<exception>\\S+)/ | filter ispresent(level) | display level, config, exception",
    "level | config | exception",
    "ERROR | {foo=2, bar=data} | DataIntegrityException",
  ],
  [
    'parse @message "user=*, method:*, latency := *" as @user, @method, @latency | filter ispresent(@user) | stats avg(@latency) by @method, @user',
    "@method | @user | avg(@latency)",
    "GET | ana | 15",
    "PUT | bo | 60",
  ],
  [
    "parse @message /user=(?<user2>.*?), method:(?<method2>.*?), latency := (?<latency2>\\d+)/ | filter ispresent(user2) | stats avg(latency2) by @method2, @user2",
    "@method2 | @user2 | avg(latency2)",
    "GET | ana | 15",
    "PUT | bo | 60",
  ],
  [
    "parse 'user=*,' as user | filter ispresent(user) | stats count(*) by user",
    "user | count(*)",
    "ana | 2",
    "bo | 1",
  ],
  [
    "parse /user=(?<user>\\w+)/ | filter ispresent(user) | stats count(*) by user | limit 1",
    "user | count(*)",
    "ana | 2",
  ],
  ["parse @message /latency := (\\d+)/ as ms | stats sum(ms) as total", "total", "90"],
  ["parse @message 'latency := *' as ms | filter ms > 15 | sort ms | display ms", "ms", "20", "60"],
  [
    "parse @message 'user=*, *' as user, rest | parse rest 'method:*, *' as method, more | filter user = 'bo' | display method",
    "method",
    "PUT",
  ],
  [
    "parse @message 'user=*,' as user | limit 1",
    "@timestamp | @message | user",
    "2023-11-14 22:13:20.004 |   padded text\t | ",
  ],
  [
    "fields @logStream | parse @message 'user=*,' as user | filter user = 'bo'",
    "@logStream | user",
    "app | bo",
  ],
  ["fields trim(@message) as text | filter text like /^padded/ | display text", "text", "padded text"],
  ["fields @message | filter @message like /(?i)EXCEPTION$/ | display strlen(@message) as n", "n", "88"],
  [
    "parse @message 'user=*,' as user | stats latest(user) as last, earliest(user) as first",
    "last | first",
    "bo | ana",
  ],
  ["fields srcAddr, bytes | filter @message like 'bo'", "srcAddr | bytes", " | "],
];

describe("queries of other logs", () => {
  test.each(appCases)("%s", (query, columns, ...rows) => {
    const result = ask(query, appEvents());
    expect(result.columns.join(" | ")).toBe(columns);
    expect(rowsOf(result)).toEqual(rows);
  });
});

test("a glob's star takes newlines too", () => {
  const [event] = appEvents();
  if (event === undefined) throw new Error("There is a first line.");
  const lines = [{ ...event, message: "begin one\ntwo end three\nfour" }];
  expect(rowsOf(ask("parse @message 'begin * end *' as a, b | display a, b", lines))).toEqual([
    "one\ntwo | three\nfour",
  ]);
});

test("a glob of many stars costs no more on lines that it does not fit", () => {
  const names = Array.from({ length: 40 }, (_, i) => `f${i}`);
  const query = `parse @message "${names.map(() => "*").join(" ")}" as ${names.join(", ")} | stats count(f0) as n`;
  expect(rowsOf(ask(query, flowEvents(Array<string>(200).fill(`${RECORDS[0]} `.repeat(2)))))).toEqual(["0"]);
});
