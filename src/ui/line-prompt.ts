/** Questions line by line, without redrawing: for screen readers and braille displays (ACCESSIBLE=1). */
import { createInterface } from "node:readline/promises";
import type { Terminal } from "./terminal.ts";
import { styled } from "./text.ts";

/**
 * Asks until the line is accepted.
 * @param refuse says what is wrong with a line, or undefined where it is right
 * @returns the line without spaces around it; undefined after Ctrl-C, the end of the input, or an aborted signal
 */
export async function askLine(
  terminal: Terminal,
  question: string,
  signal: AbortSignal | undefined,
  refuse: (line: string) => string | undefined,
): Promise<string | undefined> {
  // By Ctrl-D during a wait: see prompt.ts.
  if (terminal.stdin.readableEnded) return undefined;
  const left = new AbortController();
  const leave = () => left.abort();
  const lines = createInterface({ input: terminal.stdin, output: terminal.stderr, terminal: true });
  lines.once("SIGINT", leave);
  lines.once("close", leave);
  if (signal?.aborted) leave();
  signal?.addEventListener("abort", leave, { once: true });
  try {
    for (;;) {
      const line = (await lines.question(styled(question), { signal: left.signal })).trim();
      const complaint = refuse(line);
      if (complaint === undefined) return line;
      terminal.say(complaint);
    }
  } catch (error) {
    if (!left.signal.aborted) throw error;
    terminal.say("");
    return undefined;
  } finally {
    signal?.removeEventListener("abort", leave);
    lines.close();
  }
}
