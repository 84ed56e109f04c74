import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  GetUserCommand,
  PutRolePolicyCommand,
  SimulatePrincipalPolicyCommand,
} from "@aws-sdk/client-iam";
import { expect, test } from "vitest";
import { embedded } from "../embedded.ts";
import { FLOW_LOGS, FLOW_LOGS_POLICY, trusting } from "./documents.ts";

test("the learner may do everything", async () => {
  const { iam } = embedded();
  const { User: user } = await iam.send(new GetUserCommand({}));
  const { EvaluationResults: results } = await iam.send(
    new SimulatePrincipalPolicyCommand({
      PolicySourceArn: user?.Arn,
      ActionNames: ["ec2:CreateVpc", "iam:PassRole"],
    }),
  );
  expect(results?.map((result) => [result.EvalActionName, result.EvalDecision])).toEqual([
    ["ec2:CreateVpc", "allowed"],
    ["iam:PassRole", "allowed"],
  ]);
});

test("a role may do what its policies say, at once, with the policy that says so", async () => {
  const { iam } = embedded();
  const { Role: role } = await iam.send(
    new CreateRoleCommand({ RoleName: "r", AssumeRolePolicyDocument: trusting(FLOW_LOGS) }),
  );
  const { Policy: policy } = await iam.send(
    new CreatePolicyCommand({ PolicyName: "p", PolicyDocument: FLOW_LOGS_POLICY }),
  );
  await iam.send(new AttachRolePolicyCommand({ RoleName: "r", PolicyArn: policy?.Arn }));
  const deny = {
    Version: "2012-10-17",
    Statement: {
      Effect: "Deny",
      Action: "logs:CreateLogGroup",
      Resource: "*",
      Condition: { StringEquals: { "aws:SourceAccount": "1" } },
    },
  };
  await iam.send(
    new PutRolePolicyCommand({ RoleName: "r", PolicyName: "no", PolicyDocument: JSON.stringify(deny) }),
  );
  const simulate = async (account?: string) =>
    (
      await iam.send(
        new SimulatePrincipalPolicyCommand({
          PolicySourceArn: role?.Arn,
          ActionNames: ["logs:PutLogEvents", "logs:CreateLogGroup", "ec2:RunInstances"],
          ...(account && {
            ContextEntries: [
              { ContextKeyName: "aws:SourceAccount", ContextKeyValues: [account], ContextKeyType: "string" },
            ],
          }),
        }),
      )
    ).EvaluationResults?.map((result) => result.EvalDecision);
  expect(await simulate()).toEqual(["allowed", "allowed", "implicitDeny"]);
  expect(await simulate("1")).toEqual(["allowed", "explicitDeny", "implicitDeny"]);
  const { EvaluationResults: results } = await iam.send(
    new SimulatePrincipalPolicyCommand({ PolicySourceArn: role?.Arn, ActionNames: ["logs:PutLogEvents"] }),
  );
  expect(results?.[0]?.MatchedStatements).toEqual([
    { SourcePolicyId: "p", SourcePolicyType: "user-managed" },
  ]);
  expect(results?.[0]?.MissingContextValues).toEqual(["aws:sourceaccount"]);
});

test("nobody else is known", async () => {
  const { iam } = embedded();
  await expect(
    iam.send(
      new SimulatePrincipalPolicyCommand({
        PolicySourceArn: "arn:aws:iam::123456789012:user/ana",
        ActionNames: ["ec2:CreateVpc"],
      }),
    ),
  ).rejects.toMatchObject({ name: "NoSuchEntityException" });
});
