/** Names of IP protocols and of well-known ports (IANA's registries; the ones a VPC is likely to see). */

const protocolNames: Record<number, string> = {
  1: "icmp",
  2: "igmp",
  4: "ipip",
  6: "tcp",
  17: "udp",
  41: "ipv6",
  47: "gre",
  50: "esp",
  51: "ah",
  58: "icmpv6",
  89: "ospf",
  132: "sctp",
};

const portNames: Record<number, string> = {
  20: "ftp-data",
  21: "ftp",
  22: "ssh",
  23: "telnet",
  25: "smtp",
  53: "dns",
  67: "dhcp",
  68: "dhcp",
  69: "tftp",
  80: "http",
  110: "pop3",
  123: "ntp",
  137: "netbios",
  143: "imap",
  161: "snmp",
  179: "bgp",
  389: "ldap",
  443: "https",
  445: "smb",
  465: "smtps",
  500: "ike",
  514: "syslog",
  587: "submission",
  636: "ldaps",
  853: "dns-over-tls",
  993: "imaps",
  995: "pop3s",
  1433: "mssql",
  1521: "oracle",
  1883: "mqtt",
  1900: "ssdp",
  2049: "nfs",
  2375: "docker",
  3306: "mysql",
  3389: "rdp",
  4500: "ipsec-nat-t",
  5060: "sip",
  5432: "postgresql",
  5900: "vnc",
  5985: "winrm",
  6379: "redis",
  6443: "kubernetes",
  8080: "http-alt",
  8443: "https-alt",
  9200: "elasticsearch",
  11211: "memcached",
  27017: "mongodb",
};

/** "tcp" for 6; the number itself where it has no common name. */
export function protocolName(protocol: number): string {
  return protocolNames[protocol] ?? String(protocol);
}

/** 6 for "tcp", "TCP" or "6"; undefined for what is neither a known name nor a number from 0 to 255. */
export function protocolNumber(name: string): number | undefined {
  if (/^\d{1,3}$/.test(name)) return Number(name) <= 255 ? Number(name) : undefined;
  const entry = Object.entries(protocolNames).find(([, known]) => known === name.toLowerCase());
  return entry === undefined ? undefined : Number(entry[0]);
}

/** Whether the protocol has ports; the others show 0 in both port fields. */
export function hasPorts(protocol: number): boolean {
  return protocol === 6 || protocol === 17 || protocol === 132;
}

/** "https" for 443; undefined where the port has no well-known name. */
export function portName(port: number): string | undefined {
  return portNames[port];
}

/**
 * The service that a flow is about: the name of its destination port, else of its source port (a reply), else
 * undefined. Protocols without ports have none.
 */
export function serviceName(protocol: number, srcPort: number, dstPort: number): string | undefined {
  if (!hasPorts(protocol)) return undefined;
  return portName(dstPort) ?? portName(srcPort);
}
