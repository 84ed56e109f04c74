/** Labs of one account wherever they stand: found by status --all, taken down by teardown --all-regions. */
import {
  CreateSecurityGroupCommand,
  CreateVpcCommand,
  EC2Client,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { CreateInstanceProfileCommand, IAMClient, ListRolesCommand } from "@aws-sdk/client-iam";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { flowLogPermission } from "../../src/aws/flow-log-permission.ts";
import { whoAmI } from "../../src/aws/identity.ts";
import { ensureInstanceProfile } from "../../src/aws/instance-profile.ts";
import { ensurePolicy } from "../../src/aws/policy.ts";
import { ensureRole, trustPolicy } from "../../src/aws/role.ts";
import { tagSpecifications } from "../../src/aws/tags.ts";
import { status } from "../../src/commands/status.ts";
import { type TeardownOptions, teardown } from "../../src/commands/teardown.ts";
import { up } from "../../src/commands/up.ts";
import { Interrupted } from "../../src/lab/error.ts";
import { refusal as awsRefusal } from "../aws/refusal.ts";
import { labOnAws } from "../steps/lab-context.ts";
import { type FakeTerminal, until } from "../ui/fake-terminal.ts";
import { byHand } from "./by-hand.ts";
import { type LabHome, labHome, refusal, SIMULATED, unwrapped } from "./in-process.ts";
import { takeDown, takeDownJson } from "./take-down.ts";

let home: LabHome;
beforeEach(async () => {
  home = labHome();
  await home.run((program) => up(program, { ...SIMULATED, yes: true, until: "instances" }));
  await home.run((program) =>
    up(program, { ...SIMULATED, yes: true, until: "log-group", region: "eu-west-3", lab: "class-7" }),
  );
});

const down = (options?: TeardownOptions) => takeDown(home, options);
const downJson = (options?: TeardownOptions) => takeDownJson(home, options);

describe("labs in several Regions", () => {
  test("are all listed by status --all, with age and what they hold", async () => {
    const { code, stdout } = await home.run((program) =>
      status(program, { ...SIMULATED, all: true, json: true }),
    );
    expect(code).toBe(0);
    const { labs } = JSON.parse(stdout);
    expect(labs.map(({ lab, region }: { lab: string; region: string }) => `${lab} ${region}`)).toEqual([
      "class-7 eu-west-3",
      "nextwork us-east-1",
    ]);
    expect(labs[0]).toMatchObject({ resources: 15, estimatedCostPerHour: 0, ageSeconds: expect.any(Number) });
    const { stdout: table } = await home.run((program) => status(program, { ...SIMULATED, all: true }));
    expect(table).toMatch(/eu-west-3\s+class-7\s+\d+ (second|minute)s\s+15\s+\$0\.00/);
    expect(table).toContain("2 labs of this account, at no cost.");
  });

  /** What a lab that broke off has left in a third Region, long forgotten. */
  async function forgetVpc(): Promise<void> {
    await byHand(
      home,
      async (aws) => {
        const { spec } = labOnAws(aws, { lab: "class-7" }).lab;
        const command = new CreateVpcCommand({
          CidrBlock: "10.1.0.0/16",
          TagSpecifications: tagSpecifications(spec.tagsOf("vpc-1"), "vpc"),
        });
        await aws.ec2.send(command);
      },
      "ap-south-1",
    );
  }

  test("of one name all go with --all-regions, after one question that lists them", async () => {
    await forgetVpc();
    const ran = home.run(
      (program, terminal) => {
        void until(() => terminal.stderr.written.includes("Type class-7 to delete"), "asked").then(() =>
          terminal.stdin.write("class-7\r"),
        );
        return teardown(program, { ...SIMULATED, lab: "class-7", allRegions: true });
      },
      { columns: 100 },
    );
    const { code, stdout, stderr } = await ran;
    expect(stderr.match(/Type class-7 to delete/g)).not.toBeNull();
    expect(stdout).toContain("This deletes 1 resource in ap-south-1");
    expect(stdout).toContain("This deletes 15 resources in eu-west-3");
    expect(code).toBe(0);
    const { stdout: left } = await home.run((program) =>
      status(program, { ...SIMULATED, all: true, json: true }),
    );
    expect(JSON.parse(left).labs).toMatchObject([{ lab: "nextwork", region: "us-east-1" }]);
  });

  test("go by commands that are for all Regions too, and with strays where these were asked for", async () => {
    await byHand(home, async (aws) => {
      const { spec } = labOnAws(aws, { lab: "nextwork" }).lab;
      const TagSpecifications = tagSpecifications(spec.tagsOf("security-group-1"), "security-group");
      await aws.ec2.send(
        new CreateSecurityGroupCommand({ GroupName: "copied", Description: "copied", TagSpecifications }),
      );
    });
    const { stdout } = await down({ allRegions: true, includeStrays: true, dryRun: true });
    expect(unwrapped(stdout)).toContain("To delete it: vpclab teardown --all-regions --include-strays ");
    let screen: FakeTerminal | undefined;
    const left = await refusal(() =>
      home.run(
        (program, terminal) => {
          screen = terminal;
          void until(() => terminal.stderr.written.includes("Type nextwork to delete"), "asked").then(() =>
            terminal.stdin.write("\x03"),
          );
          return teardown(program, { ...SIMULATED, allRegions: true });
        },
        { columns: 100 },
      ),
    );
    expect(left).toBeInstanceOf(Interrupted);
    expect(screen?.stderr.written).toContain("vpclab teardown --all-regions    takes everything down");
    const interruption = new AbortController();
    const send = EC2Client.prototype.send as (command: object) => Promise<unknown>;
    vi.spyOn(EC2Client.prototype, "send").mockImplementation(function (this: EC2Client, command: object) {
      if (command instanceof TerminateInstancesCommand) interruption.abort(new Interrupted());
      return send.call(this, command);
    });
    await refusal(() =>
      home.run(
        (program, terminal) => {
          screen = terminal;
          return teardown(program, { ...SIMULATED, yes: true, allRegions: true });
        },
        { signal: interruption.signal },
      ),
    );
    vi.restoreAllMocks();
    const said = screen?.stderr.written ?? "";
    expect(said).toContain("vpclab teardown --all-regions    goes on from here");
    expect(said).toContain("vpclab up --region us-east-1 ");
    const { code, stdout: receipt, stderr } = await down({ allRegions: true });
    expect(code).toBe(5);
    expect(stderr).toContain("vpclab teardown --all-regions --include sg-");
    expect(receipt).toContain("vpclab teardown --all-regions    tries again");
  });

  test("are named by status --all with the place, where what is remembered may mean another", async () => {
    const { stdout } = await home.run((program) => status(program, { ...SIMULATED, all: true }));
    expect(stdout).toMatch(/vpclab teardown --all-regions --lab class-7 --simulate$/m);
    expect(stdout).toMatch(/vpclab teardown --all-regions --lab nextwork$/m);
  });

  test("as JSON there is a receipt for each Region", async () => {
    await forgetVpc();
    const { code, receipt } = await downJson({ lab: "class-7", allRegions: true });
    expect(code).toBe(0);
    expect(receipt).toMatchObject({
      regions: [
        { region: "ap-south-1", complete: true },
        { region: "eu-west-3", complete: true },
      ],
      unread: [],
      complete: true,
    });
    const again = await down({ lab: "class-7", allRegions: true });
    expect(again.code).toBe(0);
    expect(unwrapped(again.stdout)).toContain(
      "Nothing of lab class-7 stands in any Region of the account or IAM.",
    );
  });

  test("a role that is all that is left is found by its own tag", async () => {
    await byHand(home, async (aws) => {
      const { spec } = labOnAws(aws, { lab: "class-8", region: "sa-east-1" }).lab;
      await ensureRole(aws, spec, "instance-role", {
        trust: trustPolicy("ec2.amazonaws.com"),
        description: "left",
      });
    });
    const { code, receipt } = await downJson({ lab: "class-8", allRegions: true });
    expect(code).toBe(0);
    expect(receipt.regions).toMatchObject([{ region: "sa-east-1", deleted: [{ type: "iam-role" }] }]);
  });

  test("a lab of which only IAM has something left is listed by status --all, whatever lab is asked for", async () => {
    await byHand(home, async (aws) => {
      const left = (lab: string, region: string) => labOnAws(aws, { lab, region }).lab.spec;
      const options = { trust: trustPolicy("ec2.amazonaws.com"), description: "left" };
      await ensureRole(aws, left("class-8", "sa-east-1"), "flow-log-role", options);
      await ensureInstanceProfile(aws, left("class-9", "eu-north-1"));
      const { account } = await whoAmI(aws);
      await ensurePolicy(aws, left("class-6", "ca-central-1"), account, {
        document: flowLogPermission(left("class-6", "ca-central-1"), account).policy,
        description: "left",
      });
      // By its name a lab's, by its tags nobody's.
      const name = left("class-10", "us-east-1").nameOf("instance-profile");
      await aws.iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: name }));
    });
    const { code, stdout } = await home.run((program) =>
      status(program, { ...SIMULATED, all: true, json: true }),
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout).labs).toMatchObject([
      { lab: "class-6", region: "ca-central-1", resources: 1 },
      { lab: "class-9", region: "eu-north-1", resources: 1 },
      { lab: "class-7", region: "eu-west-3" },
      { lab: "class-8", region: "sa-east-1", resources: 1 },
      { lab: "nextwork", region: "us-east-1" },
    ]);
  });

  test("are listed without IAM where it may not be asked, and status --all says so", async () => {
    const send = IAMClient.prototype.send as (command: object) => Promise<unknown>;
    vi.spyOn(IAMClient.prototype, "send").mockImplementation(function (this: IAMClient, command: object) {
      if (command instanceof ListRolesCommand) throw awsRefusal("AccessDenied", "iam:ListRoles: no");
      return send.call(this, command);
    });
    const { code, stdout, stderr } = await home.run((program) =>
      status(program, { ...SIMULATED, all: true, json: true }),
    );
    vi.restoreAllMocks();
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      labs: [{ lab: "class-7" }, { lab: "nextwork" }],
      unread: [{ region: "IAM", reason: "iam:ListRoles: no" }],
    });
    expect(stderr).toContain("Not read: IAM (iam:ListRoles: no)");
  });

  test("a dry run that could not read every Region says so, by its exit code too", async () => {
    const send = EC2Client.prototype.send as (command: object) => Promise<unknown>;
    vi.spyOn(EC2Client.prototype, "send").mockImplementation(async function (
      this: EC2Client,
      command: object,
    ) {
      if ((await this.config.region()) === "eu-north-1")
        throw awsRefusal("UnauthorizedOperation", "not there");
      return send.call(this, command);
    });
    const { code, stdout, stderr } = await down({ lab: "class-7", allRegions: true, dryRun: true });
    vi.restoreAllMocks();
    expect(code).toBe(1);
    expect(stdout).toContain("Nothing was deleted");
    expect(stderr).toContain("Not read: eu-north-1");
    expect((await down({ lab: "class-7", allRegions: true, dryRun: true })).code).toBe(0);
  });

  test("a value of the tag that is no lab's name is told of, and taken for no lab", async () => {
    await byHand(home, ({ ec2 }) =>
      ec2.send(
        new CreateVpcCommand({
          CidrBlock: "10.9.0.0/16",
          TagSpecifications: [{ ResourceType: "vpc", Tags: [{ Key: "vpclab:lab", Value: "*" }] }],
        }),
      ),
    );
    const { stdout } = await home.run((program) => status(program, { ...SIMULATED, all: true }));
    expect(unwrapped(stdout)).toContain(
      "in us-east-1 something carries vpclab:lab=*, which is no lab's name",
    );
    expect(stdout).toContain("2 labs of this account");
  });
});
