import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  DetachRolePolicyCommand,
  PutRolePolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { describe, expect, test } from "vitest";
import type { Context } from "../../../src/simulator/context.ts";
import {
  findInstanceProfile,
  instanceProfileArn,
  instanceProfileHasPropagated,
  roleAllows,
  roleIsAssumableBy,
  roleNameFromArn,
  roleOfInstanceProfile,
} from "../../../src/simulator/iam/index.ts";
import { embedded } from "../embedded.ts";
import { allowing, FLOW_LOGS, FLOW_LOGS_POLICY, trusting } from "./documents.ts";

const SSM_CORE = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore";
const PROPAGATION_MS = 10_000;

async function worldWithRole(trust = trusting(FLOW_LOGS)) {
  const aws = embedded();
  await aws.iam.send(new CreateRoleCommand({ RoleName: "r", AssumeRolePolicyDocument: trust }));
  const ask = <T>(question: (context: Context) => T) => aws.world.look("us-east-1", question);
  return {
    ...aws,
    ask,
    propagated: () => aws.clock.sleep(PROPAGATION_MS),
    isAssumable: () => ask((context) => roleIsAssumableBy(context, "r", FLOW_LOGS)),
    allows: (action: string, resource?: string) =>
      ask((context) => roleAllows(context, "r", action, resource)),
  };
}

describe("a role", () => {
  test("cannot be taken in its first seconds, then can, and only by whom it trusts", async () => {
    const { clock, ask, isAssumable } = await worldWithRole();
    expect(await isAssumable()).toBe(false);
    await clock.sleep(4_999);
    expect(await isAssumable()).toBe(false);
    await clock.sleep(PROPAGATION_MS - 4_999);
    expect(await isAssumable()).toBe(true);
    expect(await ask((context) => roleIsAssumableBy(context, "r", "ec2.amazonaws.com"))).toBe(false);
    expect(await ask((context) => roleIsAssumableBy(context, "nobody", FLOW_LOGS))).toBe(false);
  });

  test("whose trust changes is taken as before until that has propagated", async () => {
    const { iam, propagated, isAssumable } = await worldWithRole();
    await propagated();
    await iam.send(
      new UpdateAssumeRolePolicyCommand({ RoleName: "r", PolicyDocument: trusting("ec2.amazonaws.com") }),
    );
    expect(await isAssumable()).toBe(true);
    await propagated();
    expect(await isAssumable()).toBe(false);
  });

  test("gains and loses what its policies allow after a while, and stays assumable meanwhile", async () => {
    const { iam, propagated, isAssumable, allows } = await worldWithRole();
    const { Policy: policy } = await iam.send(
      new CreatePolicyCommand({ PolicyName: "p", PolicyDocument: FLOW_LOGS_POLICY }),
    );
    await propagated();
    await iam.send(new AttachRolePolicyCommand({ RoleName: "r", PolicyArn: policy?.Arn }));
    await iam.send(new AttachRolePolicyCommand({ RoleName: "r", PolicyArn: SSM_CORE }));
    expect(await allows("logs:PutLogEvents")).toBe(false);
    expect(await isAssumable()).toBe(true);
    await propagated();
    expect(await allows("logs:PutLogEvents")).toBe(true);
    expect(await allows("ssm:UpdateInstanceInformation")).toBe(true);
    await iam.send(new DetachRolePolicyCommand({ RoleName: "r", PolicyArn: policy?.Arn }));
    expect(await allows("logs:PutLogEvents")).toBe(true);
    await propagated();
    expect(await allows("logs:PutLogEvents")).toBe(false);
  });

  test("that trusts against the confused deputy is taken for its own account and Region only", async () => {
    const conditions = (account: string, region: string) => ({
      StringEquals: { "aws:SourceAccount": account },
      ArnLike: { "aws:SourceArn": `arn:aws:ec2:${region}:${account}:vpc-flow-log/*` },
    });
    const { iam, ask, propagated, isAssumable } = await worldWithRole();
    const account = await ask((context) => context.account);
    const trust = async (document: string) => {
      await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: "r", PolicyDocument: document }));
      await propagated();
      return isAssumable();
    };
    expect(await trust(trusting(FLOW_LOGS, conditions(account, "us-east-1")))).toBe(true);
    expect(await trust(trusting(FLOW_LOGS, conditions(account, "eu-west-3")))).toBe(false);
    expect(await trust(trusting(FLOW_LOGS, conditions("000000000000", "us-east-1")))).toBe(false);
  });
});

