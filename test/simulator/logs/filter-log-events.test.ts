import { CreateLogGroupCommand, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { describe, expect, test } from "vitest";
import { parseFilterPattern } from "../../../src/simulator/logs/filter-pattern.ts";
import { deliverLogEvents } from "../../../src/simulator/logs/index.ts";
import { embedded } from "../embedded.ts";

const PING = "2 123456789012 eni-a 10.1.4.12 10.2.9.80 0 0 1 5 420 1767603600 1767603660 ACCEPT OK";
const SSH = "2 123456789012 eni-a 18.237.140.165 10.1.5.112 57823 22 6 4 344 1767603600 1767603660 ACCEPT OK";
const SCAN = "2 123456789012 eni-b 203.0.113.9 10.1.4.12 40000 443 6 1 44 1767603600 1767603660 REJECT OK";
const NONE = "2 123456789012 eni-a - - - - - - - 1767603600 1767603660 - NODATA";
const ALL = [PING, SSH, SCAN, NONE];

describe("a filter pattern", () => {
  test.each([
    ["", ALL],
    ["REJECT", [SCAN]],
    ["reject", []],
    ["ACCEPT OK", [PING, SSH]],
    ["ACCEPT -22", [PING]],
    ["-ACCEPT", [SCAN, NONE]],
    ["?REJECT ?NODATA", [SCAN, NONE]],
    ["?REJECT NODATA", [NONE]],
    ['"10.1.4.12 10.2.9.80"', [PING]],
    ['"eni-a" -NODATA', [PING, SSH]],
    [
      '[version, account, eni, source, destination, srcport, dstport, protocol, packets, bytes, start, end, action="REJECT", status]',
      [SCAN],
    ],
    ["[version, account, eni, source, ..., action=REJECT, status]", [SCAN]],
    ['[version, account, eni, source = "10.1.*", ...]', [PING]],
    ["[..., status != OK]", [NONE]],
    ["[v, a, eni, src, dst, srcport, dstport = 22, ...]", [SSH]],
    ["[v, a, eni, src, dst, sp, dp, protocol=6, packets, bytes > 44, ...]", [SSH]],
    ["[v, a, eni, src, dst, sp, dp, protocol=6, packets, bytes >= 44, ...]", [SSH, SCAN]],
    ["[v, a, eni, src, dst, sp, dp, protocol=1 || protocol=6, packets, bytes<400, ...]", [SSH, SCAN]],
    ["[v, a, eni, src, dst, sp, dp != 22 && dp != 443, protocol, ...]", [PING, NONE]],
    ["[v, a, eni]", []],
    ["[..., tooMany1, b, c, d, e, f, g, h, i, j, k, l, m, n, o]", []],
  ])("%s", (pattern, expected) => {
    expect(ALL.filter(parseFilterPattern(pattern))).toEqual(expected);
  });

  test("has * as its only wildcard, as many of them as one likes", () => {
    expect(parseFilterPattern('[a = "x?*"]')("x?z")).toBe(true);
    expect(parseFilterPattern('[a = "x?*"]')("xyz")).toBe(false);
    expect(parseFilterPattern("[a = X*]")("xyz")).toBe(false);
    const startedAt = performance.now();
    expect(parseFilterPattern(`[a = ${"*a".repeat(6)}b]`)("a".repeat(256))).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  test("takes quoted and bracketed parts of a message as one column", () => {
    const fits = parseFilterPattern('[ip, user, time, request = "GET *", status = 4*]');
    expect(fits('127.0.0.1 ana [10/Oct/2026 13:55:36] "GET /index.html HTTP/1.0" 404')).toBe(true);
    expect(fits('127.0.0.1 ana [10/Oct/2026 13:55:36] "GET /index.html HTTP/1.0" 200')).toBe(false);
  });

  test.each([
    ['a "b c" d', ["a", "b c", "d"]],
    ['"b"c [d e]f', ["b", "c", "d e", "f"]],
    ['"" [] x', ["", "", "x"]],
    ['a [b "c', ["a", "[b", '"c']],
    ["a] [ ]", ["a]", " "]],
    ["] x] y", ["]", "x]", "y"]],
    ['x"y z"', ['x"y', 'z"']],
    ["  ", []],
  ])("finds the columns of %j", (message, columns) => {
    const names = columns.map((value, index) => `c${index} = "${value.replaceAll('"', "*")}"`);
    expect(parseFilterPattern(`[${names.join(", ") || "..."}]`)(message)).toBe(true);
    expect(parseFilterPattern(`[${["a", "b", ...columns].map(() => "c").join(", ")}]`)(message)).toBe(false);
  });

  test("takes no time to speak of over a message of nothing but brackets", () => {
    const startedAt = performance.now();
    for (const brackets of ["[ ", "[] ", "[]", '""', "]["])
      expect(parseFilterPattern("[a, b]")(brackets.repeat(80_000))).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  test.each([
    ["10.1.4.12", "Invalid character(s) in term '.'"],
    ["a:b", "Invalid character(s) in term ':'"],
    ['"open', "Invalid filter pattern"],
    ["[a, b", "Invalid filter pattern"],
    ["[..., a, ...]", "Invalid filter pattern"],
    ["[a > b]", "Invalid filter pattern"],
    ["[a=]", "Invalid filter pattern"],
    ["[a, , b]", "Invalid filter pattern"],
  ])("is refused: %s", (pattern, message) => {
    expect(() => parseFilterPattern(pattern)).toThrow(
      expect.objectContaining({
        code: "InvalidParameterException",
        message: expect.stringContaining(message),
      }),
    );
  });

  test.each(["{ $.action = REJECT }", "%REJECT%", "[a=%x%]"])(
    "that is not modelled is refused: %s",
    (pattern) => {
      expect(() => parseFilterPattern(pattern)).toThrow(/does not model/);
    },
  );
});

async function worldWithRecords() {
  const { aws, logs } = embedded();
  await logs.send(new CreateLogGroupCommand({ logGroupName: "g" }));
  const deliver = (streamName: string, events: { timestamp: number; message: string }[]) =>
    aws.world.change("us-east-1", (context) =>
      deliverLogEvents(context, { groupName: "g", streamName, events, mayCreateGroup: false }),
    );
  await deliver("eni-a-all", [
    { timestamp: 1000, message: PING },
    { timestamp: 3000, message: SSH },
  ]);
  await deliver("eni-b-all", [
    { timestamp: 2000, message: SCAN },
    { timestamp: 3000, message: NONE },
  ]);
  return {
    filter: (input = {}) => logs.send(new FilterLogEventsCommand({ logGroupName: "g", ...input })),
  };
}

describe("FilterLogEvents", () => {
  test("answers over all streams, oldest first, each event with its own id", async () => {
    const { filter } = await worldWithRecords();
    const { events, nextToken } = await filter();
    expect(events?.map((event) => [event.logStreamName, event.message])).toEqual([
      ["eni-a-all", PING],
      ["eni-b-all", SCAN],
      ["eni-a-all", SSH],
      ["eni-b-all", NONE],
    ]);
    expect(new Set(events?.map((event) => event.eventId)).size).toBe(4);
    expect(events?.every((event) => /^\d{56}$/.test(event.eventId ?? ""))).toBe(true);
    expect(nextToken).toBeUndefined();
  });

  test("answers by pattern, streams and time, both ends included", async () => {
    const { filter } = await worldWithRecords();
    const messages = async (input: object) => (await filter(input)).events?.map((event) => event.message);
    expect(await messages({ filterPattern: '[..., action="REJECT", status]' })).toEqual([SCAN]);
    expect(await messages({ logStreamNamePrefix: "eni-a" })).toEqual([PING, SSH]);
    expect(await messages({ logStreamNames: ["eni-b-all"] })).toEqual([SCAN, NONE]);
    expect(await messages({ startTime: 2000, endTime: 3000 })).toEqual([SCAN, SSH, NONE]);
    expect(await messages({ startTime: 2000, endTime: 2999 })).toEqual([SCAN]);
  });

  test("answers in pages that neither repeat nor lose what has the same timestamp", async () => {
    const { filter } = await worldWithRecords();
    const messages: (string | undefined)[] = [];
    let nextToken: string | undefined;
    do {
      const page = await filter({ limit: 1, nextToken });
      messages.push(...(page.events ?? []).map((event) => event.message));
      nextToken = page.nextToken;
    } while (nextToken);
    expect(messages).toEqual([PING, SCAN, SSH, NONE]);
  });

  test.each([
    [{ logStreamNames: ["a"], logStreamNamePrefix: "a" }, "InvalidParameterException"],
    [{ nextToken: "x" }, "InvalidParameterException"],
    [{ filterPattern: "a.b" }, "InvalidParameterException"],
    [{ limit: 10_001 }, "InvalidParameterException"],
    [{ startTime: 2, endTime: 1 }, "InvalidParameterException"],
    [{ logGroupName: "nobody" }, "ResourceNotFoundException"],
  ])("refuses %o", async (input, name) => {
    const { filter } = await worldWithRecords();
    await expect(filter(input)).rejects.toMatchObject({ name });
  });
});
