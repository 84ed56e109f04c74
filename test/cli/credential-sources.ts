/** The built program in a home where credentials may be found, and an AWS on 127.0.0.1 that sees who signed. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import { type Answers, type AwsStandIn, awsStandIn, type SeenRequest } from "./aws-stand-in.ts";
import type { Run } from "./run-program.ts";
import { freshHome } from "./vpclab.ts";

const GUARD = `--import=${new URL("loopback-only.js", import.meta.url)}`;
export const HOUR_MS = 3_600_000;
/** So many ms from now, as AWS writes it. */
export const from = (ms: number) => new Date(Date.now() + ms).toISOString();

export interface SignedRun extends Run {
  readonly seen: readonly SeenRequest[];
}

export interface Surroundings {
  readonly answers?: Answers;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** For the tests of the file that calls it; the home has no `.aws` before each. */
export function credentialSources() {
  const { home, vpclab } = freshHome();
  let aws: AwsStandIn;
  beforeAll(async () => {
    aws = await awsStandIn();
  });
  afterAll(() => aws.close());
  // A profile of another test would be found first.
  beforeEach(() => rmSync(join(home, ".aws"), { recursive: true, force: true }));
  const run = async (
    command: string,
    { answers = {}, env = {} }: Surroundings,
    args: readonly string[],
  ): Promise<SignedRun> => {
    aws.answer(answers);
    const ran = await vpclab([command, "--json", "--region", "eu-west-3", ...args], {
      env: {
        NODE_OPTIONS: GUARD,
        AWS_CONFIG_FILE: join(home, ".aws/config"),
        AWS_SHARED_CREDENTIALS_FILE: join(home, ".aws/credentials"),
        AWS_ENDPOINT_URL: aws.endpoint,
        ...env,
      },
    });
    return { ...ran, seen: [...aws.seen] };
  };
  return {
    home,
    endpoint: () => aws.endpoint,

    /** Writes a file of the person's, below the home. */
    write(path: string, content: string | object): string {
      const file = join(home, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
      return file;
    },

    /** `vpclab status`: it calls EC2, IAM, CloudWatch Logs and STS. */
    status: (surroundings: Surroundings, ...args: string[]) => run("status", surroundings, args),

    /** `vpclab policy`: it asks STS for the account. */
    policy: (surroundings: Surroundings, ...args: string[]) => run("policy", surroundings, args),
  };
}

/** All calls of the lab were signed by this key; what was asked to get it comes first. */
export function expectSignedBy(
  { code, stderr, seen }: SignedRun,
  accessKeyId: string,
  sessionToken?: string,
) {
  expect(code, stderr).toBe(0);
  const calls = seen.filter(
    (request) => request.accessKeyId !== undefined && !/AssumeRole/.test(request.call),
  );
  expect(calls.length).toBeGreaterThan(3);
  expect([...new Set(calls.map((request) => request.accessKeyId))]).toEqual([accessKeyId]);
  expect([...new Set(calls.map(({ headers }) => headers["x-amz-security-token"]))]).toEqual([sessionToken]);
}

export const asked = (seen: readonly SeenRequest[], call: string) =>
  seen.filter((one) => one.call.startsWith(call));
