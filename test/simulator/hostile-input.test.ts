/**
 * Whatever a client sends, it gets an answer or a refusal of AWS's: never an error of ours. Each operation is given
 * parameters of the right shape and of any content: ids that exist, ids that do not, JavaScript's own names, texts
 * that break parsers, numbers out of all bounds.
 */
import { NormalizedSchema } from "@smithy/core/schema";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { AwsError } from "../../src/simulator/error.ts";
import { SERVICES } from "../../src/simulator/index.ts";
import { encodeJson } from "../../src/simulator/wire/json.ts";
import { encodeQuery } from "../../src/simulator/wire/query.ts";
import { anyValue } from "./any-value.ts";
import { embedded } from "./embedded.ts";
import { LOG_GROUP, makeFlowLog, makeLab, run } from "./lab.ts";
import { peer } from "./lab-network.ts";

const REGION = "us-east-1";
const HOSTILE = [
  "",
  " ",
  "*",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "../../etc/passwd",
  "$(reboot)",
  "a\u0000b",
  "\u202e",
  "\ud800",
  "'\"<&>",
  "0.0.0.0/0",
  "10.1.0.0/16",
  "999.1.1.1/33",
  "10.1.0.0/-1",
  "{",
  "[]",
  "(((((((",
  "x".repeat(5_000),
  "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
  "arn:aws:iam::::",
  "NextWorkInstanceRole",
  "NextWorkVPCFlowLogsRole",
  "NextWorkInstanceProfile",
  "AWS-RunShellScript",
  LOG_GROUP,
  "tcp",
  "icmp",
  "-1",
  "all",
  "tag:__proto__",
  "vpc-id",
  "stats count(*) by bin(1h)",
  "[a, b, ...]",
];

const number = fc.oneof(
  fc.integer({ min: -2, max: 300 }),
  fc.constantFrom(2 ** 31, 2 ** 53, -(2 ** 53), 0.5, 1e300, 32_767),
);

const aws = embedded({ quotas: { vpcs: 1_000, internetGateways: 1_000, vcpus: 10_000 } });
let ids: string[] = [];

beforeAll(async () => {
  const lab = await makeLab(aws);
  await makeFlowLog(aws, lab.vpc1.vpcId);
  await peer(aws, lab.vpc1.vpcId, lab.vpc2.vpcId);
  await run(aws, lab.instance1.InstanceId, "echo ok");
  await aws.clock.sleep(1_800_000);
  const text = JSON.stringify(await aws.world.look(REGION, ({ region }) => region));
  ids = [
    ...new Set(text.match(/\b[a-z]+-0[0-9a-f]{16}(-all)?\b|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g)),
  ];
});

const operations = SERVICES.flatMap((service) =>
  [...service.operations.values()].map((operation) => ({
    name: `${service.signingName}:${operation.name}`,
    service,
    operation,
  })),
);

// In the order written: whether the world goes on is asked when all that was done to it.
describe("answers, or refuses as AWS", { shuffle: false }, () => {
  test.each(operations)("$name", async ({ service, operation }) => {
    const isModelled = (path: string) =>
      operation.models.some(
        (model) => path === model || path.startsWith(`${model}.`) || model.startsWith(`${path}.`),
      );
    const text = fc.oneof(
      fc.constantFrom(...HOSTILE),
      fc.constantFrom(...ids),
      fc.string({ unit: "binary" }),
    );
    const input = anyValue(NormalizedSchema.of(operation.schema[4]), {
      depth: 4,
      text,
      number,
      has: isModelled,
    });
    await fc.assert(
      fc.asyncProperty(input, async (given) => {
        const output = await aws.world
          .change(REGION, (context) => operation.run(context, given as Record<string, unknown>))
          .catch((error: unknown) => {
            if (!(error instanceof AwsError)) throw error;
            expect(error.status).toBeGreaterThanOrEqual(400);
            expect(error.status).toBeLessThan(500);
            return undefined;
          });
        if (!output) return;
        if (service.protocol === "json") encodeJson(operation.schema, output);
        else encodeQuery(service.protocol, service.signingName, operation.schema, output, "id");
      }),
      { numRuns: Number(process.env.PROPERTY_RUNS ?? 25) },
    );
  });

  test("and the world goes on", async () => {
    await aws.clock.sleep(2 * 3_600_000);
    await expect(aws.world.change(REGION, ({ region }) => region.ec2.vpcs)).resolves.toBeDefined();
  });
});

describe("over the wire", () => {
  const scope = (region: string, service: string) => ({
    authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260105/${region}/${service}/aws4_request, Signature=0`,
  });
  const send = (service: string, body: string, target?: string, region = REGION) =>
    aws.aws.answer({
      headers: { ...scope(region, service), ...(target !== undefined && { "x-amz-target": target }) },
      body,
    });

  test.each(["constructor", "us-east-9", "x", "valueof", "hasownproperty"])(
    "the Region %s is none",
    async (region) => {
      const answer = await send("ec2", "Action=DescribeVpcs", undefined, region);
      expect([answer.status, answer.body]).toEqual([401, expect.stringContaining("AuthFailure")]);
    },
  );

  test.each([
    ["a name of 100,000 parts", `Action=DescribeVpcs&${"Filter.".repeat(100_000)}=x`],
    ["a list with a gap of a billion", "Action=DescribeVpcs&VpcId.1000000000=vpc-1"],
    ["JavaScript's own names", "Action=DescribeVpcs&__proto__.x=1&constructor.prototype.y=1"],
    ["an action of JavaScript's", "Action=constructor"],
    ["no action", "&&&===%%%"],
    ["broken percent signs", "Action=DescribeVpcs&VpcId.1=%E0%A4%A"],
    ["a value and a structure at once", "Action=CreateTags&Tag.1=x&Tag.1.Key=y&ResourceId.1=vpc-1"],
  ])("%s: refused", async (_, body) => {
    const answer = await send("ec2", body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatch(/<Code>[\w.]+<\/Code>/);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  test.each([
    ["deep lists", "[".repeat(100_000)],
    ["deep structures", `{"logGroupName":${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}}`],
    ["a wrong type", '{"logGroupName":{"a":1}}'],
    ["__proto__", '{"__proto__":{"polluted":true}}'],
    ["not an object", '"text"'],
    ["null", "null"],
  ])("JSON, %s: refused", async (_, body) => {
    const answer = await send("logs", body, "Logs_20140328.CreateLogGroup");
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({ __type: expect.stringMatching(/^\w+$/) });
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});
