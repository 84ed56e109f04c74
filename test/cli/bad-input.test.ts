import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runProgram } from "./run-program.ts";
import { BIN, freshHome } from "./vpclab.ts";

const { home, vpclab } = freshHome();

/** Credentials that nobody checks; a call would end at a closed port of this machine, never at AWS. */
const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: "AKIDPLANTED",
  AWS_SECRET_ACCESS_KEY: "planted",
  AWS_ENDPOINT_URL: "http://127.0.0.1:9",
};

describe("bad input", () => {
  it.each([
    ["up", "--cidr-1", "10.1.0.0"],
    ["up", "--cidr-1", "10.1.0.1/16"],
    ["up", "--cidr-1", "10.0.0.0/8"],
    ["up", "--cidr-2", "10.2.0.0/29"],
    ["up", "--cidr-1", "10.2.0.0/16"],
    ["up", "--until", "coffee"],
    ["up", "--region", "eu-west-9"],
    ["up", "--lab", "Class 7"],
    ["up", "--lab", "../../etc"],
    ["up", "--hours", "0"],
    ["up", "--retention", "2"],
    ["up", "--colour"],
    ["ping", "1.1.1.1;reboot"],
    ["ping", "$(reboot)"],
    ["ping", "example.com"],
    ["ping", "--count", "0"],
    ["ping", "--count", "101"],
    ["ping", "--from", "instance-3"],
    ["ping", "--from", "local"],
    ["insights", "--query", "stats sum(bytes"],
    ["status", "--endpoint-url", "localhost"],
    ["status", "--endpoint-url", "localhost:4566"],
    ["coffee"],
  ])("vpclab %s %s %s: exit 2, an error with the fix, nothing made", async (...args) => {
    const { code, stdout, stderr } = await vpclab(args.filter(Boolean));
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^error: /);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(existsSync(join(home, "vpclab"))).toBe(false);
  });

  it("names the flag where nobody is there to say yes on AWS, before any call", async () => {
    const env = { ...CREDENTIALS, AWS_REGION: "eu-west-3" };
    for (const command of ["up", "teardown"]) {
      const { code, stderr } = await vpclab([command], { env });
      expect(code).toBe(2);
      expect(stderr).toContain(`vpclab ${command} --yes`);
    }
  });

  it("says without credentials how to get them, before it asks for a Region: exit 4", async () => {
    const { code, stderr } = await vpclab(["up", "--no-simulate"]);
    expect(code).toBe(4);
    expect(stderr).toMatch(/credentials/);
    expect(stderr).toMatch(/aws login/);
    expect(stderr).not.toMatch(/--region/);
  });

  it("asks for a Region where there are credentials and none is set", async () => {
    const env = CREDENTIALS;
    const { code, stderr } = await vpclab(["status"], { env });
    expect(code).toBe(2);
    expect(stderr).toMatch(/--region/);
  });

  it("says what cannot be written, where the home is below a file", async () => {
    const { code, stderr } = await vpclab(["up"], { env: { VPCLAB_HOME: "/dev/null/vpclab" } });
    expect(code).toBe(1);
    expect(stderr).toMatch(/VPCLAB_HOME/);
  });
});

describe("help", () => {
  it("leads with examples", async () => {
    for (const args of [
      ["--help"],
      ["up", "--help"],
      ["ping", "--help"],
      ["status", "--help"],
      ["teardown", "--help"],
      ["help"],
      ["help", "status"],
    ]) {
      const { code, stdout } = await vpclab(args);
      expect(code).toBe(0);
      expect(stdout).toMatch(/^Examples:/);
    }
  });

  it("says its version", async () => {
    expect((await vpclab(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

it.runIf(existsSync("/dev/full"))("says that a disk is full, and ends with 1", async () => {
  const command = ["status", "--simulate"];
  const { code, stderr } = await runProgram(
    "sh",
    ["-c", '"$@" > /dev/full', "sh", process.execPath, BIN, ...command],
    { env: { HOME: home, VPCLAB_HOME: join(home, "full") } },
  );
  expect(code).toBe(1);
  expect(stderr).toMatch(/^error: Not all could be written: ENOSPC/m);
  expect(stderr).not.toMatch(/\n\s+at /);
});
