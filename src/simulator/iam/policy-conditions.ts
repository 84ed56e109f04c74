/**
 * The Condition block of a policy statement. String, ARN, Bool and Null operators are evaluated; the others
 * (numbers, dates, addresses, sets) AWS has and we do not, so a document that uses one is refused by name.
 */
import { AwsError } from "../error.ts";
import { ONE, RUN, wildcardMatcher } from "../wildcards.ts";
import { isObject, isStringList, malformed, refuseVariables, syntaxError } from "./policy-syntax.ts";

/** What is known about a request, by lower-case condition key (`aws:sourceaccount`). */
export type RequestKeys = Readonly<Record<string, string>>;

export interface Condition {
  readonly operator: string;
  readonly ifExists: boolean;
  readonly key: string;
  readonly values: readonly string[];
}

/** All must hold. */
export type Conditions = readonly Condition[];

type Comparison = (actual: string, wanted: string) => boolean;

const equal: Comparison = (actual, wanted) => actual === wanted;
const equalIgnoringCase: Comparison = (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase();

/** Each ARN part is matched by itself, so that a `*` never reaches over a colon (but in the last part). */
const alikeArn: Comparison = (actual, wanted) => {
  const [actualParts, wantedParts] = [arnParts(actual), arnParts(wanted)];
  return wantedParts.every((part, index) => matchesPattern(actualParts[index] ?? "", part));
};

function arnParts(arn: string): string[] {
  const parts = arn.split(":");
  return [...parts.slice(0, 5), parts.slice(5).join(":")];
}

const COMPARISONS: Record<string, Comparison> = {
  StringEquals: equal,
  StringEqualsIgnoreCase: equalIgnoringCase,
  StringLike: matchesPattern,
  ArnEquals: alikeArn,
  ArnLike: alikeArn,
  Bool: equalIgnoringCase,
};

const NEGATED: Record<string, string> = {
  StringNotEquals: "StringEquals",
  StringNotEqualsIgnoreCase: "StringEqualsIgnoreCase",
  StringNotLike: "StringLike",
  ArnNotEquals: "ArnEquals",
  ArnNotLike: "ArnLike",
};

const NOT_MODELLED = /^(ForAnyValue:|ForAllValues:|Numeric|Date|BinaryEquals|(Not)?IpAddress)/;

/** @throws AwsError for a block that is not one, and for an operator that is not modelled */
export function checkConditions(block: unknown): Conditions {
  if (block === undefined) return [];
  if (!isObject(block)) throw syntaxError();
  return Object.entries(block).flatMap(([name, keys]) => {
    if (!isObject(keys)) throw syntaxError();
    const operator = name.replace(/IfExists$/, "");
    if (NOT_MODELLED.test(operator))
      throw new AwsError(
        "UnsupportedOperation",
        `The embedded AWS of vpclab does not model the condition operator ${name}.`,
      );
    if (!Object.hasOwn(COMPARISONS, operator) && !Object.hasOwn(NEGATED, operator) && operator !== "Null")
      throw malformed(`Invalid Condition type : ${name}.`);
    return Object.entries(keys).map(([key, value]) => {
      if (!key.includes(":"))
        throw malformed("Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
      const values = (Array.isArray(value) ? value : [value]).map((one) =>
        typeof one === "boolean" || typeof one === "number" ? String(one) : one,
      );
      if (!isStringList(values)) throw syntaxError();
      for (const each of values) refuseVariables(each);
      return { operator, ifExists: name !== operator, key: key.toLowerCase(), values };
    });
  });
}

/** Whether every condition holds for a request. A key that the request does not have fails all but the negated. */
export function conditionsHold(conditions: Conditions, keys: RequestKeys): boolean {
  return conditions.every(({ operator, ifExists, key, values }) => {
    const actual = keys[key];
    if (operator === "Null") return values.includes(String(actual === undefined));
    if (actual === undefined) return ifExists || NEGATED[operator] !== undefined;
    const negated = NEGATED[operator];
    const compare = COMPARISONS[negated ?? operator];
    if (!compare) throw new Error(`condition operator ${operator} was let in and cannot be evaluated`);
    const matches = values.some((value) => compare(actual, value));
    return negated ? !matches : matches;
  });
}

/** IAM's wildcards: `*` any run of characters, `?` exactly one. */
export function matchesPattern(text: string, pattern: string): boolean {
  const parts = pattern.split("").map((part) => (part === "*" ? RUN : part === "?" ? ONE : part));
  return wildcardMatcher(parts)(text);
}
