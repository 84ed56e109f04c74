/** What each command of the query language does to a flow log: a query, its columns, its rows. */
import { describe, expect, test } from "vitest";
import { ask, flowEvents, RECORDS, rowsOf } from "./log.ts";

const flowCases: readonly (readonly [string, string, ...string[]])[] = [
  // The lab's queries
  [
    "stats sum(bytes) as bytesTransferred by srcAddr, dstAddr | sort bytesTransferred desc | limit 10",
    "srcAddr | dstAddr | bytesTransferred",
    "10.1.4.12 | 10.2.9.80 | 5420",
    "10.2.9.80 | 10.1.4.12 | 336",
    "45.83.64.1 | 10.1.4.12 | 120",
    "10.1.4.12 | 3.111.45.100 | 76",
    "- | - | ",
  ],
  [
    "fields @timestamp, srcAddr, dstAddr, bytes | stats sum(bytes) as totalBytes by srcAddr, dstAddr | sort totalBytes desc | limit 2",
    "srcAddr | dstAddr | totalBytes",
    "10.1.4.12 | 10.2.9.80 | 5420",
    "10.2.9.80 | 10.1.4.12 | 336",
  ],
  [
    'fields @timestamp, srcAddr, dstAddr, dstPort, action | filter action = "REJECT" | sort @timestamp desc',
    "@timestamp | srcAddr | dstAddr | dstPort | action",
    "2023-11-14 22:15:22.000 | 45.83.64.1 | 10.1.4.12 | 3389 | REJECT",
    "2023-11-14 22:14:21.000 | 45.83.64.1 | 10.1.4.12 | 23 | REJECT",
  ],
  [
    "stats avg(bytes), min(bytes), max(bytes) by srcAddr, dstAddr | limit 3",
    "srcAddr | dstAddr | avg(bytes) | min(bytes) | max(bytes)",
    "10.1.4.12 | 10.2.9.80 | 2710 | 420 | 5000",
    "10.2.9.80 | 10.1.4.12 | 336 | 336 | 336",
    "45.83.64.1 | 10.1.4.12 | 60 | 40 | 80",
  ],
  ["filter protocol=17 | stats count(*) by srcAddr", "srcAddr | count(*)", "10.1.4.12 | 1"],
  [
    'filter action="REJECT" | stats count(*) as numRejections by srcAddr | sort numRejections desc | limit 20',
    "srcAddr | numRejections",
    "45.83.64.1 | 2",
  ],
  [
    "stats sum(packets) as packetsTransferred by srcAddr, dstAddr | sort packetsTransferred desc | limit 15",
    "srcAddr | dstAddr | packetsTransferred",
    "10.1.4.12 | 10.2.9.80 | 30",
    "10.2.9.80 | 10.1.4.12 | 4",
    "45.83.64.1 | 10.1.4.12 | 3",
    "10.1.4.12 | 3.111.45.100 | 1",
    "- | - | ",
  ],
  [
    'filter isIpv4InSubnet(srcAddr, "10.1.0.0/16") | stats sum(bytes) as bytesTransferred by dstAddr | sort bytesTransferred desc | limit 15',
    "dstAddr | bytesTransferred",
    "10.2.9.80 | 5420",
    "3.111.45.100 | 76",
  ],
  [
    'filter logStatus="SKIPDATA" | stats count(*) by bin(1h) as t | sort t',
    "t | count(*)",
    "2023-11-14 23:00:00.000 | 1",
  ],
  [
    "stats sum(bytes) by bin(1m) | limit 2",
    "bin(1m) | sum(bytes)",
    "2023-11-14 22:13:00.000 | 420",
    "2023-11-14 22:14:00.000 | 376",
  ],
  // fields and display
  ["limit 1", "@timestamp | @message", `2023-11-14 23:16:00.000 | ${RECORDS[7]}`],
  ["filter packets = 25", "@timestamp | @message", `2023-11-14 23:13:21.000 | ${RECORDS[5]}`],
  ["fields srcAddr | filter packets = 25", "srcAddr", "10.1.4.12"],
  ["fields srcAddr | fields dstAddr | filter packets = 25", "srcAddr | dstAddr", "10.1.4.12 | 10.2.9.80"],
  ["fields srcAddr, srcAddr | filter packets = 25", "srcAddr", "10.1.4.12"],
  ["fields bytes/1000 as kB | filter packets = 25", "kB", "5"],
  ["fields bytes / packets | filter packets = 25", "bytes / packets", "200"],
  ["fields bytes*8 as bits, bits/packets as each | filter packets = 25", "bits | each", "40000 | 1600"],
  ["fields nothing, srcAddr | filter packets = 25", "nothing | srcAddr", " | 10.1.4.12"],
  ["fields `srcAddr`, `no-such-field` | filter packets = 25", "srcAddr | no-such-field", "10.1.4.12 | "],
  ["fields @timestamp as t | filter packets = 25", "t", "2023-11-14 23:13:21.000"],
  [
    "fields @ingestionTime, @logStream, @log | filter packets = 25",
    "@ingestionTime | @logStream | @log",
    "2023-11-15 01:00:00.005 | eni-0a1b2c3d4e5f60718-all | 123456789012:NextWorkVPCFlowLogsGroup",
  ],
  [
    "fields version, accountId, interfaceId | filter packets = 25",
    "version | accountId | interfaceId",
    "2 | 123456789012 | eni-0a1b2c3d4e5f60718",
  ],
  [
    "fields srcPort, dstPort, protocol, logStatus | filter packets = 25",
    "srcPort | dstPort | protocol | logStatus",
    "40000 | 22 | 6 | OK",
  ],
  [
    "fields start, startTime, end, endTime | filter packets = 25",
    "start | startTime | end | endTime",
    "1700003601 | 1700003601 | 1700003660 | 1700003660",
  ],
  ["fields srcaddr, SrcAddr | filter packets = 25", "srcaddr | SrcAddr", " | "],
  ["fields srcAddr | display dstAddr | filter packets = 25", "dstAddr", "10.2.9.80"],
  ["display srcAddr | display packets, bytes | filter packets = 25", "packets | bytes", "25 | 5000"],
  ['display srcAddr, action = "ACCEPT" as ok | filter packets = 25', "srcAddr | ok", "10.1.4.12 | 1"],
  ["FIELDS srcAddr | FILTER packets = 25 | LIMIT 1", "srcAddr", "10.1.4.12"],
  // filter
  ["fields packets | filter packets > 4 and packets < 25", "packets", "5"],
  ["fields packets | filter packets > 4 or packets = 2", "packets", "25", "2", "5"],
  ["fields packets | filter packets > 1 | filter packets < 5", "packets", "2", "4"],
  ["fields logStatus | filter not action in ['ACCEPT', 'REJECT']", "logStatus", "SKIPDATA", "NODATA"],
  ["fields dstPort | filter dstPort in [22, 23]", "dstPort", "22", "23"],
  ['fields dstPort | filter dstPort not in [22, 23, 0, 123, "-"]', "dstPort", "3389"],
  ["fields dstAddr | filter dstAddr like '10.2' and protocol = 1", "dstAddr", "10.2.9.80"],
  ["fields dstAddr | filter dstAddr like /^3\\./", "dstAddr", "3.111.45.100"],
  ["fields dstAddr | filter dstAddr =~ /^3\\./", "dstAddr", "3.111.45.100"],
  ["fields action | filter action not like /ACC|-/", "action", "REJECT", "REJECT"],
  ["fields dstPort | filter isValidIp(srcAddr) and dstPort >= 123", "dstPort", "123", "3389"],
  ["fields packets | filter @timestamp >= 1700003601000 and packets > 0", "packets", "25"],
  ["fields packets | filter (packets = 1 or packets = 2) and action = 'REJECT'", "packets", "2", "1"],
  ["fields packets | filter packets = 1 or packets = 2 and action = 'REJECT'", "packets", "1", "2", "1"],
  ["fields action | filter nothing = 1", "action"],
  ["fields packets | filter bytes % 40 = 0 and packets < 3", "packets", "2", "1"],
  ["fields packets | filter strcontains(@message, 'REJECT')", "packets", "2", "1"],
  // sort and limit
  ["fields packets | filter packets > 0 | sort packets", "packets", "1", "1", "2", "4", "5", "25"],
  ["fields packets | filter packets > 0 | sort packets asc | limit 1", "packets", "1"],
  ["fields packets | filter packets > 0 | sort by packets desc | limit 2", "packets", "25", "5"],
  [
    "fields action, packets | filter packets > 0 | sort action desc, packets desc",
    "action | packets",
    "REJECT | 2",
    "REJECT | 1",
    "ACCEPT | 25",
    "ACCEPT | 5",
    "ACCEPT | 4",
    "ACCEPT | 1",
  ],
  ["fields srcPort | filter packets = 1 | sort packets", "srcPort", "50123", "46497"],
  ["fields packets | sort packets desc | limit 3 | filter packets < 25", "packets", "5", "4"],
  ["fields packets | filter packets > 0 | limit 3 | sort packets", "packets", "1", "2", "25"],
  ["fields packets | sort bytes / packets desc | limit 1", "packets", "25"],
  ["fields packets | sort @timestamp asc | limit 2", "packets", "5", "4"],
  ["fields packets | sort packets desc | sort action desc | limit 2", "packets", "2", "1"],
  ["fields packets | sort @timestamp asc | limit 2 | limit 5", "packets", "5", "4"],
  // dedup
  [
    "fields srcAddr, packets | filter packets > 0 | sort packets desc | dedup srcAddr",
    "srcAddr | packets",
    "10.1.4.12 | 25",
    "10.2.9.80 | 4",
    "45.83.64.1 | 2",
  ],
  ["fields srcAddr | filter packets > 0 | dedup srcAddr | limit 2", "srcAddr", "10.1.4.12", "45.83.64.1"],
  [
    "fields srcAddr, dstAddr | filter packets > 0 | dedup srcAddr, dstAddr",
    "srcAddr | dstAddr",
    "10.1.4.12 | 10.2.9.80",
    "10.1.4.12 | 3.111.45.100",
    "45.83.64.1 | 10.1.4.12",
    "10.2.9.80 | 10.1.4.12",
  ],
  ["fields packets | filter packets > 4 | dedup nothing", "packets", "25", "5"],
  [
    "stats count(*) as n by action, protocol | dedup action",
    "action | protocol | n",
    "ACCEPT | 1 | 2",
    "REJECT | 6 | 2",
    "- | - | 2",
  ],
  // stats
  ["stats count(*)", "count(*)", "8"],
  ["stats count() as n", "n", "8"],
  ["stats count(*), count(*)", "count(*)", "8"],
  ["stats count(*) as n by action", "action | n", "ACCEPT | 4", "REJECT | 2", "- | 2"],
  [
    "stats sum(bytes) / sum(packets) as each by action",
    "action | each",
    "ACCEPT | 166.6286",
    "REJECT | 40",
    "- | ",
  ],
  [
    "stats max(packets) as high, min(packets) as low, high - low as range",
    "high | low | range",
    "25 | 1 | 24",
  ],
  ["stats count(*) by action = 'ACCEPT' as accepted", "accepted | count(*)", "1 | 4", "0 | 4"],
  [
    "stats count(*) by action, logStatus | sort count(*) desc | limit 1",
    "action | logStatus | count(*)",
    "ACCEPT | OK | 4",
  ],
  [
    "stats count(*) as n by bin(1h)",
    "bin(1h) | n",
    "2023-11-14 22:00:00.000 | 4",
    "2023-11-14 23:00:00.000 | 4",
  ],
  [
    "stats count(*) as n by bin(1h), action | sort bin(1h) desc, n desc, action | limit 2",
    "bin(1h) | action | n",
    "2023-11-14 23:00:00.000 | - | 2",
    "2023-11-14 23:00:00.000 | ACCEPT | 2",
  ],
  ["stats sum(bytes) by nothing", "nothing | sum(bytes)", " | 5952"],
  ["filter packets > 100 | stats count(*)", "count(*)"],
  ["stats count(*) as n by action | filter n > 2", "action | n", "ACCEPT | 4"],
  ["stats sum(bytes) by action | filter `sum(bytes)` > 1000", "action | sum(bytes)", "ACCEPT | 5832"],
  ["stats sum(bytes) by action | filter sum(bytes) < 1000", "action | sum(bytes)", "REJECT | 120"],
  ["stats count(*) as n by action | fields n * 2 as twice | limit 1", "action | n | twice", "ACCEPT | 4 | 8"],
  ["stats count(*) as n by action | fields action, n | limit 1", "action | n", "ACCEPT | 4"],
  ["stats count(*) as n by action | fields n * 2 as n | limit 1", "action | n", "ACCEPT | 8"],
  ["stats count(*) as n by action | display action", "action", "ACCEPT", "REJECT", "-"],
  ["fields srcAddr | display dstAddr, dstAddr | filter packets = 25", "dstAddr", "10.2.9.80"],
  ["stats count(*) as n by srcAddr | stats max(n) as most, count(*) as senders", "most | senders", "3 | 4"],
  ["stats sum(bytes) as b by bin(1m) | stats max(b) as peak, avg(b) as mean", "peak | mean", "5076 | 1488"],
  [
    "stats sum(bytes) as b by bin(1m) as t | stats sum(b) as total by datefloor(t, 1h) as hour",
    "hour | total",
    "2023-11-14 22:00:00.000 | 876",
    "2023-11-14 23:00:00.000 | 5076",
  ],
  [
    "stats count_distinct(dstPort) as ports, count(*) as n by srcAddr | filter ports > 1 | stats sum(n) / count(*) as mean",
    "mean",
    "2.5",
  ],
  ["fields @message | limit 3 | stats count(*) as n", "n", "3"],
  ["sort packets desc | stats count(*) as n", "n", "8"],
  // comments and layout
  ["# all of it\nstats count(*) as n # how many\n# | limit 1", "n", "8"],
  ["fields packets\n  | filter packets = 25\n  | limit 20", "packets", "25"],
  ['fields "a # b" as text | limit 1', "text", "a # b"],
  ["fields packets|filter packets=25|limit 1", "packets", "25"],
];

describe("queries of a flow log", () => {
  test.each(flowCases)("%s", (query, columns, ...rows) => {
    const result = ask(query);
    expect(result.columns.join(" | ")).toBe(columns);
    expect(rowsOf(result)).toEqual(rows);
  });
});

test.each([
  ["too few fields", "2 1 eni-1 10.0.0.1"],
  ["too many fields", `${RECORDS[0]} more`],
  ["two spaces", RECORDS[0]?.replace(" 0 0 ", " 0  0 ") ?? ""],
  ["an empty field", RECORDS[0]?.replace(" 0 0 ", "  0 ") ?? ""],
  ["no status at the end", RECORDS[0]?.replace(/OK$/, "FINE") ?? ""],
  ["no version at the start", RECORDS[0]?.replace(/^2/, "x") ?? ""],
])("finds no fields in a line with %s", (_, line) => {
  expect(rowsOf(ask("fields srcAddr, version, logStatus", flowEvents([line])))).toEqual([" |  | "]);
});
