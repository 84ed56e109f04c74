import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DEFAULT_FORMAT, FLOW_LOG_FIELDS } from "../../src/flow-logs/fields.ts";
import {
  type FlowLogRecord,
  formatRecord,
  parseFields,
  parseFormat,
  parseRecord,
  RecordError,
  recordIn,
} from "../../src/flow-logs/record.ts";

const SSH =
  "2 123456789012 eni-abc123 18.237.140.165 10.1.5.112 57823 22 6 4 344 1673458742 1673458772 ACCEPT OK";

/** "<srcaddr>" as AWS writes it, with a dollar sign and braces. */
function asFormat(text: string): string {
  return text.replace(/<([^>]*)>/g, (_, name: string) => `\${${name}}`);
}

function errorOf(action: () => unknown): RecordError {
  try {
    action();
  } catch (error) {
    if (error instanceof RecordError) return error;
    throw error;
  }
  throw new Error("It was taken.");
}

describe("a record of the default format", () => {
  test("has its fields by name, numbers as numbers", () => {
    expect(parseRecord(SSH)).toEqual({
      version: 2,
      accountId: "123456789012",
      interfaceId: "eni-abc123",
      srcAddr: "18.237.140.165",
      dstAddr: "10.1.5.112",
      srcPort: 57823,
      dstPort: 22,
      protocol: 6,
      packets: 4,
      bytes: 344,
      start: 1673458742,
      end: 1673458772,
      action: "ACCEPT",
      logStatus: "OK",
    });
  });

  test.each([
    [SSH],
    [
      "2 466742534146 eni-08a2435a5f43c260e 10.1.10.14 3.111.45.100 46497 123 17 1 76 1737122420 1737122476 ACCEPT OK",
    ],
    ["2 123456789012 eni-abc123 2001:db8::1 2001:db8::2 0 0 58 5 520 1640000000 1640000060 REJECT OK"],
    ["2 unknown eni-abc123 10.0.1.50 10.0.2.100 12345 22 6 25 5000 1640000000 1640000060 ACCEPT OK"],
    ["2 123456789012 - 10.0.1.50 8.8.8.8 12345 443 6 25 5000 1640000000 1640000060 ACCEPT OK"],
    ["2 123456789012 eni-abc123 - - - - - - - 1431280876 1431280934 - NODATA"],
    ["2 123456789012 eni-abc123 - - - - - - - 1431280876 1431280934 - SKIPDATA"],
  ])("reads and writes %s", (line) => {
    expect(formatRecord(parseRecord(line))).toBe(line);
    expect(parseRecord(`  ${line}\n`)).toEqual(parseRecord(line));
    expect(parseRecord(line.replaceAll(" ", "\t"))).toEqual(parseRecord(line));
  });

  test("of a window without traffic has no flow", () => {
    expect(parseRecord("2 123456789012 eni-1 - - - - - - - 1431280876 1431280934 - NODATA")).toEqual({
      version: 2,
      accountId: "123456789012",
      interfaceId: "eni-1",
      start: 1431280876,
      end: 1431280934,
      logStatus: "NODATA",
    });
  });

  test("survives being written and read, whatever it holds", () => {
    const record: fc.Arbitrary<FlowLogRecord> = fc.record({
      version: fc.constant(2),
      accountId: fc.stringMatching(/^\d{12}$/),
      interfaceId: fc.stringMatching(/^eni-[0-9a-f]{17}$/),
      srcAddr: fc.ipV4(),
      dstAddr: fc.ipV4(),
      srcPort: fc.nat(65_535),
      dstPort: fc.nat(65_535),
      protocol: fc.nat(255),
      packets: fc.nat(),
      bytes: fc.nat(),
      start: fc.nat(),
      end: fc.nat(),
      action: fc.constantFrom("ACCEPT" as const, "REJECT" as const),
      logStatus: fc.constant("OK" as const),
    });
    fc.assert(
      fc.property(record, (r) => {
        expect(parseRecord(formatRecord(r))).toEqual(r);
      }),
    );
  });
});

