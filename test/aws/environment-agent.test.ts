import { createServer as createProxy } from "node:http";
import { createServer, get } from "node:https";
import { type AddressInfo, connect, type LookupFunction, type Server } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { EnvironmentAgent } from "../../src/aws/environment-agent.ts";
import { AWS_TEST } from "../cli/aws-test-certificate.ts";

let port: number;
let connections: number;
let proxied: string[];
let proxy: string;
const servers: Server[] = [];

async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

beforeEach(async () => {
  connections = 0;
  proxied = [];
  const site = createServer(AWS_TEST, (_, response) => response.end("here"));
  port = await listening(site.on("secureConnection", () => connections++));
  const way = createProxy().on("connect", (request, client) => {
    proxied.push(request.url ?? "");
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
  proxy = `127.0.0.1:${await listening(way)}`;
  for (const name of ["HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"])
    for (const variable of [name, name.toLowerCase()]) vi.stubEnv(variable, "");
});
afterEach(() => {
  vi.unstubAllEnvs();
  for (const server of servers.splice(0)) server.close();
});

/** Asks the site, once after the other, by one agent. */
async function ask(host: string, times = 1): Promise<void> {
  const agent = new EnvironmentAgent();
  for (let time = 0; time < times; time++)
    await new Promise<void>((resolve, reject) => {
      const options = { agent, host, port, rejectUnauthorized: false, lookup: toThisMachine };
      get(options, (response) => response.resume().on("end", () => setImmediate(resolve))).on(
        "error",
        reject,
      );
    });
  agent.destroy();
}

/** Whatever the name. */
const toThisMachine: LookupFunction = (_name, _options, found) =>
  found(null, [{ address: "127.0.0.1", family: 4 }]);

describe("the way of calls over the network", () => {
  it("keeps a connection for the calls that follow", async () => {
    await ask("localhost", 3);
    expect(connections).toBe(1);
  });

  it("keeps a connection through a proxy, too", async () => {
    vi.stubEnv("HTTPS_PROXY", `http://${proxy}`);
    await ask("aws.test", 3);
    expect(proxied).toEqual([`aws.test:${port}`]);
    expect(connections).toBe(1);
  });

  it("asks by HTTP a proxy that is named without a scheme, as the AWS CLI does", async () => {
    vi.stubEnv("HTTPS_PROXY", proxy);
    await ask("aws.test");
    expect(proxied).toEqual([`aws.test:${port}`]);
  });

  it.each(["ec2.aws.test", "aws.test", ".aws.test", "*.aws.test", "other.test, aws.test"])(
    "goes straight to ec2.aws.test where NO_PROXY is %s",
    async (exempt) => {
      vi.stubEnv("HTTPS_PROXY", `http://${proxy}`);
      vi.stubEnv("NO_PROXY", exempt);
      await ask("ec2.aws.test");
      expect(proxied).toEqual([]);
      expect(connections).toBe(1);
    },
  );

  it.each(["s.test", "sts.aws.test", "aws.test:1"])(
    "goes through the proxy to ec2.aws.test where NO_PROXY is %s",
    async (exempt) => {
      vi.stubEnv("HTTPS_PROXY", `http://${proxy}`);
      vi.stubEnv("NO_PROXY", exempt);
      await ask("ec2.aws.test");
      expect(proxied).toEqual([`ec2.aws.test:${port}`]);
    },
  );
});
