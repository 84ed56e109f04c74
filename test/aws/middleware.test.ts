/** The clients' own middleware, against an HTTP handler that fails as networks and AWS do. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { CreateVpcCommand, DeleteVpcCommand, DescribeVpcsCommand } from "@aws-sdk/client-ec2";
import { type HttpHandlerUserInput, HttpResponse } from "@smithy/core/protocols";
import { afterEach, describe, expect, it, vi } from "vitest";
import { connect } from "../../src/aws/clients.ts";
import { AnswerLostError, type CallTrace } from "../../src/aws/middleware.ts";
import { ServiceClock } from "../../src/aws/service-clock.ts";
import { VirtualClock } from "../../src/simulator/clock.ts";

type Answer = Error | { status: number; body: string; headers?: Record<string, string> };

const ok = { status: 200, body: "<R><vpcSet/><vpc><vpcId>vpc-1</vpcId></vpc></R>" };
const refusal = (status: number, code: string) => ({
  status,
  body: `<Response><Errors><Error><Code>${code}</Code><Message>no</Message></Error></Errors></Response>`,
});
const network = (code: string) => Object.assign(new Error(`socket: ${code}`), { code });

/** Clients whose every call gets the next answer; the last one stays. */
function scripted(...answers: Answer[]) {
  let calls = 0;
  const traces: CallTrace[] = [];
  const controller = new AbortController();
  const clock = new VirtualClock(0);
  const requestHandler: HttpHandlerUserInput = {
    metadata: { handlerProtocol: "test" },
    async handle() {
      const answer: Answer = answers[Math.min(calls++, answers.length - 1)] ?? ok;
      if (answer instanceof Error) throw answer;
      const { status, body, headers = {} } = answer;
      return { response: new HttpResponse({ statusCode: status, headers, body: Buffer.from(body) }) };
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
  };
  const aws = connect({
    region: "us-east-1",
    signal: controller.signal,
    trace: (call) => traces.push(call),
    embedded: {
      requestHandler,
      clock,
      credentials: { accessKeyId: "AKIDPLANTED", secretAccessKey: "planted-secret" },
    },
  });
  return { aws, clock, controller, traces, calls: () => calls };
}

/** From an AWS, or a world of the embedded one, whose time is far ahead of ours. */
const IN_AN_HOUR = { date: new Date(Date.now() + 3_600_000).toUTCString() };

const create = new CreateVpcCommand({ CidrBlock: "10.1.0.0/16" });

describe("a call that AWS throttles or fails", () => {
  it("is tried again, waiting on the lab's clock", async () => {
    const { aws, clock, calls } = scripted(
      refusal(503, "RequestLimitExceeded"),
      refusal(503, "RequestLimitExceeded"),
      ok,
    );
    await aws.ec2.send(new DescribeVpcsCommand({}));
    expect(calls()).toBe(3);
    expect(clock.now()).toBeGreaterThan(1_000);
  });

  it.each([network("ECONNRESET"), network("ETIMEDOUT"), refusal(500, "InternalError")])(
    "reading: %s is tried again",
    async (failure) => {
      const { aws, calls } = scripted(failure, ok);
      await aws.ec2.send(new DescribeVpcsCommand({}));
      expect(calls()).toBe(2);
    },
  );

  it.each([
    ["InternalError", 500, 7, 6_300],
    // 1, 2, 4, 8 and 16 s, and then never more than 20.
    ["RequestLimitExceeded", 503, 10, 111_000],
  ] as const)(
    "is given up after %s, status %i, %i times, within %i ms",
    async (code, status, attempts, ms) => {
      const { aws, clock, calls } = scripted(refusal(status, code));
      const begun = clock.now();
      await expect(aws.ec2.send(new DescribeVpcsCommand({}))).rejects.toThrow();
      expect(calls()).toBe(attempts);
      expect(clock.now() - begun).toBeLessThanOrEqual(ms);
    },
  );

  it("is not tried again by a whole class at the same moment", async () => {
    const waits = new Set<number>();
    for (let learner = 0; learner < 5; learner += 1) {
      const { aws, clock } = scripted(refusal(503, "RequestLimitExceeded"), ok);
      const begun = clock.now();
      await aws.ec2.send(new DescribeVpcsCommand({}));
      waits.add(clock.now() - begun);
    }
    expect(waits.size).toBeGreaterThan(1);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(500);
  });

  it("waits for its turn as long as a class of thirty needs that launches from one account", async () => {
    const { aws, clock } = scripted(refusal(503, "RequestLimitExceeded"));
    const begun = clock.now();
    await expect(aws.ec2.send(new DescribeVpcsCommand({}))).rejects.toThrow();
    expect(clock.now() - begun).toBeGreaterThan(45_000);
  });

  it.each([{}, IN_AN_HOUR])(
    "is not tried again where AWS refused it for good, be the local clock wrong (headers %o)",
    async (headers) => {
      const { aws, calls } = scripted({ ...refusal(403, "UnauthorizedOperation"), headers });
      await expect(aws.ec2.send(create)).rejects.toMatchObject({ name: "UnauthorizedOperation" });
      expect(calls()).toBe(1);
    },
  );
});

describe("an endpoint that takes a call and never answers", () => {
  const silent = createServer(() => undefined);
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllEnvs();
    silent.closeAllConnections();
    silent.close();
  });

  it("is given up after a minute an attempt", async () => {
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as AddressInfo;
    vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIDPLANTED");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "planted-secret");
    const aws = connect({
      region: "us-east-1",
      signal: new AbortController().signal,
      endpointUrl: `http://127.0.0.1:${port}`,
    });
    // Read from files, and loaded, in real time.
    await import("../../src/aws/environment-agent.ts");
    await aws.ec2.config.credentials();
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    let error: unknown;
    const sending = aws.ec2.send(create).catch((thrown: unknown) => {
      error = thrown;
    });
    let waitedMs = 0;
    for (; error === undefined && waitedMs < 120_000; waitedMs += 1_000) {
      await vi.advanceTimersByTimeAsync(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await sending;
    expect(error).toBeInstanceOf(AnswerLostError);
    expect(waitedMs).toBeLessThanOrEqual(61_000);
  });
});

describe("a create without a client token", () => {
  it.each([network("ECONNRESET"), network("ETIMEDOUT"), refusal(500, "InternalError")])(
    "is not sent again blindly after %s: it may have taken effect",
    async (failure) => {
      const { aws, calls } = scripted(failure, ok);
      const error = await aws.ec2.send(create).catch((thrown) => thrown);
      expect(error).toBeInstanceOf(AnswerLostError);
      expect(error).toMatchObject({ operation: "CreateVpc" });
      expect(calls()).toBe(1);
    },
  );

  it.each([network("ECONNREFUSED"), network("ENOTFOUND"), refusal(503, "RequestLimitExceeded")])(
    "is sent again after %s: it never reached the service",
    async (failure) => {
      const { aws, calls } = scripted(failure, ok);
      await aws.ec2.send(create);
      expect(calls()).toBe(2);
    },
  );

  it("is sent again where AWS refused it because the local clock is wrong", async () => {
    const { aws, calls } = scripted({ ...refusal(400, "RequestExpired"), headers: IN_AN_HOUR }, ok);
    await aws.ec2.send(create);
    expect(calls()).toBe(2);
  });

  it("leaves calls that can be repeated to the SDK", async () => {
    const { aws, calls } = scripted(network("ECONNRESET"), ok);
    await aws.ec2.send(new DeleteVpcCommand({ VpcId: "vpc-1" }));
    expect(calls()).toBe(2);
  });
});

describe("Ctrl-C", () => {
  it("begins no new call", async () => {
    const { aws, controller, calls } = scripted(ok);
    const reason = new Error("interrupted");
    controller.abort(reason);
    await expect(aws.ec2.send(create)).rejects.toBe(reason);
    expect(calls()).toBe(0);
  });

  it("ends the wait between two attempts", async () => {
    const { aws, controller, calls } = scripted(refusal(503, "RequestLimitExceeded"));
    const reason = new Error("interrupted");
    const sending = aws.ec2.send(new DescribeVpcsCommand({}));
    setImmediate(() => controller.abort(reason));
    await expect(sending).rejects.toBe(reason);
    expect(calls()).toBeLessThan(7);
  });
});

describe("--debug", () => {
  it("tells each call, its attempts and its outcome, and no secret", async () => {
    const { aws, traces } = scripted(network("ECONNRESET"), ok, refusal(403, "UnauthorizedOperation"));
    await aws.ec2.send(new DescribeVpcsCommand({}));
    await aws.ec2.send(create).catch(() => undefined);
    expect(traces).toMatchObject([
      { service: "EC2", operation: "DescribeVpcs", attempts: 2, error: undefined },
      { service: "EC2", operation: "CreateVpc", attempts: 1, error: "UnauthorizedOperation" },
    ]);
    expect(JSON.stringify(traces)).not.toMatch(/planted/i);
  });
});

describe("the service's clock", () => {
  it("follows the Date header, to the second, and our own endpoint's speed", async () => {
    const clock = new ServiceClock();
    const aDayAhead = Math.floor(Date.now() / 1000) * 1000 + 86_400_000;
    clock.observe(new Date(aDayAhead).toUTCString(), undefined);
    expect(Math.abs(clock.now() - aDayAhead)).toBeLessThan(2_000);
    clock.observe(new Date(aDayAhead).toUTCString(), "1000");
    const begun = Date.now();
    await clock.sleep(20_000);
    expect(Date.now() - begun).toBeLessThan(5_000);
  });

  it("keeps its time where there is no Date", () => {
    const clock = new ServiceClock();
    clock.observe(undefined, undefined);
    clock.observe("not a date", "fast");
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1_000);
  });
});
