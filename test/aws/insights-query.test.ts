import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  GetQueryResultsCommand,
  MalformedQueryException,
  StartQueryCommand,
  StopQueryCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, expect, test } from "vitest";
import { connect } from "../../src/aws/clients.ts";
import { MalformedQueryError, runInsightsQuery } from "../../src/aws/insights-query.ts";
import { VirtualClock } from "../../src/simulator/clock.ts";
import { mockedLab } from "../steps/lab-context.ts";
import { refusal } from "./refusal.ts";

const logs = mockClient(CloudWatchLogsClient);
const { aws } = mockedLab().lab;
const GROUP = "NextWorkVPCFlowLogsGroup";
const CREATED = aws.clock.now() - 60_500;
const REQUEST = { logGroupName: GROUP, query: "stats sum(bytes) as bytesTransferred by srcAddr" };

beforeEach(() => {
  logs.reset();
  logs
    .on(DescribeLogGroupsCommand)
    .resolves({ logGroups: [{ logGroupName: GROUP, arn: "arn:g:*", creationTime: CREATED }] });
  logs.on(StartQueryCommand).resolves({ queryId: "q-1" });
});

test("asks in whole seconds, from the group's creation to the service's now", async () => {
  logs.on(GetQueryResultsCommand).resolves({ status: "Complete", results: [] });
  const now = aws.clock.now();
  await runInsightsQuery(aws, { ...REQUEST, start: 0 });
  expect(logs.commandCalls(StartQueryCommand)[0]?.args[0].input).toEqual({
    logGroupName: GROUP,
    queryString: REQUEST.query,
    startTime: Math.floor(CREATED / 1000),
    endTime: Math.ceil(now / 1000),
  });
});

test("gives rows by the query's own columns, without the handle to the record", async () => {
  logs
    .on(GetQueryResultsCommand)
    .resolvesOnce({ status: "Scheduled" })
    .resolvesOnce({ status: "Running" })
    .resolves({
      status: "Complete",
      results: [
        [
          { field: "srcAddr", value: "10.1.0.5" },
          { field: "bytesTransferred", value: "840" },
          { field: "@ptr", value: "CmEK" },
        ],
        [{ field: "bytesTransferred", value: "84" }],
      ],
      statistics: { recordsMatched: 2, recordsScanned: 3, bytesScanned: 300 },
    });
  expect(await runInsightsQuery(aws, REQUEST)).toMatchObject({
    columns: ["srcAddr", "bytesTransferred"],
    rows: [{ srcAddr: "10.1.0.5", bytesTransferred: "840" }, { bytesTransferred: "84" }],
    recordsMatched: 2,
    recordsScanned: 3,
    bytesScanned: 300,
  });
});

test("refuses a range that ends before the group was made, and asks AWS nothing", async () => {
  await expect(
    runInsightsQuery(aws, { ...REQUEST, start: CREATED - 7_200_000, end: CREATED - 3_600_000 }),
  ).rejects.toMatchObject({ code: "no-records", exitCode: 2 });
  expect(logs.commandCalls(StartQueryCommand)).toHaveLength(0);
});

test("says where a query is malformed", async () => {
  logs.on(StartQueryCommand).rejects(
    new MalformedQueryException({
      message: "MalformedQuery",
      $metadata: {},
      queryCompileError: {
        location: { startCharOffset: 11, endCharOffset: 14 },
        message: "unexpected symbol found bad at line 1 and position 12",
      },
    }),
  );
  await expect(runInsightsQuery(aws, REQUEST)).rejects.toMatchObject({
    code: "MalformedQueryException",
    message: expect.stringContaining("at character 12"),
    why: expect.stringContaining("unexpected symbol"),
    location: { start: 11, end: 14 },
  });
});

test("says of a range that can hold no record that it is the range, not the query", async () => {
  const words =
    "Query's end date and time is either before the log groups creation time or exceeds the log groups log retention settings";
  logs.on(StartQueryCommand).rejects(
    new MalformedQueryException({
      message: `${words} ([0,79])`,
      $metadata: {},
      queryCompileError: { location: { startCharOffset: 0, endCharOffset: 79 }, message: words },
    }),
  );
  const error = await runInsightsQuery(aws, REQUEST).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "no-records", why: expect.stringContaining("before the log group") });
  expect(error).not.toBeInstanceOf(MalformedQueryError);
});

test("reads what does not fit into one answer", async () => {
  const row = (value: string) => [[{ field: "srcAddr", value }]];
  logs.on(GetQueryResultsCommand).resolves({ status: "Complete", results: row("10.1.0.1"), nextToken: "2" });
  logs
    .on(GetQueryResultsCommand, { queryId: "q-1", nextToken: "2" })
    .resolves({ status: "Complete", results: row("10.1.0.2"), nextToken: "3" });
  logs
    .on(GetQueryResultsCommand, { queryId: "q-1", nextToken: "3" })
    .resolves({ status: "Complete", results: row("10.1.0.3") });
  const { rows } = await runInsightsQuery(aws, { ...REQUEST, query: "fields srcAddr | limit 25000" });
  expect(rows.map(({ srcAddr }) => srcAddr)).toEqual(["10.1.0.1", "10.1.0.2", "10.1.0.3"]);
});

test("waits its turn where too many queries run at once", async () => {
  logs.on(StartQueryCommand).rejectsOnce(refusal("LimitExceededException")).resolves({ queryId: "q-1" });
  logs.on(GetQueryResultsCommand).resolves({ status: "Complete", results: [] });
  expect((await runInsightsQuery(aws, REQUEST)).rows).toEqual([]);
});

test.each(["Failed", "Cancelled", "Timeout"] as const)("is an error where it ends as %s", async (status) => {
  logs.on(GetQueryResultsCommand).resolves({ status });
  await expect(runInsightsQuery(aws, REQUEST)).rejects.toMatchObject({ code: "query-failed" });
});

test("is an error where there is no such group, and nothing is asked", async () => {
  logs.on(DescribeLogGroupsCommand).resolves({ logGroups: [{ logGroupName: `${GROUP}-other` }] });
  await expect(runInsightsQuery(aws, REQUEST)).rejects.toMatchObject({ code: "no-log-group" });
  expect(logs.commandCalls(StartQueryCommand)).toHaveLength(0);
});

test("stops the query on Ctrl-C", async () => {
  const controller = new AbortController();
  const connected = connect({ region: "us-east-1", signal: controller.signal });
  logs.on(GetQueryResultsCommand).callsFake(() => {
    controller.abort(new Error("Ctrl-C"));
    return { status: "Running" };
  });
  logs.on(StopQueryCommand).resolves({ success: true });
  await expect(runInsightsQuery({ ...connected, clock: new VirtualClock() }, REQUEST)).rejects.toThrow(
    "Ctrl-C",
  );
  expect(logs.commandCalls(StopQueryCommand)[0]?.args[0].input).toEqual({ queryId: "q-1" });
});
