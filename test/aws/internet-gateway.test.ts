import {
  AttachInternetGatewayCommand,
  DeleteInternetGatewayCommand,
  DescribeInternetGatewaysCommand,
  DescribeNetworkInterfacesCommand,
  DetachInternetGatewayCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import { attachInternetGateway, deleteInternetGateway } from "../../src/aws/internet-gateway.ts";
import { mockedLab } from "../steps/lab-context.ts";
import { refusal } from "./refusal.ts";

const ec2 = mockClient(EC2Client);
const TAKEN = refusal("InvalidParameterValue", "Network vpc-1 already has an internet gateway attached");

beforeEach(() => {
  ec2.reset();
  ec2.onAnyCommand().rejects(new Error("not expected in this test"));
});

function attach() {
  const { lab } = mockedLab();
  return attachInternetGateway(lab.aws, lab.spec, "igw-1", "vpc-1");
}

function attached(InternetGatewayId: string, ...Tags: { Key: string; Value: string }[]) {
  ec2
    .on(DescribeInternetGatewaysCommand, { Filters: [{ Name: "attachment.vpc-id", Values: ["vpc-1"] }] })
    .resolves({ InternetGateways: [{ InternetGatewayId, Attachments: [{ VpcId: "vpc-1" }], Tags }] });
}

const OURS = { Key: "vpclab:lab", Value: "nextwork" };

describe("an internet gateway", () => {
  it("is attached", async () => {
    ec2.on(AttachInternetGatewayCommand).resolves({});
    expect(await attach()).toBe("igw-1");
  });

  it("is attached already where the first answer was lost", async () => {
    ec2.on(AttachInternetGatewayCommand).rejects(refusal("Resource.AlreadyAssociated"));
    attached("igw-1", OURS);
    expect(await attach()).toBe("igw-1");
  });

  it("is attached already though a read shows it only seconds later", async () => {
    ec2.on(AttachInternetGatewayCommand).rejects(refusal("Resource.AlreadyAssociated"));
    ec2
      .on(DescribeInternetGatewaysCommand)
      .resolvesOnce({ InternetGateways: [] })
      .resolvesOnce({ InternetGateways: [] })
      .resolves({ InternetGateways: [{ InternetGatewayId: "igw-1", Tags: [OURS] }] });
    expect(await attach()).toBe("igw-1");
  });

  it("gives way to another of the lab that is attached already", async () => {
    ec2.on(AttachInternetGatewayCommand).rejects(TAKEN);
    attached("igw-2", OURS);
    expect(await attach()).toBe("igw-2");
  });

  it("is refused by name where somebody else's is attached", async () => {
    ec2.on(AttachInternetGatewayCommand).rejects(TAKEN);
    attached("igw-3", { Key: "Name", Value: "NextWork-1-igw" });
    await expect(attach()).rejects.toMatchObject({
      code: "not-ours",
      message: expect.stringContaining("igw-3"),
    });
  });

  it("says that another run may have been quicker where it went to another VPC", async () => {
    ec2.on(AttachInternetGatewayCommand).rejects(refusal("Resource.AlreadyAssociated"));
    ec2.on(DescribeInternetGatewaysCommand).resolves({ InternetGateways: [] });
    await expect(attach()).rejects.toMatchObject({
      code: "gateway-taken",
      next: [expect.stringContaining("run the same command again")],
    });
  });

  it("leaves other refusals as they are", async () => {
    ec2.on(AttachInternetGatewayCommand).rejects(refusal("UnauthorizedOperation"));
    await expect(attach()).rejects.toMatchObject({ name: "UnauthorizedOperation" });
  });
});

it("is detached and deleted, though the first read does not show the attachment yet", async () => {
  const gateway = { InternetGatewayId: "igw-1" };
  ec2
    .on(DescribeInternetGatewaysCommand)
    .resolvesOnce({ InternetGateways: [gateway] })
    .resolvesOnce({
      InternetGateways: [{ ...gateway, Attachments: [{ VpcId: "vpc-1", State: "attached" }] }],
    })
    .resolves({ InternetGateways: [] });
  ec2.on(DetachInternetGatewayCommand).resolves({});
  ec2.on(DeleteInternetGatewayCommand).rejectsOnce(refusal("DependencyViolation")).resolves({});
  const { lab } = mockedLab();
  expect(await deleteInternetGateway(lab.aws, lab.spec, "igw-1")).toBe("deleted");
  expect(ec2.commandCalls(DetachInternetGatewayCommand)[0]?.args[0].input.VpcId).toBe("vpc-1");
});

it("is not waited for long where a public address that nobody takes away is mapped through it", async () => {
  const inVpc = { Filters: [{ Name: "vpc-id", Values: ["vpc-1"] }] };
  ec2
    .on(DescribeInternetGatewaysCommand)
    .resolves({ InternetGateways: [{ InternetGatewayId: "igw-1", Attachments: [{ VpcId: "vpc-1" }] }] });
  ec2
    .on(DetachInternetGatewayCommand)
    .rejects(refusal("DependencyViolation", "Network vpc-1 has some mapped public address(es)."));
  ec2.on(DescribeNetworkInterfacesCommand, inVpc).resolves({
    NetworkInterfaces: [
      { NetworkInterfaceId: "eni-private" },
      { NetworkInterfaceId: "eni-1", Association: { PublicIp: "1.2.3.4" }, Description: "NAT" },
    ],
  });
  const { lab } = mockedLab();
  const begun = lab.aws.clock.now();
  await expect(deleteInternetGateway(lab.aws, lab.spec, "igw-1")).rejects.toMatchObject({
    code: "blocked",
    message:
      "Internet gateway igw-1 cannot be deleted while public addresses are mapped through it: network interface eni-1 (NAT).",
  });
  expect(lab.aws.clock.now() - begun).toBeLessThan(180_000);
});
