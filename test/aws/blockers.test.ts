import {
  DeleteSubnetCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  EC2Client,
  type InstanceStateName,
} from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import { deleteSubnet } from "../../src/aws/subnet.ts";
import { mockedLab } from "../steps/lab-context.ts";
import { refusal } from "./refusal.ts";

const ec2 = mockClient(EC2Client);
const OURS = [{ Key: "vpclab:lab", Value: "nextwork" }];

beforeEach(() => {
  ec2.reset();
  ec2.onAnyCommand().rejects(new Error("not expected in this test"));
  ec2.on(DeleteSubnetCommand).rejects(refusal("DependencyViolation"));
  ec2.on(DescribeNetworkInterfacesCommand).resolves({
    NetworkInterfaces: [
      {
        NetworkInterfaceId: "eni-1",
        Status: "in-use",
        Attachment: { InstanceId: "i-1" },
        TagSet: OURS,
      },
    ],
  });
});

function held(by: InstanceStateName) {
  ec2.on(DescribeInstancesCommand, { Filters: [{ Name: "instance-id", Values: ["i-1"] }] }).resolves({
    Reservations: [{ Instances: [{ InstanceId: "i-1", State: { Name: by } }] }],
  });
}

async function remove() {
  const { lab } = mockedLab();
  const begun = lab.aws.clock.now();
  const error = await deleteSubnet(lab.aws, lab.spec, "subnet-1").catch((thrown: unknown) => thrown);
  return { error, minutes: (lab.aws.clock.now() - begun) / 60_000 };
}

describe("a subnet that the lab's own instance is in", () => {
  it.each<InstanceStateName>(["running", "stopped"])(
    "is not waited for long where that is %s: it is protected from termination",
    async (state) => {
      held(state);
      const { error, minutes } = await remove();
      expect(error).toMatchObject({
        code: "blocked",
        message: expect.stringContaining("network interface eni-1 of instance i-1"),
      });
      expect(minutes).toBeLessThan(3);
    },
  );

  it("is waited for where that is shutting down", async () => {
    held("shutting-down");
    const { error, minutes } = await remove();
    expect(error).toMatchObject({ code: "timed-out" });
    expect(minutes).toBeGreaterThan(19);
  });
});
