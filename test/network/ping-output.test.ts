import { describe, expect, test } from "vitest";
import { parsePingOutput } from "../../src/network/ping-output.ts";

const LINUX = `PING 10.2.9.80 (10.2.9.80) 56(84) bytes of data.
64 bytes from 10.2.9.80: icmp_seq=1 ttl=127 time=0.404 ms
64 bytes from 10.2.9.80: icmp_seq=2 ttl=127 time=0.460 ms

--- 10.2.9.80 ping statistics ---
2 packets transmitted, 2 received, 0% packet loss, time 1005ms
rtt min/avg/max/mdev = 0.404/0.432/0.460/0.028 ms
`;

const WINDOWS = `
Pinging 10.2.9.80 with 32 bytes of data:\r
Reply from 10.2.9.80: bytes=32 time=13ms TTL=127\r
Reply from 10.2.9.80: bytes=32 time=15ms TTL=127\r
\r
Ping statistics for 10.2.9.80:\r
    Packets: Sent = 2, Received = 2, Lost = 0 (0% loss),\r
Approximate round trip times in milli-seconds:\r
    Minimum = 13ms, Maximum = 15ms, Average = 14ms\r
`;

describe("reads the summary of", () => {
  test.each([
    ["Linux", LINUX, 2, 2, 0, { min: 0.404, avg: 0.432, max: 0.46, mdev: 0.028 }],
    [
      "Linux without replies",
      "5 packets transmitted, 0 received, 100% packet loss, time 4095ms\n\n",
      5,
      0,
      100,
      null,
    ],
    [
      "Linux with errors from a router",
      "From 10.1.0.1 icmp_seq=1 Destination Host Unreachable\n4 packets transmitted, 0 received, +3 errors, 100% packet loss, time 3052ms\npipe 3\n",
      4,
      0,
      100,
      null,
    ],
    [
      "Linux with duplicates, which are no further replies",
      "3 packets transmitted, 3 received, +2 duplicates, 0% packet loss, time 2003ms\nrtt min/avg/max/mdev = 0.1/0.2/0.3/0.1 ms, pipe 2\n",
      3,
      3,
      0,
      { min: 0.1, avg: 0.2, max: 0.3, mdev: 0.1 },
    ],
    [
      "Linux with a fraction lost",
      "3 packets transmitted, 2 received, 33.3333% packet loss, time 2010ms\nrtt min/avg/max/mdev = 10.1/20.2/30.3/5.5 ms\n",
      3,
      2,
      33.3333,
      { min: 10.1, avg: 20.2, max: 30.3, mdev: 5.5 },
    ],
    [
      "macOS",
      "5 packets transmitted, 5 packets received, 0.0% packet loss\nround-trip min/avg/max/stddev = 15.120/16.004/17.230/0.701 ms\n",
      5,
      5,
      0,
      { min: 15.12, avg: 16.004, max: 17.23, mdev: 0.701 },
    ],
    [
      "macOS with late packets",
      "4 packets transmitted, 3 packets received, 25.0% packet loss, 1 packets out of wait time\nround-trip min/avg/max/stddev = 1.0/2.0/3.0/0.5 ms\n",
      4,
      3,
      25,
      { min: 1, avg: 2, max: 3, mdev: 0.5 },
    ],
    [
      "BusyBox, which prints no deviation",
      "64 bytes from 10.2.9.80: seq=0 ttl=64 time=1.000 ms\n64 bytes from 10.2.9.80: seq=1 ttl=64 time=3.000 ms\n2 packets transmitted, 2 packets received, 0% packet loss\nround-trip min/avg/max = 1.000/2.000/3.000 ms\n",
      2,
      2,
      0,
      { min: 1, avg: 2, max: 3, mdev: 1 },
    ],
    ["Windows", WINDOWS, 2, 2, 0, { min: 13, avg: 14, max: 15, mdev: 1 }],
    [
      "Windows within a millisecond",
      "Reply from 10.2.9.80: bytes=32 time<1ms TTL=128\r\nReply from 10.2.9.80: bytes=32 time=2ms TTL=128\r\nPackets: Sent = 2, Received = 2, Lost = 0 (0% loss),\r\nMinimum = 0ms, Maximum = 2ms, Average = 1ms\r\n",
      2,
      2,
      0,
      { min: 0, avg: 1, max: 2, mdev: 1 },
    ],
    [
      "Windows without replies",
      "Request timed out.\r\nPackets: Sent = 4, Received = 0, Lost = 4 (100% loss),\r\n",
      4,
      0,
      100,
      null,
    ],
    [
      "Windows where a router complains, which it counts as received",
      "Reply from 10.1.0.1: Destination host unreachable.\r\nReply from 10.1.0.1: Destination host unreachable.\r\nPackets: Sent = 2, Received = 2, Lost = 0 (0% loss),\r\n",
      2,
      0,
      100,
      null,
    ],
  ])("%s", (_system, text, sent, received, lossPercent, rttMs) => {
    expect(parsePingOutput(text)).toEqual({ sent, received, lossPercent, rttMs });
  });
});

test.each([
  ["nothing", ""],
  ["a shell that has no ping", "sh: line 1: ping: command not found\n"],
  ["an unknown name", "ping: nowhere.example: Name or service not known\n"],
  ["a ping that was cut off", "PING 10.2.9.80 (10.2.9.80) 56(84) bytes of data.\n"],
])("gives no statistics for %s", (_what, text) => {
  expect(parsePingOutput(text)).toBeUndefined();
});
