/** AWS's refusals, told apart by their codes. What they mean for people is in translate.ts. */
import type { UnsuccessfulItem } from "@aws-sdk/client-ec2";
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

/** AWS's "you may not", in each service's own word. */
export function isDenied(error: unknown): boolean {
  return /^(UnauthorizedOperation|AccessDenied(Exception)?)$/.test(codeOf(error));
}

/** Whether an error has one of these codes. */
export function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return codes.includes(codeOf(error));
}

/**
 * A refusal within an answer of HTTP 200, as the SDK would throw it: calls of EC2 that take several ids answer so.
 * @returns undefined where nothing was refused
 */
export function refusalWithin(items: readonly UnsuccessfulItem[] | undefined): Error | undefined {
  const refused = items?.[0];
  if (refused === undefined) return undefined;
  const { Code = "Unsuccessful", Message = "AWS gave no reason." } = refused.Error ?? {};
  return Object.assign(new Error(Message), { name: Code, $metadata: {} });
}
