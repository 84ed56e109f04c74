/** The credentials that the AWS CLI takes, taken by the built program; each source of them stands on 127.0.0.1. */
import { createHash, generateKeyPairSync } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Answer, type Answers, type AwsStandIn, awsStandIn, type SeenRequest } from "./aws-stand-in.ts";
import { freshHome } from "./vpclab.ts";

const { home, vpclab } = freshHome();
const GUARD = `--import=${new URL("loopback-only.js", import.meta.url)}`;
const HOUR_MS = 3_600_000;
const from = (ms: number) => new Date(Date.now() + ms).toISOString();

let aws: AwsStandIn;
beforeAll(async () => {
  aws = await awsStandIn();
});
afterAll(() => aws.close());
// A profile of another test would be found first.
beforeEach(() => rmSync(join(home, ".aws"), { recursive: true, force: true }));

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

/** Writes a file of the person's, below the home. */
function write(path: string, content: string | object): string {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

/** `vpclab status`: it calls EC2, IAM, CloudWatch Logs and STS. */
async function status(
  { answers = {}, env = {} }: { answers?: Answers; env?: Record<string, string | undefined> },
  ...args: string[]
) {
  aws.answer(answers);
  const run = await vpclab(["status", "--json", "--region", "eu-west-3", ...args], {
    env: {
      NODE_OPTIONS: GUARD,
      AWS_CONFIG_FILE: join(home, ".aws/config"),
      AWS_SHARED_CREDENTIALS_FILE: join(home, ".aws/credentials"),
      AWS_ENDPOINT_URL: aws.endpoint,
      ...env,
    },
  });
  return { ...run, seen: [...aws.seen] };
}

/** All calls of the lab were signed by this key; what was asked to get it comes first. */
function expectSignedBy(
  { code, stderr, seen }: Awaited<ReturnType<typeof status>>,
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

const asked = (seen: readonly SeenRequest[], call: string) => seen.filter((one) => one.call.startsWith(call));

describe("keys", () => {
  it("are taken from the environment", async () => {
    const env = { AWS_ACCESS_KEY_ID: "AKIAENV", AWS_SECRET_ACCESS_KEY: "x", AWS_SESSION_TOKEN: "env-token" };
    expectSignedBy(await status({ env }), "AKIAENV", "env-token");
  });

  it("are taken from a profile of the shared files", async () => {
    write(".aws/credentials", "[keys]\naws_access_key_id = AKIAFILE\naws_secret_access_key = x\n");
    expectSignedBy(await status({}, "--profile", "keys"), "AKIAFILE");
    expectSignedBy(await status({ env: { AWS_PROFILE: "keys" } }), "AKIAFILE");
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
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${aws.endpoint}/container`,
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

describe("SSO", () => {
  const CONFIG = `[profile sso]
sso_session = school
sso_account_id = 123456789012
sso_role_name = Learner
[sso-session school]
sso_region = eu-west-1
sso_start_url = https://school.example/start
sso_registration_scopes = sso:account:access
[profile class]
role_arn = arn:aws:iam::123456789012:role/class
source_profile = sso
`;
  const token = (more: object) => {
    write(".aws/config", CONFIG);
    write(`.aws/sso/cache/${createHash("sha1").update("school").digest("hex")}.json`, {
      startUrl: "https://school.example/start",
      region: "eu-west-1",
      accessToken: "cached-token",
      expiresAt: from(HOUR_MS),
      ...more,
    });
  };
  const REFRESHABLE = { clientId: "client", clientSecret: "secret", refreshToken: "refresh-me" };
  const roleCredentials = (): Answer => ({
    body: {
      roleCredentials: {
        accessKeyId: "ASIASSO",
        secretAccessKey: "x",
        sessionToken: "sso-session-token",
        expiration: Date.now() + HOUR_MS,
      },
    },
  });
  const PORTAL = "GET /federation/credentials";

  it("gives a role's credentials for the token of aws sso login, once for all services", async () => {
    token({});
    const run = await status({ answers: { [PORTAL]: roleCredentials } }, "--profile", "sso");
    expectSignedBy(run, "ASIASSO", "sso-session-token");
    const [request, ...more] = asked(run.seen, PORTAL);
    expect(more).toEqual([]);
    expect(request?.call).toContain("account_id=123456789012");
    expect(request?.call).toContain("role_name=Learner");
    expect(request?.headers["x-amz-sso_bearer_token"]).toBe("cached-token");
  });

  it("renews a token that has expired, where it may", async () => {
    token({ ...REFRESHABLE, expiresAt: from(-1000) });
    const renewed = (): Answer => ({
      body: { accessToken: "new-token", expiresIn: 3600, refreshToken: "next", tokenType: "Bearer" },
    });
    const run = await status(
      { answers: { [PORTAL]: roleCredentials, "POST /token": renewed } },
      "--profile",
      "sso",
    );
    expectSignedBy(run, "ASIASSO", "sso-session-token");
    expect(asked(run.seen, PORTAL)[0]?.headers["x-amz-sso_bearer_token"]).toBe("new-token");
  });

  it.each([
    ["has expired", () => token({ expiresAt: from(-1000) })],
    ["cannot be renewed any more", () => token({ ...REFRESHABLE, expiresAt: from(-1000) })],
    ["was ended by aws sso logout", () => token({ accessToken: "ended" })],
    ["was never there", () => token({ accessToken: "" })],
  ])("says how to sign in where the token %s: exit 4", async (_, prepare) => {
    prepare();
    const answers: Answers = {
      [PORTAL]: () => ({
        status: 401,
        headers: { "x-amzn-errortype": "UnauthorizedException" },
        body: { message: "Session token not found or invalid" },
      }),
      "POST /token": () => ({
        status: 400,
        headers: { "x-amzn-errortype": "InvalidGrantException" },
        body: { error: "invalid_grant", error_description: "Invalid refresh token provided" },
      }),
    };
    const { code, stderr } = await status({ answers }, "--profile", "sso");
    expect(code, stderr).toBe(4);
    expect(stderr).toContain("aws sso login --profile sso");
    expect(stderr).not.toMatch(/refresh-me|cached-token/);
    const role = await status({ answers }, "--profile", "class");
    expect(role.code).toBe(4);
    expect(role.stderr).toContain("aws sso login --profile sso");
  });
});

describe("a portal that cannot be reached", () => {
  it("is a matter of the network, not of signing in: exit 1", async () => {
    write(
      ".aws/config",
      "[profile sso]\nsso_start_url = https://school.example/start\nsso_region = eu-west-1\nsso_account_id = 123456789012\nsso_role_name = Learner\n",
    );
    write(`.aws/sso/cache/${createHash("sha1").update("https://school.example/start").digest("hex")}.json`, {
      accessToken: "cached-token",
      expiresAt: from(HOUR_MS),
    });
    // Nobody listens at the discard port.
    const env = { AWS_ENDPOINT_URL_SSO: "http://127.0.0.1:9", AWS_MAX_ATTEMPTS: "1" };
    const { code, stderr } = await status({ env }, "--profile", "sso");
    expect(code, stderr).toBe(1);
    expect(stderr.replace(/\s+/g, " ")).toContain("AWS could not be reached");
    expect(stderr).not.toContain("aws sso login");
  });
});

describe("aws login", () => {
  const SESSION = "arn:aws:iam::123456789012:user/ana";
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const session = (expiresAt: string) => {
    write(".aws/config", `[default]\nlogin_session = ${SESSION}\n`);
    write(`.aws/login/cache/${createHash("sha256").update(SESSION).digest("hex")}.json`, {
      accessToken: {
        accessKeyId: "ASIACACHED",
        secretAccessKey: "x",
        sessionToken: "cached-session",
        accountId: "123456789012",
        expiresAt,
      },
      tokenType: "aws_sigv4",
      clientId: "arn:aws:signin:::devtools/same-device",
      refreshToken: "refresh-me",
      idToken: "id",
      dpopKey: privateKey.export({ format: "pem", type: "sec1" }),
    });
  };

  it("needs nobody while its credentials last", async () => {
    session(from(HOUR_MS));
    const run = await status({});
    expectSignedBy(run, "ASIACACHED", "cached-session");
    expect(asked(run.seen, "POST /v1/token")).toEqual([]);
  });

  it("renews them, with proof of its key", async () => {
    session(from(60_000));
    const renewed = (): Answer => ({
      body: {
        accessToken: { accessKeyId: "ASIANEW", secretAccessKey: "x", sessionToken: "new-session" },
        tokenType: "aws_sigv4",
        expiresIn: 900,
        refreshToken: "next",
      },
    });
    const run = await status({ answers: { "POST /v1/token": renewed } });
    expectSignedBy(run, "ASIANEW", "new-session");
    const [request] = asked(run.seen, "POST /v1/token");
    expect(JSON.parse(request?.body ?? "")).toMatchObject({
      grantType: "refresh_token",
      refreshToken: "refresh-me",
    });
    expect(request?.headers.dpop).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  });

  it("says how to sign in where they cannot be renewed: exit 4", async () => {
    session(from(-1000));
    const refused = (): Answer => ({
      status: 400,
      headers: { "x-amzn-errortype": "AccessDeniedException" },
      body: { error: "TOKEN_EXPIRED", message: "The refresh token has expired" },
    });
    const { code, stderr } = await status({ answers: { "POST /v1/token": refused } });
    expect(code, stderr).toBe(4);
    expect(stderr).toMatch(/: aws login,/);
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
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${aws.endpoint}/container`,
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
    AWS_EC2_METADATA_SERVICE_ENDPOINT: aws.endpoint,
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
  ])("do not stand in for a profile that is not there (%j %j): exit 4", async (args, profile) => {
    const run = await status({ answers: metadata, env: { ...env(), ...profile } }, ...args);
    expect(run.code, run.stderr).toBe(4);
    expect(run.stderr).toContain("typo");
    expect(run.seen).toEqual([]);
  });
});
