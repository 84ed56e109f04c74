import { CreatePolicyCommand, CreateRoleCommand } from "@aws-sdk/client-iam";
import { expect, test } from "vitest";
import { embedded } from "../embedded.ts";

const ALLOW = { Effect: "Allow", Action: "logs:*", Resource: "*" };
const policy = (statement: unknown, more = {}) =>
  JSON.stringify({ Version: "2012-10-17", Statement: statement, ...more });

test.each([
  ["no JSON", "{", "Syntax errors in policy."],
  ["no object", "[]", "Syntax errors in policy."],
  ["no statement", policy(undefined), "Syntax errors in policy."],
  ["an empty statement list", policy([]), "Syntax errors in policy."],
  ["a field that does not exist", policy({ ...ALLOW, Actions: "x" }), "Syntax errors in policy."],
  ["a top field that does not exist", policy(ALLOW, { Statements: [] }), "Syntax errors in policy."],
  ["an effect in small letters", policy({ ...ALLOW, Effect: "allow" }), "Syntax errors in policy."],
  ["Action and NotAction", policy({ ...ALLOW, NotAction: "s3:*" }), "Syntax errors in policy."],
  ["an action that is no text", policy({ ...ALLOW, Action: 1 }), "Syntax errors in policy."],
  ["a version of its own", policy(ALLOW, { Version: "2026-01-01" }), "Syntax errors in policy."],
  [
    "no version",
    JSON.stringify({ Statement: ALLOW }),
    "Policy document must be version 2012-10-17 or greater.",
  ],
  ["a principal", policy({ ...ALLOW, Principal: "*" }), "Policy document should not specify a principal."],
  ["no action", policy({ Effect: "Allow", Resource: "*" }), "Policy statement must contain actions."],
  ["no resource", policy({ Effect: "Allow", Action: "logs:*" }), "Policy statement must contain resources."],
  [
    "an action without service",
    policy({ ...ALLOW, Action: "PutLogEvents" }),
    "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
  ],
  [
    "an action with two colons",
    policy({ ...ALLOW, Action: "a:b:c" }),
    "Actions/Condition can contain only one colon.",
  ],
  [
    "a resource that is no ARN",
    policy({ ...ALLOW, Resource: "my-group" }),
    'Resource my-group must be in ARN format or "*".',
  ],
  [
    "the same Sid twice",
    policy([
      { ...ALLOW, Sid: "A" },
      { ...ALLOW, Sid: "A" },
    ]),
    "Statement IDs (SID) in a single policy must be unique.",
  ],
  [
    "a condition operator that does not exist",
    policy({ ...ALLOW, Condition: { Equals: { "aws:SourceAccount": "1" } } }),
    "Invalid Condition type : Equals.",
  ],
])("a policy with %s is malformed", async (_, document, message) => {
  const { iam } = embedded();
  await expect(
    iam.send(new CreatePolicyCommand({ PolicyName: "p", PolicyDocument: document })),
  ).rejects.toMatchObject({
    name: "MalformedPolicyDocumentException",
    message,
    $metadata: { httpStatusCode: 400 },
  });
});

const TRUST = {
  Effect: "Allow",
  Principal: { Service: "vpc-flow-logs.amazonaws.com" },
  Action: "sts:AssumeRole",
};

test.each([
  ["no JSON", "{", "This policy contains invalid Json"],
  ["a resource", policy({ ...TRUST, Resource: "*" }), "Has prohibited field Resource"],
  ["no principal", policy({ ...TRUST, Principal: undefined }), "Missing required field Principal"],
  ["no action", policy({ ...TRUST, Action: undefined }), "Missing required field Action"],
  ["no effect", policy({ ...TRUST, Effect: undefined }), "Missing required field Effect"],
  [
    "an action of another service",
    policy({ ...TRUST, Action: "logs:PutLogEvents" }),
    "AssumeRole policy may only specify STS AssumeRole actions.",
  ],
  [
    "a misspelt service",
    policy({ ...TRUST, Principal: { Service: "vpc-flowlogs.amazonaws.com" } }),
    'Invalid principal in policy: "SERVICE":"vpc-flowlogs.amazonaws.com"',
  ],
  [
    "a role that does not exist",
    policy({ ...TRUST, Principal: { AWS: "arn:aws:iam::123456789012:role/nobody" } }),
    'Invalid principal in policy: "AWS":"arn:aws:iam::123456789012:role/nobody"',
  ],
])("a trust policy with %s is malformed", async (_, document, message) => {
  const { iam } = embedded();
  await expect(
    iam.send(new CreateRoleCommand({ RoleName: "r", AssumeRolePolicyDocument: document })),
  ).rejects.toMatchObject({ name: "MalformedPolicyDocumentException", message });
});

test("what is well-formed but not modelled is refused by name", async () => {
  const { iam } = embedded();
  const create = (statement: object) =>
    iam.send(new CreatePolicyCommand({ PolicyName: "p", PolicyDocument: policy(statement) }));
  await expect(
    create({ ...ALLOW, Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } }),
  ).rejects.toThrow("condition operator IpAddress");

  const variable = "$" + "{aws:username}";
  for (const statement of [
    { ...ALLOW, Resource: `arn:aws:s3:::${variable}/*` },
    { ...ALLOW, Condition: { StringEquals: { "aws:PrincipalTag/owner": variable } } },
  ])
    await expect(create(statement)).rejects.toThrow("policy variables");
});

test("a policy is at most 6,144 characters, white space not counted", async () => {
  const { iam } = embedded();
  const create = (name: string, document: string) =>
    iam.send(new CreatePolicyCommand({ PolicyName: name, PolicyDocument: document }));
  await create("wide", policy(ALLOW) + "\n".repeat(9000));
  const actions = Array.from({ length: 400 }, (_, index) => `logs:Put${String(index).padStart(8, "0")}`);
  await expect(create("long", policy({ ...ALLOW, Action: actions }))).rejects.toMatchObject({
    name: "LimitExceededException",
    message: "Cannot exceed quota for PolicySize: 6144",
  });
});
