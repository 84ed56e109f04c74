/** `vpclab simulator` as a process: an AWS client and vpclab's own commands on one world. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { CreateVpcCommand, DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { simulator } from "../../src/commands/simulator.ts";
import type { LabError } from "../../src/lab/error.ts";
import { fakeTerminal } from "../ui/fake-terminal.ts";
import { serve } from "./serve.ts";
import { freshHome } from "./vpclab.ts";

function client(endpoint: string) {
  return new EC2Client({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "nobody-checks-it" },
    maxAttempts: 1,
  });
}

async function vpcNames(endpoint: string): Promise<(string | undefined)[]> {
  const { Vpcs: vpcs = [] } = await client(endpoint).send(new DescribeVpcsCommand({}));
  return vpcs.map(({ Tags: tags }) => tags?.find(({ Key: key }) => key === "Name")?.Value).sort();
}

describe("vpclab simulator", () => {
  it("says in one line of JSON where it listens, and ends with 0 on Ctrl-C and on SIGTERM", async () => {
    const { vpclab } = freshHome("600");
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      const simulator = await serve(vpclab, "--memory");
      expect(simulator.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      expect(simulator.pid).toBeGreaterThan(0);
      const { code, stdout } = await simulator.end(signal);
      expect([signal, code, stdout]).toEqual([signal, 0, simulator.line]);
      await expect(fetch(simulator.endpoint)).rejects.toThrow();
    }
  });

  it("prints what to copy into bash, PowerShell and fish", async () => {
    const { vpclab } = freshHome("600");
    const { code, stdout } = await vpclab(["simulator", "--port", "0", "--memory"], {
      during: (process) => process.stdout?.once("data", () => process.kill("SIGINT")),
    });
    expect(code).toBe(0);
    const endpoint = /http:\/\/127\.0\.0\.1:\d+/.exec(stdout)?.[0];
    expect(endpoint).toBeDefined();
    expect(stdout).toContain(`export AWS_ENDPOINT_URL=${endpoint}`);
    expect(stdout).toContain(`$env:AWS_ENDPOINT_URL = "${endpoint}"`);
    expect(stdout).toContain(`set -gx AWS_ENDPOINT_URL ${endpoint}`);
  });

  it("shares its world with vpclab's own commands while it serves, and keeps it", async () => {
    const { vpclab } = freshHome("600");
    const simulator = await serve(vpclab);
    await client(simulator.endpoint).send(
      new CreateVpcCommand({
        CidrBlock: "10.9.0.0/16",
        TagSpecifications: [{ ResourceType: "vpc", Tags: [{ Key: "Name", Value: "by hand" }] }],
      }),
    );
    const looking = Promise.all(Array.from({ length: 10 }, () => vpcNames(simulator.endpoint)));
    expect((await vpclab(["up", "--yes", "--until", "vpcs"])).code).toBe(0);
    await looking;
    const names = ["NextWork-1-vpc", "NextWork-2-vpc", "by hand", undefined];
    expect(await vpcNames(simulator.endpoint)).toEqual(names);
    await simulator.end();

    const again = await serve(vpclab);
    expect(await vpcNames(again.endpoint)).toEqual(names);
    expect((await vpclab(["teardown", "--yes"])).code).toBe(0);
    expect(await vpcNames(again.endpoint)).toEqual(["by hand", undefined]);
    await again.end();
  });

  it("serves vpclab itself by --endpoint-url, like any AWS", async () => {
    const { vpclab } = freshHome("600");
    const simulator = await serve(vpclab, "--memory");
    const env = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "x", AWS_REGION: "us-east-1" };
    const { code } = await vpclab(["up", "--yes", "--until", "vpcs", "--endpoint-url", simulator.endpoint], {
      env,
    });
    expect(code).toBe(0);
    expect(await vpcNames(simulator.endpoint)).toContain("NextWork-1-vpc");
    await simulator.end();
  });

  it("is remembered as long as it lasts: without credentials its lab is named, and not looked for when it is gone", async () => {
    const { vpclab } = freshHome("600");
    const simulator = await serve(vpclab, "--memory");
    const env = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "x", AWS_REGION: "us-east-1" };
    const endpoint = simulator.endpoint.replace("127.0.0.1", "localhost");
    expect((await vpclab(["up", "--yes", "--until", "vpcs", "--endpoint-url", endpoint], { env })).code).toBe(
      0,
    );
    const without = await vpclab(["status"]);
    expect(without.code, without.stderr).toBe(4);
    expect(without.stderr).toContain(`Lab nextwork was made at ${endpoint}`);
    const named = await vpclab(["status", "--endpoint-url", endpoint]);
    expect(named.code, named.stderr).toBe(4);
    expect(named.stderr).toContain("If that endpoint is a vpclab simulator: paste the lines that it prints.");
    await simulator.end();
    const after = await vpclab(["status", "--json"], { env: { AWS_REGION: "us-east-1" } });
    expect(after.code, after.stderr).toBe(0);
    expect(JSON.parse(after.stdout)).toMatchObject({ target: "simulator", resources: [] });
  });

  it("forgets no lab of a world that is kept, neither when that ends nor when one in memory does", async () => {
    const { vpclab } = freshHome("600");
    const kept = await serve(vpclab, "--world", "class-7");
    const env = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "x", AWS_REGION: "us-east-1" };
    const { code } = await vpclab(["up", "--yes", "--until", "vpcs", "--endpoint-url", kept.endpoint], {
      env,
    });
    expect(code).toBe(0);
    await kept.end();
    await (await serve(vpclab, "--memory")).end();
    const status = await vpclab(["status"]);
    expect(status.code, status.stderr).toBe(4);
    expect(status.stderr).toContain(`Lab nextwork was made at ${kept.endpoint}`);
  });

  it("keeps other worlds apart, and nothing of --memory", async () => {
    const { home, vpclab } = freshHome("600");
    const simulator = await serve(vpclab, "--world", "class-7");
    await simulator.end();
    expect(existsSync(join(home, "vpclab/worlds/class-7/world.json"))).toBe(true);
    expect(existsSync(join(home, "vpclab/worlds/default"))).toBe(false);
    await (await serve(vpclab, "--memory")).end();
    expect(existsSync(join(home, "vpclab/worlds/default"))).toBe(false);
  });

  it("meets the faults of a file, says so, and vpclab gets over them", async () => {
    const { home, vpclab } = freshHome("600");
    const file = join(home, "faults.json");
    writeFileSync(
      file,
      JSON.stringify([
        { operation: "ec2:CreateVpc", calls: 1, fault: "drop" },
        { operation: "ec2:CreateSubnet", calls: [1, 2], fault: "throttle" },
      ]),
    );
    const simulator = await serve(vpclab, "--memory", "--faults", file, "--speed", "600");
    const env = {
      AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
      AWS_SECRET_ACCESS_KEY: "x",
      AWS_REGION: "us-east-1",
      AWS_ENDPOINT_URL: simulator.endpoint,
    };
    expect(await vpclab(["up", "--yes", "--until", "vpcs"], { env })).toMatchObject({ code: 0 });
    expect(await vpcNames(simulator.endpoint)).toEqual(["NextWork-1-vpc", "NextWork-2-vpc", undefined]);
    const { stderr } = await simulator.end();
    expect(stderr).toContain("fault: ec2:CreateVpc, call 1 of ec2:CreateVpc: drop");
    expect(stderr.match(/^fault: ec2:CreateSubnet.*throttle$/gm)).toHaveLength(2);
  });

  it("lifts a quota", async () => {
    const { vpclab } = freshHome("600");
    const simulator = await serve(vpclab, "--memory", "--quota", "vpcs=7");
    const create = () => client(simulator.endpoint).send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }));
    for (let made = 1; made < 7; made++) await create();
    await expect(create()).rejects.toMatchObject({ name: "VpcLimitExceeded" });
    await simulator.end();
  });
});

describe("what cannot be served is told before anything is", () => {
  const { home, vpclab } = freshHome("600");

  it("a port that is taken: exit 1, with a way out", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const { code, stdout, stderr } = await vpclab(["simulator", "--memory", "--port", String(port)]);
    other.close();
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(`Port ${port} cannot be had`);
    expect(stderr).toContain("--port 0");
  });

  it.each([
    [{ world: "../../elsewhere" }, /cannot be a world's name/],
    [{ world: "/tmp" }, /cannot be a world's name/],
    [{ world: ".." }, /cannot be a world's name/],
    [{ world: "" }, /cannot be a world's name/],
    [{ world: "a\\b" }, /cannot be a world's name/],
    [{ faults: "/nowhere/faults.json" }, /--faults \/nowhere\/faults.json: ENOENT/],
    [{ world: "a", memory: true }, /take one of them/],
    [{ port: "70000" }, /--port takes/],
    [{ port: "x" }, /--port takes/],
    [{ speed: "0" }, /--speed takes/],
    [{ quota: ["vpc=5"] }, /The quotas are vpcs/],
    [{ quota: ["vpcs=many"] }, /--quota vpcs= takes/],
    [{ quota: ["__proto__=5"] }, /--quota takes/],
  ])("%j: exit 2", async (options, message) => {
    const program = { terminal: fakeTerminal(), signal: AbortSignal.abort(), env: {}, home };
    const error = await simulator(program, { port: "0", ...options }).catch((error: unknown) => error);
    expect(error).toMatchObject({ exitCode: 2 });
    expect(`${(error as LabError).message} ${(error as LabError).next}`).toMatch(message);
  });

  it("a damaged world: exit 1, and left as it is", async () => {
    mkdirSync(join(home, "vpclab/worlds/damaged"), { recursive: true });
    writeFileSync(join(home, "vpclab/worlds/damaged/world.json"), "{");
    const { code, stderr } = await vpclab(["simulator", "--world", "damaged", "--port", "0"]);
    expect(code).toBe(1);
    expect(stderr).toContain("world.json");
  });
});
