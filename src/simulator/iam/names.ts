/** Names, paths, ARNs and unique ids, with the rules that IAM holds them to. */
import { constraintsUnder } from "../constraints.ts";
import type { Context } from "../context.ts";
import { AwsError } from "../error.ts";

export const { constraint, checkEnum, checkLength, checkValue } = constraintsUnder("ValidationError");

const ID_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** A unique id: the four letters of its kind and 17 more, as AWS makes them. */
export function newUniqueId(context: Context, prefix: "AROA" | "ANPA" | "AIPA"): string {
  let id: string = prefix;
  while (id.length < 21) id += ID_LETTERS.charAt(Math.floor(context.random() * ID_LETTERS.length));
  return id;
}

export function arnOf(
  context: Context,
  kind: "role" | "policy" | "instance-profile",
  entity: { path: string; name: string },
): string {
  return `arn:aws:iam::${context.account}:${kind}${entity.path}${entity.name}`;
}

/** The name at the end of a role's ARN, whatever its path; undefined for anything else. */
export function roleNameFromArn(arn: string): string | undefined {
  return /^arn:aws:iam::\d{12}:role\/(?:[\x21-\x7e]*\/)?([\w+=,.@-]+)$/.exec(arn)?.[1];
}

/** @throws AwsError ValidationError for a name that IAM does not allow */
export function checkName(name: string | undefined, parameter: string, maxLength: number): string {
  if (!name || !/^[\w+=,.@-]+$/.test(name))
    throw constraint(name ?? "", parameter, "satisfy regular expression pattern: [\\w+=,.@-]+");
  checkLength(name, parameter, 1, maxLength);
  return name;
}

/** @returns "/" where no path was given */
export function checkPath(path: string | undefined): string {
  if (path === undefined) return "/";
  if (!/^\/([\x21-\x7e]+\/)?$/.test(path) || path.length > 512)
    throw new AwsError(
      "ValidationError",
      "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.",
    );
  return path;
}

/** @throws AwsError ValidationError for one of more than 1,000 characters */
export function checkDescription(description = ""): void {
  checkLength(description, "Description", 0, 1000);
}

export function checkArn(arn: string | undefined): string {
  if (!arn || arn.length < 20 || !arn.startsWith("arn:"))
    throw new AwsError("InvalidInput", `ARN ${arn ?? ""} is not valid.`);
  return arn;
}

export function noSuchEntity(message: string): AwsError {
  return new AwsError("NoSuchEntity", message, 404);
}

export function alreadyExists(message: string): AwsError {
  return new AwsError("EntityAlreadyExists", message, 409);
}

export function deleteConflict(message: string): AwsError {
  return new AwsError("DeleteConflict", message, 409);
}

export function limitExceeded(message: string): AwsError {
  return new AwsError("LimitExceeded", message, 409);
}

/** IAM keeps names apart by more than their case: `Ana` and `ana` cannot both be. */
export function nameIsTaken(existing: Iterable<string>, name: string): boolean {
  const wanted = name.toLowerCase();
  for (const other of existing) if (other.toLowerCase() === wanted) return true;
  return false;
}

/** Policy documents travel URL-encoded in answers (RFC 3986). */
export function urlEncoded(document: string): string {
  return encodeURIComponent(document).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
