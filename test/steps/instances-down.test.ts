import {
  DeleteSecurityGroupCommand,
  DeleteVolumeCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand,
  DescribeVolumesCommand,
  EC2Client,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import { instances } from "../../src/steps/instances.ts";
import { refusal } from "../aws/refusal.ts";
import { holding, mockedLab } from "./lab-context.ts";

const ec2 = mockClient(EC2Client);

beforeEach(() => {
  ec2.reset();
  ec2.onAnyCommand().rejects(new Error("not expected in this test"));
  ec2.on(DescribeSecurityGroupsCommand).resolves({ SecurityGroups: [] });
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [] });
});

describe("instances, down", () => {
  it("terminates all, waits until they are terminated, and only then deletes the groups", async () => {
    const { lab } = mockedLab();
    ec2.on(TerminateInstancesCommand).resolves({});
    let looks = 0;
    ec2.on(DescribeInstancesCommand).callsFake(() => {
      looks++;
      const Name = looks < 5 ? "shutting-down" : "terminated";
      return { Reservations: [{ Instances: [{ InstanceId: "i-1", State: { Name } }] }] };
    });
    ec2.on(DeleteSecurityGroupCommand).callsFake(() => {
      expect(looks).toBeGreaterThanOrEqual(5);
      return {};
    });
    const removals = await instances.down(
      lab,
      holding(["instance", "i-1"], ["instance", "i-1b"], ["security-group", "sg-1"]),
    );
    expect(removals.map(({ id, outcome }) => [id, outcome])).toEqual([
      ["i-1", "deleted"],
      ["i-1b", "deleted"],
      ["sg-1", "deleted"],
    ]);
  });

  it("deletes a volume that stays behind once its instance is terminated", async () => {
    const { lab } = mockedLab();
    let isTerminated = false;
    ec2.on(TerminateInstancesCommand).resolves({});
    ec2.on(DescribeInstancesCommand).callsFake(() => {
      isTerminated = true;
      return { Reservations: [{ Instances: [{ InstanceId: "i-1", State: { Name: "terminated" } }] }] };
    });
    ec2
      .on(DescribeVolumesCommand)
      .resolvesOnce({ Volumes: [{ VolumeId: "vol-1", State: "available" }] })
      .resolves({ Volumes: [] });
    ec2.on(DeleteVolumeCommand).callsFake(() => {
      expect(isTerminated).toBe(true);
      return {};
    });
    const removals = await instances.down(lab, holding(["volume", "vol-1"], ["instance", "i-1"]));
    expect(removals.map(({ id, outcome }) => [id, outcome])).toEqual([
      ["i-1", "deleted"],
      ["vol-1", "deleted"],
    ]);
    expect(ec2.commandCalls(DeleteVolumeCommand)).toHaveLength(1);
  });

  it("looks at all of them in one call, and asks for no group before their interfaces are gone", async () => {
    const { lab } = mockedLab();
    ec2.on(TerminateInstancesCommand).resolves({});
    ec2.on(DescribeInstancesCommand).resolves({});
    const attached = { NetworkInterfaces: [{ NetworkInterfaceId: "eni-1" }] };
    ec2
      .on(DescribeNetworkInterfacesCommand)
      .resolvesOnce(attached)
      .resolvesOnce(attached)
      .resolves({ NetworkInterfaces: [] });
    ec2.on(DeleteSecurityGroupCommand).callsFake(() => {
      expect(ec2.commandCalls(DescribeNetworkInterfacesCommand)).toHaveLength(3);
      return {};
    });
    const both = holding(["instance", "i-1"], ["instance", "i-2"], ["security-group", "sg-1"]);
    const removals = await instances.down(lab, both);
    expect(removals.map(({ outcome }) => outcome)).toEqual(["deleted", "deleted", "deleted"]);
    const [look] = ec2.commandCalls(DescribeInstancesCommand);
    expect(look?.args[0].input.Filters).toEqual([{ Name: "instance-id", Values: ["i-1", "i-2"] }]);
    expect(ec2.commandCalls(DescribeInstancesCommand)).toHaveLength(1);
  });

  it("deletes the groups all the same where it may not look for interfaces", async () => {
    const { lab } = mockedLab();
    ec2.on(TerminateInstancesCommand).resolves({});
    ec2.on(DescribeInstancesCommand).resolves({});
    ec2.on(DescribeNetworkInterfacesCommand).rejects(refusal("UnauthorizedOperation"));
    ec2.on(DeleteSecurityGroupCommand).rejectsOnce(refusal("DependencyViolation")).resolves({});
    const removals = await instances.down(lab, holding(["instance", "i-1"], ["security-group", "sg-1"]));
    expect(removals.map(({ outcome }) => outcome)).toEqual(["deleted", "deleted"]);
  });

  it("bears the group's dependency until the network interface is gone", async () => {
    const { lab } = mockedLab();
    ec2
      .on(DeleteSecurityGroupCommand)
      .rejectsOnce(refusal("DependencyViolation"))
      .rejectsOnce(refusal("DependencyViolation"))
      .resolves({});
    const removals = await instances.down(lab, holding(["security-group", "sg-1"]));
    expect(removals).toMatchObject([{ id: "sg-1", outcome: "deleted" }]);
    expect(ec2.commandCalls(DeleteSecurityGroupCommand)).toHaveLength(3);
  });

  it("names what holds a group, and deletes the other one all the same", async () => {
    const { lab } = mockedLab();
    ec2.on(DeleteSecurityGroupCommand).callsFake(({ GroupId }) => {
      if (GroupId === "sg-1") throw refusal("DependencyViolation", "resource sg-1 has a dependent object");
      return {};
    });
    ec2.on(DescribeNetworkInterfacesCommand).resolves({
      NetworkInterfaces: [{ NetworkInterfaceId: "eni-hers", Description: "RDS", Status: "in-use" }],
    });
    const removals = await instances.down(
      lab,
      holding(["security-group", "sg-1"], ["security-group", "sg-2"]),
    );
    expect(removals).toMatchObject([
      { id: "sg-1", outcome: "failed", reason: expect.stringContaining("eni-hers (RDS)") },
      { id: "sg-2", outcome: "deleted" },
    ]);
  });

  it("calls absent what was gone already, and deleted what went at a first try whose answer was lost", async () => {
    const { lab } = mockedLab();
    ec2.on(TerminateInstancesCommand).callsFake(({ InstanceIds }) => {
      throw refusal("InvalidInstanceID.NotFound", "does not exist", InstanceIds?.[0] === "i-1" ? 1 : 2);
    });
    const removals = await instances.down(lab, holding(["instance", "i-1"], ["instance", "i-2"]));
    expect(removals.map(({ outcome }) => outcome)).toEqual(["absent", "deleted"]);
  });

  it("tells AWS's reason for an instance that it may not terminate", async () => {
    const { lab } = mockedLab();
    ec2
      .on(TerminateInstancesCommand)
      .rejects(refusal("OperationNotPermitted", "Termination protection is on."));
    const removals = await instances.down(lab, holding(["instance", "i-1"]));
    expect(removals).toMatchObject([
      { outcome: "failed", reason: "Termination protection is on. (OperationNotPermitted)" },
    ]);
  });
});
