/** Reading stdin to its end. It may be a terminal, or a pipe in which nothing comes: Ctrl-C ends that too. */
import { addAbortSignal } from "node:stream";
import type { Program } from "./program.ts";

/**
 * @param read what reads stdin to its end
 * @throws the signal's reason at Ctrl-C; what `read` throws
 */
export async function untilInterrupted<T>(program: Program, read: () => Promise<T>): Promise<T> {
  const { terminal, signal } = program;
  addAbortSignal(signal, terminal.stdin);
  try {
    return await read();
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
