/** What a program of the guest is, and what it can do with the machine that it runs on. */
import type { Packet } from "../../network/walk.ts";

/** The instance, as its programs see it. */
export interface Machine {
  /** World time, in ms. */
  readonly now: number;
  readonly hostname: string;
  readonly privateAddress: string;
  /** A whole number from `low` to `high`, both included, from the world's seeded generator. */
  randomInteger(low: number, high: number): number;
  /**
   * Puts a packet on the wire at this moment, and with it the answer of whoever it reaches.
   * @param bytes length of the IP packet; the answer is as long
   * @returns how long the answer took and what it was, or undefined where none came
   */
  exchange(packet: Packet, bytes: number): Answer | undefined;
}

export interface Answer {
  readonly rttMicroseconds: number;
  /** Time to live that the answer has left. */
  readonly ttl: number;
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
