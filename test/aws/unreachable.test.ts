import { createServer } from "node:http";
import type { AddressInfo, Server } from "node:net";
import { DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { afterEach, describe, expect, it, vi } from "vitest";
import { connect } from "../../src/aws/clients.ts";
import type { LabError } from "../../src/aws/errors.ts";
import { strangeAnswer } from "../../src/aws/strange-answer.ts";
import { translate } from "../../src/aws/translate.ts";
import { refusal } from "./refusal.ts";

const servers: Server[] = [];
afterEach(() => {
  vi.unstubAllEnvs();
  for (const server of servers.splice(0)) server.close();
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** What answers as a proxy or a network's sign-in page does. */
const page = (status: number) =>
  listening(
    createServer((_, response) => {
      response.writeHead(status, { "content-type": "text/html" }).end("<html><body>Sign in</body></html>");
    }),
  );

function awsAt(endpointUrl: string, signal = new AbortController().signal) {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "not-a-secret");
  return connect({ region: "us-east-1", signal, endpointUrl });
}

/** As the program tells it. */
async function told(call: Promise<unknown>): Promise<LabError> {
  return translate(
    await call.then(
      () => new Error("it was answered"),
      (error: unknown) => error,
    ),
  );
}

const whoAmI = (endpoint: string) => told(awsAt(endpoint).sts.send(new GetCallerIdentityCommand({})));

describe("what answers in the place of AWS", () => {
  it.each([302, 403])("with HTTP %i is called what it is", async (status) => {
    const error = await whoAmI(`http://127.0.0.1:${await page(status)}`);
    expect(error.message).toBe(`What answered is not AWS (HTTP ${status}).`);
    expect(error.why).toMatch(/proxy.*filter.*sign in/);
    expect(error.next.join(" ")).toMatch(/browser.*HTTPS_PROXY.*--endpoint-url/);
  });

  it("with a page, where the service speaks JSON, is told from AWS too", async () => {
    const { logs } = awsAt(`http://127.0.0.1:${await page(200)}`);
    const error = await told(logs.send(new DescribeLogGroupsCommand({})));
    expect(error.message).toBe("What answered is not AWS (HTTP 200).");
  });

  it("and wants credentials for itself is a proxy", async () => {
    const error = await whoAmI(`http://127.0.0.1:${await page(407)}`);
    expect([error.why, error.next[0]]).toEqual([
      expect.stringContaining("proxy"),
      expect.stringContaining("HTTPS_PROXY=http://name:password@"),
    ]);
  });

  it("without TLS is told so", async () => {
    const error = await whoAmI(`https://127.0.0.1:${await page(200)}`);
    expect(error.why).toMatch(/does not speak TLS/);
    expect(error.why).not.toContain("refused");
  });

  it("is AWS where it names a request", () => {
    const answered = Object.assign(refusal("UnknownError"), {
      $metadata: { httpStatusCode: 400, requestId: "0ab1" },
    });
    expect(strangeAnswer(answered)).toBeUndefined();
  });
});

describe("what keeps us from AWS", () => {
  const failing = (code: string, message: string) => Object.assign(new Error(message), { code });

  it.each([
    ["SELF_SIGNED_CERT_IN_CHAIN", "self-signed certificate in certificate chain", /none that .* trusts/],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "self-signed certificate", /none that .* trusts/],
    ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "unable to get local issuer certificate", /none that .* trusts/],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "unable to verify the first certificate", /none that .* trusts/],
    [
      "ERR_TLS_CERT_ALTNAME_INVALID",
      "Hostname/IP does not match certificate's altnames",
      /none that .* trusts/,
    ],
    ["CERT_HAS_EXPIRED", "certificate has expired", /clock/],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "wrong version number", /TLS/],
    ["ENOTFOUND", "getaddrinfo ENOTFOUND sts.us-east-1.amazonaws.com", /no name server/],
    ["ECONNREFUSED", "connect ECONNREFUSED 10.0.0.1:8080", /could not be reached/],
    ["ECONNREFUSED", "connect ECONNREFUSED 127.0.0.1:4566", /on this very machine/],
    ["ECONNREFUSED", "connect ECONNREFUSED ::1:4566", /on this very machine/],
    ["ECONNRESET", "read ECONNRESET", /could not be reached/],
    ["ETIMEDOUT", "connect ETIMEDOUT", /could not be reached/],
  ])("%s: %s is no refusal of AWS", (code, message, why) => {
    const error = translate(failing(code, message));
    expect(error.message).toBe(`${code}: ${message}`);
    expect(error.why).toMatch(why);
    expect(error.next.join(" ")).toMatch(/HTTPS_PROXY|clock|--endpoint-url/);
    expect(error.next.at(-1)).toMatch(/Run the same command again/);
  });

  it("names the way to trust a company's certificate", () => {
    const { next } = translate(failing("SELF_SIGNED_CERT_IN_CHAIN", "self-signed certificate in chain"));
    expect(next[0]).toContain("NODE_EXTRA_CA_CERTS=");
  });

  it("names the simulator that is to be started again, where that may have ended", () => {
    const { why, next } = translate(failing("ECONNREFUSED", "connect ECONNREFUSED 127.0.0.1:4566"));
    expect(next[0]).toContain("start `vpclab simulator` again");
    expect(why).not.toContain("firewall");
  });

  it("is read out of the several addresses that were tried", () => {
    const tried = ["10.0.0.1", "10.0.0.2"].map((address) =>
      failing("ECONNREFUSED", `connect ECONNREFUSED ${address}:443`),
    );
    const error = translate(Object.assign(new AggregateError(tried), { code: "ECONNREFUSED" }));
    expect(error.message).toBe("ECONNREFUSED: connect ECONNREFUSED 10.0.0.1:443");
    expect(error.why).toContain("could not be reached");
  });
});

describe("a simulator that has ended", () => {
  it("leaves callers waiting for their next attempt, which is no leak", async () => {
    const server = createServer();
    const endpointUrl = `http://127.0.0.1:${await listening(server)}`;
    await new Promise((resolve) => server.close(resolve));
    const warnings: string[] = [];
    const warned = ({ name }: Error) => void warnings.push(name);
    process.on("warning", warned);
    const interruption = new AbortController();
    const { sts } = awsAt(endpointUrl, interruption.signal);
    const calls = Array.from({ length: 20 }, () => told(sts.send(new GetCallerIdentityCommand({}))));
    // By then all of them wait for another attempt.
    setTimeout(() => interruption.abort(), 400);
    await Promise.all(calls);
    process.off("warning", warned);
    expect(warnings).toEqual([]);
  });
});

describe("HTTPS_PROXY", () => {
  it("is gone through, and a proxy that refuses is told from AWS", async () => {
    const asked: string[] = [];
    const proxy = createServer();
    proxy.on("connect", ({ url }, socket) => {
      asked.push(url ?? "");
      socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    });
    vi.stubEnv("HTTPS_PROXY", `http://127.0.0.1:${await listening(proxy)}`);
    const error = await whoAmI("https://aws.invalid");
    expect(asked).toEqual(["aws.invalid:443"]);
    expect([error.code, error.why]).toEqual(["not-aws", expect.stringContaining("a password")]);
  });
});
