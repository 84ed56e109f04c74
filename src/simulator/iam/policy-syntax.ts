/** What all parts of a policy document share: how a JSON value is told apart, and how it is refused. */
import { AwsError } from "../error.ts";

export type JsonObject = Record<string, unknown>;

export function malformed(message: string): AwsError {
  return new AwsError("MalformedPolicyDocument", message);
}

export function syntaxError(): AwsError {
  return malformed("Syntax errors in policy.");
}

export function isObject(value: unknown): value is JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

export function isStringList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

/** @throws AwsError UnsupportedOperation for a text with `${aws:username}` or the like in it */
export function refuseVariables(text: string): void {
  if (text.includes("${"))
    throw new AwsError(
      "UnsupportedOperation",
      `The embedded AWS of vpclab does not model policy variables: ${text}`,
    );
}
