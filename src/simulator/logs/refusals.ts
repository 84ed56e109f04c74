/** How CloudWatch Logs refuses. */
import { AwsError } from "../error.ts";

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

/** "1 validation error detected: …", as every constraint is told. */
export function constraint(value: string | number, parameter: string, rule: string): AwsError {
  return invalidParameter(
    `1 validation error detected: Value '${value}' at '${parameter}' failed to satisfy constraint: Member must ${rule}`,
  );
}

/** @returns `limit`, or the default where none was asked for */
export function checkLimit(
  limit: number | undefined,
  ifAbsent: number,
  most: number,
  parameter = "limit",
): number {
  if (limit === undefined) return ifAbsent;
  if (limit < 1) throw constraint(limit, parameter, "have value greater than or equal to 1");
  if (limit > most) throw constraint(limit, parameter, `have value less than or equal to ${most}`);
  return limit;
}
