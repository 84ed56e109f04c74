import {
  AcceptVpcPeeringConnectionCommand,
  CreateVpcPeeringConnectionCommand,
  DeleteVpcPeeringConnectionCommand,
  DescribeVpcPeeringConnectionsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import {
  acceptPeering,
  deletePeeringConnection,
  findPeeringConnections,
  requestPeering,
  waitUntilPeeringActive,
} from "../../src/aws/peering-connection.ts";
import { mockedLab } from "../steps/lab-context.ts";
import { refusal } from "./refusal.ts";

const ec2 = mockClient(EC2Client);
const OURS = [{ Key: "vpclab:lab", Value: "nextwork" }];

beforeEach(() => {
  ec2.reset();
  ec2.onAnyCommand().rejects(new Error("not expected in this test"));
});

/** What Describe says, look by look; the last for ever. */
function statuses(...codes: readonly string[]): void {
  let look = 0;
  ec2.on(DescribeVpcPeeringConnectionsCommand).callsFake(() => {
    const Code = codes[Math.min(look, codes.length - 1)];
    look++;
    return { VpcPeeringConnections: [{ VpcPeeringConnectionId: "pcx-1", Status: { Code, Message: Code } }] };
  });
}

const looks = () => ec2.commandCalls(DescribeVpcPeeringConnectionsCommand).length;
const accepts = () => ec2.commandCalls(AcceptVpcPeeringConnectionCommand).length;

describe("a peering connection", () => {
  it("is asked for by VPC 1, with the lab's tags in the call", async () => {
    const { lab } = mockedLab();
    ec2
      .on(CreateVpcPeeringConnectionCommand)
      .resolves({ VpcPeeringConnection: { VpcPeeringConnectionId: "pcx-1", Tags: OURS } });
    await requestPeering(lab.aws, lab.spec, ["vpc-1", "vpc-2"]);
    const { input } = ec2.commandCalls(CreateVpcPeeringConnectionCommand)[0]?.args[0] ?? {};
    expect(input).toMatchObject({ VpcId: "vpc-1", PeerVpcId: "vpc-2" });
    expect(input?.TagSpecifications?.[0]?.Tags?.[0]).toEqual({ Key: "Name", Value: "VPC 1 <> VPC 2" });
  });

  it("that somebody else has made between the two is neither taken nor changed", async () => {
    const { lab } = mockedLab();
    ec2
      .on(CreateVpcPeeringConnectionCommand)
      .resolves({ VpcPeeringConnection: { VpcPeeringConnectionId: "pcx-theirs", Tags: [] } });
    ec2.on(DescribeVpcPeeringConnectionsCommand).resolves({ VpcPeeringConnections: [] });
    await expect(requestPeering(lab.aws, lab.spec, ["vpc-1", "vpc-2"])).rejects.toMatchObject({
      code: "not-ours",
      message: expect.stringContaining("pcx-theirs"),
    });
  });

  it("is ours where only a read has its tags", async () => {
    const { lab } = mockedLab();
    const connection = { VpcPeeringConnectionId: "pcx-1" };
    ec2.on(CreateVpcPeeringConnectionCommand).resolves({ VpcPeeringConnection: connection });
    ec2
      .on(DescribeVpcPeeringConnectionsCommand)
      .resolvesOnce({})
      .resolves({ VpcPeeringConnections: [connection] });
    expect(await requestPeering(lab.aws, lab.spec, ["vpc-1", "vpc-2"])).toEqual(connection);
  });

  it("is accepted only once it is pending-acceptance", async () => {
    const { lab } = mockedLab();
    statuses("initiating-request", "initiating-request", "pending-acceptance");
    ec2.on(AcceptVpcPeeringConnectionCommand).resolves({});
    await acceptPeering(lab.aws, "pcx-1");
    expect([looks(), accepts()]).toEqual([3, 1]);
  });

  it("is not accepted again when it has been", async () => {
    const { lab } = mockedLab();
    statuses("provisioning");
    await acceptPeering(lab.aws, "pcx-1");
    expect(accepts()).toBe(0);
  });

  it("is accepted at a second try where AWS was not quite ready", async () => {
    const { lab } = mockedLab();
    statuses("pending-acceptance");
    ec2.on(AcceptVpcPeeringConnectionCommand).rejectsOnce(refusal("InvalidStateTransition")).resolves({});
    await acceptPeering(lab.aws, "pcx-1");
    expect(accepts()).toBe(2);
  });

  it("that failed says why", async () => {
    const { lab } = mockedLab();
    statuses("initiating-request", "failed");
    await expect(acceptPeering(lab.aws, "pcx-1")).rejects.toMatchObject({
      code: "peering-failed",
      next: expect.arrayContaining([expect.stringContaining("overlap")]),
    });
  });

  it("cannot be accepted where the VPCs are peered already", async () => {
    const { lab } = mockedLab();
    statuses("pending-acceptance");
    ec2.on(AcceptVpcPeeringConnectionCommand).rejects(refusal("VpcPeeringConnectionAlreadyExists"));
    await expect(acceptPeering(lab.aws, "pcx-1")).rejects.toMatchObject({
      code: "VpcPeeringConnectionAlreadyExists",
    });
  });

  it("is active when two reads in a row say so: one may be from before", async () => {
    const { lab } = mockedLab();
    statuses("active", "pending-acceptance", "active", "active");
    await waitUntilPeeringActive(lab.aws, "pcx-1");
    expect(looks()).toBe(4);
  });

  it("is waited for 2 minutes at most", async () => {
    const { lab } = mockedLab();
    statuses("provisioning");
    await expect(waitUntilPeeringActive(lab.aws, "pcx-1")).rejects.toMatchObject({ code: "timed-out" });
  });

  it("of which only a memory is left is not found", async () => {
    const { lab } = mockedLab();
    for (const status of ["deleted", "failed", "rejected", "expired", "deleting"]) {
      statuses(status);
      expect(await findPeeringConnections(lab.aws, lab.spec, ["vpc-1", "vpc-2"])).toEqual([]);
    }
    statuses("pending-acceptance");
    expect(await findPeeringConnections(lab.aws, lab.spec, ["vpc-1", "vpc-2"])).toHaveLength(1);
  });

  it("is deleted when a read says so", async () => {
    const { lab } = mockedLab();
    ec2.on(DeleteVpcPeeringConnectionCommand).resolves({});
    statuses("deleting", "deleting", "deleted");
    expect(await deletePeeringConnection(lab.aws, "pcx-1")).toBe("deleted");
    expect(looks()).toBe(3);
  });

  it("that fades already is left to fade", async () => {
    const { lab } = mockedLab();
    ec2.on(DeleteVpcPeeringConnectionCommand).rejects(refusal("InvalidStateTransition"));
    statuses("failed");
    expect(await deletePeeringConnection(lab.aws, "pcx-1")).toBe("deleted");
  });

  it("that is still being made is deleted as soon as AWS allows it", async () => {
    const { lab } = mockedLab();
    ec2.on(DeleteVpcPeeringConnectionCommand).rejectsOnce(refusal("InvalidStateTransition")).resolves({});
    statuses("provisioning", "deleted");
    expect(await deletePeeringConnection(lab.aws, "pcx-1")).toBe("deleted");
    expect(ec2.commandCalls(DeleteVpcPeeringConnectionCommand)).toHaveLength(2);
  });
});
