import { CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateVpcCommand } from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { NO_STRAYS } from "../../src/aws/strays.ts";
import { tagSpecifications } from "../../src/aws/tags.ts";
import type { StepId } from "../../src/lab/spec.ts";
import { STEPS } from "../../src/steps/index.ts";
import type { Removal, Step } from "../../src/steps/step.ts";
import { walkDown, walkUp } from "../../src/steps/walk.ts";
import { embeddedLab, holding, inventoryOf } from "./lab-context.ts";

/** Steps that note what happens to them. */
function noting(noted: string[], of: Partial<Record<StepId, Partial<Step>>> = {}): Step[] {
  return STEPS.map((step) => ({
    ...step,
    up: async () => void noted.push(`up ${step.id}`),
    down: async () => {
      noted.push(`down ${step.id}`);
      return [];
    },
    ...of[step.id],
  }));
}

describe("walkUp", () => {
  it("walks the steps in the learner's order and notes each in the journal", async () => {
    const { lab } = embeddedLab();
    const noted: string[] = [];
    expect(await walkUp(lab, { steps: noting(noted) })).toBeUndefined();
    expect(noted).toEqual([
      "up prepare",
      "up vpcs",
      "up instances",
      "up log-group",
      "up flow-log",
      "up first-ping",
      "up peering",
      "up analyze",
    ]);
    expect(lab.journal.entries().map((entry) => entry.kind === "step-done" && entry.step)).toEqual(
      STEPS.map(({ id }) => id),
    );
  });

  it("ends after the step it is to walk to", async () => {
    const { lab } = embeddedLab();
    const noted: string[] = [];
    await walkUp(lab, { steps: noting(noted), until: "instances" });
    expect(noted).toEqual(["up prepare", "up vpcs", "up instances"]);
  });

  it("stops before a step that the learner does not want yet", async () => {
    const { lab } = embeddedLab();
    const noted: string[] = [];
    const stopped = await walkUp(lab, {
      steps: noting(noted),
      beforeStep: async ({ id }) => (id === "vpcs" ? "stop" : "go"),
    });
    expect(stopped).toBe("vpcs");
    expect(noted).toEqual(["up prepare"]);
  });

  it("leaves the journal without a step that failed", async () => {
    const { lab } = embeddedLab();
    const steps = noting([], {
      vpcs: {
        up: async () => {
          throw new Error("no room");
        },
      },
    });
    await expect(walkUp(lab, { steps })).rejects.toThrow("no room");
    expect(lab.journal.entries()).toHaveLength(1);
  });
});

