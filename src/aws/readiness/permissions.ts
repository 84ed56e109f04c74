/** Whether the caller may do what the lab needs: EC2 says so by dry runs, IAM by simulating the caller's policies. */
import { CreateInternetGatewayCommand, CreateVpcCommand } from "@aws-sdk/client-ec2";
import { type EvaluationResult, GetRoleCommand, paginateSimulatePrincipalPolicy } from "@aws-sdk/client-iam";
import { ANY_OF_EC2, EC2_TYPES, labPolicy, type PolicyStatement } from "../../lab/permissions.ts";
import type { LabSpec } from "../../lab/spec.ts";
import type { Aws } from "../clients.ts";
import { codeOf, isCode, isDenied, isNotFound } from "../errors.ts";
import { type Identity, partitionOf } from "../identity.ts";
import { redacted } from "../redact.ts";
import { allPages, tagSpecifications } from "../tags.ts";
import { type Check, check } from "./check.ts";

const FIX = [
  "Ask whoever runs the account to attach the policy that `vpclab policy` prints.",
  "Or name another profile by --profile.",
];
/** More names than this are counted, not listed. */
const LISTED = 6;

/** Fails where an action is refused; a warning where IAM's simulator cannot be asked. Nothing is made. */
export async function lookForPermissions(aws: Aws, spec: LabSpec, identity: Identity): Promise<Check> {
  const [dryRuns, simulation] = await Promise.all([dryRun(aws, spec), simulate(aws, spec, identity)]);
  const denied = [...new Set([...dryRuns.denied, ...simulation.denied])].sort();
  if (denied.length > 0) {
    const more = denied.length > LISTED ? ` and ${denied.length - LISTED} more` : "";
    const isByOrganization = dryRuns.byOrganization || simulation.byOrganization;
    const byOrganization = isByOrganization
      ? " A policy of the organization (SCP) forbids it, whatever your own policies say."
      : "";
    return check(
      "permissions",
      "fail",
      `You may not ${denied.slice(0, LISTED).join(", ")}${more}.${byOrganization}`,
      ...(isByOrganization ? ["Ask whoever runs the organization, or use another account."] : FIX),
    );
  }
  const tried = `EC2's dry runs of ${dryRuns.tried.join(" and ")} pass`;
  if (simulation.unknown !== undefined)
    return check(
      "permissions",
      "warning",
      `${tried}; the rest could not be asked: ${simulation.unknown}.`,
      "If a later call is refused, `vpclab policy` prints what is needed.",
    );
  return check(
    "permissions",
    "pass",
    `${tried}, and IAM's simulator allows all ${simulation.asked} actions.`,
  );
}

/** The calls of EC2 that name nothing that exists: only these can be tried before there is a VPC. */
async function dryRun(aws: Aws, spec: LabSpec) {
  const calls = {
    CreateVpc: new CreateVpcCommand({
      DryRun: true,
      CidrBlock: spec.cidr1,
      TagSpecifications: tagSpecifications(spec.tagsOf("vpc-1"), "vpc"),
    }),
    CreateInternetGateway: new CreateInternetGatewayCommand({
      DryRun: true,
      TagSpecifications: tagSpecifications(spec.tagsOf("internet-gateway-1"), "internet-gateway"),
    }),
  };
  const refusals: { readonly action: string; readonly message: string }[] = [];
  const note = (action: string) => (error: unknown) => {
    if (!isDenied(error) || !(error instanceof Error)) throw error;
    refusals.push({ action, message: error.message });
  };
  await Promise.all([
    unlessDryRun(aws.ec2.send(calls.CreateVpc)).catch(note("ec2:CreateVpc")),
    unlessDryRun(aws.ec2.send(calls.CreateInternetGateway)).catch(note("ec2:CreateInternetGateway")),
  ]);
  return {
    tried: Object.keys(calls),
    denied: refusals.map(({ action }) => action),
    byOrganization: refusals.some(({ message }) => /service control policy/.test(message)),
  };
}

/** A dry run never succeeds: "it would have" is a refusal too, and so is a quota that is used up. */
async function unlessDryRun(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!isCode(error, "DryRunOperation", "VpcLimitExceeded", "InternetGatewayLimitExceeded")) throw error;
  }
}

interface Simulation {
  readonly asked: number;
  readonly denied: readonly string[];
  /** Whether the organization is what forbids. */
  readonly byOrganization: boolean;
  /** Why the simulator could not be asked. */
  readonly unknown?: string;
}

