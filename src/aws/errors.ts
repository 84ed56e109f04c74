/** AWS's refusals: told apart by their codes, and translated for people. */
import { LabError } from "../lab/error.ts";

export { LabError };

/** AWS's error code, a LabError's, or a system code such as ECONNRESET; "" for anything else. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  if (error instanceof LabError) return error.code;
  const { Code, code } = error as Error & { Code?: string; code?: string };
  // Several addresses of one name were tried in vain: the code says more than that.
  const isNamed = error.name !== "Error" && !(error instanceof AggregateError);
  return Code ?? (isNamed ? error.name : (code ?? ""));
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
