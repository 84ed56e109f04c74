/** Runs a command line: the one place that turns a command's error into a message and an exit code. */
import { CommanderError } from "commander";
import { commandLine, type Surroundings } from "./command-line.ts";
import type { GlobalOptions } from "./commands/program.ts";
import { EXIT, Interrupted } from "./lab/error.ts";

/**
 * @param words what follows the program's name: `["up", "--yes"]`
 * @returns the exit code; what went wrong has been said
 */
export async function runCommandLine(words: readonly string[], surroundings: Surroundings): Promise<number> {
  let code = 0;
  /** As the command was called; an error is told in the same way. */
  let called: GlobalOptions = {
    json: words.includes("--json"),
    color: !words.includes("--no-color"),
  };
  const programFor = (options: GlobalOptions) => {
    called = options;
    return surroundings.programFor(options);
  };
  const program = commandLine({ ...surroundings, programFor }, (ended) => {
    code = ended;
  });
  try {
    await program.parseAsync(words, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.badInput;
    if (error instanceof Interrupted) return EXIT.interrupted;
    const { showError } = await import("./commands/show-error.ts");
    return showError((await programFor(called)).terminal, error, words.includes("--debug"));
  }
}
