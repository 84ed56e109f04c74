/** What the SDK's clients send is read as it was meant; what no client of AWS's would send is refused. */
import { QueryShapeSerializer } from "@aws-sdk/core/protocols";
import { JsonCodec2 } from "@smithy/core/protocols";
import { NormalizedSchema } from "@smithy/core/schema";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SERVICES } from "../../../src/simulator/index.ts";
import { decodeJson } from "../../../src/simulator/wire/json.ts";
import { decodeQuery, type QueryDialect } from "../../../src/simulator/wire/query.ts";
import { anyValue } from "../any-value.ts";
import { embedded } from "../embedded.ts";

function queryBody(dialect: QueryDialect, schema: NormalizedSchema, value: object): string {
  const serializer = new QueryShapeSerializer({
    timestampFormat: { useTrait: true, default: 5 },
    httpBindings: false,
    serializeEmptyLists: dialect === "common",
    ...(dialect === "ec2" && { capitalizeKeys: true, flattenLists: true, ec2: true }),
  });
  serializer.write(schema, value);
  return `Action=X&Version=Y${serializer.flush()}`;
}

function jsonBody(schema: NormalizedSchema, value: object): string {
  const serializer = new JsonCodec2({
    timestampFormat: { useTrait: true, default: 7 },
    jsonName: false,
  }).createSerializer();
  serializer.write(schema, value);
  return new TextDecoder().decode(serializer.flush());
}

/** What of a value a form can say: nothing of empty lists and structures. And a token comes with each call. */
function inForm(value: unknown): unknown {
  if (value === null || typeof value !== "object" || value instanceof Date) return value;
  const says = (part: unknown) =>
    !(part instanceof Object) || part instanceof Date || Object.keys(part).length > 0;
  if (Array.isArray(value)) return value.map(inForm).filter(says);
  const members = Object.entries(value).map(([name, member]) => [name, inForm(member)] as const);
  return Object.fromEntries(members.filter(([name, member]) => name !== "ClientToken" && says(member)));
}

const text = fc.oneof(
  fc.string({ unit: "grapheme", minLength: 1 }),
  fc.constantFrom("a+b&c=d", "100%", "é\n", "__proto__"),
);
const OPTIONS = { depth: 5, text, number: fc.integer() };

/** The parameters that are modelled: the others are refused whatever they hold. */
function modelledInput(schema: NormalizedSchema, models: readonly string[]) {
  const has = (path: string) =>
    models.some((model) => `${path}.`.startsWith(`${model}.`) || model.startsWith(`${path}.`));
  return anyValue(schema, { ...OPTIONS, has }) as fc.Arbitrary<object>;
}

const operations = SERVICES.flatMap((service) =>
  [...service.operations.values()].map((operation) => ({
    name: `${service.signingName}:${operation.name}`,
    service,
    operation,
    input: NormalizedSchema.of(operation.schema[4]),
  })),
).filter(({ input }) => input.isStructSchema());

describe("is read as the SDK wrote it", () => {
  test.each(operations)("$name", ({ service: { protocol }, operation: { schema, models }, input }) => {
    fc.assert(
      fc.property(modelledInput(input, models), (value) => {
        if (protocol === "json") {
          expect(decodeJson(schema, jsonBody(input, value))).toEqual(value);
          return;
        }
        const read = decodeQuery(protocol, schema, queryBody(protocol, input, value));
        expect(inForm(read)).toEqual(inForm(value));
      }),
      { numRuns: 10 },
    );
  });
});

const aws = embedded();
const send = (service: string, body: string, target?: string) =>
  aws.aws.answer({
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=A/20260105/us-east-1/${service}/aws4_request, Signature=0`,
      ...(target !== undefined && { "x-amz-target": target }),
    },
    body,
  });

describe("is refused", () => {
  test.each([
    ["CreateLogGroup", '{"logGroupName":5}', "SerializationException", "logGroupName must be a string."],
    [
      "CreateLogGroup",
      '{"logGroupName":"g","tags":["a"]}',
      "SerializationException",
      "tags must be a structure.",
    ],
    [
      "CreateLogGroup",
      '{"logGroupName":"g","tags":{"a":5}}',
      "SerializationException",
      "tags.a must be a string.",
    ],
    ["DescribeLogGroups", '{"limit":1.5}', "SerializationException", "limit must be a whole number."],
    ["DescribeLogGroups", '{"limit":"5"}', "SerializationException", "limit must be a whole number."],
    ["DescribeLogStreams", '{"descending":1}', "SerializationException", "descending must be a boolean."],
    ["PutLogEvents", '{"logEvents":{}}', "SerializationException", "logEvents must be a list."],
    ["PutLogEvents", '{"logEvents":[{"at":1}]}', "ValidationException", "Unknown parameter: logEvents.1.at"],
  ])("%s %s", async (operation, body, code, message) => {
    const answer = await send("logs", body, `Logs_20140328.${operation}`);
    expect([answer.status, JSON.parse(answer.body)]).toEqual([400, { __type: code, message }]);
  });

  test.each([
    ["ec2", "Action=DescribeVpcs&Colour=red", "UnknownParameter"],
    ["ec2", "Action=DescribeVpcs&MaxResults=many", "InvalidParameterValue"],
    ["ec2", "Action=DescribeVpcs&MaxResults=5.5", "InvalidParameterValue"],
    ["ec2", "Action=DescribeVpcs&VpcId.first=vpc-1", "UnknownParameter"],
    ["iam", "Action=ListRoles&MaxItems=1e2", "InvalidParameterValue"],
    ["iam", "Action=TagRole&RoleName=r&Tags.1.Key=a&Tags.1.Value=b", "UnknownParameter"],
  ])("%s %s", async (service, body, code) => {
    const answer = await send(service, body);
    expect([answer.status, /<Code>(\w+)</.exec(answer.body)?.[1]]).toEqual([400, code]);
  });
});

test.each([
  ["ec2", "Action=DeleteVpc", undefined, "MissingParameter", "The request must contain the parameter VpcId"],
  ["iam", "Action=GetPolicy", undefined, "ValidationError", "Value null at 'policyArn'"],
  ["logs", "{}", "Logs_20140328.CreateLogGroup", "InvalidParameterException", "Value null at 'logGroupName'"],
  ["ssm", "{}", "AmazonSSM.GetParameter", "ValidationException", "Value null at 'name'"],
])("%s tells of what is missing in its own way", async (service, body, target, code, message) => {
  const answer = await send(service, body, target);
  expect(answer.status).toBe(400);
  expect(answer.body).toMatch(new RegExp(`[>"]${code}[<"]`));
  expect(answer.body.replaceAll("&apos;", "'")).toContain(message);
});

test("a JSON member that is null counts as absent", async () => {
  const answer = await send(
    "logs",
    '{"logGroupNamePrefix":null,"limit":null}',
    "Logs_20140328.DescribeLogGroups",
  );
  expect([answer.status, answer.body]).toEqual([200, '{"logGroups":[]}']);
});