describe("a malformed record names the field", () => {
  const words = SSH.split(" ");
  test.each([
    [1, "version", "two"],
    [4, "srcaddr", "10.1.5"],
    [4, "srcaddr", "10.1.5.256"],
    [5, "dstaddr", "host"],
    [6, "srcport", "65536"],
    [7, "dstport", "-1"],
    [8, "protocol", "256"],
    [9, "packets", "1.5"],
    [10, "bytes", "1e3"],
    [11, "start", "-"],
    [12, "end", "9999999999999999"],
    [13, "action", "DENY"],
    [14, "log-status", "ok"],
  ])("number %i, %s, when it is %s", (number, name, value) => {
    const error = errorOf(() => parseRecord(words.with(number - 1, value).join(" ")));
    expect(error.field).toBe(number);
    expect(error.message).toContain(`Field ${number} (${name}) is ${JSON.stringify(value)}`);
  });

  test("when one is missing, one is too many, or there is none", () => {
    expect(errorOf(() => parseRecord(words.slice(0, 9).join(" "))).message).toBe(
      "The record has 9 of 14 fields: field 10 (bytes) is missing.",
    );
    expect(errorOf(() => parseRecord(`${SSH} extra`)).message).toBe(
      'The record has 15 fields instead of 14: field 15 ("extra") is one too many.',
    );
    expect(errorOf(() => parseRecord("  ")).message).toBe("The record is empty.");
  });

  test("when even an empty window needs it", () => {
    const error = errorOf(() => parseRecord("2 123456789012 eni-1 - - - - - - - - 1431280934 - NODATA"));
    expect(error.message).toBe('Field 11 (start) is "-": this field is never empty.');
  });

  test("when traffic was seen but a field of it is empty", () => {
    const error = errorOf(() => parseRecord(words.with(8, "-").join(" ")));
    expect(error.message).toBe('Field 9 (packets) is "-", which only NODATA and SKIPDATA records have.');
    expect(error.field).toBe(9);
  });

  test("and shows strange text cut short and without control characters", () => {
    const { message } = errorOf(() => parseRecord(words.with(12, `\u001b[2J${"x".repeat(500)}`).join(" ")));
    expect(message).not.toContain("\u001b");
    expect(message.length).toBeLessThan(200);
  });
});

describe("a log format", () => {
  test("by default holds the version 2 fields", () => {
    expect(DEFAULT_FORMAT).toBe(
      "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"
        .split(" ")
        .map((name) => `$\{${name}}`)
        .join(" "),
    );
  });

  test("of one's own gives each value its field", () => {
    const fields = parseFields(
      "vpc-1 10.0.0.1 ingress 7",
      asFormat("<vpc-id> <pkt-srcaddr>  <flow-direction> <traffic-path>"),
    );
    expect(fields.map(({ field, value }) => `${field.insightsName}=${value}`)).toEqual([
      "vpcId=vpc-1",
      "pktSrcAddr=10.0.0.1",
      "flowDirection=ingress",
      "trafficPath=7",
    ]);
  });

  test("of version 10 tells a regional NAT gateway, which has no interface, and encryption", () => {
    const fields = parseFields(
      "10 - nat-1 3",
      asFormat("<version> <interface-id> <resource-id> <encryption-status>"),
    );
    expect(fields.map(({ field, value }) => `${field.insightsName}=${value}`)).toEqual([
      "version=10",
      "interfaceId=-",
      "resourceId=nat-1",
      "encryptionStatus=3",
    ]);
  });

  test.each([
    ["", "The log format is empty; it needs at least one field."],
    [
      "<version> srcaddr",
      'Field 2 of the log format is "srcaddr"; write it as <name>, for example <srcaddr>.',
    ],
    ["<srcAddr>", 'Field 1 of the log format is "<srcAddr>"; write it as <name>, for example <srcaddr>.'],
    ["<colour>", "Field 1 of the log format is <colour>, and flow logs have no such field."],
    ["<constructor>", "Field 1 of the log format is <constructor>, and flow logs have no such field."],
  ])("%j is refused", (format, message) => {
    expect(errorOf(() => parseFormat(asFormat(format))).message).toBe(asFormat(message));
  });

  test("knows no field twice", () => {
    expect(new Set(FLOW_LOG_FIELDS.map((f) => f.name)).size).toBe(FLOW_LOG_FIELDS.length);
    expect(new Set(FLOW_LOG_FIELDS.map((f) => f.insightsName)).size).toBe(FLOW_LOG_FIELDS.length);
  });
});

test("a line of another format, or of no format at all, is no record", () => {
  const line = "2 123456789012 eni-1 10.1.5.4 10.2.9.8 0 0 1 5 420 1700000000 1700000004 ACCEPT OK";
  expect(recordIn(line)).toEqual(parseRecord(line));
  expect(recordIn("10.1.5.4 10.2.9.8 ACCEPT")).toBeUndefined();
  expect(recordIn("")).toBeUndefined();
});
