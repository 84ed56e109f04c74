import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogStreamCommand,
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  GetQueryResultsCommand,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
  StartQueryCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Delivery, deliverLogEvents } from "../../../src/simulator/logs/index.ts";
import { embedded } from "../embedded.ts";

const GROUP = { logGroupName: "g" };
const STREAM = { ...GROUP, logStreamName: "s" };
const DAY_MS = 86_400_000;

async function worldWithStream() {
  const aws = embedded();
  const { logs, clock } = aws;
  await logs.send(new CreateLogGroupCommand(GROUP));
  await logs.send(new CreateLogStreamCommand(STREAM));
  const at = (seconds: number) => clock.now() + seconds * 1000;
  return {
    ...aws,
    at,
    put: (...events: [seconds: number, message: string][]) =>
      logs.send(
        new PutLogEventsCommand({
          ...STREAM,
          logEvents: events.map(([seconds, message]) => ({ timestamp: at(seconds), message })),
        }),
      ),
    get: (input = {}) => logs.send(new GetLogEventsCommand({ ...STREAM, ...input })),
    streams: async (input = {}) =>
      (await logs.send(new DescribeLogStreamsCommand({ ...GROUP, ...input }))).logStreams ?? [],
  };
}

describe("log streams", () => {
  test("tell their first and last event; AWS counts their bytes as 0, the group's not", async () => {
    const { logs, clock, put, streams, at } = await worldWithStream();
    await put([-60, "a"], [-30, "bé"]);
    const [stream] = await streams();
    expect(stream).toMatchObject({
      logStreamName: "s",
      firstEventTimestamp: at(-60),
      lastEventTimestamp: at(-30),
      lastIngestionTime: clock.now(),
      storedBytes: 0,
    });
    expect(stream?.arn).toMatch(/:log-group:g:log-stream:s$/);
    const { logGroups } = await logs.send(new DescribeLogGroupsCommand({}));
    expect(logGroups?.[0]?.storedBytes).toBe(4);
  });

  test("are listed by name or by last event, by prefix and by page", async () => {
    const { logs, put, streams } = await worldWithStream();
    for (const logStreamName of ["t", "a"])
      await logs.send(new CreateLogStreamCommand({ ...GROUP, logStreamName }));
    await put([0, "x"]);
    const names = async (input = {}) => (await streams(input)).map((stream) => stream.logStreamName);
    expect(await names()).toEqual(["a", "s", "t"]);
    expect(await names({ descending: true })).toEqual(["t", "s", "a"]);
    expect((await names({ orderBy: "LastEventTime", descending: true }))[0]).toBe("s");
    expect(await names({ logStreamNamePrefix: "s" })).toEqual(["s"]);
    const first = await logs.send(new DescribeLogStreamsCommand({ ...GROUP, limit: 2 }));
    expect(await names({ limit: 2, nextToken: first.nextToken })).toEqual(["t"]);
    await expect(names({ orderBy: "LastEventTime", logStreamNamePrefix: "s" })).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: "Cannot order by LastEventTime with a logStreamNamePrefix.",
    });
    await expect(names({ limit: 51 })).rejects.toMatchObject({ name: "InvalidParameterException" });
  });

  test("are refused by a name that is taken, and not found once deleted", async () => {
    const { logs, get } = await worldWithStream();
    await expect(logs.send(new CreateLogStreamCommand(STREAM))).rejects.toMatchObject({
      name: "ResourceAlreadyExistsException",
      message: "The specified log stream already exists",
    });
    await logs.send(new DeleteLogStreamCommand(STREAM));
    await expect(get()).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: "The specified log stream does not exist.",
    });
    await expect(logs.send(new DescribeLogStreamsCommand({ logGroupName: "nobody" }))).rejects.toMatchObject({
      message: "The specified log group does not exist.",
    });
  });

  test("are found by the group's ARN too", async () => {
    const { logs } = await worldWithStream();
    const arn = (await logs.send(new DescribeLogGroupsCommand({}))).logGroups?.[0]?.logGroupArn;
    const by = (input: object) => logs.send(new DescribeLogStreamsCommand(input));
    expect((await by({ logGroupIdentifier: arn })).logStreams).toHaveLength(1);
    for (const input of [
      {},
      { logGroupName: "g", logGroupIdentifier: arn },
      { logGroupIdentifier: `${arn}:*` },
    ])
      await expect(by(input)).rejects.toMatchObject({ name: "InvalidParameterException" });
  });
});

