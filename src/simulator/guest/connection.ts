/** A TCP connection being opened, as Linux does it: the first segment again after 1, 3, 7 … seconds without an answer. */
import type { Packet } from "../../network/packet.ts";
import type { Answer, Machine } from "./program.ts";

/** Kept between two turns. */
export interface Opening {
  readonly startedAt: number;
  readonly tries: number;
  readonly sourcePort: number;
}

export type Attempt =
  | { readonly state: "open"; readonly connection: Packet; readonly answer: Answer }
  | { readonly state: "refused" }
  | { readonly state: "timed-out" }
  | { readonly state: "waiting"; readonly waitMs: number; readonly opening: Opening };

/** Linux's tcp_syn_retries is 6: it gives up after 1 + 2 + … + 64 seconds. */
const TRIES = 7;
const LONGEST_MS = 127_000;
/** A first segment with its options, and an empty one later on: lengths of the IP packets. */
const SYN_BYTES = 60;
const EMPTY_BYTES = 52;

/**
 * One turn of opening a connection.
 * @param timeoutMs the program's own patience
 * @param opening what the last turn gave back; undefined at the beginning
 */
export function openConnection(
  machine: Machine,
  destination: string,
  destinationPort: number,
  timeoutMs: number | undefined,
  opening: Opening = { startedAt: machine.now, tries: 0, sourcePort: machine.randomInteger(32_768, 60_999) },
): Attempt {
  const elapsed = machine.now - opening.startedAt;
  const patience = Math.min(timeoutMs ?? LONGEST_MS, LONGEST_MS);
  if (elapsed >= patience) return { state: "timed-out" };
  const tries = opening.tries + 1;
  const connection: Packet = {
    protocol: 6,
    source: machine.privateAddress,
    destination,
    sourcePort: opening.sourcePort,
    destinationPort,
  };
  const answer = machine.exchange(connection, SYN_BYTES);
  if (answer) return answer.isRefused ? { state: "refused" } : { state: "open", connection, answer };
  const nextTryAt = tries < TRIES ? (2 ** tries - 1) * 1000 : LONGEST_MS;
  return {
    state: "waiting",
    waitMs: Math.min(nextTryAt, patience) - elapsed,
    opening: { ...opening, tries },
  };
}

/**
 * What is said on an open connection, then its orderly end.
 * @param payloads bytes of data in turn, ours first
 */
export function talk(machine: Machine, connection: Packet, payloads: readonly number[]): void {
  const data = payloads.flatMap((bytes, index) => {
    const [speaker, listener] = index % 2 === 0 ? (["us", "them"] as const) : (["them", "us"] as const);
    return bytes === 0
      ? []
      : [
          { from: speaker, bytes: EMPTY_BYTES + bytes },
          { from: listener, bytes: EMPTY_BYTES },
        ];
  });
  const empty = (from: "us" | "them") => ({ from, bytes: EMPTY_BYTES });
  machine.converse(connection, [empty("us"), ...data, empty("us"), empty("them"), empty("us")]);
}
