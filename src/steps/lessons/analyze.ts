/** What step 7 tells. */
import { namedQuery } from "../../insights/named-queries.ts";
import type { LabSpec } from "../../lab/spec.ts";
import type { Lesson } from "../step.ts";
import { untilItSays, variable } from "./in-shell.ts";

export const analyzeLesson: Lesson = {
  goal: "By the end we have read what the network did: one record in detail, and all of them by a query.",
  why: [
    "A flow log is worth what you can read in it: who talked to whom, and what was turned away.",
    "Records arrive some minutes after the packets, so patience comes first.",
    "Then one question to Logs Insights sums up what nobody would want to count by hand.",
  ],
  concepts: [
    {
      term: "Record",
      text: "One line for one flow in one window of time: interface, source, destination, ports, protocol, packets, bytes, start, end, verdict. It says how much was said, never what.",
    },
    {
      term: "Which side is whose",
      text: "An interface knows itself by its private address only, so that is what its own side always shows. The other side appears as it is seen from there: private by peering, public over the internet.",
    },
    {
      term: "ACCEPT and REJECT",
      text: "The verdict of the logged VPC's security groups and network ACLs, and nothing else. ACCEPT out and nothing back means that it got lost further on: for want of a way, as in this lab, or by rules at the other end. REJECT means that no rule let it in or out, or that a network ACL denied it; in this lab that is strangers who scan the internet.",
    },
    {
      term: "Protocol numbers",
      text: "1 is ICMP (ping, without ports), 6 is TCP, 17 is UDP. A default ping is 84 bytes: 56 of data, 8 of ICMP header, 20 of IP header.",
    },
    {
      term: "Logs Insights",
      text: "A query language over log groups, paid by the bytes that a query scans. Field names are case-sensitive: srcAddr and dstAddr, never srcaddr or destAddr.",
    },
    {
      term: "No data?",
      text: "Check three things: the Region, the time range (it must end after the group was made), and whether a few minutes have passed since the first traffic.",
    },
  ],
  byCli,
  byConsole: (spec) => [
    `CloudWatch › Logs › Log groups › ${spec.nameOf("log-group")} › Log streams › eni-…`,
    "Open a record and name each of its fields",
    `CloudWatch › Logs › Logs Insights, log group ${spec.nameOf("log-group")}`,
    "Saved and sample queries › VPC Flow Logs › Top 10 byte transfers by source and destination IP addresses › Apply › Run query",
  ],
};

function byCli(spec: LabSpec): string[] {
  const name = spec.nameOf("log-group");
  const group = `--log-group-name ${name}`;
  const query = (namedQuery("top-10-byte-transfers")?.query ?? "").replaceAll("\n", " ");
  return [
    "# Records come some minutes after their packets",
    untilItSays(`aws logs describe-log-streams ${group} --query 'length(logStreams)'`, "[1-9]*"),
    `aws logs describe-log-streams ${group} --query 'logStreams[].logStreamName' --output text`,
    `aws logs filter-log-events ${group} --max-items 10 --query 'events[].[message]' --output text`,
    "# The query asks about a day from when the group was made, in seconds",
    `BEGUN=$(aws logs describe-log-groups --log-group-name-prefix ${name} --query 'logGroups[0].creationTime' --output text)`,
    "BEGUN=$((BEGUN / 1000))",
    ...variable("QUERY", query),
    `QUERY_ID=$(aws logs start-query ${group} --start-time $BEGUN --end-time $((BEGUN + 86400)) --query-string "$QUERY" --query queryId --output text)`,
    untilItSays("aws logs get-query-results --query-id $QUERY_ID --query status", "[CFT]*"),
    "aws logs get-query-results --query-id $QUERY_ID --query '[status, results[*][*].value]'",
  ];
}