describe("PutLogEvents", () => {
  test.each([
    [
      "out of order",
      [
        [0, "b"],
        [-1, "a"],
      ],
      "must be in chronological order",
    ],
    [
      "over more than a day",
      [
        [-90_000, "a"],
        [0, "b"],
      ],
      "cannot span more than 24 hours",
    ],
    ["without text", [[0, ""]], "have length greater than or equal to 1"],
    [
      "none at all",
      [],
      "Value '[]' at 'logEvents' failed to satisfy constraint: Member must have length greater",
    ],
    [
      "too large together",
      [[0, "x".repeat(1_048_576)]],
      "Upload too large: 1048602 bytes exceeds limit of 1048576",
    ],
  ] as [string, [number, string][], string][])("refuses events %s", async (_, events, message) => {
    const { put, get } = await worldWithStream();
    await expect(put(...events)).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: expect.stringContaining(message),
    });
    expect((await get()).events).toEqual([]);
  });

  test("takes what it can and tells what it left out", async () => {
    const { logs, clock, put, get } = await worldWithStream();
    expect((await put([0, "now"], [8_000, "too new"])).rejectedLogEventsInfo).toEqual({
      tooNewLogEventStartIndex: 1,
    });
    expect(
      (await put([-14 * 86_400 - 1, "too old"], [-14 * 86_400 + 1, "old"])).rejectedLogEventsInfo,
    ).toEqual({
      tooOldLogEventEndIndex: 1,
    });
    await logs.send(new PutRetentionPolicyCommand({ ...GROUP, retentionInDays: 1 }));
    expect((await put([-86_401, "expired"], [-1, "kept"])).rejectedLogEventsInfo).toEqual({
      expiredLogEventEndIndex: 1,
    });
    expect((await get({ startFromHead: true })).events?.map((event) => event.message)).toEqual([
      "kept",
      "now",
    ]);
    expect((await get()).events?.[0]?.ingestionTime).toBe(clock.now());
  });
});

describe("GetLogEvents", () => {
  test("reads a stream from either end, page by page, and says by its token when it is at an end", async () => {
    const { put, get } = await worldWithStream();
    await put([-5, "a"], [-4, "b"], [-3, "c"], [-3, "d"], [-1, "e"]);
    const messages = (answer: Awaited<ReturnType<typeof get>>) =>
      answer.events?.map((event) => event.message);
    expect(messages(await get())).toEqual(["a", "b", "c", "d", "e"]);
    const last = await get({ limit: 2 });
    expect(messages(last)).toEqual(["d", "e"]);
    const before = await get({ limit: 2, nextToken: last.nextBackwardToken });
    expect(messages(before)).toEqual(["b", "c"]);
    expect(messages(await get({ limit: 2, nextToken: before.nextForwardToken }))).toEqual(["d", "e"]);
    const first = await get({ limit: 3, startFromHead: true });
    expect(messages(first)).toEqual(["a", "b", "c"]);
    const rest = await get({ limit: 3, nextToken: first.nextForwardToken });
    expect(messages(rest)).toEqual(["d", "e"]);
    const end = await get({ nextToken: rest.nextForwardToken });
    expect([messages(end), end.nextForwardToken]).toEqual([[], rest.nextForwardToken]);
    expect(messages(await get({ nextToken: end.nextBackwardToken }))).toEqual(["a", "b", "c", "d", "e"]);
    await put([0, "f"]);
    expect(messages(await get({ nextToken: end.nextForwardToken }))).toEqual(["f"]);
    await expect(get({ nextToken: "f/1" })).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: "The specified nextToken is invalid.",
    });
  });

  test("begins with the start and ends before the end", async () => {
    const { put, get, at } = await worldWithStream();
    await put([-3, "a"], [-2, "b"], [-1, "c"]);
    const { events } = await get({ startTime: at(-3), endTime: at(-1) });
    expect(events?.map((event) => event.message)).toEqual(["a", "b"]);
  });
});

