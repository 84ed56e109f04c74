import {
  CloudWatchLogsClient,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, expect, test } from "vitest";
import { findStreams, type LogLine, type LogLinesRequest, logLines } from "../../src/aws/flow-log-records.ts";
import { mockedLab } from "../steps/lab-context.ts";
import { refusal } from "./refusal.ts";

const logs = mockClient(CloudWatchLogsClient);
const { aws } = mockedLab().lab;

async function collect(request: LogLinesRequest): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for await (const line of logLines(aws, request)) lines.push(line);
  return lines;
}

beforeEach(() => {
  logs.reset();
});

test("finds an interface's streams by the beginning of their names", async () => {
  logs.on(DescribeLogStreamsCommand).resolves({ logStreams: [{ logStreamName: "eni-1-all" }] });
  expect(await findStreams(aws, "g", "eni-1")).toEqual(["eni-1-all"]);
  expect(logs.commandCalls(DescribeLogStreamsCommand)[0]?.args[0].input).toMatchObject({
    logGroupName: "g",
    logStreamNamePrefix: "eni-1",
  });
});

test("finds no streams where the group is not there", async () => {
  logs.on(DescribeLogStreamsCommand).rejects(refusal("ResourceNotFoundException"));
  expect(await findStreams(aws, "g", "eni-1")).toEqual([]);
});

test("reads lines through all pages, empty ones too", async () => {
  const event = (message: string) => ({
    eventId: `id-${message}`,
    timestamp: 1,
    ingestionTime: 2,
    logStreamName: "s",
    message,
  });
  logs
    .on(FilterLogEventsCommand)
    .resolvesOnce({ events: [event("a")], nextToken: "1" })
    .resolvesOnce({ events: [], nextToken: "2" })
    .resolves({ events: [event("b")] });
  expect(await collect({ logGroupName: "g", streams: ["s"], start: 5, end: 9, pattern: "x" })).toEqual([
    { id: "id-a", timestamp: 1, ingestedAt: 2, stream: "s", text: "a" },
    { id: "id-b", timestamp: 1, ingestedAt: 2, stream: "s", text: "b" },
  ]);
  expect(logs.commandCalls(FilterLogEventsCommand)[0]?.args[0].input).toMatchObject({
    logStreamNames: ["s"],
    startTime: 5,
    endTime: 9,
    filterPattern: "x",
  });
});

test("asks nothing where there are no streams: no names would mean all", async () => {
  expect(await collect({ logGroupName: "g", streams: [] })).toEqual([]);
  expect(logs.calls()).toHaveLength(0);
});

test("reads nothing where the group went meanwhile", async () => {
  logs.on(FilterLogEventsCommand).rejects(refusal("ResourceNotFoundException"));
  expect(await collect({ logGroupName: "g" })).toEqual([]);
});
