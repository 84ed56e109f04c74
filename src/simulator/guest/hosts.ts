/** Who answers on the internet of the embedded AWS: a few well-known hosts, and nobody else. */

export interface Host {
  readonly address: string;
  readonly names: readonly string[];
  /** Shortest and longest round trip from an AWS Region. */
  readonly rttMicroseconds: readonly [number, number];
  /** Time to live that its answers have left. */
  readonly ttl: number;
  readonly tcpPorts: readonly number[];
}

const WEB = [80, 443];

/** Amazon Linux's packages lie in S3, under another name in each Region; here one name stands for all of them. */
export const PACKAGE_REPOSITORY = "al2023-repos.s3.amazonaws.com";

const HOSTS: readonly Host[] = [
  { address: "8.8.8.8", names: ["dns.google"], rttMicroseconds: [980, 1_900], ttl: 117, tcpPorts: [53, 443] },
  { address: "8.8.4.4", names: [], rttMicroseconds: [980, 1_900], ttl: 117, tcpPorts: [53, 443] },
  {
    address: "1.1.1.1",
    names: ["one.one.one.one"],
    rttMicroseconds: [890, 1_600],
    ttl: 58,
    tcpPorts: [53, 80, 443],
  },
  { address: "1.0.0.1", names: [], rttMicroseconds: [890, 1_600], ttl: 58, tcpPorts: [53, 80, 443] },
  {
    address: "9.9.9.9",
    names: ["dns.quad9.net"],
    rttMicroseconds: [1_300, 2_700],
    ttl: 57,
    tcpPorts: [53, 443],
  },
  {
    address: "93.184.215.14",
    names: ["example.com", "www.example.com"],
    rttMicroseconds: [1_900, 4_200],
    ttl: 54,
    tcpPorts: WEB,
  },
  {
    address: "99.84.52.110",
    names: ["aws.amazon.com"],
    rttMicroseconds: [870, 1_500],
    ttl: 248,
    tcpPorts: WEB,
  },
  {
    address: "52.206.83.102",
    names: ["checkip.amazonaws.com"],
    rttMicroseconds: [900, 1_700],
    ttl: 240,
    tcpPorts: WEB,
  },
  {
    address: "52.216.57.42",
    names: [PACKAGE_REPOSITORY],
    rttMicroseconds: [700, 1_400],
    ttl: 241,
    tcpPorts: WEB,
  },
];

/** The host at a public address; undefined where nobody answers. */
export function hostAt(address: string): Host | undefined {
  return HOSTS.find((host) => host.address === address);
}

export function hostNamed(name: string): Host | undefined {
  return HOSTS.find((host) => host.names.includes(name.toLowerCase()));
}
