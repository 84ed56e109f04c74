/** A refusal as AWS words it. Thrown by operations; whatever the operation had changed by then is undone. */
export class AwsError extends Error {
  readonly code: string;
  /** HTTP status: 400 unless AWS uses another for this code. */
  readonly status: number;
  /** Further members of a modelled JSON error, e.g. `queryCompileError` of MalformedQueryException. */
  readonly details: Record<string, unknown>;

  constructor(code: string, message: string, status = 400, details: Record<string, unknown> = {}) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = status;
    this.details = details;
  }
}
