/** An error as a message and an exit code. */

import { translate } from "../aws/translate.ts";
import { LabError } from "../lab/error.ts";
import { errorBlock } from "../ui/errors.ts";
import type { Terminal } from "../ui/terminal.ts";
import { plain } from "../ui/text.ts";

/** @returns the exit code */
export function showError(terminal: Terminal, error: unknown, debug: boolean): number {
  const told = error instanceof LabError ? error : translate(error);
  errorBlock(terminal, { what: told.message, why: told.why, next: told.next });
  if (debug && error instanceof Error)
    for (const frame of frames(error)) terminal.say(terminal.colour.dim(frame));
  return told.exitCode;
}

/** Where it came from. The stack begins with the message, which has been told, and whose lines are anybody's. */
function frames({ name, stack = "" }: Error): string[] {
  const places = stack.split("\n").filter((line) => /^ +at /.test(line));
  return [`${name}:`, ...places].map(plain);
}
