/** A command line as it is typed, parsed and run in this process. */
import { runCommandLine } from "../../src/run.ts";
import type { LabHome, Ran, RunOptions } from "./in-process.ts";

/**
 * @param words what follows the program's name: `["ping", "public"]`
 * @param options without columns, as off a terminal
 * @returns what `vpclab` with these words prints and ends with; errors are messages, as for a person
 */
export function typed(home: LabHome, words: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return home.run(
    (program, terminal) =>
      runCommandLine(words, {
        programFor: () => program,
        version: "0.0.0",
        writeOut: (text) => terminal.stdout.write(text),
        writeErr: (text) => terminal.stderr.write(text),
      }),
    { json: words.includes("--json"), ...options },
  );
}
