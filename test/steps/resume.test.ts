import {
  AuthorizeSecurityGroupIngressCommand,
  type IpPermission,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  StartInstancesCommand,
  StopInstancesCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect, test } from "vitest";
import { findInstances, terminateInstance } from "../../src/aws/instance.ts";
import { findSecurityGroups } from "../../src/aws/security-group.ts";
import { findVpcs } from "../../src/aws/vpc.ts";
import { instances } from "../../src/steps/instances.ts";
import type { LabContext } from "../../src/steps/step.ts";
import { walkUp } from "../../src/steps/walk.ts";
import { embeddedLab, inventoryOf, labBeside, type TestLab } from "./lab-context.ts";

/** Another run of the same lab, by the same journal, with a narrator that tells what stands in a line. */
function again(first: TestLab): TestLab & { readonly stands: string[]; readonly asked: string[] } {
  const { lab, told } = labBeside(first);
  const stands: string[] = [];
  const narrator = { ...lab.narrator, stands: (text: string) => void stands.push(text) };
  return { lab: { ...lab, journal: first.lab.journal, narrator }, told, stands, asked: [] };
}

const walkAgain = (run: ReturnType<typeof again>) =>
  walkUp(run.lab, {
    beforeStep: async ({ id }) => {
      run.asked.push(id);
      return "go";
    },
  });

async function securityGroup({ aws, spec }: LabContext) {
  const [vpc] = await findVpcs(aws, spec, 1);
  const [group] = await findSecurityGroups(aws, spec, 1, vpc?.VpcId ?? "");
  return group;
}

const icmp: IpPermission = {
  IpProtocol: "icmp",
  FromPort: -1,
  ToPort: -1,
  IpRanges: [{ CidrIp: "0.0.0.0/0" }],
};

function sshFrom(CidrIp: string): IpPermission {
  return { IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp }] };
}

async function revoke(lab: LabContext, rule: IpPermission): Promise<void> {
  const GroupId = (await securityGroup(lab))?.GroupId;
  await lab.aws.ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions: [rule] }));
}

async function instancesState(lab: LabContext) {
  return instances.state(await inventoryOf(lab), lab.journal, lab.spec);
}

