import { RevokeSecurityGroupIngressCommand } from "@aws-sdk/client-ec2";
import { describe, expect, test } from "vitest";
import { findInstances, terminateInstance } from "../../src/aws/instance.ts";
import { findSecurityGroups } from "../../src/aws/security-group.ts";
import { findVpcs } from "../../src/aws/vpc.ts";
import type { LabContext } from "../../src/steps/step.ts";
import { walkUp } from "../../src/steps/walk.ts";
import { embeddedLab, labBeside, type TestLab } from "./lab-context.ts";

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

  test("still makes sure of all that a done step makes", async () => {
    const first = embeddedLab();
    await walkUp(first.lab, { until: "instances" });
    const group = await securityGroup(first.lab);
    await first.lab.aws.ec2.send(
      new RevokeSecurityGroupIngressCommand({
        GroupId: group?.GroupId,
        IpPermissions: [
          { IpProtocol: "icmp", FromPort: -1, ToPort: -1, IpRanges: [{ CidrIp: "0.0.0.0/0" }] },
        ],
      }),
    );
    const run = again(first);
    await walkUp(run.lab, { until: "instances" });
    expect(run.stands).toHaveLength(3);
    const ports = (await securityGroup(first.lab))?.IpPermissions?.map(({ FromPort }) => FromPort);
    expect(ports?.sort()).toEqual([-1, 22]);
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
