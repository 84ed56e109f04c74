import { request } from "node:http";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { DescribeInstanceInformationCommand, SSMClient } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type RunningServer, startServer } from "../../src/simulator/server.ts";
import { embedded } from "./embedded.ts";

let world: ReturnType<typeof embedded>;
let server: RunningServer;
let errors: unknown[];

beforeEach(async () => {
  world = embedded();
  errors = [];
  server = await startServer({
    aws: world.aws,
    port: 0,
    onError: (error) => errors.push(error),
  });
});

afterEach(() => server.close());

function configuration() {
  return {
    endpoint: server.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "nobody-checks-it" },
    maxAttempts: 1,
  };
}

interface Raw {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** A request as no SDK would send it. */
function send({ method = "POST", path = "/", headers = {}, body = "" }: Raw) {
  return new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const outgoing = request(`${server.endpoint}${path}`, { method, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode, body: text }));
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

describe("the endpoint", () => {
  test("answers the clients of all five services, told apart by their signatures", async () => {
    const identity = await new STSClient(configuration()).send(new GetCallerIdentityCommand({}));
    expect(identity.Account).toMatch(/^\d{12}$/);
    const { Vpcs: vpcs } = await new EC2Client(configuration()).send(new DescribeVpcsCommand({}));
    expect(vpcs?.map((vpc) => [vpc.IsDefault, vpc.OwnerId])).toEqual([[true, identity.Account]]);
    const agents = await new SSMClient(configuration()).send(new DescribeInstanceInformationCommand({}));
    expect(agents.InstanceInformationList).toEqual([]);
    await expect(
      new IAMClient(configuration()).send(new GetRoleCommand({ RoleName: "nobody" })),
    ).rejects.toMatchObject({ name: "NoSuchEntityException", $metadata: { httpStatusCode: 404 } });
    const logs = new CloudWatchLogsClient(configuration());
    await logs.send(new CreateLogGroupCommand({ logGroupName: "g", tags: { Name: "Prüfung" } }));
    const { logGroups } = await world.logs.send(new DescribeLogGroupsCommand({}));
    expect(logGroups?.map((group) => group.logGroupName)).toEqual(["g"]);
  });

  test("answers many at once without losing any", async () => {
    const logs = new CloudWatchLogsClient(configuration());
    const names = Array.from({ length: 40 }, (_, index) => `g${String(index).padStart(2, "0")}`);
    await Promise.all(names.map((logGroupName) => logs.send(new CreateLogGroupCommand({ logGroupName }))));
    const { logGroups } = await logs.send(new DescribeLogGroupsCommand({}));
    expect(logGroups?.map((group) => group.logGroupName)).toEqual(names);
  });

  test("tells world time and its speed", async () => {
    const response = await fetch(server.endpoint, { method: "POST", body: "Action=X" });
    expect(response.headers.get("date")).toBe(new Date(world.clock.now()).toUTCString());
    expect(response.headers.get("x-vpclab-speed")).toBe("1");
  });

  test("says that it is there to a plain GET", async () => {
    const { status, body } = await send({ method: "GET" });
    expect([status, body]).toEqual([200, expect.stringContaining("embedded AWS")]);
  });
});

describe("a request is refused", () => {
  test.each(["evil.example", "evil.example:4566", "127.0.0.1.evil.example", "169.254.169.254", "localhost."])(
    "whose Host is %j",
    async (host) => {
      for (const method of ["GET", "POST"]) {
        const { status, body } = await send({ method, headers: { host } });
        expect([status, body]).toEqual([403, expect.stringContaining("loopback only")]);
      }
    },
  );

  test.each(["localhost", "localhost:4566", "127.0.0.1", "127.0.0.9:1", "[::1]:4566"])(
    "but not for the Host %s",
    async (host) => {
      expect((await send({ method: "GET", headers: { host } })).status).toBe(200);
    },
  );

  test.each([
    ["PUT", "/"],
    ["DELETE", "/"],
    ["GET", "/world.json"],
    ["GET", "/../world.json"],
    ["POST", "/other"],
  ])("as %s %s", async (method, path) => {
    expect((await send({ method, path })).status).toBe(405);
  });

  test("over 1 MiB, said or unsaid, and the next one is answered", async () => {
    const body = "x".repeat(1_048_577);
    expect(await send({ body })).toMatchObject({ status: 413 });
    expect(await send({ body, headers: { "transfer-encoding": "chunked" } })).toMatchObject({ status: 413 });
    expect((await send({ body: body.slice(2) })).status).not.toBe(413);
  });

  test("cut off in the middle is nobody's error", async () => {
    await new Promise<void>((resolve) => {
      const outgoing = request(server.endpoint, { method: "POST", headers: { "content-length": "100" } });
      outgoing.on("error", () => resolve());
      outgoing.write("Action=", () => setTimeout(() => outgoing.destroy(new Error("gone")), 20));
    });
    expect((await send({ method: "GET" })).status).toBe(200);
    expect(errors).toEqual([]);
  });

  test.each([
    ["s3", "GET", "/", {}, "xml"],
    ["s3", "PUT", "/bucket/data.json", { "content-type": "application/json" }, "xml"],
    ["dynamodb", "POST", "/", { "x-amz-target": "DynamoDB_20120810.ListTables" }, "json"],
    ["lambda", "GET", "/2015-03-31/functions/", {}, "json"],
    ["sns", "POST", "/", { "content-type": "application/x-www-form-urlencoded; charset=utf-8" }, "query"],
    ["route53", "GET", "/2013-04-01/hostedzone", {}, "query"],
  ])("for %s, by name, as %s %s with %j: its protocol's %s", async (service, method, path, headers, form) => {
    const authorization = `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260105/us-east-1/${service}/aws4_request, Signature=0`;
    const { status, body } = await send({ method, path, headers: { ...headers, authorization } });
    const message = `The embedded AWS of vpclab does not have the service ${service}. It has ec2, iam, logs, ssm, sts.`;
    const inXml = `<Code>UnknownService</Code><Message>${message}</Message>`;
    expect(status).toBe(400);
    if (form === "json") expect(JSON.parse(body)).toEqual({ __type: "UnknownService", message });
    else expect(body).toContain(form === "xml" ? `?>\n<Error>${inXml}` : `<Type>Sender</Type>${inXml}`);
  });

  test("for a service with JSON, with its code in the header that its clients read", async () => {
    const authorization =
      "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260105/us-east-1/lambda/aws4_request, Signature=0";
    const { headers } = await fetch(`${server.endpoint}/2015-03-31/functions/`, {
      headers: { authorization },
    });
    expect(headers.get("x-amzn-errortype")).toBe("UnknownService");
  });

  test("instead of greeted, where it is a signed GET for a service that is there", async () => {
    const authorization =
      "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260105/us-east-1/iam/aws4_request, Signature=0";
    expect((await send({ method: "GET", headers: { authorization } })).status).toBe(405);
  });

  test("without a signature, for a service or an action that is not there", async () => {
    const authorization = (service: string) =>
      `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260105/us-east-1/${service}/aws4_request, Signature=0`;
    const code = async (raw: Raw) => {
      const { status, body } = await send(raw);
      return [status, /(?:<Code>|"__type":")(\w+)/.exec(body)?.[1]];
    };
    expect(await code({ body: "Action=DescribeVpcs" })).toEqual([403, "MissingAuthenticationToken"]);
    expect(await code({ headers: { authorization: authorization("s3") } })).toEqual([400, "UnknownService"]);
    expect(await code({ headers: { authorization: authorization("iam") }, body: "Action=Nope" })).toEqual([
      400,
      "InvalidAction",
    ]);
    const target = (name: string, body: string) => ({
      headers: { authorization: authorization("logs"), "x-amz-target": `Logs_20140328.${name}` },
      body,
    });
    expect(await code(target("Nope", "{}"))).toEqual([400, "UnknownOperationException"]);
    expect(await code(target("CreateLogGroup", "{"))).toEqual([400, "SerializationException"]);
    expect(await code(target("CreateLogGroup", '{"logGroupName":"g","x":1}'))).toEqual([
      400,
      "ValidationException",
    ]);
  });
});

test("what goes wrong inside is told to the owner, not to the client", async () => {
  const secret = "the world's file is damaged at /home/ana";
  world.aws.answer = () => Promise.reject(new Error(secret));
  await expect(new STSClient(configuration()).send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
    name: "InternalFailure",
    $metadata: { httpStatusCode: 500 },
  });
  const { body } = await send({ headers: { "x-amz-target": "Logs_20140328.DescribeLogGroups" } });
  expect(JSON.parse(body)).toEqual({
    __type: "InternalFailure",
    message: "The embedded AWS of vpclab cannot answer this request.",
  });
  expect(errors.map(String)).toEqual([`Error: ${secret}`, `Error: ${secret}`]);
});

test("a port that is taken is an error", async () => {
  const port = Number(new URL(server.endpoint).port);
  await expect(startServer({ aws: world.aws, port })).rejects.toMatchObject({
    code: "EADDRINUSE",
  });
});

test("closing answers what is in flight, then takes no more", async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const answer = world.aws.answer.bind(world.aws);
  let hasArrived = () => {};
  const arrived = new Promise<void>((resolve) => {
    hasArrived = resolve;
  });
  world.aws.answer = async (wire) => {
    hasArrived();
    await held;
    return answer(wire);
  };
  const inFlight = new STSClient(configuration()).send(new GetCallerIdentityCommand({}));
  await arrived;
  const second = await startServer({ aws: world.aws, port: 0 });
  const closed = server.close();
  release();
  expect((await inFlight).Account).toMatch(/^\d{12}$/);
  await closed;
  await expect(send({ method: "GET" })).rejects.toMatchObject({ code: "ECONNREFUSED" });
  server = second;
});
