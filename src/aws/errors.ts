/** AWS's refusals: told apart by their codes, and translated for people. */

/** AWS's error code, or a system code such as ECONNRESET; "" for anything else. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const { Code, code } = error as Error & { Code?: string; code?: string };
  return Code ?? (error.name !== "Error" ? error.name : (code ?? ""));
}

/**
 * Whether AWS says that a thing does not exist. Spelling varies in the wild (InvalidVpcID.NotFound,
 * InvalidVpcId.NotFound): matched without case, on the end (AWS-FACTS: NotFound codes).
 */
export function isNotFound(error: unknown): boolean {
  return /(\.NotFound|^NoSuchEntity(Exception)?|^ResourceNotFoundException)$/i.test(codeOf(error));
}

export function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return codes.includes(codeOf(error));
}

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
    this.exitCode = more.exitCode ?? 1;
  }
}
