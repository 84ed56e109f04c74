/** An error as a message and an exit code. */

import { translate } from "../aws/translate.ts";
import { LabError } from "../lab/error.ts";
import { errorBlock } from "../ui/errors.ts";
import type { Terminal } from "../ui/terminal.ts";

/** @returns the exit code */
export function showError(terminal: Terminal, error: unknown, debug: boolean): number {
  const told = error instanceof LabError ? error : translate(error);
  errorBlock(terminal, { what: told.message, why: told.why, next: told.next });
  if (debug && error instanceof Error && error.stack) terminal.say(terminal.colour.dim(error.stack));
  return told.exitCode;
}
