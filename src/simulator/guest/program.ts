/** What a program of the guest is, and what it can do with the machine that it runs on. */
import type { Packet } from "../../network/packet.ts";
import type { WebServer } from "./web-server.ts";

/** The instance, as its programs see it. */
export interface Machine {
  /** World time, in ms. */
  readonly now: number;
  readonly hostname: string;
  readonly privateAddress: string;
  /** A whole number from `low` to `high`, both included, from the world's seeded generator. */
  randomInteger(low: number, high: number): number;
  /** The address of a host name, as the VPC's DNS tells it; an address is its own. Undefined: unknown. */
  resolve(name: string): string | undefined;
  /**
   * Puts a packet on the wire at this moment, and with it the answer of whoever it reaches: an echo's reply, or what
   * a port says to a first TCP segment. The answer is as long as the packet. To UDP it is the ICMP message that nothing
   * listens there.
   * @param bytes length of the IP packet
   * @returns undefined where no answer came
   */
  exchange(packet: Packet, bytes: number): Answer | undefined;
  /** What follows on an open connection, one packet after the other. */
  converse(
    connection: Packet,
    packets: readonly { readonly from: "us" | "them"; readonly bytes: number }[],
  ): void;
}

export interface Answer {
  readonly rttMicroseconds: number;
  /** Time to live that the answer has left. */
  readonly ttl: number;
  /** TCP and UDP: nothing listens on that port. */
  readonly isRefused?: boolean;
  /** TCP: the web server that listens there. */
  readonly webServer?: WebServer;
  /** The packet was too long for what comes after this router, and may not be cut. */
  readonly tooLong?: { readonly router: string; readonly mtu: number };
}

/** What a program did in one turn, and how it goes on. */
export interface Turn {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly next: { readonly exit: number } | { readonly waitMs: number; readonly memory: unknown };
}

/**
 * A program. It is called again and again with what it remembered, until it exits: so the world goes on, and may
 * change, while it waits.
 */
export type Program = (machine: Machine, args: readonly string[], memory: unknown) => Turn;

/** Prints a complaint and ends. */
export function fail(message: string, exit: number): Turn {
  return { stderr: `${message}\n`, next: { exit } };
}
