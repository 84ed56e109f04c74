/** The credentials that the AWS CLI takes, taken by the built program; each source of them stands on 127.0.0.1. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Answer, Answers } from "./aws-stand-in.ts";
import { asked, credentialSources, expectSignedBy, from, HOUR_MS } from "./credential-sources.ts";

const { home, endpoint, policy, write, status } = credentialSources();

it("meets nothing but this machine", async () => {
  const env = {
    AWS_ACCESS_KEY_ID: "AKIAENV",
    AWS_SECRET_ACCESS_KEY: "x",
    AWS_ENDPOINT_URL: "https://aws.test",
  };
  const { code, stderr } = await status({ env });
  expect(code).toBe(1);
  expect(stderr).toContain("aws.test is not loopback");
});

describe("keys", () => {
  it("are taken from the environment", async () => {
    const env = { AWS_ACCESS_KEY_ID: "AKIAENV", AWS_SECRET_ACCESS_KEY: "x", AWS_SESSION_TOKEN: "env-token" };
    expectSignedBy(await status({ env }), "AKIAENV", "env-token");
  });

  it("are taken for vpclab policy as well, and a variable that is empty names no profile", async () => {
    const env = { AWS_ACCESS_KEY_ID: "AKIAENV", AWS_SECRET_ACCESS_KEY: "x", AWS_PROFILE: "" };
    const { code, stdout, stderr, seen } = await policy({ env });
    expect(code, stderr).toBe(0);
    expect(seen.map(({ accessKeyId }) => accessKeyId)).toEqual(["AKIAENV"]);
    expect(stderr).not.toContain("could not be asked");
    expect(stdout).toMatch(/arn:aws:logs:eu-west-3:\d{12}:log-group:NextWorkVPCFlowLogsGroup/);
  });

  it("are taken from a profile of the shared files", async () => {
    write(".aws/credentials", "[keys]\naws_access_key_id = AKIAFILE\naws_secret_access_key = x\n");
    expectSignedBy(await status({}, "--profile", "keys"), "AKIAFILE");
    expectSignedBy(await status({ env: { AWS_PROFILE: "keys" } }), "AKIAFILE");
  });

  it("are taken from the default profile, also where AWS_PROFILE is there and empty", async () => {
    write(".aws/credentials", "[default]\naws_access_key_id = AKIADEFAULT\naws_secret_access_key = x\n");
    expectSignedBy(await status({}), "AKIADEFAULT");
    expectSignedBy(await status({ env: { AWS_PROFILE: "" } }), "AKIADEFAULT");
  });
});

describe("credential_process", () => {
  it("is run once for all the services that the lab needs", async () => {
    const runs = join(home, "runs");
    const program = write(
      "process.mjs",
      `import { appendFileSync } from "node:fs";
       appendFileSync(${JSON.stringify(runs)}, "x");
       console.log(JSON.stringify({ Version: 1, AccessKeyId: "AKIAPROCESS", SecretAccessKey: "x", SessionToken: "process-token" }));`,
    );
    write(".aws/config", `[profile process]\ncredential_process = ${process.execPath} ${program}\n`);
    expectSignedBy(await status({}, "--profile", "process"), "AKIAPROCESS", "process-token");
    expect(readFileSync(runs, "utf8")).toBe("x");
  });
});

describe("a profile that fails", () => {
  it("is told, and no other credentials are taken in its place: exit 4", async () => {
    write(".aws/config", `[profile process]\ncredential_process = sh -c "echo kaputt >&2; exit 3"\n`);
    const env = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint()}/container`,
    };
    const { code, stderr, seen } = await status({ env }, "--profile", "process");
    expect(code, stderr).toBe(4);
    expect(stderr).toContain("kaputt");
    expect(seen).toEqual([]);
  });

  it("because it needs a code says how the AWS CLI asks for it: exit 4", async () => {
    write(
      ".aws/config",
      `[profile keys]\naws_access_key_id = AKIA\naws_secret_access_key = x\n[profile code]\nsource_profile = keys
role_arn = arn:aws:iam::123456789012:role/class\nmfa_serial = arn:aws:iam::123456789012:mfa/ana\n`,
    );
    const { code, stderr } = await status({}, "--profile", "code");
    expect(code, stderr).toBe(4);
    expect(stderr.replace(/\s+/g, " ")).toContain(
      'eval "$(aws configure export-credentials --profile code --format env)"; unset AWS_PROFILE,',
    );
  });
});

describe("roles", () => {
  const assumed = (action: string, accessKeyId: string) => (): Answer => ({
    headers: { "content-type": "text/xml" },
    body: `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result><Credentials>
      <AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>x</SecretAccessKey>
      <SessionToken>role-token</SessionToken><Expiration>${from(HOUR_MS)}</Expiration></Credentials>
      <AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/class/x</Arn><AssumedRoleId>A:x</AssumedRoleId>
      </AssumedRoleUser></${action}Result></${action}Response>`,
  });

  const writeRole = () => {
    write(".aws/credentials", "[keys]\naws_access_key_id = AKIASOURCE\naws_secret_access_key = x\n");
    write(
      ".aws/config",
      "[profile role]\nrole_arn = arn:aws:iam::123456789012:role/class\nsource_profile = keys\n",
    );
  };

  it("are assumed from a source profile, once for all services", async () => {
    writeRole();
    const answers = { "POST / AssumeRole": assumed("AssumeRole", "ASIAROLE") };
    const run = await status({ answers }, "--profile", "role");
    expectSignedBy(run, "ASIAROLE", "role-token");
    const calls = asked(run.seen, "POST / AssumeRole");
    expect(calls.map(({ accessKeyId }) => accessKeyId)).toEqual(["AKIASOURCE"]);
    expect(new URLSearchParams(calls[0]?.body).get("RoleArn")).toBe("arn:aws:iam::123456789012:role/class");
  });

  it("that may not be assumed are told as credentials that cannot be used: exit 4", async () => {
    writeRole();
    const denied = (): Answer => ({
      status: 403,
      headers: { "content-type": "text/xml" },
      body: `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
        <Code>AccessDenied</Code><Message>User: arn:aws:iam::123456789012:user/ana is not authorized to perform:
        sts:AssumeRole on resource: arn:aws:iam::123456789012:role/class</Message></Error></ErrorResponse>`,
    });
    const { code, stderr } = await status({ answers: { "POST / AssumeRole": denied } }, "--profile", "role");
    expect(code, stderr).toBe(4);
    expect(stderr).toContain("sts:AssumeRole");
  });

  it("are assumed with a web identity", async () => {
    const env = {
      AWS_WEB_IDENTITY_TOKEN_FILE: write("web-identity", "the-web-token"),
      AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/class",
    };
    const answers = { "POST / AssumeRoleWithWebIdentity": assumed("AssumeRoleWithWebIdentity", "ASIAWEB") };
    const run = await status({ answers, env });
    expectSignedBy(run, "ASIAWEB", "role-token");
    const [request] = asked(run.seen, "POST / AssumeRoleWithWebIdentity");
    expect(new URLSearchParams(request?.body).get("WebIdentityToken")).toBe("the-web-token");
  });
});

describe("credentials of the machine", () => {
  const document = (accessKeyId: string): Answer => ({
    body: {
      Code: "Success",
      Type: "AWS-HMAC",
      AccessKeyId: accessKeyId,
      SecretAccessKey: "x",
      Token: "machine-token",
      Expiration: from(HOUR_MS),
      LastUpdated: from(-HOUR_MS),
    },
  });

  it("are taken from a container's endpoint", async () => {
    const env = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint()}/container`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: "container-authorization",
    };
    const run = await status({ answers: { "GET /container": () => document("ASIACONTAINER") }, env });
    expectSignedBy(run, "ASIACONTAINER", "machine-token");
    expect(asked(run.seen, "GET /container")[0]?.headers.authorization).toBe("container-authorization");
  });

  const metadata: Answers = {
    "PUT /latest/api/token": () => ({ body: "imds-token" }),
    "GET /latest/meta-data/iam/security-credentials/desktop": () => document("ASIAMETADATA"),
    "GET /latest/meta-data/iam/security-credentials/": () => ({ body: "desktop" }),
  };
  const env = () => ({
    AWS_EC2_METADATA_DISABLED: undefined,
    AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint(),
  });

  it("are taken from an instance's metadata with --no-simulate", async () => {
    const run = await status({ answers: metadata, env: env() }, "--no-simulate");
    expectSignedBy(run, "ASIAMETADATA", "machine-token");
  });

  it("are not looked for in an instance's metadata otherwise", async () => {
    const run = await status({ answers: metadata, env: { ...env(), AWS_ENDPOINT_URL: undefined } });
    expect(run.code, run.stderr).toBe(0);
    expect(JSON.parse(run.stdout).target).toBe("simulator");
    expect(run.seen).toEqual([]);
  });

  it.each([
    [["--profile", "typo"], {}],
    [[], { AWS_PROFILE: "typo" }],
    [["--profile", "constructor"], {}],
  ])("do not stand in for a profile that is not there (%j %j): exit 4", async (args, profile) => {
    const run = await status({ answers: metadata, env: { ...env(), ...profile } }, ...args);
    expect(run.code, run.stderr).toBe(4);
    expect(run.stderr).toMatch(/no profile "(typo|constructor)"/);
    expect(run.seen).toEqual([]);
  });
});
