/** How CloudWatch Logs refuses. */
import { constraintsUnder } from "../constraints.ts";
import { AwsError } from "../error.ts";

export const { constraint, checkEnum, checkLength, checkValue } =
  constraintsUnder("InvalidParameterException");

export function invalidParameter(message: string): AwsError {
  return new AwsError("InvalidParameterException", message);
}

export function notFound(message: string): AwsError {
  return new AwsError("ResourceNotFoundException", message);
}

export function alreadyExists(message: string): AwsError {
  return new AwsError("ResourceAlreadyExistsException", message);
}

/** For what AWS has and the embedded AWS has not: refused by name, never ignored. */
export function notModelled(what: string): AwsError {
  return new AwsError("UnsupportedOperation", `The embedded AWS of vpclab does not model ${what}.`);
}

/** @returns `limit`, or the default where none was asked for */
export function checkLimit(
  limit: number | undefined,
  ifAbsent: number,
  most: number,
  parameter = "limit",
): number {
  if (limit === undefined) return ifAbsent;
  checkValue(limit, parameter, 1, most);
  return limit;
}
