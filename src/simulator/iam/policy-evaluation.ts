/** IAM's decision: an explicit Deny wins, else an Allow, else no. */
import { conditionsHold, matchesPattern, type RequestKeys } from "./policy-conditions.ts";
import type { Patterns, Statement } from "./policy-document.ts";

export type Decision = "allowed" | "explicitDeny" | "implicitDeny";

export interface Question {
  /** "logs:PutLogEvents"; the case does not matter. */
  readonly action: string;
  /** An ARN, or "*" for a request that is about no resource in particular. */
  readonly resource: string;
  readonly keys: RequestKeys;
}

/** @returns the decision and the statements that brought it about */
export function decide<S extends Statement>(
  statements: readonly S[],
  question: Question,
): { decision: Decision; because: S[] } {
  const applying = statements.filter((statement) => applies(statement, question));
  const denying = applying.filter((statement) => statement.effect === "Deny");
  if (denying.length > 0) return { decision: "explicitDeny", because: denying };
  return { decision: applying.length > 0 ? "allowed" : "implicitDeny", because: applying };
}

/** Whether a trust policy lets a service take the role. */
export function letsServiceAssume(
  statements: readonly Statement[],
  servicePrincipal: string,
  keys: RequestKeys,
): boolean {
  const applying = statements.filter(
    ({ principals, actions, conditions }) =>
      principals?.Service?.includes(servicePrincipal) &&
      matchesAny(actions, "sts:assumerole", (pattern) => pattern.toLowerCase()) &&
      conditionsHold(conditions, keys),
  );
  return applying.length > 0 && applying.every((statement) => statement.effect === "Allow");
}

function applies(statement: Statement, { action, resource, keys }: Question): boolean {
  return (
    matchesAny(statement.actions, action.toLowerCase(), (pattern) => pattern.toLowerCase()) &&
    statement.resources !== undefined &&
    matchesAny(statement.resources, resource, (pattern) => pattern) &&
    conditionsHold(statement.conditions, keys)
  );
}

function matchesAny(
  { patterns, isExcept }: Patterns,
  text: string,
  fold: (pattern: string) => string,
): boolean {
  return patterns.some((pattern) => matchesPattern(text, fold(pattern))) !== isExcept;
}
