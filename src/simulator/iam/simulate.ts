/** SimulatePrincipalPolicy: may this role, or the learner, do that? Asked of IAM, so without any delay. */
import {
  type EvaluationResult,
  type PolicySourceType,
  type SimulatePolicyResponse,
  SimulatePrincipalPolicy$,
  type SimulatePrincipalPolicyRequest,
} from "@aws-sdk/client-iam";
import type { Context } from "../context.ts";
import { AwsError } from "../error.ts";
import { operation } from "../operation.ts";
import { AWS_MANAGED_POLICIES } from "./aws-managed-policies.ts";
import { learner } from "./learner.ts";
import { arnOf, checkArn, noSuchEntity } from "./names.ts";
import { page } from "./pages.ts";
import { defaultVersion, findPolicy } from "./policies.ts";
import type { RequestKeys } from "./policy-conditions.ts";
import { parseIdentityPolicy, type Statement } from "./policy-document.ts";
import { decide } from "./policy-evaluation.ts";

type Sourced = Statement & { readonly source: { id: string; type: PolicySourceType } };

const simulatePrincipalPolicy = operation<SimulatePrincipalPolicyRequest, SimulatePolicyResponse>(
  SimulatePrincipalPolicy$,
  [
    "PolicySourceArn",
    "PolicyInputList",
    "ActionNames",
    "ResourceArns",
    "ContextEntries",
    "Marker",
    "MaxItems",
  ],
  (context, input) => {
    const statements = [
      ...principalStatements(context, checkArn(input.PolicySourceArn)),
      ...(input.PolicyInputList ?? []).flatMap((text, index) =>
        sourced(text, `PolicyInputList.${index + 1}`, "none"),
      ),
    ];
    const keys = requestKeys(input.ContextEntries);
    const results: EvaluationResult[] = [];
    for (const action of input.ActionNames ?? []) {
      if (!/^[\w-]+:[\w*]+$/.test(action)) throw new AwsError("InvalidInput", `Invalid action: ${action}`);
      for (const resource of input.ResourceArns ?? ["*"]) {
        const { decision, because } = decide(statements, { action, resource, keys });
        results.push({
          EvalActionName: action,
          EvalResourceName: resource,
          EvalDecision: decision,
          MatchedStatements: because.map(({ source }) => ({
            SourcePolicyId: source.id,
            SourcePolicyType: source.type,
          })),
          MissingContextValues: missingKeys(statements, keys),
        });
      }
    }
    const { items, more } = page(
      results,
      (result) => String(results.indexOf(result)).padStart(9, "0"),
      input,
    );
    return { EvaluationResults: items, ...more };
  },
);

function principalStatements(context: Context, arn: string): Sourced[] {
  const user = learner(context);
  const role = Object.values(context.state.iam.roles).find((other) => arnOf(context, "role", other) === arn);
  if (arn !== user.arn && !role)
    throw noSuchEntity(`The ${arn.includes(":role/") ? "role" : "user"} with name ${arn} cannot be found.`);
  const attached = (role ?? user).attachedPolicyArns.flatMap((policyArn) => {
    const policy = findPolicy(context, policyArn);
    const version = policy && defaultVersion(policy);
    const type = AWS_MANAGED_POLICIES[policyArn] ? "aws-managed" : "user-managed";
    return version ? sourced(version.document, policy.name, type) : [];
  });
  const inline = Object.entries(role?.inlinePolicies ?? {});
  return [...attached, ...inline.flatMap(([name, document]) => sourced(document, name, "role"))];
}

function sourced(document: string, id: string, type: PolicySourceType): Sourced[] {
  return parseIdentityPolicy(document).map((statement) => ({
    ...statement,
    source: { id, type },
  }));
}

function requestKeys(entries: SimulatePrincipalPolicyRequest["ContextEntries"]): RequestKeys {
  return Object.fromEntries(
    (entries ?? []).map(({ ContextKeyName: name = "", ContextKeyValues: values = [] }) => {
      if (values.length !== 1)
        throw new AwsError(
          "UnsupportedOperation",
          `The embedded AWS of vpclab does not model context keys with ${values.length} values: ${name}`,
        );
      return [name.toLowerCase(), values[0] ?? ""];
    }),
  );
}

function missingKeys(statements: readonly Statement[], keys: RequestKeys): string[] {
  const asked = statements.flatMap(({ conditions }) => conditions.map(({ key }) => key));
  return [...new Set(asked)].filter((key) => keys[key] === undefined);
}

export const simulateOperations = [simulatePrincipalPolicy];
