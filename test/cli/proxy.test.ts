/** The way through a proxy, as HTTPS_PROXY names it, for the built program: to AWS and to SSO. */
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer as createProxy } from "node:http";
import { createServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Answers, type AwsStandIn, awsStandIn } from "./aws-stand-in.ts";
import { AWS_TEST } from "./aws-test-certificate.ts";
import { freshHome } from "./vpclab.ts";

const { home, vpclab } = freshHome();
const certificate = join(home, "aws.test.pem");
const ENDPOINT = "https://aws.test";

let aws: AwsStandIn;
let proxy: Awaited<ReturnType<typeof startProxy>>;
beforeAll(async () => {
  writeFileSync(certificate, AWS_TEST.cert);
  aws = await awsStandIn((listener) => createServer(AWS_TEST, listener));
  proxy = await startProxy(Number(new URL(aws.endpoint).port));
});
afterAll(() => {
  aws.close();
  proxy.close();
});

/** A proxy on 127.0.0.1 that leads wherever it is asked to lead to one port of this machine. */
async function startProxy(port: number) {
  /** "aws.test:443", and what it was given to be let through. */
  let asked: { to: string | undefined; authorization: string | undefined }[] = [];
  let wanted: string | undefined;
  const server = createProxy().on("connect", (request, client) => {
    const authorization = request.headers["proxy-authorization"];
    asked.push({ to: request.url, authorization });
    if (authorization !== wanted) {
      client.end("HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\n\r\n");
      return;
    }
    const upstream = connect(port, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      upstream.pipe(client).pipe(upstream);
    });
    for (const socket of [upstream, client])
      socket.on("error", () => {
        upstream.destroy();
        client.destroy();
      });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    get asked() {
      return asked;
    },
    /** Forgets what it was asked; from now on it lets through who gives this. */
    want(authorization?: string) {
      asked = [];
      wanted = authorization;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Its clients know no other way to aws.test: no name server has it. */
async function status(env: Record<string, string>, answers: Answers = {}, ...args: string[]) {
  aws.answer(answers);
  const run = await vpclab(["status", "--json", "--region", "eu-west-3", ...args], {
    env: {
      NODE_OPTIONS: `--import=${new URL("loopback-only.js", import.meta.url)}`,
      NODE_EXTRA_CA_CERTS: certificate,
      AWS_ENDPOINT_URL: ENDPOINT,
      AWS_CONFIG_FILE: join(home, ".aws/config"),
      ...env,
    },
  });
  return { ...run, stderr: run.stderr.replace(/\s+/g, " ") };
}

/** A file of the person's, below the home. */
function write(path: string, text: string): void {
  mkdirSync(dirname(join(home, path)), { recursive: true });
  writeFileSync(join(home, path), text);
}

const KEYS = { AWS_ACCESS_KEY_ID: "AKIAENV", AWS_SECRET_ACCESS_KEY: "x" };

describe("HTTPS_PROXY", () => {
  it("is the way to AWS", async () => {
    proxy.want();
    const { code, stderr } = await status({ ...KEYS, HTTPS_PROXY: `http://${proxy.address}` });
    expect(code, stderr).toBe(0);
    expect(aws.seen.length).toBeGreaterThan(3);
    expect([...new Set(proxy.asked.map(({ to }) => to))]).toEqual(["aws.test:443"]);
  });

  it("is the way to SSO", async () => {
    proxy.want();
    write(
      ".aws/config",
      `[profile sso]\nsso_session = school\nsso_account_id = 123456789012\nsso_role_name = Learner
[sso-session school]\nsso_region = eu-west-1\nsso_start_url = https://school.example/start\n`,
    );
    const expired = {
      accessToken: "old-token",
      expiresAt: new Date(Date.now() - 1000).toISOString(),
      clientId: "client",
      clientSecret: "secret",
      refreshToken: "refresh-me",
    };
    write(
      `.aws/sso/cache/${createHash("sha1").update("school").digest("hex")}.json`,
      JSON.stringify(expired),
    );
    const roleCredentials = {
      accessKeyId: "ASIASSO",
      secretAccessKey: "x",
      sessionToken: "sso-session-token",
      expiration: Date.now() + 3_600_000,
    };
    const answers: Answers = {
      "POST /token": () => ({ body: { accessToken: "new-token", expiresIn: 3600, tokenType: "Bearer" } }),
      "GET /federation/credentials": () => ({ body: { roleCredentials } }),
    };
    const { code, stderr } = await status(
      { HTTPS_PROXY: `http://${proxy.address}` },
      answers,
      "--profile",
      "sso",
    );
    expect(code, stderr).toBe(0);
    expect(aws.seen.map(({ call }) => call.split("?")[0])).toEqual(
      expect.arrayContaining(["POST /token", "GET /federation/credentials"]),
    );
    expect(aws.seen.map(({ accessKeyId }) => accessKeyId)).toContain("ASIASSO");
  });

  it("is given the name and the password in it, and shows them to nobody", async () => {
    proxy.want(`Basic ${Buffer.from("ana:s3cret").toString("base64")}`);
    const run = await status({ ...KEYS, HTTPS_PROXY: `http://ana:s3cret@${proxy.address}` }, {}, "--debug");
    expect(run.code, run.stderr).toBe(0);
    expect(run.stderr).toContain("GetCallerIdentity");
    expect(run.stdout + run.stderr).not.toContain("s3cret");
  });

  it("that lets nobody through is told from AWS", async () => {
    proxy.want("Basic of somebody else");
    const run = await status({ ...KEYS, HTTPS_PROXY: `http://ana:s3cret@${proxy.address}` });
    expect(run.code, run.stderr).toBe(1);
    expect(run.stderr).toContain("A proxy between here and AWS wants a name and a password.");
    expect(run.stdout + run.stderr).not.toContain("s3cret");
  });

  it("that lets nobody through to a role is told from a role that may not be taken", async () => {
    proxy.want("Basic of somebody else");
    write(
      ".aws/config",
      "[profile role]\nrole_arn = arn:aws:iam::123456789012:role/class\ncredential_source = Environment\n",
    );
    const run = await status({ ...KEYS, HTTPS_PROXY: `http://${proxy.address}` }, {}, "--profile", "role");
    expect(run.code, run.stderr).toBe(1);
    expect(run.stderr).toContain("A proxy between here and AWS wants a name and a password.");
  });

  it("is not taken for what NO_PROXY names", async () => {
    proxy.want();
    const run = await status({ ...KEYS, HTTPS_PROXY: `http://${proxy.address}`, NO_PROXY: "aws.test" });
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("aws.test is not loopback");
    expect(proxy.asked).toEqual([]);
  });
});
