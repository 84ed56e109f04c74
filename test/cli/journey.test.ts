/** The whole lab with the built program, off a terminal, on the embedded AWS. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Run } from "./run-program.ts";
import { freshHome } from "./vpclab.ts";

const STEP_IDS = ["vpcs", "instances", "log-group", "flow-log", "first-ping", "peering", "analyze"];

describe("up", () => {
  const { vpclab, json } = freshHome();
  let up: Run;

  beforeAll(async () => {
    up = await vpclab(["up"]);
  }, 60_000);

  it("goes through without a terminal, as under --yes", () => {
    expect(up.code).toBe(0);
    for (const [index] of STEP_IDS.entries()) expect(up.stdout).toContain(`Step ${index + 1} of 7`);
  });

  it("shows the private ping lost, the public one answered, and the private one answered after peering", () => {
    const losses = [...up.stdout.matchAll(/(\d+) sent, (\d+) received, (\d+)% packet loss/g)].map(
      (match) => match[3],
    );
    expect(losses).toEqual(["100", "0", "0"]);
  });

  it("shows Logs Insights' table by the query's own names", () => {
    expect(up.stdout).toMatch(/srcAddr\s+dstAddr\s+bytesTransferred/);
  });

  it("writes no colour and moves no cursor off a terminal", () => {
    expect(up.stdout + up.stderr).not.toContain("\u001b");
  });

  it("keeps to 80 columns", () => {
    const tooWide = up.stdout.split("\n").filter((line) => [...line].length > 80);
    expect(tooWide).toEqual([]);
  });

  it("has all seven steps done and 19 resources standing", async () => {
    const status = await json("status");
    expect(status).toMatchObject({
      lab: "nextwork",
      target: "simulator",
      region: "us-east-1",
      estimatedCostPerHour: 0,
    });
    expect(status.steps).toEqual(STEP_IDS.map((id) => ({ id, state: "done" })));
    expect(status.resources).toHaveLength(19);
    expect(status.routes).toContainEqual(
      expect.objectContaining({
        destination: "10.2.0.0/16",
        target: expect.stringMatching(/^pcx-/),
        state: "active",
      }),
    );
  });

  it("pings: exit 0 and the numbers", async () => {
    const { code, stdout } = await vpclab(["ping", "--json", "--count", "3"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      from: "instance-1",
      to: "instance-2",
      address: expect.stringMatching(/^10\.2\./),
      scope: "private",
      sent: 3,
      received: 3,
      lossPercent: 0,
      rttMs: {
        min: expect.any(Number),
        avg: expect.any(Number),
        max: expect.any(Number),
        mdev: expect.any(Number),
      },
      reachable: true,
    });
  });

  it("makes nothing twice", async () => {
    const ids = (status: { resources: { id: string }[] }) => status.resources.map(({ id }) => id).sort();
    const first = ids(await json("status"));
    const again = await vpclab(["up", "--yes"]);
    expect(again.code).toBe(0);
    expect(again.stdout).toContain("Step 1 of 7 · Set up two VPCs: stands already");
    expect(again.stdout).toContain(
      "Step 5 of 7 · First pings, and troubleshooting: done (again: vpclab ping)",
    );
    expect(again.stdout).not.toContain("packet loss");
    expect(ids(await json("status"))).toEqual(first);
  });
});

describe("teardown", () => {
  const { home, vpclab, json } = freshHome();
  /** Every VPC of the world, by id. */
  const vpcIds = () =>
    Object.values(
      JSON.parse(readFileSync(join(home, "vpclab/worlds/default/world.json"), "utf8")).regions,
    ).flatMap((region) => Object.keys((region as { ec2: { vpcs: object } }).ec2.vpcs));

  it("takes everything down, the default VPC excepted, says so, and has nothing to do a second time", async () => {
    await vpclab(["status"]);
    const before = vpcIds();
    expect((await vpclab(["up"])).code).toBe(0);
    const receipt = await json("teardown", "--yes");
    expect(receipt).toMatchObject({ absent: [], failed: [], leftovers: [], complete: true });
    expect(receipt.deleted).toHaveLength(19);
    expect(vpcIds().sort()).toEqual(before.sort());
    expect((await json("status")).steps.map(({ state }: { state: string }) => state)).toEqual(
      STEP_IDS.map(() => "todo"),
    );
    const nothing = { deleted: [], absent: [], failed: [], leftovers: [], complete: true };
    expect(await json("teardown")).toEqual(nothing);
  }, 60_000);
});

describe("a lab in parts", () => {
  it("shows by --dry-run what would be made, and makes nothing", async () => {
    const { vpclab, json } = freshHome();
    const { code, stdout } = await vpclab(["up", "--dry-run"]);
    expect(code).toBe(0);
    for (const name of ["NextWork-1-vpc", "NextWorkVPCFlowLogsRole", "VPC 1 <> VPC 2"])
      expect(stdout).toContain(name);
    expect((await json("status")).resources).toEqual([]);
  });

  it("stops after --until, tells a failed ping by exit 3, and goes on from there", async () => {
    const { vpclab, json } = freshHome();
    expect((await vpclab(["up", "--until", "instances"])).code).toBe(0);
    const states = (await json("status")).steps.map(({ state }: { state: string }) => state);
    expect(states).toEqual(["done", "done", "todo", "todo", "todo", "todo", "todo"]);
    await vpclab(["up", "--until", "first-ping"]);
    const ping = await vpclab(["ping", "private"]);
    expect(ping.code).toBe(3);
    expect(ping.stdout).toContain("100% packet loss");
    expect(ping.stdout).toMatch(/not peered/);
    expect((await vpclab(["ping", "public"])).code).toBe(0);
    expect((await vpclab(["up", "--until", "peering"])).code).toBe(0);
    expect((await vpclab(["ping", "private", "--from", "instance-2"])).code).toBe(0);
  });

  it("prefixes another lab's names, and tears down only that", async () => {
    const { vpclab, json } = freshHome();
    await vpclab(["up", "--until", "vpcs"]);
    const own = (await json("status")).resources;
    const class7 = ["--lab", "class-7", "--cidr-1", "10.3.0.0/16", "--cidr-2", "10.4.0.0/16"];
    await vpclab(["up", "--until", "log-group", ...class7]);
    const other = await json("status", "--lab", "class-7");
    expect(other.resources.map(({ name }: { name: string }) => name)).toContain("class-7-NextWork-1-vpc");
    expect((await vpclab(["teardown", "--yes", "--lab", "class-7"])).code).toBe(0);
    expect((await json("status")).resources).toEqual(own);
  });
});

describe("logs explain", () => {
  it("needs no world for a record that is given: a damaged one takes only the names away", async () => {
    const { home, vpclab } = freshHome();
    await vpclab(["up", "--until", "vpcs"]);
    writeFileSync(join(home, "vpclab/worlds/default/world.json"), "not a world");
    const record = "2 123456789012 eni-1 10.1.5.4 10.2.9.8 0 0 1 5 420 1767600000 1767600004 ACCEPT OK";
    const { code, stdout, stderr } = await vpclab(["logs", "explain", record]);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain("10.1.5.4 (a private address)");
  });
});
