/** `vpclab completion`: the script that makes a shell complete vpclab's command lines. */
import { usageError } from "../lab/error.ts";
import { COMPLETION_SCRIPTS, SHELLS } from "./completion-scripts.ts";
import type { Program } from "./program.ts";

/** @returns the exit code; @throws LabError with exit code 2 for a shell that we do not know */
export function completion({ terminal }: Program, name: string): number {
  const shell = SHELLS.find((one) => one === name.toLowerCase());
  if (shell === undefined)
    throw usageError(
      `vpclab completes for ${SHELLS.join(", ")}, not for "${name}".`,
      "vpclab completion bash",
    );
  // As it is: it is read by a shell, and no word of it may be changed for a person.
  terminal.stdout.write(COMPLETION_SCRIPTS[shell]);
  return 0;
}
