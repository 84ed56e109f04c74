import { CreateVpcCommand, DescribeVpcsCommand } from "@aws-sdk/client-ec2";
import { CreateRoleCommand, ListRolesCommand } from "@aws-sdk/client-iam";
import { beforeEach, describe, expect, it } from "vitest";
import type { Aws } from "../../src/aws/clients.ts";
import { trustPolicy } from "../../src/aws/role.ts";
import { type DoctorOptions, doctor, lookAtNode } from "../../src/commands/doctor.ts";
import { type UpOptions, up } from "../../src/commands/up.ts";
import { byHand } from "./by-hand.ts";
import { type LabHome, labHome, type RunOptions, refusal, SIMULATED, unwrapped } from "./in-process.ts";

let home: LabHome;
beforeEach(() => {
  home = labHome();
});

const examine = (options: DoctorOptions = {}, run: RunOptions = {}) =>
  home.run((program) => doctor(program, { ...SIMULATED, ...options }), { json: options.json, ...run });
const goUp = (options: UpOptions = {}) =>
  home.run((program) => up(program, { ...SIMULATED, yes: true, until: "vpcs", ...options }));

/** What stands in the account before the lab. */
const account = <T>(work: (aws: Aws) => Promise<T>) => byHand(home, work);
const makeVpcs = (count: number) =>
  account(async ({ ec2 }) => {
    for (let index = 0; index < count; index++)
      await ec2.send(new CreateVpcCommand({ CidrBlock: `10.${100 + index}.0.0/16` }));
  });
const vpcCount = () =>
  account(async ({ ec2 }) => (await ec2.send(new DescribeVpcsCommand({}))).Vpcs?.length ?? 0);
const makeRole = (RoleName: string) =>
  account(({ iam }) =>
    iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trustPolicy("ec2.amazonaws.com") })),
  );

describe("vpclab doctor", () => {
  it("passes on the embedded AWS, and ends with the next command", async () => {
    const { code, stdout } = await examine({}, { columns: 80, color: false });
    expect(code).toBe(0);
    expect(stdout.match(/^✔ pass /gm)).toHaveLength(12);
    expect(stdout).toMatch(/^Ready\.\s+→ vpclab up/m);
    expect(stdout.split("\n").every((line) => line.length <= 80)).toBe(true);
  });

  it("has a word beside every symbol, and says what to do under what fails", async () => {
    await makeVpcs(3);
    const { code, stdout } = await examine({}, { color: false });
    expect(code).toBe(3);
    expect(unwrapped(stdout)).toMatch(
      /✘ fail VPCs In use in us-east-1: 4 of 5 VPCs .* → Delete VPCs that nobody needs/,
    );
    expect(stdout).toContain("1 check of 12 failed");
  });

  it("gives every check as JSON", async () => {
    const { stdout } = await examine({ json: true });
    const { ready, target, checks } = JSON.parse(stdout);
    expect([ready, target]).toEqual([true, "simulator"]);
    expect(checks.map(({ id }: { id: string }) => id)).toEqual([
      "node",
      "credentials",
      "clock",
      "region",
      "vpcs",
      "internet-gateways",
      "vcpus",
      "instance-type",
      "image",
      "names",
      "permissions",
      "other-labs",
    ]);
  });

  it("ends in 4 without credentials, as a check like the others", async () => {
    const { code, stdout } = await examine({ simulate: false, region: "us-east-1", json: true });
    expect(code).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({
      ready: false,
      checks: [
        { id: "node", outcome: "pass" },
        { id: "credentials", outcome: "fail" },
      ],
    });
  });

  it("ends in 3 for a type that is not to be had", async () => {
    const { code, stdout } = await examine({ instanceType: "t9.nano" });
    expect(code).toBe(3);
    expect(stdout).toMatch(/fail +instance type/);
  });

  it("finds labs that stand under other names", async () => {
    await goUp({ lab: "class-7" });
    const { code, stdout } = await examine();
    expect(code).toBe(0);
    expect(unwrapped(stdout)).toContain("vpclab teardown --lab class-7 --region us-east-1");
    expect(stdout).toContain("Ready, with 1 warning.");
    expect(stdout).not.toContain("cost money");
  });

  it("counts what stands of the lab as what it no longer needs", async () => {
    await makeVpcs(2);
    await goUp();
    expect((await examine()).code).toBe(0);
  });

  it.each([
    ["18.20.0", "fail"],
    ["20.18.9", "fail"],
    ["20.19.0", "pass"],
    ["22.0.0", "pass"],
  ])("on Node %s: %s", (version, outcome) => {
    expect(lookAtNode(version).outcome).toBe(outcome);
  });
});

describe("up looks ahead", () => {
  it("makes nothing where there is no room for two VPCs", async () => {
    await makeVpcs(3);
    const before = await vpcCount();
    const error = await refusal(() => goUp());
    expect(error).toMatchObject({ code: "not-ready", why: "Nothing was made.", exitCode: 1 });
    expect(await vpcCount()).toBe(before);
    const roles = await account(({ iam }) => iam.send(new ListRolesCommand({})));
    expect(roles.Roles).toEqual([]);
  });

  it("goes on where the embedded AWS is asked for a higher quota, which it grants, and keeps", async () => {
    await makeVpcs(4);
    expect(await refusal(() => goUp())).toMatchObject({
      next: expect.arrayContaining(["Or have the embedded AWS grant more: vpclab up --vpc-quota 20"]),
    });
    expect((await goUp({ vpcQuota: "8" })).code).toBe(0);
    await makeVpcs(1);
    await expect(makeVpcs(1)).rejects.toMatchObject({ name: "VpcLimitExceeded" });
  });

  it("grants nothing at a dry run", async () => {
    expect((await goUp({ dryRun: true, vpcQuota: "20" })).code).toBe(0);
    await expect(makeVpcs(5)).rejects.toMatchObject({ name: "VpcLimitExceeded" });
  });

  it("names every foreign thing that stands in the way at once, before anything is made", async () => {
    await makeRole("NextWorkVPCFlowLogsRole");
    await makeRole("NextWorkInstanceRole");
    const before = await vpcCount();
    const error = await refusal(() => goUp());
    expect(error).toMatchObject({ code: "not-ready" });
    expect(String(error)).toContain("NextWorkVPCFlowLogsRole");
    expect(String(error)).toContain("NextWorkInstanceRole");
    expect(await vpcCount()).toBe(before);
    // A name of its own is the way out that it offers.
    expect((await goUp({ lab: "my-lab" })).code).toBe(0);
  });

  it("takes no quota that is no number", async () => {
    expect(await refusal(() => goUp({ vpcQuota: "many" }))).toMatchObject({ exitCode: 2 });
  });
});
