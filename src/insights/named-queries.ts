/** Queries worth running on a flow log: the console's own samples for VPC flow logs, then the lab's. */

export interface NamedQuery {
  /** What one types: "top-10-byte-transfers". */
  readonly id: string;
  readonly title: string;
  /** What it is good for, in a sentence. */
  readonly purpose: string;
  readonly query: string;
}

export const NAMED_QUERIES: readonly NamedQuery[] = [
  {
    id: "top-10-byte-transfers",
    title: "Top 10 byte transfers by source and destination IP addresses",
    purpose: "Who sends the most to whom.",
    query:
      "stats sum(bytes) as bytesTransferred by srcAddr, dstAddr\n| sort bytesTransferred desc\n| limit 10",
  },
  {
    id: "byte-transfer-sizes",
    title: "Average, min, and max byte transfers by source and destination IP addresses",
    purpose: "How large the records of each pair are: a scan is small and even, a download is not.",
    query: "stats avg(bytes), min(bytes), max(bytes) by srcAddr, dstAddr",
  },
  {
    id: "udp-senders",
    title: "IP addresses using UDP transfer protocol",
    purpose: "Who uses UDP: in this lab mostly clocks being set by NTP.",
    query: "filter protocol=17\n| stats count(*) by srcAddr",
  },
  {
    id: "top-20-rejected",
    title: "Top 20 source IP addresses with highest number of rejected requests",
    purpose: "Who knocks in vain: strangers that scan the internet.",
    query:
      'filter action="REJECT"\n| stats count(*) as numRejections by srcAddr\n| sort numRejections desc\n| limit 20',
  },
  {
    id: "top-15-packet-transfers",
    title: "Top 15 packet transfers across hosts",
    purpose: "The same as by bytes, but it shows chatter of many small packets too.",
    query:
      "stats sum(packets) as packetsTransferred by srcAddr, dstAddr\n| sort packetsTransferred desc\n| limit 15",
  },
  {
    id: "top-15-from-subnet",
    title: "Top 15 byte transfers for hosts on a given subnet",
    purpose: "Where VPC 1's own traffic goes (put another block in for another network).",
    query:
      'filter isIpv4InSubnet(srcAddr, "10.1.0.0/16")\n| stats sum(bytes) as bytesTransferred by dstAddr\n| sort bytesTransferred desc\n| limit 15',
  },
  {
    id: "skipped-records",
    title: "Hours in which flow records were skipped during the capture window",
    purpose: "Whether the sums can be trusted: SKIPDATA means that records were lost.",
    query: 'filter logStatus="SKIPDATA"\n| stats count(*) by bin(1h) as t\n| sort t',
  },
  {
    id: "latest-rejects",
    title: "Latest rejected traffic",
    purpose: "What security groups and network ACLs turned away, newest first.",
    query:
      'fields @timestamp, srcAddr, dstAddr, dstPort, action\n| filter action = "REJECT"\n| sort @timestamp desc',
  },
  {
    id: "pings",
    title: "Pings by direction and verdict",
    purpose: "The lab's finding: packets that went out as ACCEPT, and whether anything came back.",
    query:
      "filter protocol = 1\n| stats sum(packets) as packetsSeen, sum(bytes) as bytesSeen by srcAddr, dstAddr, action\n| sort packetsSeen desc",
  },
  {
    id: "ssh-attempts",
    title: "Traffic to one port: SSH",
    purpose: "Who tried port 22 and what became of it (put in another port for another service).",
    query:
      "filter dstPort = 22\n| stats count(*) as attempts, sum(packets) as packetsSeen by srcAddr, dstAddr, action\n| sort attempts desc\n| limit 20",
  },
  {
    id: "rejected-ports",
    title: "Ports that strangers try",
    purpose: "What scanners look for.",
    query:
      'filter action = "REJECT"\n| stats count(*) as tries, count_distinct(srcAddr) as strangers by dstPort\n| sort tries desc\n| limit 20',
  },
  {
    id: "top-talkers",
    title: "Top talkers",
    purpose: "Which addresses send the most altogether.",
    query:
      "stats sum(bytes) as bytesSent, sum(packets) as packetsSent by srcAddr\n| sort bytesSent desc\n| limit 10",
  },
  {
    id: "volume-over-time",
    title: "Volume minute by minute",
    purpose: "When the traffic was: each ping of the lab is a small hill.",
    query: "stats sum(bytes) as bytesTransferred by bin(1m) as minute\n| sort minute",
  },
  {
    id: "verdicts",
    title: "Records by verdict and protocol",
    purpose: "How much was let through and how much turned away.",
    query: "stats count(*) as records, sum(bytes) as bytesSeen by action, protocol\n| sort records desc",
  },
];

/** The named query of that id; undefined if there is none. */
export function namedQuery(id: string): NamedQuery | undefined {
  return NAMED_QUERIES.find((query) => query.id === id);
}
