/** What a command ends with beside 0. Scripts rely on it: docs/exit-codes-and-json.md. */
export const EXIT = {
  failed: 1,
  /** Nothing was called, nothing was made. */
  badInput: 2,
  /** A check was made, and its answer is no. */
  no: 3,
  noCredentials: 4,
  leftovers: 5,
  /** 128 and the number of SIGINT, as shells have it. */
  interrupted: 130,
  /** As of a program that SIGPIPE ends; Windows has no such signal, but pipes. */
  nobodyReads: 141,
} as const;

/** Something went wrong that the person can do something about. Shown as what, why, next; never as a stack trace. */
export class LabError extends Error {
  /** AWS's code where there is one, else our own in kebab case. */
  readonly code: string;
  /** Why it happened, a sentence; "" if the message says it all. */
  readonly why: string;
  /** What to do, a sentence or a command each. */
  readonly next: readonly string[];
  readonly exitCode: number;

  constructor(
    code: string,
    message: string,
    more: {
      readonly why?: string;
      readonly next?: readonly string[];
      readonly exitCode?: number;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = "LabError";
    this.code = code;
    this.why = more.why ?? "";
    this.next = more.next ?? [];
    this.exitCode = more.exitCode ?? EXIT.failed;
  }
}

/** Bad input: nothing was called, nothing was made. Exit code 2. */
export function usageError(message: string, ...next: readonly string[]): LabError {
  return new LabError("usage", message, { next, exitCode: EXIT.badInput });
}

/**
 * What was thrown, in its own words: anything may be. Where several addresses of one name were tried, the first says why:
 * the whole has no message.
 */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof AggregateError && thrown.errors[0] instanceof Error) return thrown.errors[0].message;
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Ctrl-C. Exit code 130. */
export class Interrupted extends Error {
  constructor() {
    super("Interrupted.");
    this.name = "Interrupted";
  }
}
