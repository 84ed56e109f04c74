import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  GetQueryResultsCommand,
  MalformedQueryException,
  StartQueryCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { DescribeInstancesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { mockClient } from "aws-sdk-client-mock";
import { afterEach, describe, expect, it } from "vitest";
import { type InsightsOptions, insights } from "../../src/commands/insights.ts";
import { timeRange } from "../../src/commands/time-range.ts";
import { NAMED_QUERIES } from "../../src/insights/named-queries.ts";
import { refusal as awsRefusal } from "../aws/refusal.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { labHome, type RunOptions, refusal, unwrapped } from "./in-process.ts";

const home = labHome();
const folder = temporaryFolder();

const ask = (name: string | undefined, options: InsightsOptions = {}, run: RunOptions = {}) =>
  home.run((program) => insights(program, name, options), { json: options.json, ...run });

const record = (
  source: string,
  destination: string,
  port: number,
  bytes: number,
  action = "ACCEPT",
  minute = 0,
) =>
  `2 123456789012 eni-0a1b2c3d4e5f60718 ${source} ${destination} 40000 ${port} 6 1 ${bytes} ${1767600000 + 60 * minute} ${1767600030 + 60 * minute} ${action} OK`;
const RECORDS = [
  record("10.1.0.4", "52.119.160.9", 443, 300),
  record("10.1.0.4", "52.119.160.9", 443, 500, "ACCEPT", 1),
  record("198.51.100.7", "10.1.0.4", 3389, 40, "REJECT", 1),
  record("10.1.0.4", "10.2.0.9", 22, 60, "ACCEPT", 3),
];
const file = (name: string, content: string | Buffer) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const text = `${RECORDS.join("\n")}\n`;
const SUMS =
  "srcAddr,dstAddr,bytesTransferred\n10.1.0.4,52.119.160.9,800\n10.1.0.4,10.2.0.9,60\n198.51.100.7,10.1.0.4,40\n";
const top = (path: string, run: RunOptions = {}) =>
  ask("top-10-byte-transfers", { file: path, csv: true }, run);

describe("vpclab insights --file", () => {
  it("answers from exported records, without AWS", async () => {
    expect((await top(file("plain.txt", text))).stdout).toBe(SUMS);
  });

  it("reads gzipped files whatever their name, also several put together", async () => {
    const [first = "", ...rest] = RECORDS;
    const parts = Buffer.concat([gzipSync(`${first}\n`), gzipSync(rest.join("\n"))]);
    expect((await top(file("zipped.txt", parts))).stdout).toBe(SUMS);
  });

  it("reads stdin, gzipped or not", async () => {
    expect((await top("-", { input: text })).stdout).toBe(SUMS);
    const zipped = gzipSync(text);
    const { stdout } = await home.run((program, terminal) => {
      terminal.stdin.end(zipped);
      return insights(program, "top-10-byte-transfers", { file: "-", csv: true });
    });
    expect(stdout).toBe(SUMS);
  });

  it("reads what flow logs write to S3, in the order that the header names", async () => {
    const header =
      "version account-id interface-id action srcaddr dstaddr srcport dstport protocol packets bytes start end log-status";
    const lines = RECORDS.map((line) => {
      const words = line.split(" ");
      return [...words.slice(0, 3), words[12], ...words.slice(3, 12), words[13]].join(" ");
    });
    expect((await top(file("s3.log", `${header}\n${lines.join("\n")}`))).stdout).toBe(SUMS);
  });

  it("reads what CloudWatch Logs exports, with a time before each line", async () => {
    const lines = RECORDS.map((line) => `2026-01-05T08:00:00.000Z ${line}\r\n`);
    expect((await top(file("export.log", lines.join("")))).stdout).toBe(SUMS);
  });

  it("reads the JSON of aws logs filter-log-events, as the AWS CLI prints it", async () => {
    const events = RECORDS.map((message, id) => ({ logStreamName: "eni-1-all", timestamp: id, message }));
    const json = JSON.stringify({ events, searchedLogStreams: [] }, null, 4);
    expect((await top(file("events.json", json))).stdout).toBe(SUMS);
    expect((await top("-", { input: `\uFEFF${json}` })).stdout).toBe(SUMS);
  });

  it("reads what `>` of Windows PowerShell has written: UTF-16 with a mark, wherever a chunk ends", async () => {
    const utf16 = Buffer.from(`\uFEFF${RECORDS.join("\r\n")}\r\n`, "utf16le");
    expect((await top(file("records.txt", utf16))).stdout).toBe(SUMS);
    const { stdout } = await home.run((program, terminal) => {
      terminal.stdin.write(utf16.subarray(0, 1_001));
      terminal.stdin.end(utf16.subarray(1_001));
      return insights(program, "top-10-byte-transfers", { file: "-", csv: true });
    });
    expect(stdout).toBe(SUMS);
  });

  it.each([
    ["the JSON of something else", '{\n  "regions": []\n}\n'],
    ["JSON that is cut off", '{"events": [{"message": "2 1'],
    ["a query's own CSV", SUMS],
  ])("says what it takes of %s", async (_, content) => {
    expect(await refusal(() => top(file("other.txt", content)))).toMatchObject({
      code: "no-records",
      why: expect.stringContaining("the JSON of aws logs filter-log-events"),
    });
  });

  it("tells first what is wrong with a file's format, not that its fields are in no record", async () => {
    const path = file("custom.log", "srcaddr dstaddr tcp-flags\n10.1.0.4 10.2.0.9 2\n");
    let said = "";
    const error = await refusal(() =>
      home.run(async (program, terminal) => {
        try {
          return await insights(program, undefined, { query: "stats count(*) by tcpFlags", file: path });
        } finally {
          said = terminal.stderr.written;
        }
      }),
    );
    expect(error).toMatchObject({ message: expect.stringContaining("a format of their own") });
    expect(said).toBe("");
  });

  it("refuses records without the fields that queries need, by their names", async () => {
    const path = file("short.log", "srcaddr dstaddr bytes\n10.1.0.4 10.2.0.9 84\n");
    expect(await refusal(() => top(path))).toMatchObject({
      exitCode: 2,
      message: expect.stringContaining("version, account-id, interface-id"),
    });
  });

  it("tells a file that is not there, is a folder, is cut off, or empty", async () => {
    expect(await refusal(() => top(join(folder, "none.txt")))).toMatchObject({
      exitCode: 2,
      message: expect.stringContaining("There is no file"),
    });
    expect(await refusal(() => top(folder))).toMatchObject({
      exitCode: 2,
      message: expect.stringContaining("folder"),
    });
    const cut = gzipSync(text).subarray(0, 60);
    expect(await refusal(() => top(file("cut.gz", cut)))).toMatchObject({ code: "bad-gzip" });
    expect(await refusal(() => top(file("empty.txt", "")))).toMatchObject({
      code: "no-records",
      exitCode: 2,
    });
  });

  it.each<InsightsOptions>([{}, { json: true }, { csv: true }])(
    "refuses a file that has lines but no record, with %o as well",
    async (options) => {
      const path = file("readme.md", "# A title\n\nWords, and a list:\n- one\n");
      expect(await refusal(() => ask("top-talkers", { file: path, ...options }))).toMatchObject({
        code: "no-records",
        exitCode: 2,
        message: `There are no records in ${path}.`,
        why: expect.stringContaining("None of its lines (3)"),
      });
    },
  );

  it("tells lines among the records that are none, and draws only what has a time", async () => {
    const path = file("mixed.txt", `Begin\n${text}The end.\n`);
    const { code, stdout, stderr } = await ask("top-10-byte-transfers", { file: path }, { columns: 80 });
    expect(code).toBe(0);
    expect(unwrapped(stderr)).toContain("2 of 6 lines in");
    expect(stdout).toContain("Records over time: 08:00 to 08:04 UTC");
    expect((await ask("top-10-byte-transfers", { file: file("whole.txt", text) })).stderr).not.toContain(
      "lines",
    );
  });

  it("shows a histogram, names, ports by name and bars", async () => {
    const query = "stats sum(bytes) as total by srcAddr, dstPort | sort total desc";
    const path = file("drawn.txt", text);
    const { stdout } = await ask(undefined, { query, file: path }, { columns: 80, color: false });
    expect(stdout).toContain("Records over time: 08:00 to 08:04 UTC, 1 minute a column, the highest 2");
    expect(stdout).toContain("\n   █\n");
    expect(stdout).toMatch(/10\.1\.0\.4 +443 https +800/);
    expect(stdout).toMatch(/10\.1\.0\.4, https +█+ 800/);
    expect(unwrapped(stdout)).toContain("without AWS and without cost");
  });

  it("writes sums for people, be there a row without one, and draws them alone", async () => {
    const lines = [record("10.1.0.4", "52.119.160.9", 443, 1500), record("10.1.0.4", "10.2.0.9", 22, 500)];
    const nothing = `2 123456789012 eni-0a1b2c3d4e5f60718${" -".repeat(7)} 1767600060 1767600090 - NODATA`;
    const shown = async (query: string, ...records: string[]) =>
      (await ask(undefined, { query, file: file("sums.txt", records.join("\n")) }, { color: false })).stdout;
    const sums = "stats sum(bytes) as total by dstPort | sort total desc";
    expect(await shown(sums, ...lines, nothing)).toMatch(/^443 https {2}1,500\n22 ssh {7}500\n-$/m);
    expect(await shown(sums, ...lines)).toMatch(/^https +█+ 1,500\nssh +█+\S* 500$/m);
    expect(await shown("fields dstPort, bytes", ...lines)).not.toMatch(/^https +█/m);
  });

  it("draws what is counted, not the numbers by which it is grouped", async () => {
    const query =
      'parse @message "* * * * * * * *" as v, acct, eni, src, dst, sp, dp, rest | ' +
      "stats count(*) as n by dst, dp | sort n desc | limit 3";
    const { stdout } = await ask(undefined, { query, file: file("parsed.txt", text) }, { color: false });
    expect(stdout).toMatch(/^52\.119\.160\.9, 443 +█+ 2$/m);
    expect(stdout).toMatch(/^10\.1\.0\.4, 3389 +█+\S* 1$/m);
    // A port is a name also in the table.
    expect(stdout).toMatch(/^10\.1\.0\.4 +3389 +1$/m);
  });

  it("shows the earliest and the latest @timestamp as times, and in CSV as Logs Insights gives them", async () => {
    const query =
      "stats earliest(@timestamp) as first, latest(@timestamp), count(*) by srcAddr | sort srcAddr";
    const path = file("times.txt", text);
    const { stdout } = await ask(undefined, { query, file: path }, { color: false, columns: 120 });
    expect(stdout).toMatch(/^10\.1\.0\.4 +2026-01-05 08:00:00\.000 +2026-01-05 08:03:00\.000 +3$/m);
    expect(stdout).toMatch(/^10\.1\.0\.4 +█+ 3$/m);
    expect((await ask(undefined, { query, file: path, csv: true })).stdout).toContain(
      "10.1.0.4,1767600000000,1767600180000,3",
    );
    const last = "stats latest(@timestamp) as t by srcAddr | stats max(t) as last";
    expect((await ask(undefined, { query: last, file: path }, { color: false })).stdout).toMatch(
      /^2026-01-05 08:03:00\.000$/m,
    );
  });

  it("draws bars for the first 15 rows, and says so", async () => {
    const lines = Array.from({ length: 17 }, (_, n) => record("10.1.0.4", "10.2.0.9", 50_000 + n, 500 - n));
    const query = "stats sum(bytes) as total by dstPort | sort total desc";
    const path = file("many.txt", lines.join("\n"));
    const { stdout } = await ask(undefined, { query, file: path }, { color: false });
    expect(stdout.match(/^500\d\d +█.*$/gm)).toHaveLength(15);
    expect(stdout).toContain("(total, the first 15 rows)");
  });

  it("says in a line that no row has a value, instead of empty rows", async () => {
    const query = "fields nosuchfield | limit 2";
    const { stdout } = await ask(undefined, { query, file: file("blank.txt", text) }, { columns: 80 });
    expect(stdout).toContain("\n2 rows without a value in any column.\n\n2 rows; 4 of 4 records");
    expect(
      (await ask(undefined, { query: "fields nosuchfield, bytes | limit 2", file: file("one.txt", text) }))
        .stdout,
    ).not.toContain("without a value");
  });

  it("escapes what a line could do to a terminal", async () => {
    const path = file(
      "hostile.txt",
      `${text}2 \u001b[31m\u001b[2Jx eni-1 10.1.0.4 10.2.0.9 1 2 6 1 5 1767600000 1767600001 ACCEPT OK\n`,
    );
    const { stdout } = await ask(
      undefined,
      { query: "fields accountId | sort bytes", file: path },
      { columns: 80, color: false },
    );
    expect(stdout).toContain("\\x1b[31m\\x1b[2Jx");
    expect(stdout).not.toContain("\u001b");
    const csv = await ask(undefined, { query: "fields accountId", file: path, csv: true });
    expect(csv.stdout).not.toContain("\u001b");
  });

  it("quotes in CSV what has commas or quotes", async () => {
    const query = 'stats count(*) as `a,b` by concat(srcAddr, ",", "\\"") as who | limit 1';
    const { stdout } = await ask(undefined, { query, file: file("quoted.txt", text), csv: true });
    expect(stdout.split("\n")[0]).toBe('who,"a,b"');
    expect(stdout.split("\n")[1]).toMatch(/^"[\d.]+,""",\d$/);
  });
});

describe("vpclab insights", () => {
  it("lists the named queries where none is asked for", async () => {
    const { code, stdout } = await ask(undefined, {}, { input: "" });
    expect(code).toBe(0);
    for (const { id } of NAMED_QUERIES) expect(stdout).toContain(id);
    expect(JSON.parse((await ask(undefined, { json: true }, { input: "" })).stdout)).toEqual(NAMED_QUERIES);
  });

  it("lists them too where a pipe is open and nobody writes into it", async () => {
    expect((await ask(undefined)).stdout).toContain("top-10-byte-transfers");
  });

  it("takes the query from stdin, with or without a dash", async () => {
    const path = file("piped.txt", text);
    const input = "stats sum(bytes) as total\n";
    const wanted = "total\n900\n";
    expect((await ask(undefined, { file: path, csv: true }, { input })).stdout).toBe(wanted);
    expect((await ask("-", { file: path, csv: true }, { input })).stdout).toBe(wanted);
    expect((await ask(undefined, { query: "-", file: path, csv: true }, { input })).stdout).toBe(wanted);
    const twice = await refusal(() => ask("-", { query: "stats count(*)", file: path }, { input }));
    expect(twice).toMatchObject({ exitCode: 2, message: expect.stringContaining("not both") });
  });

  it.each<[string | undefined, InsightsOptions]>([
    ["top-talkers", { query: "stats count(*)" }],
    ["top-talkers", { csv: true, json: true }],
    ["top-talkers", { limit: "0" }],
    ["top-talkers", { limit: "100001" }],
    ["top-talkers", { since: "yesterday" }],
    ["top-talkers", { since: "1h", start: "2026-01-05" }],
    // Of 2025: what is still to come would be refused for that.
    ["top-talkers", { start: "2025-13-05" }],
    ["top-talkers", { start: "2025-02-30" }],
    ["top-talkers", { start: "2025-01-05T10:00", end: "2025-01-05T09:00" }],
    ["top-talkers", { file: "records.txt", since: "1h" }],
    ["-", { file: "-" }],
    [undefined, { file: "records.txt" }],
    [undefined, { since: "1h" }],
    [undefined, { limit: "5" }],
    [undefined, { csv: true }],
    [undefined, { query: "  " }],
    ["top-ten", {}],
  ])("refuses %s with %o before any call", async (name, options) => {
    expect(await refusal(() => ask(name, options, { input: "" }))).toMatchObject({
      code: "usage",
      exitCode: 2,
    });
  });

  it.each([
    ["stats sum(bytes) by srcAddr | sort desc", "                                   ^^^^", ""],
    ["filter protocol=1\n| stats cont(*) by srcAddr", "        ^^^^^^^", "Did you mean count?"],
    ["filter srcAddr = ", "                ^", ""],
  ])("puts a caret under the place in %j", async (query, caret, hint) => {
    const error = await refusal(() => ask(undefined, { query, file: file("caret.txt", text) }));
    expect(error).toMatchObject({ code: "malformed-query", exitCode: 2 });
    const { why, next } = error as { why: string; next: string[] };
    expect(why.split("\n").at(-1)).toBe(`  ${caret}`);
    expect(next).toEqual(hint === "" ? [] : [hint]);
  });

  it("shows of a long query the part around the place", async () => {
    const query = `fields srcAddr | filter ${"bytes > 1 and ".repeat(20)}bytes >> 2`;
    const refused = await refusal(() => ask(undefined, { query, file: file("long.txt", text) }));
    const { why } = refused as { why: string };
    const [shown = "", caret = ""] = why.split("\n").slice(-2);
    expect(shown.length).toBeLessThanOrEqual(80);
    expect(shown[caret.indexOf("^")]).toBe(">");
  });

  it("asks whether a near name was meant where no record has the field, and runs the query", async () => {
    const query = "stats sum(bytes) by srcaddr";
    const { code, stderr } = await ask(undefined, { query, file: file("near.txt", text) });
    expect(code).toBe(0);
    expect(stderr).toContain("no record has a field srcaddr: did you mean srcAddr?");
    expect(stderr).toContain(`  ${query}\n${" ".repeat(22)}^^^^^^^\n`);
  });

  it.each([
    ["fields srcAddr stats count(*)", []],
    ["stat count(*)", ["Did you mean stats?"]],
    ["fields srcAddr | fliter bytes > 5", ["Did you mean filter?"]],
    ["fields srcAddr | filter summ(bytes) > 5", ["Did you mean sum?"]],
  ])("takes no command for a field misspelt in %j", async (query, next) => {
    const error = await refusal(() => ask(undefined, { query, file: file("command.txt", text) }));
    expect(error).toMatchObject({ code: "malformed-query", next });
  });

  it("runs nothing of its own that it lacks over a file", async () => {
    const error = await refusal(() =>
      ask(undefined, { query: "pattern @message", file: file("own.txt", text) }),
    );
    expect(error).toMatchObject({ exitCode: 2, why: expect.stringContaining("pattern is not supported") });
  });
});

describe("the range", () => {
  const now = Date.UTC(2026, 0, 31, 15);
  it("counts back from the service's now, or is what is said, in UTC where no zone is", () => {
    expect(timeRange({ since: "90m" })(now)).toEqual({
      start: Date.UTC(2026, 0, 31, 13, 30),
      end: undefined,
    });
    expect(timeRange({ start: "2026-01-31T14:00", end: "2026-01-31 16:00:30+02:00" })(now)).toEqual({
      start: Date.UTC(2026, 0, 31, 14),
      end: Date.UTC(2026, 0, 31, 14, 0, 30),
    });
    expect(timeRange({ start: "2026-01-31", end: "1769868000" })(now)).toEqual({
      start: Date.UTC(2026, 0, 31),
      end: 1769868000_000,
    });
    expect(timeRange({})(now)).toEqual({ start: undefined, end: undefined });
  });

  it("begins in 1970 at the earliest, as AWS's times do, and not later than now", () => {
    expect(timeRange({ since: "999999d" })(now)).toEqual({ start: 0, end: undefined });
    expect(() => timeRange({ start: "2026-01-31T15:01" })(now)).toThrow(
      expect.objectContaining({
        exitCode: 2,
        message: "--start is later than now, 2026-01-31 15:00:00 UTC: there are no records yet.",
      }),
    );
  });
});

describe("a query on AWS", () => {
  const mocks: { restore(): void }[] = [];
  afterEach(() => {
    for (const mock of mocks.splice(0)) mock.restore();
  });
  /** CloudWatch Logs of an account that has the lab's log group. */
  function awsLogs() {
    const [logs, sts] = [mockClient(CloudWatchLogsClient), mockClient(STSClient)];
    mocks.push(logs, sts);
    const Account = "123456789012";
    sts.on(GetCallerIdentityCommand).resolves({ Account, Arn: `arn:aws:iam::${Account}:user/ana` });
    return logs
      .on(DescribeLogGroupsCommand)
      .resolves({ logGroups: [{ logGroupName: "NextWorkVPCFlowLogsGroup", creationTime: 0 }] });
  }

  const onAws = { region: "us-east-1", endpointUrl: "http://127.0.0.1:9", simulate: false };

  it.each([
    "pattern @message",
    "newcommand srcAddr",
    "fields newFunction(srcAddr) as x | filter x = 1",
    "fields abs(bytes, 2)",
    "fields srcAddr !! dstAddr",
  ])("goes there as it is, also where our own engine could not run it: %j", async (query) => {
    const logs = awsLogs()
      .on(StartQueryCommand)
      .resolves({ queryId: "q" })
      .on(GetQueryResultsCommand)
      .resolves({ status: "Complete", results: [[{ field: "x", value: "1" }]] });
    const { stdout } = await ask(undefined, { ...onAws, query, csv: true });
    expect(stdout).toBe("x\n1\n");
    expect(logs.commandCalls(StartQueryCommand).map(({ args }) => args[0].input.queryString)).toEqual([
      query,
    ]);
  });

  it("is shown without the drawing by time and without names, where AWS gives only the answer", async () => {
    const busy = awsRefusal("ServiceUnavailableException", "busy");
    awsLogs()
      .on(StartQueryCommand)
      .resolvesOnce({ queryId: "q" })
      .rejects(busy)
      .on(GetQueryResultsCommand)
      .resolves({ status: "Complete", results: [[{ field: "total", value: "4711" }]] });
    const ec2 = mockClient(EC2Client);
    mocks.push(ec2);
    ec2.on(DescribeInstancesCommand).rejects(awsRefusal("UnauthorizedOperation", "not you"));
    const { code, stdout, stderr } = await ask(undefined, { ...onAws, query: "stats sum(bytes) as total" });
    expect(code).toBe(0);
    expect(stdout).toContain("4,711");
    expect(stdout).not.toMatch(/over time|for the drawing/);
    expect(unwrapped(stderr)).toContain("Note: without the drawing by time (busy).");
    expect(unwrapped(stderr)).toContain("Note: without the names of addresses (not you).");
  });

  it("is not shown in half where Ctrl-C comes while the rest is asked for", async () => {
    const interruption = new AbortController();
    awsLogs()
      .on(StartQueryCommand)
      .resolvesOnce({ queryId: "q" })
      .callsFake(() => {
        interruption.abort(new Error("Ctrl-C"));
        throw awsRefusal("AbortError", "aborted");
      })
      .on(GetQueryResultsCommand)
      .resolves({ status: "Complete", results: [[{ field: "total", value: "4711" }]] });
    const ec2 = mockClient(EC2Client);
    mocks.push(ec2);
    ec2.on(DescribeInstancesCommand).resolves({});
    const asked = ask(
      undefined,
      { ...onAws, query: "stats sum(bytes) as total" },
      { signal: interruption.signal },
    );
    expect(await refusal(() => asked)).toMatchObject({ message: "Ctrl-C" });
  });

  it("that it refuses is shown with AWS's words and its place", async () => {
    const query = "diff | stats sum(bytes) by srcaddr";
    awsLogs()
      .on(StartQueryCommand)
      .rejects(
        new MalformedQueryException({
          $metadata: {},
          message: "malformed",
          queryCompileError: {
            location: { startCharOffset: 27, endCharOffset: 34 },
            message: "unexpected symbol found srcaddr at line 1 and position 27",
          },
        }),
      );
    const error = await refusal(() => ask(undefined, { ...onAws, query }));
    expect(error).toMatchObject({
      exitCode: 2,
      why: `unexpected symbol found srcaddr at line 1 and position 27.\n  ${query}\n${" ".repeat(29)}^^^^^^^`,
      next: ["Did you mean srcAddr?"],
    });
  });
});

it("a query that the embedded AWS cannot run is bad input, though no lab stands to be asked", async () => {
  const without = (query: string) => refusal(() => ask(undefined, { query, simulate: true }));
  expect(await without("stats sum(bytes")).toMatchObject({ code: "malformed-query", exitCode: 2 });
  expect(await without("stats sum(bytes)")).toMatchObject({ code: "no-log-group", exitCode: 1 });
});
