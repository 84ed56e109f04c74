/** The tries that make a flow log worth reading: who reaches for whom, how. Pure. */
import { echoRequest, firstPacket, type Packet, TCP } from "../network/packet.ts";
import type { Host } from "../steps/hosts.ts";

export const KINDS = ["icmp", "ssh", "https", "http", "blocked"] as const;
export type Kind = (typeof KINDS)[number];

export interface Try {
  readonly kind: Kind;
  readonly from: Host;
  /** Undefined: a host on the internet. */
  readonly to: Host | undefined;
  readonly scope: "private" | "public" | "internet";
  /** Of an instance; undefined for a host that is named instead. */
  readonly address: string | undefined;
  /** TCP; undefined for ICMP. */
  readonly port: number | undefined;
}

const SSH = 22;
/** A port that no security group of the lab lets in, and that strangers like to try as well. */
const TELNET = 23;
const WEB: Readonly<Record<"http" | "https", number>> = { http: 80, https: 443 };
/** Stands for whichever address a web host's name turns out to have: of a range kept for documentation (RFC 5737). */
const SOMEWHERE = "192.0.2.1";

/**
 * The tries of one round: from instance 1 to instance 2 and the internet, and back from instance 2, whose tries are
 * what VPC 1's flow log sees coming in. A public address that is not there is left out.
 */
export function triesOf(kinds: readonly Kind[], [one, two]: readonly [Host, Host]): Try[] {
  return KINDS.filter((kind) => kinds.includes(kind)).flatMap((kind): Try[] => {
    if (kind === "http" || kind === "https")
      return [{ kind, from: one, to: undefined, scope: "internet", address: undefined, port: WEB[kind] }];
    const port = kind === "icmp" ? undefined : kind === "ssh" ? SSH : TELNET;
    return [[one, two] as const, [two, one] as const].flatMap(([from, to]) =>
      // SSH by the private way alone; by the public one the same port shows strangers at work already.
      (kind === "ssh" ? (["private"] as const) : (["private", "public"] as const)).flatMap((scope) => {
        const address = scope === "private" ? to.privateAddress : to.publicAddress;
        return address === undefined ? [] : [{ kind, from, to, scope, address, port }];
      }),
    );
  });
}

/** The try's first packet, for the walk that tells what the flow log will note. */
export function packetOf({ from, address = SOMEWHERE, port }: Try): Packet {
  if (port === undefined) return echoRequest(from.privateAddress, address);
  return firstPacket({ protocol: TCP, source: from.privateAddress, destination: address, port });
}