describe("what a role may do", () => {
  test.each([
    ["an action by wildcard, in any case", "LOGS:Put*", "*", "logs:PutLogEvents", undefined, true],
    ["no other action", "logs:PutLogEvents", "*", "logs:CreateLogGroup", undefined, false],
    [
      "an action on a resource by wildcard",
      "logs:*",
      "arn:aws:logs:*:*:*",
      "logs:PutLogEvents",
      "arn:aws:logs:us-east-1:1:log-group:g",
      true,
    ],
    [
      "nothing on another resource",
      "logs:*",
      "arn:aws:logs:*:*:log-group:h",
      "logs:PutLogEvents",
      "arn:aws:logs:us-east-1:1:log-group:g",
      false,
    ],
    [
      "nothing on all where one is allowed",
      "logs:*",
      "arn:aws:logs:*:*:*",
      "logs:PutLogEvents",
      undefined,
      false,
    ],
  ])("%s", async (_, allowed, on, action, resource, expected) => {
    const { iam, propagated, allows } = await worldWithRole();
    await iam.send(
      new PutRolePolicyCommand({ RoleName: "r", PolicyName: "p", PolicyDocument: allowing(allowed, on) }),
    );
    await propagated();
    expect(await allows(action, resource)).toBe(expected);
  });

  test("ends where a Deny begins, and follows NotAction and conditions", async () => {
    const { iam, propagated, allows } = await worldWithRole();
    const document = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", NotAction: "iam:*", Resource: "*" },
        { Effect: "Deny", Action: "logs:Delete*", Resource: "*" },
        {
          Effect: "Deny",
          Action: "ec2:*",
          Resource: "*",
          Condition: { StringNotEquals: { "aws:RequestedRegion": "us-east-1" } },
        },
        {
          Effect: "Deny",
          Action: "ssm:*",
          Resource: "*",
          Condition: { StringNotEquals: { "aws:RequestedRegion": ["eu-*", "eu-west-3"] } },
        },
      ],
    });
    await iam.send(new PutRolePolicyCommand({ RoleName: "r", PolicyName: "p", PolicyDocument: document }));
    await propagated();
    expect(await allows("logs:PutLogEvents")).toBe(true);
    expect(await allows("logs:DeleteLogGroup")).toBe(false);
    expect(await allows("iam:GetUser")).toBe(false);
    expect(await allows("ec2:RunInstances")).toBe(true);
    expect(await allows("ssm:SendCommand")).toBe(false);
  });

  test("is what the policy's version in force says", async () => {
    const { iam, propagated, allows } = await worldWithRole();
    const { Policy: policy } = await iam.send(
      new CreatePolicyCommand({ PolicyName: "p", PolicyDocument: allowing("logs:*") }),
    );
    await iam.send(new AttachRolePolicyCommand({ RoleName: "r", PolicyArn: policy?.Arn }));
    await propagated();
    expect(await allows("s3:GetObject")).toBe(false);
    await iam.send(
      new CreatePolicyVersionCommand({
        PolicyArn: policy?.Arn,
        PolicyDocument: allowing("s3:*"),
        SetAsDefault: true,
      }),
    );
    expect(await allows("s3:GetObject")).toBe(true);
    expect(await allows("logs:PutLogEvents")).toBe(false);
  });
});

describe("an instance profile", () => {
  test("is invisible to EC2 at first, then visible, then with its role", async () => {
    const { iam, ask, propagated } = await worldWithRole(trusting("ec2.amazonaws.com"));
    await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: "p", Path: "/lab/" }));
    const seen = () =>
      ask((context) => {
        const profile = findInstanceProfile(context, { name: "p" });
        if (!profile) throw new Error("IAM lost the profile");
        return [instanceProfileHasPropagated(context, profile), roleOfInstanceProfile(context, profile)];
      });
    expect(await seen()).toEqual([false, undefined]);
    await propagated();
    expect(await seen()).toEqual([true, undefined]);
    await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: "p", RoleName: "r" }));
    expect(await seen()).toEqual([true, undefined]);
    await propagated();
    expect(await seen()).toEqual([true, "r"]);
    await iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName: "p", RoleName: "r" }));
    expect(await seen()).toEqual([true, "r"]);
    await propagated();
    expect(await seen()).toEqual([true, undefined]);
  });

  test("is found by name and by ARN, path included", async () => {
    const { iam, ask } = await worldWithRole();
    await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: "p", Path: "/lab/" }));
    await ask((context) => {
      const profile = findInstanceProfile(context, { name: "p" });
      if (!profile) throw new Error("IAM lost the profile");
      const arn = instanceProfileArn(context, profile);
      expect(arn).toBe(`arn:aws:iam::${context.account}:instance-profile/lab/p`);
      expect(findInstanceProfile(context, { arn })).toBe(profile);
      expect(findInstanceProfile(context, { arn: arn.replace("/lab", "") })).toBeUndefined();
      expect(findInstanceProfile(context, { name: "q" })).toBeUndefined();
    });
  });
});

test("a role's name is the end of its ARN", () => {
  expect(roleNameFromArn("arn:aws:iam::123456789012:role/NextWorkVPCFlowLogsRole")).toBe(
    "NextWorkVPCFlowLogsRole",
  );
  expect(roleNameFromArn("arn:aws:iam::123456789012:role/service-role/a/b")).toBe("b");
  expect(roleNameFromArn("arn:aws:iam::123456789012:user/b")).toBeUndefined();
  expect(roleNameFromArn("b")).toBeUndefined();
});
