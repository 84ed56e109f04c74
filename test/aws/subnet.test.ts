import { CreateSubnetCommand, DescribeSubnetsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import { createSubnet } from "../../src/aws/subnet.ts";
import { mockedLab } from "../steps/lab-context.ts";
import { refusal } from "./refusal.ts";

const ec2 = mockClient(EC2Client);

beforeEach(() => {
  ec2.reset();
  ec2.onAnyCommand().rejects(new Error("not expected in this test"));
  ec2.on(CreateSubnetCommand).rejects(refusal("InvalidSubnet.Conflict"));
});

function create() {
  const { lab } = mockedLab();
  return createSubnet(lab.aws, lab.spec, 1, { id: "vpc-1", cidr: "10.1.0.0/16" }, "us-east-1a");
}

describe("a subnet whose addresses are taken", () => {
  it("is the one that another run of the lab makes at this moment", async () => {
    ec2
      .on(DescribeSubnetsCommand)
      .resolvesOnce({ Subnets: [] })
      .resolves({ Subnets: [{ SubnetId: "subnet-1" }] });
    expect(await create()).toEqual({ SubnetId: "subnet-1" });
    expect(ec2.commandCalls(CreateSubnetCommand)).toHaveLength(1);
  });

  it("is refused by name where the other is not the lab's", async () => {
    ec2.on(DescribeSubnetsCommand).resolves({ Subnets: [] });
    await expect(create()).rejects.toMatchObject({
      code: "not-ours",
      message: expect.stringContaining("10.1.0.0/20"),
      next: [expect.stringContaining("Delete the subnet")],
    });
  });
});
