/** What only has one of the lab's names is somebody else's: no command touches it. */
import {
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
  ListTagsForResourceCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateInstanceProfileCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  GetInstanceProfileCommand,
  GetPolicyCommand,
  GetRoleCommand,
  ListAttachedRolePoliciesCommand,
  ListPolicyVersionsCommand,
} from "@aws-sdk/client-iam";
import { beforeEach, describe, expect, test } from "vitest";
import type { Aws } from "../../src/aws/clients.ts";
import { codeOf, isNotFound } from "../../src/aws/errors.ts";
import { whoAmI } from "../../src/aws/identity.ts";
import { policyArn } from "../../src/aws/policy.ts";
import { doctor } from "../../src/commands/doctor.ts";
import { status } from "../../src/commands/status.ts";
import { teardown } from "../../src/commands/teardown.ts";
import { up } from "../../src/commands/up.ts";
import { byHand } from "./by-hand.ts";
import { type LabHome, labHome, refusal, SIMULATED } from "./in-process.ts";

let home: LabHome;
beforeEach(() => {
  home = labHome();
});

const YES = { ...SIMULATED, yes: true };
const TRUST = document({ Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" });
const POLICY = document({ Action: "s3:GetObject", Resource: "*" });

function document(statement: object): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });
}

interface Theirs {
  readonly what: string;
  readonly name: string;
  make(aws: Aws, Tags: { Key: string; Value: string }[]): Promise<unknown>;
  /** All that AWS knows of it; undefined where it is gone. */
  read(aws: Aws, account: string): Promise<unknown>;
}

const THEIRS: readonly Theirs[] = [
  role("NextWorkInstanceRole"),
  role("NextWorkVPCFlowLogsRole"),
  {
    what: "instance profile",
    name: "NextWorkInstanceProfile",
    make: ({ iam }, Tags) =>
      iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: "NextWorkInstanceProfile", Tags })),
    read: async ({ iam }) =>
      (await iam.send(new GetInstanceProfileCommand({ InstanceProfileName: "NextWorkInstanceProfile" })))
        .InstanceProfile,
  },
  {
    what: "IAM policy",
    name: "NextWorkVPCFlowLogsPolicy",
    make: ({ iam }, Tags) =>
      iam.send(
        new CreatePolicyCommand({ PolicyName: "NextWorkVPCFlowLogsPolicy", PolicyDocument: POLICY, Tags }),
      ),
    async read({ iam, region }, account) {
      const PolicyArn = policyArn(region, account, "NextWorkVPCFlowLogsPolicy");
      const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
      const { Versions } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn }));
      return { Policy, Versions };
    },
  },
  {
    what: "log group",
    name: "NextWorkVPCFlowLogsGroup",
    make: ({ logs }, Tags) =>
      logs.send(
        new CreateLogGroupCommand({
          logGroupName: "NextWorkVPCFlowLogsGroup",
          tags: Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value])),
        }),
      ),
    async read({ logs }) {
      const { logGroups = [] } = await logs.send(
        new DescribeLogGroupsCommand({ logGroupNamePrefix: "NextWorkVPCFlowLogsGroup" }),
      );
      const [group] = logGroups;
      const resourceArn = group?.logGroupArn;
      return group && { group, ...(await logs.send(new ListTagsForResourceCommand({ resourceArn }))).tags };
    },
  },
];

function role(RoleName: string): Theirs {
  return {
    what: "IAM role",
    name: RoleName,
    make: ({ iam }, Tags) =>
      iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST, Tags })),
    async read({ iam }) {
      const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
      const { AttachedPolicies } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
      return { Role, AttachedPolicies };
    },
  };
}

const read = (theirs: Theirs) =>
  byHand(home, async (aws) => {
    try {
      return await theirs.read(aws, (await whoAmI(aws)).account);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  });

/** Whose it is, by its tags; log groups are a Region's own, so their Region's tag says nothing. */
const OTHERS: readonly (readonly [whose: string, tags: Record<string, string>])[] = [
  ["nobody's", {}],
  ["another lab's", { "vpclab:lab": "other", "vpclab:region": "us-east-1" }],
  ["another Region's lab of the same name's", { "vpclab:lab": "nextwork", "vpclab:region": "eu-west-3" }],
];

describe.each(THEIRS)("a $what named $name", (theirs) => {
  const others = OTHERS.filter(
    ([, tags]) => theirs.what !== "log group" || tags["vpclab:lab"] !== "nextwork",
  );

  test.each(others)("that is %s is left as it is by every command", async (_whose, tags) => {
    await byHand(home, (aws) =>
      theirs.make(
        aws,
        Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      ),
    );
    const before = await read(theirs);
    expect(before).toBeDefined();

    expect(await home.run((program) => doctor(program, SIMULATED))).toMatchObject({ code: 3 });
    const error = await refusal(() => home.run((program) => up(program, YES)));
    expect(String((error as Error).message)).toContain(theirs.name);
    expect((error as { next: string[] }).next.join(" ")).toMatch(/--lab /);
    expect(codeOf(error)).toMatch(/not-ours|not-ready/);
    const { stdout } = await home.run((program) => status(program, { ...SIMULATED, json: true }));
    expect(JSON.parse(stdout).resources).toEqual([]);
    const allRegions = tags["vpclab:lab"] === undefined;
    for (const options of [YES, { ...YES, allRegions, includeStrays: true }]) {
      const { code } = await home.run((program) => teardown(program, { ...options, json: true }));
      expect(code).toBe(0);
    }
    expect(await read(theirs)).toEqual(before);
  });
});

test("a lab under another name goes up and down beside all of them", async () => {
  await byHand(home, async (aws) => {
    for (const theirs of THEIRS) await theirs.make(aws, []);
  });
  const before = await Promise.all(THEIRS.map(read));
  const lab = { ...YES, lab: "mine" };
  expect((await home.run((program) => up(program, lab))).code).toBe(0);
  expect((await home.run((program) => teardown(program, lab))).code).toBe(0);
  expect(await Promise.all(THEIRS.map(read))).toEqual(before);
});

test("a role that is put in the place of the lab's own is left by its teardown", async () => {
  await home.run((program) => up(program, { ...YES, until: "instances" }));
  await byHand(home, async ({ iam }) => {
    const { TagRoleCommand, UntagRoleCommand } = await import("@aws-sdk/client-iam");
    await iam.send(
      new TagRoleCommand({ RoleName: "NextWorkInstanceRole", Tags: [{ Key: "owner", Value: "ana" }] }),
    );
    await iam.send(new UntagRoleCommand({ RoleName: "NextWorkInstanceRole", TagKeys: ["vpclab:lab"] }));
  });
  expect((await home.run((program) => teardown(program, YES))).code).toBe(0);
  const role = THEIRS[0];
  expect(role && (await read(role))).toMatchObject({ Role: { RoleName: "NextWorkInstanceRole" } });
});
