/** Keys, tokens, signatures and session names are planted wherever they may come from; no command shows one. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { redacted } from "../../src/aws/redact.ts";
import { showError } from "../../src/commands/show-error.ts";
import { up } from "../../src/commands/up.ts";
import { ScaledClock } from "../../src/simulator/clock.ts";
import type { Endpoint } from "../../src/simulator/faults.ts";
import { createEmbeddedAws } from "../../src/simulator/index.ts";
import { type RunningServer, startServer } from "../../src/simulator/server.ts";
import { MemoryStorage } from "../../src/simulator/storage.ts";
import { type Command, everyCommand } from "./every-command.ts";
import { labHome } from "./in-process.ts";

const KEY_ID = "AKIAPLANTED0KEYID000";
const SECRET = "planted/secret+access/key/9f8e7d6c5b4a3210";
const TOKEN = "planted//token+IQoJb3JpZ2luX2VjEPLANTED==";
const SESSION = "ana.planted@example.com";
const PROFILE_SECRET = "planted/profile/secret/0011223344556677";
const SSO_TOKEN = "planted-sso-access-token-0123456789";
const PLANTED = [KEY_ID, SECRET, TOKEN, SESSION, PROFILE_SECRET, SSO_TOKEN];

const home = labHome();
const aws = createEmbeddedAws({ storage: new MemoryStorage(), clock: new ScaledClock(300) });
const signatures = new Set<string>();
/** What AWS answers with, if not with what it should. */
let refusal: ((headers: Record<string, string>) => { code: string; message: string }) | undefined;

const endpoint: Endpoint = {
  world: aws.world,
  async answer(request) {
    const { authorization = "" } = request.headers;
    signatures.add(/Signature=(\w+)/.exec(authorization)?.[1] ?? "");
    const answer = await aws.answer(request);
    // Whoever signs in by SSO or takes a role is a session, and its name is often an address.
    const isIdentity = String(answer.body).includes("GetCallerIdentityResult");
    const body = isIdentity
      ? String(answer.body).replace(
          /<Arn>arn:aws:iam::(\d+):[^<]*</,
          `<Arn>arn:aws:sts::$1:assumed-role/Admin/${SESSION}<`,
        )
      : String(answer.body);
    if (refusal === undefined || isIdentity) return { ...answer, body };
    const { code, message } = refusal(request.headers);
    const text = body.startsWith("{")
      ? JSON.stringify({ __type: code, message })
      : `<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors></Response>`;
    return { ...answer, status: 403, body: text };
  },
};

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ aws: endpoint, port: 0 });
});
afterAll(async () => {
  await server.close();
});
beforeEach(() => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", KEY_ID);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", SECRET);
  vi.stubEnv("AWS_SESSION_TOKEN", TOKEN);
});
afterEach(() => {
  refusal = undefined;
  vi.unstubAllEnvs();
});

/** Everything that a command writes, errors included. */
async function written(command: Command, more: object = {}): Promise<string> {
  const options = {
    endpointUrl: server.endpoint,
    simulate: false,
    region: "us-east-1",
    debug: true,
    ...more,
  };
  const { stdout, stderr } = await home.run(
    async (program) => {
      try {
        return await command(program, options);
      } catch (error) {
        return showError(program.terminal, error, true);
      }
    },
    { columns: 120 },
  );
  return stdout + stderr;
}

function expectNone(what: string, text: string): void {
  const shown = [...PLANTED, ...signatures].filter((secret) => secret !== "" && text.includes(secret));
  expect({ what, shown }).toEqual({ what, shown: [] });
}

describe("no command shows a secret", () => {
  test("where all goes well", async () => {
    expectNone("up", await written((program, options) => up(program, { ...options, yes: true })));
    for (const [name, command] of Object.entries(everyCommand("x"))) expectNone(name, await written(command));
    expect(signatures.size).toBeGreaterThan(50);
  }, 60_000);

  /** What AWS says itself, and what a verbose proxy might. */
  const REFUSALS: Readonly<Record<string, NonNullable<typeof refusal>>> = {
    "the signature is wrong": (headers) => ({
      code: "SignatureDoesNotMatch",
      message:
        "The request signature we calculated does not match. The Canonical String for this request should have been " +
        `'POST / host:x x-amz-security-token:${headers["x-amz-security-token"]} ' ${headers.authorization}`,
    }),
    "the session may not": () => ({
      code: "AccessDenied",
      message: `User: arn:aws:sts::123456789012:assumed-role/Admin/${SESSION} is not authorized to perform: x`,
    }),
    "everything is repeated": () => ({
      code: "InvalidParameterValue",
      message: `${KEY_ID} and ${SECRET} and ${TOKEN} of assumed-role/Admin/${SESSION}`,
    }),
  };

  test.each(Object.entries(REFUSALS))(
    "where %s",
    async (_why, refuse) => {
      refusal = refuse;
      for (const [name, command] of Object.entries(everyCommand("x"))) {
        const text = await written(command);
        expectNone(name, text);
        expectNone(`${name} --json`, await written(command, { json: true }));
      }
    },
    60_000,
  );

  test("where the profile's credentials, or its SSO session, are no good", async () => {
    const folder = join(home.folder, "aws");
    mkdirSync(join(folder, "sso", "cache"), { recursive: true });
    const config = join(folder, "config");
    const credentials = join(folder, "credentials");
    writeFileSync(
      config,
      `[profile sso]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Admin\nregion = us-east-1
[sso-session corp]\nsso_start_url = https://example.invalid/start\nsso_region = us-east-1
[profile helper]\nregion = us-east-1\ncredential_process = echo '{"SecretAccessKey": "${PROFILE_SECRET}", "SessionToken": "${SSO_TOKEN}"'\n`,
    );
    writeFileSync(
      credentials,
      `[half]\naws_access_key_id = ${KEY_ID}\n[keys]\naws_access_key_id = ${KEY_ID}\naws_secret_access_key = ${PROFILE_SECRET}\n`,
    );
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"])
      vi.stubEnv(name, undefined);
    vi.stubEnv("AWS_CONFIG_FILE", config);
    vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", credentials);
    vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
    vi.stubEnv("HOME", folder);
    for (const profile of ["sso", "helper", "half", "keys"])
      for (const name of ["status", "doctor"]) {
        const command = everyCommand("x")[name];
        expectNone(`${name} --profile ${profile}`, command ? await written(command, { profile }) : "");
      }
  });
});

describe("redacted", () => {
  test.each([
    ["assumed-role/Admin/ana@example.com is not authorized", "assumed-role/Admin/… is not authorized"],
    ["key ASIAIOSFODNN7EXAMPLE is unknown", "key ASIA… is unknown"],
    ["x-amz-security-token:abc/def== host:x", "x-amz-security-token:… host:x"],
    ["Credential=AKIA/2026, Signature=00ff, more", "Credential=…, Signature=…, more"],
    ['{"SecretAccessKey": "abc", "Version": 1}', '{"SecretAccessKey": "…", "Version": 1}'],
  ])("%s", (text, shown) => {
    expect(redacted(text)).toBe(shown);
  });

  test.each([
    "The vpc 'vpc-0ab1' has dependencies and cannot be deleted.",
    "Value (t2.micro) for parameter InstanceType is invalid.",
    "arn:aws:iam::123456789012:role/NextWorkVPCFlowLogsRole",
  ])("leaves alone: %s", (text) => {
    expect(redacted(text)).toBe(text);
  });
});