describe("up of a lab that stands", () => {
  test("asks before the steps alone that are not done, and neither pings nor shows the others again", async () => {
    const first = embeddedLab();
    await walkUp(first.lab, { until: "peering" });
    const run = again(first);
    await walkAgain(run);
    expect(run.asked).toEqual(["analyze"]);
    expect(run.stands).toEqual([
      "Before we begin · Get ready: stands already",
      "Step 1 of 7 · Set up two VPCs: stands already",
      "Step 2 of 7 · Launch an instance in each VPC: stands already",
      "Step 3 of 7 · Set up a log group: stands already",
      expect.stringMatching(/^Step 4 of 7 · .+: stands already$/),
      "Step 5 of 7 · First pings, and troubleshooting: done (again: vpclab ping)",
      "Step 6 of 7 · Peer the VPCs: done (again: vpclab ping)",
    ]);
    expect(run.told.resources).toEqual([]);
    expect(run.told.findings.map(({ kind }) => kind)).not.toContain("ping");
  });

  test("still makes sure of all that a done step makes, and says what it mends", async () => {
    const first = embeddedLab();
    await walkUp(first.lab, { until: "instances" });
    await revoke(first.lab, sshFrom("0.0.0.0/0"));
    await first.lab.aws.ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId: (await securityGroup(first.lab))?.GroupId,
        IpPermissions: [sshFrom("198.51.100.0/24")],
      }),
    );
    const run = again(first);
    await walkUp(run.lab, { until: "instances" });
    expect(run.stands).toHaveLength(3);
    const group = await securityGroup(first.lab);
    const from = group?.IpPermissions?.flatMap(({ IpRanges = [] }) => IpRanges.map(({ CidrIp }) => CidrIp));
    expect(from?.sort()).toEqual(["0.0.0.0/0", "0.0.0.0/0", "198.51.100.0/24"]);
    expect(run.told.warnings).toContain(
      "Security group NextWork-1-SG did not let in SSH from 0.0.0.0/0; now it does.",
    );
  });

  test.each([
    ["pings", icmp],
    ["SSH", sshFrom("0.0.0.0/0")],
  ])("walks step 2 where somebody shut %s out, and says what it mends", async (_what, rule) => {
    const first = embeddedLab();
    await walkUp(first.lab, { until: "instances" });
    expect(first.told.warnings).toEqual([]);
    await revoke(first.lab, rule);
    expect(await instancesState(first.lab)).toBe("partial");
    const run = again(first);
    await walkUp(run.lab, { until: "instances" });
    expect(run.stands).toHaveLength(2);
    expect(run.told.warnings).toEqual([
      expect.stringMatching(
        /^Security group NextWork-1-SG did not let in (ICMP|SSH) from .+; now it does\.$/,
      ),
    ]);
    expect(await instancesState(first.lab)).toBe("done");
  });

  test("says nothing of rules that an interrupted up had not come to", async () => {
    const first = embeddedLab();
    const interrupted = new Error("Ctrl-C");
    first.lab.aws.ec2.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          if (commandName === "AuthorizeSecurityGroupIngressCommand") throw interrupted;
          return next(args);
        },
      { step: "initialize", name: "interrupt" },
    );
    await expect(walkUp(first.lab, { until: "instances" })).rejects.toBe(interrupted);
    first.lab.aws.ec2.middlewareStack.remove("interrupt");
    const run = again(first);
    await walkUp(run.lab, { until: "instances" });
    expect(run.told.warnings).toEqual([]);
    expect(await instancesState(first.lab)).toBe("done");
  });

  test("takes step 2 for unfinished where pings come in from some addresses alone, not where SSH does", async () => {
    const first = embeddedLab();
    await walkUp(first.lab, { until: "instances" });
    const narrow = async (wide: IpPermission) => {
      const GroupId = (await securityGroup(first.lab))?.GroupId;
      const IpPermissions = [{ ...wide, IpRanges: [{ CidrIp: "198.51.100.0/24" }] }];
      await first.lab.aws.ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
      await revoke(first.lab, wide);
      return instancesState(first.lab);
    };
    expect(await narrow(sshFrom("0.0.0.0/0"))).toBe("done");
    expect(await narrow(icmp)).toBe("partial");
  });

  test("takes step 2 for unfinished while an instance is stopped", async () => {
    const first = embeddedLab();
    await walkUp(first.lab, { until: "first-ping" });
    const [instance] = await findInstances(first.lab.aws, first.lab.spec, 2);
    const InstanceIds = [instance?.InstanceId ?? ""];
    await first.lab.aws.ec2.send(new StopInstancesCommand({ InstanceIds }));
    expect(await instancesState(first.lab)).toBe("partial");
    await first.lab.aws.clock.sleep(120_000);
    expect(await instancesState(first.lab)).toBe("partial");
    await first.lab.aws.ec2.send(new StartInstancesCommand({ InstanceIds }));
    expect(await instancesState(first.lab)).toBe("done");
  });

  test("leaves what goes out of a group to whoever changed it", async () => {
    const first = embeddedLab();
    await walkUp(first.lab, { until: "instances" });
    await first.lab.aws.ec2.send(
      new RevokeSecurityGroupEgressCommand({
        GroupId: (await securityGroup(first.lab))?.GroupId,
        IpPermissions: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
      }),
    );
    expect(await instancesState(first.lab)).toBe("done");
  });

  test("walks in full from the first step of which something is gone", async () => {
    const first = embeddedLab();
    await walkUp(first.lab, { until: "peering" });
    const [instance] = await findInstances(first.lab.aws, first.lab.spec, 2);
    await terminateInstance(first.lab.aws, instance?.InstanceId ?? "");
    const run = again(first);
    await walkAgain(run);
    expect(run.asked).toEqual(["instances", "log-group", "flow-log", "first-ping", "peering", "analyze"]);
  });
});