async function simulate(aws: Aws, spec: LabSpec, identity: Identity): Promise<Simulation> {
  const nothing = { asked: 0, denied: [], byOrganization: false };
  if (identity.arn.endsWith(":root"))
    return { ...nothing, unknown: "you are the account's root user, whom no policy limits" };
  const principal = await policySource(aws, identity.arn);
  if (principal === undefined)
    return { ...nothing, unknown: `${redacted(identity.arn)} is no user and no role` };
  const { Statement } = labPolicy(spec, identity.account, partitionOf(aws.region));
  try {
    const outcomes = await Promise.all(Statement.map((statement) => simulateOne(aws, principal, statement)));
    const refusals = outcomes.flat();
    return {
      asked: new Set(Statement.flatMap(({ Action }) => Action)).size,
      denied: refusals.map(({ EvalActionName = "" }) => EvalActionName),
      byOrganization: refusals.some(
        ({ OrganizationsDecisionDetail }) => OrganizationsDecisionDetail?.AllowedByOrganizations === false,
      ),
    };
  } catch (error) {
    if (isDenied(error)) return { ...nothing, unknown: "you may not use IAM's policy simulator" };
    if (isNotFound(error) || isCode(error, "InvalidInput", "InvalidInputException", "PolicyEvaluation"))
      return { ...nothing, unknown: `IAM's simulator answers ${codeOf(error)}` };
    throw error;
  }
}

/**
 * Asks for one statement of the policy, with examples of its resources and with the tags that its condition wants.
 * @returns what is refused: an action that no example is allowed for, or that one is expressly forbidden for. That an
 *   action does not apply to some of a statement's resources is no refusal
 */
async function simulateOne(
  aws: Aws,
  principalArn: string,
  { Action, Resource, Condition = {} }: PolicyStatement,
): Promise<EvaluationResult[]> {
  const results = await allPages(
    paginateSimulatePrincipalPolicy(
      { client: aws.iam },
      {
        PolicySourceArn: principalArn,
        ActionNames: [...Action],
        ResourceArns: Resource.flatMap(examplesOf),
        ContextEntries: Object.values(Condition).flatMap((keys) =>
          Object.entries(keys).map(([ContextKeyName, value]) => ({
            ContextKeyName,
            ContextKeyType: "string" as const,
            ContextKeyValues: [typeof value === "string" ? value : (value[0] ?? "")],
          })),
        ),
      },
    ),
    (page) => page.EvaluationResults,
  );
  return Action.flatMap((action) => {
    const ofAction = results.filter(({ EvalActionName }) => EvalActionName === action);
    const forbidden = ofAction.find(({ EvalDecision }) => EvalDecision === "explicitDeny");
    const isAllowed = ofAction.some(({ EvalDecision }) => EvalDecision === "allowed");
    const refused = forbidden ?? (isAllowed ? undefined : ofAction[0]);
    return refused ?? [];
  });
}

/** `…:vpc/*` → `…:vpc/example`: the simulator wants resources, not patterns. */
function examplesOf(pattern: string): string[] {
  if (pattern === "*") return ["*"];
  const patterns = pattern.endsWith(ANY_OF_EC2)
    ? EC2_TYPES.map((type) => `${pattern.slice(0, -ANY_OF_EC2.length)}${type}/*`)
    : [pattern];
  return patterns.map((each) => each.replace(/\*$/, "example"));
}

/**
 * Whose policies are to be simulated. Who has taken a role calls by a session's ARN, which IAM knows nothing of and
 * which has lost the role's path.
 * @returns undefined for those that have no policies of their own (federated users)
 */
async function policySource(aws: Aws, arn: string): Promise<string | undefined> {
  if (/:iam::\d+:(user|role)\//.test(arn)) return arn;
  const [, partition, account, roleName] = /^arn:([\w-]+):sts::(\d+):assumed-role\/([^/]+)\//.exec(arn) ?? [];
  if (roleName === undefined) return undefined;
  try {
    const { Role } = await aws.iam.send(new GetRoleCommand({ RoleName: roleName }));
    if (Role?.Arn) return Role.Arn;
  } catch (error) {
    if (!isDenied(error) && !isNotFound(error)) throw error;
  }
  return `arn:${partition}:iam::${account}:role/${roleName}`;
}
