import {
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  DescribeQueriesCommand,
  GetQueryResultsCommand,
  MalformedQueryException,
  PutRetentionPolicyCommand,
  StartQueryCommand,
  StopQueryCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { describe, expect, test } from "vitest";
import { deliverLogEvents } from "../../../src/simulator/logs/index.ts";
import { embedded } from "../embedded.ts";

const GROUP = "NextWorkVPCFlowLogsGroup";

/** source, destination, destination port, protocol, packets, bytes, action; one record a minute. */
const RECORDS: [string, string, number, number, number, number, string][] = [
  ["10.1.4.12", "10.2.9.80", 0, 1, 5, 420, "ACCEPT"],
  ["10.1.4.12", "10.2.9.80", 0, 1, 5, 420, "ACCEPT"],
  ["10.2.9.80", "10.1.4.12", 0, 1, 5, 420, "ACCEPT"],
  ["10.1.4.12", "3.111.45.100", 123, 17, 1, 76, "ACCEPT"],
  ["203.0.113.9", "10.1.4.12", 443, 6, 1, 44, "REJECT"],
  ["203.0.113.9", "10.1.4.12", 23, 6, 1, 40, "REJECT"],
  ["198.51.100.7", "10.1.4.12", 22, 6, 4, 344, "ACCEPT"],
];

async function worldWithRecords() {
  const aws = embedded();
  const { logs, clock } = aws;
  await logs.send(new CreateLogGroupCommand({ logGroupName: GROUP }));
  const first = Math.ceil(clock.now() / 60_000) * 60;
  await clock.sleep(900_000);
  const events = RECORDS.map(([source, destination, port, protocol, packets, bytes, action], index) => {
    const start = first + index * 60;
    const fields = [2, 123456789012, "eni-0123", source, destination, 40000, port, protocol, packets, bytes];
    return { timestamp: start * 1000, message: [...fields, start, start + 50, action, "OK"].join(" ") };
  });
  const deliver = (...more: typeof events) =>
    aws.world.change("us-east-1", (context) =>
      deliverLogEvents(context, {
        groupName: GROUP,
        streamName: "eni-0123-all",
        events: more,
        mayCreateGroup: false,
      }),
    );
  await deliver(...events);
  const now = () => Math.floor(clock.now() / 1000);
  const start = async (queryString: string, more = {}) =>
    logs.send(
      new StartQueryCommand({ logGroupName: GROUP, startTime: first, endTime: now(), queryString, ...more }),
    );
  const results = (queryId: string | undefined) => logs.send(new GetQueryResultsCommand({ queryId }));
  return {
    ...aws,
    first,
    now,
    deliver,
    start,
    results,
    run: async (queryString: string, more = {}) => {
      const { queryId } = await start(queryString, more);
      await clock.sleep(3_000);
      return results(queryId);
    },
  };
}

/** Rows as objects, without @ptr. */
function rowsOf(answer: {
  results?: { field?: string | undefined; value?: string | undefined }[][] | undefined;
}) {
  return (answer.results ?? []).map((row) =>
    Object.fromEntries(row.filter(({ field }) => field !== "@ptr").map(({ field, value }) => [field, value])),
  );
}

describe("the lab's queries", () => {
  test.each([
    [
      "stats sum(bytes) as bytesTransferred by srcAddr, dstAddr | sort bytesTransferred desc | limit 10",
      { srcAddr: "10.1.4.12", dstAddr: "10.2.9.80", bytesTransferred: "840" },
      5,
    ],
    [
      "fields @timestamp, srcAddr, dstAddr, bytes | stats sum(bytes) as totalBytes by srcAddr, dstAddr | sort totalBytes desc | limit 10",
      { srcAddr: "10.1.4.12", dstAddr: "10.2.9.80", totalBytes: "840" },
      5,
    ],
    [
      'fields @timestamp, srcAddr, dstAddr, dstPort, action | filter action = "REJECT" | sort @timestamp desc',
      { srcAddr: "203.0.113.9", dstAddr: "10.1.4.12", dstPort: "23", action: "REJECT" },
      2,
    ],
    [
      "stats avg(bytes), min(bytes), max(bytes) by srcAddr, dstAddr | sort srcAddr",
      { srcAddr: "10.1.4.12", "min(bytes)": "420", "max(bytes)": "420" },
      5,
    ],
    ["filter protocol=17 | stats count(*) by srcAddr", { srcAddr: "10.1.4.12", "count(*)": "1" }, 1],
    [
      'filter action="REJECT" | stats count(*) as numRejections by srcAddr | sort numRejections desc | limit 20',
      { srcAddr: "203.0.113.9", numRejections: "2" },
      1,
    ],
    [
      "stats sum(packets) as packetsTransferred by srcAddr, dstAddr | sort packetsTransferred desc | limit 15",
      { srcAddr: "10.1.4.12", dstAddr: "10.2.9.80", packetsTransferred: "10" },
      5,
    ],
    [
      'filter isIpv4InSubnet(srcAddr, "10.1.0.0/16") | stats sum(bytes) as bytesTransferred by dstAddr | sort bytesTransferred desc | limit 15',
      { dstAddr: "10.2.9.80", bytesTransferred: "840" },
      2,
    ],
    ['filter logStatus="SKIPDATA" | stats count(*) by bin(1h) as t | sort t', undefined, 0],
    ["stats sum(bytes) by bin(1m)", expect.objectContaining({ "sum(bytes)": expect.any(String) }), 7],
  ])("%s", async (query, expectedFirst, count) => {
    const { run } = await worldWithRecords();
    const answer = await run(query);
    expect(answer.status).toBe("Complete");
    const rows = rowsOf(answer);
    expect(rows).toHaveLength(count);
    if (expectedFirst) expect(rows[0]).toMatchObject(expectedFirst);
  });

  test("say what they have scanned", async () => {
    const { run } = await worldWithRecords();
    const { statistics } = await run('filter action = "REJECT"');
    expect(statistics).toMatchObject({ recordsMatched: 2, recordsScanned: 7 });
    expect(statistics?.bytesScanned).toBeGreaterThan(500);
  });

  test("show rows that are events with @ptr, newest first", async () => {
    const { run, first } = await worldWithRecords();
    const { results } = await run("fields @timestamp, dstPort, @log | limit 2");
    expect(results?.map((row) => row.map(({ field }) => field))).toEqual([
      ["@timestamp", "dstPort", "@log", "@ptr"],
      ["@timestamp", "dstPort", "@log", "@ptr"],
    ]);
    const iso = new Date((first + 6 * 60) * 1000).toISOString().replace("T", " ").replace("Z", "");
    expect(results?.[0]?.[0]?.value).toBe(iso);
    expect(results?.[0]?.[2]?.value).toMatch(new RegExp(`^\\d{12}:${GROUP}$`));
  });
});

describe("a query", () => {
  test("is scheduled, runs, completes; then its answer stays", async () => {
    const { clock, start, results, deliver, now } = await worldWithRecords();
    const { queryId } = await start("stats count(*) as n");
    expect(await results(queryId)).toMatchObject({ status: "Scheduled", results: [] });
    await clock.sleep(500);
    expect(await results(queryId)).toMatchObject({ status: "Running", results: [] });
    await clock.sleep(3_000);
    expect(rowsOf(await results(queryId))).toEqual([{ n: "7" }]);
    await deliver({ timestamp: (now() - 60) * 1000, message: "late" });
    const again = await results(queryId);
    expect([again.status, rowsOf(again)]).toEqual(["Complete", [{ n: "7" }]]);
  });

  test("looks from its start to its end, both included", async () => {
    const { run, first } = await worldWithRecords();
    const count = async (startTime: number, endTime: number) =>
      rowsOf(await run("stats count(*) as n", { startTime, endTime }))[0]?.n;
    expect(await count(first, first + 60)).toBe("2");
    expect(await count(first + 1, first + 59)).toBeUndefined();
  });

  test("takes its groups by name, names or identifiers, and a limit", async () => {
    const { logs, run } = await worldWithRecords();
    const arn = (await logs.send(new DescribeLogGroupsCommand({}))).logGroups?.[0]?.logGroupArn ?? "";
    const count = async (more: object) =>
      rowsOf(await run("fields bytes", { logGroupName: undefined, ...more })).length;
    expect(await count({ logGroupNames: [GROUP] })).toBe(7);
    expect(await count({ logGroupIdentifiers: [arn] })).toBe(7);
    expect(await count({ logGroupIdentifiers: [GROUP], limit: 3 })).toBe(3);
  });

  test("can be stopped while it runs, and only then", async () => {
    const { logs, clock, start, results } = await worldWithRecords();
    const { queryId } = await start("fields bytes");
    const stop = () => logs.send(new StopQueryCommand({ queryId }));
    expect((await stop()).success).toBe(true);
    await clock.sleep(5_000);
    expect(await results(queryId)).toMatchObject({ status: "Cancelled", results: [] });
    await expect(stop()).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: "Query has already ended with Cancelled status.",
    });
  });

  test("is listed with its status, the newest first", async () => {
    const { logs, run, start } = await worldWithRecords();
    await run("fields bytes");
    await start("fields packets");
    const list = async (input: object) =>
      (await logs.send(new DescribeQueriesCommand(input))).queries?.map((query) => [
        query.queryString,
        query.status,
      ]);
    expect(await list({})).toEqual([
      ["fields packets", "Scheduled"],
      ["fields bytes", "Complete"],
    ]);
    expect(await list({ status: "Complete", logGroupName: GROUP })).toEqual([["fields bytes", "Complete"]]);
    expect(await list({ logGroupName: "other" })).toEqual([]);
    await expect(list({ status: "Done" })).rejects.toMatchObject({ name: "InvalidParameterException" });
    const first = await logs.send(new DescribeQueriesCommand({ maxResults: 1 }));
    expect(await list({ maxResults: 1, nextToken: first.nextToken })).toEqual([["fields bytes", "Complete"]]);
  });

  test("that does not parse is refused with the place", async () => {
    const { start } = await worldWithRecords();
    const refusal = await start("fields bytes | bad srcAddr").catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(MalformedQueryException);
    const { queryCompileError, message } = refusal as MalformedQueryException;
    expect(queryCompileError?.location).toEqual({ startCharOffset: 15, endCharOffset: 18 });
    expect(queryCompileError?.message).toBe("unexpected symbol found bad at line 1 and position 15");
    expect(message).toBe("unexpected symbol found bad at line 1 and position 15 ([15,18])");
  });

  test("that ends before the group was made, or beyond its retention, is refused", async () => {
    const { logs, clock, start, first, now } = await worldWithRecords();
    const message =
      "Query's end date and time is either before the log groups creation time or exceeds the log groups log retention settings ([0,12])";
    await expect(
      start("fields bytes", { startTime: first - 7200, endTime: first - 3600 }),
    ).rejects.toMatchObject({ name: "MalformedQueryException", message });
    await logs.send(new PutRetentionPolicyCommand({ logGroupName: GROUP, retentionInDays: 1 }));
    await clock.sleep(2 * 86_400_000);
    await expect(start("fields bytes", { endTime: first + 600 })).rejects.toMatchObject({ message });
    await start("fields bytes", { endTime: now() });
  });

  test.each([
    [{ logGroupName: undefined }, "InvalidParameterException"],
    [{ logGroupNames: [GROUP] }, "InvalidParameterException"],
    [{ startTime: 2, endTime: 1 }, "InvalidParameterException"],
    [{ limit: 100_001 }, "InvalidParameterException"],
    [{ queryLanguage: "SQL" }, "UnsupportedOperation"],
  ])("is refused: %o", async (more, name) => {
    const { start } = await worldWithRecords();
    await expect(start("fields bytes", more)).rejects.toMatchObject({ name });
  });

  test("of a group or a query that does not exist is ResourceNotFound", async () => {
    const { start, results, aws } = await worldWithRecords();
    const account = await aws.world.look("us-east-1", (context) => context.account);
    await expect(start("fields bytes", { logGroupName: "nobody" })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: `Log group 'nobody' does not exist for account ID '${account}'`,
    });
    await expect(results("11111111-2222-4333-8444-555555555555")).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });

  test("is one of a hundred at a time", async () => {
    const { start } = await worldWithRecords();
    for (let count = 0; count < 100; count++) await start("fields bytes");
    await expect(start("fields bytes")).rejects.toMatchObject({ name: "LimitExceededException" });
  });

  test("finds nothing any more where its group was deleted", async () => {
    const { logs, start, results, clock } = await worldWithRecords();
    const { queryId } = await start("fields bytes");
    await logs.send(new DeleteLogGroupCommand({ logGroupName: GROUP }));
    await clock.sleep(3_000);
    expect(await results(queryId)).toMatchObject({ status: "Complete", results: [] });
  });
});