describe("walkDown", () => {
  it("begins each step only when those in its way have ended, and independent ones at once", async () => {
    const { lab } = embeddedLab();
    const running = new Set<StepId>();
    const ended = new Set<StepId>();
    let mostAtOnce = 0;
    const steps = STEPS.map((step) => ({
      ...step,
      down: async () => {
        expect([...ended]).toEqual(expect.arrayContaining([...step.downAfter]));
        running.add(step.id);
        mostAtOnce = Math.max(mostAtOnce, running.size);
        await lab.aws.clock.sleep(1_000);
        running.delete(step.id);
        ended.add(step.id);
        return [];
      },
    }));
    await walkDown(lab, holding(), steps);
    expect(ended.size).toBe(STEPS.length);
    expect(mostAtOnce).toBeGreaterThanOrEqual(3);
  });

  it("keeps AWS's order: a VPC after what is in it, the log group after its writer", () => {
    const waitsFor = (id: StepId) => STEPS.find((step) => step.id === id)?.downAfter;
    expect(waitsFor("vpcs")).toEqual(expect.arrayContaining(["instances", "peering"]));
    expect(waitsFor("log-group")).toContain("flow-log");
  });

  it("goes on when one step fails altogether, and says so in the receipt", async () => {
    const { lab } = embeddedLab();
    await walkUp(lab, { until: "vpcs" });
    const noted: string[] = [];
    const steps = noting(noted, {
      vpcs: {
        down: async () => {
          throw new Error("a defect");
        },
      },
    });
    const inventory = await inventoryOf(lab);
    const receipt = await walkDown(lab, inventory, steps);
    expect(noted).toContain("down log-group");
    expect(receipt.removals).toHaveLength(8);
    for (const removal of receipt.removals)
      expect(removal).toMatchObject({ outcome: "failed", reason: "a defect" });
    expect(receipt.complete).toBe(false);
  });

  it("counts as gone what it could not delete and a second look does not find", async () => {
    const { lab } = embeddedLab();
    const failed = {
      type: "vpc-flow-log",
      part: "flow-log",
      id: "fl-1",
      name: "",
      outcome: "failed",
    } as const;
    const steps = noting([], { "flow-log": { down: async () => [{ ...failed, reason: "denied" }] } });
    const receipt = await walkDown(lab, holding(["vpc-flow-log", "fl-1"]), steps);
    expect(receipt.removals).toEqual([{ ...failed, outcome: "absent" }]);
    expect(receipt.complete).toBe(true);
  });

  it("does not count a log group as gone that it could not delete: one that came back carries no tag", async () => {
    const { lab } = embeddedLab();
    const failed = { type: "log-group", part: "log-group", id: "g", name: "g", outcome: "failed" } as const;
    const steps = noting([], { "log-group": { down: async () => [{ ...failed, reason: "denied" }] } });
    const receipt = await walkDown(lab, holding(["log-group", "g"]), steps);
    expect(receipt).toMatchObject({ removals: [{ outcome: "failed" }], complete: false });
  });

  it("takes down what was made so lately that the inventory missed it, and what that kept", async () => {
    const { lab } = embeddedLab();
    await walkUp(lab, { until: "instances" });
    const all = await inventoryOf(lab);
    const seen = {
      ...all,
      resources: all.resources.filter(({ part }) => part !== "instance-2"),
      instances: all.instances.filter(
        ({ InstanceId }) => InstanceId === all.resources.find(({ part }) => part === "instance-1")?.id,
      ),
    };
    expect(seen.instances).toHaveLength(1);
    const receipt = await walkDown(lab, seen);
    expect(receipt).toMatchObject({ complete: true, leftovers: [] });
    // Each once, by what came of it in the end.
    expect(receipt.removals.map(({ id, outcome }) => `${outcome} ${id}`).sort()).toEqual(
      all.resources.map(({ id }) => `deleted ${id}`).sort(),
    );
    expect((await inventoryOf(lab)).resources).toEqual([]);
  });

  it("says that nothing is left only once what was made just before it would show", async () => {
    const { lab } = embeddedLab();
    const { ec2, clock } = lab.aws;
    await walkUp(lab, { steps: STEPS.slice(0, 1) });
    const TagSpecifications = tagSpecifications(lab.spec.tagsOf("vpc-1"), "vpc");
    await ec2.send(new CreateVpcCommand({ CidrBlock: lab.spec.cidr1, TagSpecifications }));
    const showsAt = clock.now() + 12_000;
    ec2.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const result = await next(args);
          if (commandName === "DescribeVpcsCommand" && clock.now() < showsAt)
            Object.assign(result.output, { Vpcs: [] });
          return result;
        },
      { step: "initialize" },
    );
    const seen = await inventoryOf(lab);
    expect(seen.resources.map(({ type }) => type)).toEqual(["iam-role", "instance-profile"]);
    const receipt = await walkDown(lab, seen);
    expect(receipt).toMatchObject({ complete: true, leftovers: [] });
    expect(receipt.removals.map(({ type, outcome }) => `${type} ${outcome}`)).toContain("vpc deleted");
  });

  it("reports what is still there after all", async () => {
    const { lab } = embeddedLab();
    await walkUp(lab, { until: "vpcs" });
    const steps = noting([]);
    const receipt = await walkDown(lab, holding(), steps);
    expect(receipt.complete).toBe(false);
    expect(receipt.leftovers).toHaveLength(10);
  });

  it("deletes a log group that came back once more", async () => {
    const { lab } = embeddedLab();
    const name = lab.spec.nameOf("log-group");
    const deleted: Removal = { type: "log-group", part: "log-group", id: name, name, outcome: "deleted" };
    const steps = noting([], {
      "log-group": {
        down: async () => {
          await lab.aws.logs.send(new CreateLogGroupCommand({ logGroupName: name }));
          return [deleted];
        },
      },
    });
    const receipt = await walkDown(lab, holding(["log-group", name]), steps);
    expect(receipt).toMatchObject({ logGroupCameBack: true, complete: true });
    const again = await walkDown(lab, holding(), noting([]));
    expect(again).toMatchObject({ logGroupCameBack: false, leftovers: [] });
  });

  it("looks once more where something shows longer than the VPC that it was in", async () => {
    const { lab } = embeddedLab();
    let stale = 2;
    lab.aws.ec2.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const result = await next(args);
          if (commandName === "DescribeSubnetsCommand" && stale-- > 0) {
            const Tags = [{ Key: "vpclab:lab", Value: lab.spec.lab }];
            Object.assign(result.output, { Subnets: [{ SubnetId: "subnet-1", VpcId: "vpc-1", Tags }] });
          }
          return result;
        },
      { step: "initialize" },
    );
    expect(await walkDown(lab, holding())).toMatchObject({ leftovers: [], complete: true });
  });

  it("is content with nothing to do", async () => {
    const { lab } = embeddedLab();
    expect(await walkDown(lab, holding())).toEqual({
      removals: [],
      leftovers: [],
      strays: NO_STRAYS,
      logGroupCameBack: false,
      complete: true,
    });
  });
});
