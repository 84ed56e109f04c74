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

/** @throws AwsError for an empty list, and for one of more than `most` items */
export function checkLength(items: readonly unknown[], parameter: string, most: number): void {
  if (items.length === 0) throw constraint("[]", parameter, "have length greater than or equal to 1");
  if (items.length > most) throw constraint("[…]", parameter, `have length less than or equal to ${most}`);
}

/** @throws AwsError for what is none of the values that there are */
export function checkEnum(value: string | undefined, parameter: string, values: readonly string[]): void {
  if (value !== undefined && !values.includes(value))
    throw constraint(value, parameter, `satisfy enum value set: [${values.join(", ")}]`);
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
