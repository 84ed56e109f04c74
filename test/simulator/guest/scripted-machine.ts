/** A machine of its own, without a world: answers as told, and time passes only while the script waits. */
import type { Answer, Machine } from "../../../src/simulator/guest/program.ts";
import { advance, startScript } from "../../../src/simulator/guest/shell.ts";

const NAMES: Readonly<Record<string, string>> = {
  "example.com": "93.184.215.14",
  "ip-10-2-9-80.ec2.internal": "10.2.9.80",
};

export interface Run {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
  /** World time that the script took, in ms. */
  readonly ms: number;
  /** When each packet left, in ms from the start, and its length. */
  readonly sent: readonly { readonly at: number; readonly bytes: number }[];
}

/** @param answer what packet number `n` (from 0) gets; default: always the same quick answer */
export function runScript(
  script: string,
  answer: (n: number) => Answer | undefined = () => ({ rttMicroseconds: 412, ttl: 127 }),
): Run {
  const start = Date.UTC(2026, 0, 5, 9);
  const process = startScript(script);
  const sent: { at: number; bytes: number }[] = [];
  let now = start;
  for (;;) {
    const machine: Machine = {
      now,
      hostname: "ip-10-1-4-12.ec2.internal",
      privateAddress: "10.1.4.12",
      randomInteger: (low) => low,
      resolve: (name) => (/^[\d.]+$/.test(name) ? name : NAMES[name]),
      converse: (_, packets) => sent.push(...packets.map(({ bytes }) => ({ at: now - start, bytes }))),
      exchange: (_, bytes) => {
        sent.push({ at: now - start, bytes });
        return answer(sent.length - 1);
      },
    };
    const waitMs = advance(machine, process);
    if (waitMs === undefined) break;
    now += waitMs;
  }
  return { stdout: process.stdout, stderr: process.stderr, status: process.status, ms: now - start, sent };
}
