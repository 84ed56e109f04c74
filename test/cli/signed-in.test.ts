/** The credentials of somebody who signed in by the AWS CLI: SSO and aws login, as they last, are renewed and end. */
import { createHash, generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Answer, Answers } from "./aws-stand-in.ts";
import { asked, credentialSources, expectSignedBy, from, HOUR_MS } from "./credential-sources.ts";

const { write, status } = credentialSources();

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
    expect(stderr.replace(/\s+/g, " ")).toContain("Nothing listens there, on this very machine");
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
