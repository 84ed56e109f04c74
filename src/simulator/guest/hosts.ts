/** Who answers on the internet of the embedded AWS: a few well-known hosts, and nobody else. */

export interface Host {
  /** Shortest and longest round trip from an AWS Region. */
  readonly rttMicroseconds: readonly [number, number];
  /** Time to live that its answers have left. */
  readonly ttl: number;
}

const GOOGLE_DNS: Host = { rttMicroseconds: [980, 1_900], ttl: 117 };
const CLOUDFLARE_DNS: Host = { rttMicroseconds: [890, 1_600], ttl: 58 };
const QUAD9: Host = { rttMicroseconds: [1_300, 2_700], ttl: 57 };

const HOSTS: ReadonlyMap<string, Host> = new Map([
  ["8.8.8.8", GOOGLE_DNS],
  ["8.8.4.4", GOOGLE_DNS],
  ["1.1.1.1", CLOUDFLARE_DNS],
  ["1.0.0.1", CLOUDFLARE_DNS],
  ["9.9.9.9", QUAD9],
]);

/** The host at a public address; undefined where nobody answers. */
export function knownHost(address: string): Host | undefined {
  return HOSTS.get(address);
}

export function isIpv4Loopback(address: string): boolean {
  return address.startsWith("127.");
}