test("a group of the class INFREQUENT_ACCESS takes events, and gives them to queries only", async () => {
  const { logs, clock } = embedded();
  await logs.send(new CreateLogGroupCommand({ ...GROUP, logGroupClass: "INFREQUENT_ACCESS" }));
  await logs.send(new CreateLogStreamCommand(STREAM));
  const logEvents = [{ timestamp: clock.now(), message: "kept" }];
  await logs.send(new PutLogEventsCommand({ ...STREAM, logEvents }));
  const message = (operation: string) =>
    `The log group g is of log-group-class INFREQUENT_ACCESS. ${operation} is not supported for this log class.`;
  await expect(logs.send(new GetLogEventsCommand(STREAM))).rejects.toMatchObject({
    name: "InvalidOperationException",
    message: message("GetLogEvents"),
  });
  await expect(logs.send(new FilterLogEventsCommand(GROUP))).rejects.toMatchObject({
    name: "InvalidOperationException",
    message: message("FilterLogEvents"),
  });
  const now = Math.floor(clock.now() / 1000);
  const query = { ...GROUP, startTime: now - 60, endTime: now, queryString: "fields @message" };
  const { queryId } = await logs.send(new StartQueryCommand(query));
  await clock.sleep(5_000);
  const { results } = await logs.send(new GetQueryResultsCommand({ queryId }));
  expect(results?.[0]?.[0]).toEqual({ field: "@message", value: "kept" });
});

test("events older than the retention are gone", async () => {
  const { logs, clock, put, get } = await worldWithStream();
  await put([-3600, "a"], [0, "b"]);
  await logs.send(new PutRetentionPolicyCommand({ ...GROUP, retentionInDays: 1 }));
  await clock.sleep(DAY_MS - 1_800_000);
  expect((await get()).events?.map((event) => event.message)).toEqual(["b"]);
  await clock.sleep(DAY_MS);
  expect((await get()).events).toEqual([]);
  const { logGroups } = await logs.send(new DescribeLogGroupsCommand({}));
  expect(logGroups?.[0]?.storedBytes).toBe(0);
  // For good, once others have come.
  await put([0, "c"]);
  await logs.send(new DeleteRetentionPolicyCommand(GROUP));
  expect((await get()).events?.map((event) => event.message)).toEqual(["c"]);
});

test("events stand in the order of their time, those of one moment in that of their coming, however they come", async () => {
  const batch = fc.array(fc.integer({ min: -50, max: 0 }), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 6 }), async (batches) => {
      const { put, get } = await worldWithStream();
      let number = 0;
      const sent = batches.map((times) =>
        times.sort((a, b) => a - b).map((time): [number, string] => [time, `${time} ${number++}`]),
      );
      for (const events of sent) await put(...events);
      const inOrder = sent.flat().sort(([a], [b]) => a - b);
      expect((await get()).events?.map(({ message }) => message)).toEqual(inOrder.map(([, text]) => text));
    }),
    { numRuns: 30 },
  );
});

describe("delivery by another service", () => {
  const delivery: Delivery = {
    groupName: "g",
    streamName: "eni-1-all",
    events: [
      { timestamp: 2, message: "later" },
      { timestamp: 1, message: "earlier" },
    ],
    mayCreateGroup: false,
  };

  test("makes the stream and keeps the events in their order", async () => {
    const { aws, logs } = await worldWithStream();
    const deliver = () => aws.world.change("us-east-1", (context) => deliverLogEvents(context, delivery));
    expect(await deliver()).toBe("delivered");
    expect(await deliver()).toBe("delivered");
    const { events } = await logs.send(new GetLogEventsCommand({ ...GROUP, logStreamName: "eni-1-all" }));
    expect(events?.map((event) => event.message)).toEqual(["earlier", "earlier", "later", "later"]);
  });

  test("makes a group that is gone again only if it may, and without tags", async () => {
    const { aws, logs } = embedded();
    const deliver = (mayCreateGroup: boolean) =>
      aws.world.change("us-east-1", (context) => deliverLogEvents(context, { ...delivery, mayCreateGroup }));
    expect(await deliver(false)).toBe("no-group");
    expect((await logs.send(new DescribeLogGroupsCommand({}))).logGroups).toEqual([]);
    expect(await deliver(true)).toBe("delivered");
    const { logGroups } = await logs.send(new DescribeLogGroupsCommand({}));
    expect(logGroups).toMatchObject([{ logGroupName: "g", logGroupClass: "STANDARD" }]);
  });
});
