import {
  type _InstanceType,
  DescribeAvailabilityZonesCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  DescribeSubnetsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import { chooseAvailabilityZone } from "../../src/aws/availability-zone.ts";
import { chooseInstanceType } from "../../src/aws/instance-type.ts";
import { choosePlacement } from "../../src/aws/placement.ts";
import { mockedLab } from "../steps/lab-context.ts";
import { refusal } from "./refusal.ts";

const ec2 = mockClient(EC2Client);

beforeEach(() => {
  ec2.reset();
  ec2.onAnyCommand().rejects(new Error("not expected in this test"));
});

function offered(...zones: readonly string[]): void {
  ec2.on(DescribeInstanceTypeOfferingsCommand).resolves({
    InstanceTypeOfferings: zones.map((Location) => ({ Location })),
  });
}

function free(...types: readonly ("t2.micro" | "t3.micro" | "t4g.micro")[]): void {
  ec2.on(DescribeInstanceTypesCommand).resolves({
    InstanceTypes: types.map((InstanceType) => ({ InstanceType })),
  });
}

describe("the instance type", () => {
  it("is t2.micro where it is free for the account and offered", async () => {
    free("t2.micro", "t3.micro");
    offered("us-east-1a");
    expect(await chooseInstanceType(mockedLab().lab.aws)).toBe("t2.micro");
    expect(ec2.commandCalls(DescribeInstanceTypesCommand)[0]?.args[0].input.Filters).toEqual([
      { Name: "free-tier-eligible", Values: ["true"] },
    ]);
  });

  it("is t3.micro for an account opened since July 2025", async () => {
    free("t3.micro", "t4g.micro");
    offered("us-east-1a");
    expect(await chooseInstanceType(mockedLab().lab.aws)).toBe("t3.micro");
  });

  it("is t3.micro in a Region without t2.micro", async () => {
    free("t2.micro", "t3.micro");
    offered();
    expect(await chooseInstanceType(mockedLab().lab.aws)).toBe("t3.micro");
  });

  it("must be offered in the zone where the lab stands already", async () => {
    free("t2.micro");
    offered("us-east-1a");
    await chooseInstanceType(mockedLab().lab.aws, undefined, "us-east-1a");
    expect(ec2.commandCalls(DescribeInstanceTypeOfferingsCommand)[0]?.args[0].input.Filters).toContainEqual({
      Name: "location",
      Values: ["us-east-1a"],
    });
  });

  it("is the one that was asked for", async () => {
    ec2.on(DescribeInstanceTypesCommand).resolves({
      InstanceTypes: [{ ProcessorInfo: { SupportedArchitectures: ["i386", "x86_64"] } }],
    });
    offered("us-east-1a");
    expect(await chooseInstanceType(mockedLab().lab.aws, "t3.small")).toBe("t3.small");
  });

  it("is refused for another architecture than the image's", async () => {
    ec2.on(DescribeInstanceTypesCommand).resolves({
      InstanceTypes: [{ ProcessorInfo: { SupportedArchitectures: ["arm64"] } }],
    });
    offered("us-east-1a");
    await expect(chooseInstanceType(mockedLab().lab.aws, "t4g.micro")).rejects.toMatchObject({
      code: "instance-type",
      message: expect.stringContaining("arm64"),
    });
  });

  it("is refused when AWS does not know it", async () => {
    ec2.on(DescribeInstanceTypesCommand).rejects(refusal("InvalidInstanceType"));
    offered();
    await expect(chooseInstanceType(mockedLab().lab.aws, "t9.nano")).rejects.toMatchObject({
      message: "us-east-1 does not offer the instance type t9.nano.",
    });
  });
});

describe("the Availability Zone", () => {
  it("is the first by name that offers the type", async () => {
    ec2.on(DescribeAvailabilityZonesCommand).resolves({
      AvailabilityZones: ["us-east-1c", "us-east-1a", "us-east-1b"].map((ZoneName) => ({ ZoneName })),
    });
    offered("us-east-1c", "us-east-1b");
    expect(await chooseAvailabilityZone(mockedLab().lab.aws, "t2.micro")).toBe("us-east-1b");
  });

  it("is neither a Local Zone nor one that must be opted into", async () => {
    ec2.on(DescribeAvailabilityZonesCommand).resolves({ AvailabilityZones: [] });
    offered("us-east-1a");
    await expect(chooseAvailabilityZone(mockedLab().lab.aws, "t2.micro")).rejects.toMatchObject({
      code: "no-zone",
    });
    expect(ec2.commandCalls(DescribeAvailabilityZonesCommand)[0]?.args[0].input.Filters).toEqual(
      expect.arrayContaining([
        { Name: "opt-in-status", Values: ["opt-in-not-required"] },
        { Name: "zone-type", Values: ["availability-zone"] },
        { Name: "state", Values: ["available"] },
      ]),
    );
  });

  it("of an earlier run is gone on with, and so is its instance type", async () => {
    const { lab } = mockedLab();
    standing("us-east-1d", "t3.micro", "t3.micro");
    const spec = { ...lab.spec, instanceType: "t3.small" };
    const placement = { availabilityZone: "us-east-1d", instanceType: "t3.micro" };
    expect(await choosePlacement(lab.aws, lab.spec)).toEqual(placement);
    expect(await choosePlacement(lab.aws, spec)).toEqual(placement);
  });

  it("leaves the type of a missing instance to be asked for: AWS may have no capacity for the other's", async () => {
    const { lab } = mockedLab();
    standing("us-east-1d", "t2.micro");
    ec2
      .on(DescribeInstanceTypesCommand)
      .resolves({ InstanceTypes: [{ ProcessorInfo: { SupportedArchitectures: ["x86_64"] } }] });
    offered("us-east-1d");
    const spec = { ...lab.spec, instanceType: "t3.small" };
    expect(await choosePlacement(lab.aws, spec)).toMatchObject({ instanceType: "t3.small" });
    expect(await choosePlacement(lab.aws, lab.spec)).toMatchObject({ instanceType: "t2.micro" });
  });
});

/** A subnet in the zone, an instance of each type in it, and one that has been terminated. */
function standing(zone: string, ...instanceTypes: _InstanceType[]): void {
  ec2.on(DescribeSubnetsCommand).resolves({ Subnets: [{ AvailabilityZone: zone }] });
  ec2.on(DescribeInstancesCommand).resolves({
    Reservations: [
      {
        Instances: [
          { InstanceType: "t2.nano", State: { Name: "terminated" } },
          ...instanceTypes.map((InstanceType) => ({ InstanceType, State: { Name: "running" as const } })),
        ],
      },
    ],
  });
}
