/**
 * Policy documents: read, and refused in AWS's words when they are wrong. AWS checks in stages (JSON, syntax,
 * version, ids, actions, resources) and tells only the first thing that it meets.
 */
import { type Conditions, checkConditions } from "./policy-conditions.ts";
import { checkPrincipals, type Principals } from "./policy-principals.ts";
import {
  isObject,
  isStringList,
  type JsonObject,
  malformed,
  refuseVariables,
  syntaxError,
} from "./policy-syntax.ts";

export interface Statement {
  readonly sid?: string;
  readonly effect: "Allow" | "Deny";
  /** Patterns with * and ?; `isExcept` where the document says NotAction / NotResource. */
  readonly actions: Patterns;
  /** Absent in a trust policy. */
  readonly resources?: Patterns;
  /** Only in a trust policy. */
  readonly principals?: Principals;
  readonly conditions: Conditions;
}

export interface Patterns {
  readonly patterns: readonly string[];
  readonly isExcept: boolean;
}

/** What a role or a user may do: CreatePolicy, PutRolePolicy. @throws AwsError MalformedPolicyDocument */
export function parseIdentityPolicy(text: string): Statement[] {
  const document = readJson(text, "Syntax errors in policy.");
  const statements = statementsOf(document);
  for (const statement of statements) checkSyntax(statement);
  if (statements.some((statement) => "Principal" in statement || "NotPrincipal" in statement))
    throw malformed("Policy document should not specify a principal.");
  if (document.Version !== "2012-10-17")
    throw malformed("Policy document must be version 2012-10-17 or greater.");
  checkStatementIds(statements);
  for (const statement of statements) {
    if (isEmpty(statement.Action ?? statement.NotAction))
      throw malformed("Policy statement must contain actions.");
    if (isEmpty(statement.Resource ?? statement.NotResource))
      throw malformed("Policy statement must contain resources.");
  }
  return statements.map((statement) => {
    const actions = patternsOf(statement, "Action");
    const resources = patternsOf(statement, "Resource");
    for (const action of actions.patterns) checkAction(action);
    for (const resource of resources.patterns) checkResource(resource);
    return { ...common(statement), actions, resources };
  });
}

const ASSUME_ACTIONS = new Set([
  "sts:assumerole",
  "sts:assumerolewithsaml",
  "sts:assumerolewithwebidentity",
  "sts:tagsession",
  "sts:setsourceidentity",
  "sts:setcontext",
]);

/**
 * Who may take a role: CreateRole, UpdateAssumeRolePolicy.
 * @param knownArns the IAM ARNs of this account that a principal may name
 * @throws AwsError MalformedPolicyDocument
 */
export function parseTrustPolicy(text: string, knownArns: (arn: string) => boolean): Statement[] {
  const document = readJson(text, "This policy contains invalid Json");
  const statements = statementsOf(document);
  for (const statement of statements) {
    for (const field of ["Resource", "NotResource"])
      if (field in statement) throw malformed(`Has prohibited field ${field}`);
    for (const field of ["Effect", "Principal", "Action"])
      if (!(field in statement) && !(`Not${field}` in statement))
        throw malformed(`Missing required field ${field}`);
    checkSyntax(statement);
  }
  checkStatementIds(statements);
  return statements.map((statement) => {
    const actions = patternsOf(statement, "Action");
    if (actions.isExcept || !actions.patterns.every((action) => ASSUME_ACTIONS.has(action.toLowerCase())))
      throw malformed("AssumeRole policy may only specify STS AssumeRole actions.");
    if (statement.NotPrincipal !== undefined) throw malformed("Allow with NotPrincipal is not allowed.");
    return { ...common(statement), actions, principals: checkPrincipals(statement.Principal, knownArns) };
  });
}

function readJson(text: string, refusal: string): JsonObject {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw malformed(refusal);
  }
  if (!isObject(document)) throw syntaxError();
  const { Version: version, Id: id } = document;
  if (version !== undefined && version !== "2012-10-17" && version !== "2008-10-17") throw syntaxError();
  if (id !== undefined && typeof id !== "string") throw syntaxError();
  for (const field of Object.keys(document))
    if (!["Version", "Id", "Statement"].includes(field)) throw syntaxError();
  return document;
}

function statementsOf(document: JsonObject): JsonObject[] {
  const { Statement: statement } = document;
  const statements: unknown[] = Array.isArray(statement) ? statement : [statement];
  if (statements.length === 0 || !statements.every(isObject)) throw syntaxError();
  return statements as JsonObject[];
}

const STATEMENT_FIELDS = new Set([
  "Sid",
  "Effect",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Principal",
  "NotPrincipal",
  "Condition",
]);

function checkSyntax(statement: JsonObject): void {
  for (const field of Object.keys(statement)) if (!STATEMENT_FIELDS.has(field)) throw syntaxError();
  if (statement.Effect !== "Allow" && statement.Effect !== "Deny") throw syntaxError();
  if (statement.Sid !== undefined && typeof statement.Sid !== "string") throw syntaxError();
  for (const field of ["Action", "Resource"]) {
    if (field in statement && `Not${field}` in statement) throw syntaxError();
    for (const value of [statement[field], statement[`Not${field}`]])
      if (value !== undefined && typeof value !== "string" && !isStringList(value)) throw syntaxError();
  }
}

function checkStatementIds(statements: JsonObject[]): void {
  const ids = statements.map((statement) => statement.Sid).filter((id) => id !== undefined && id !== "");
  if (new Set(ids).size !== ids.length)
    throw malformed("Statement IDs (SID) in a single policy must be unique.");
  if (ids.some((id) => !/^[0-9A-Za-z]*$/.test(String(id))))
    throw malformed(
      "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*",
    );
}

function checkAction(action: string): void {
  if (action === "*") return;
  const parts = action.split(":");
  if (parts.length === 1)
    throw malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
  if (parts.length > 2) throw malformed("Actions/Condition can contain only one colon.");
  if (!/^[a-zA-Z0-9.-]+$/.test(parts[0] ?? "")) throw malformed(`Vendor ${parts[0]} is not valid`);
}

function checkResource(resource: string): void {
  if (resource === "*") return;
  const [arn, partition = "", service = "", ...rest] = resource.split(":");
  if (arn !== "arn") throw malformed(`Resource ${resource} must be in ARN format or "*".`);
  if (partition !== "aws" && partition !== "*")
    throw malformed(
      `Partition "${partition}" is not valid for resource "${["arn", partition, service || "*", ...rest].join(":")}".`,
    );
  if (rest.length < 3 || service === "") throw malformed("The policy failed legacy parsing");
  refuseVariables(resource);
}

function common(statement: JsonObject) {
  return {
    ...(typeof statement.Sid === "string" && { sid: statement.Sid }),
    effect: statement.Effect as "Allow" | "Deny",
    conditions: checkConditions(statement.Condition),
  };
}

function patternsOf(statement: JsonObject, field: "Action" | "Resource"): Patterns {
  const value = (statement[field] ?? statement[`Not${field}`] ?? []) as string | string[];
  return { patterns: typeof value === "string" ? [value] : value, isExcept: `Not${field}` in statement };
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0);
}
