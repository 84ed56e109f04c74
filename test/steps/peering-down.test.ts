import {
  DeleteRouteCommand,
  DeleteVpcPeeringConnectionCommand,
  DescribeVpcPeeringConnectionsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import { peering } from "../../src/steps/peering.ts";
import { refusal } from "../aws/refusal.ts";
import { holding, mockedLab } from "./lab-context.ts";

const ec2 = mockClient(EC2Client);
const routeTables = [1, 2].map((side) => ({
  RouteTableId: `rtb-${side}`,
  Routes: [{ DestinationCidrBlock: "10.0.0.0/8", VpcPeeringConnectionId: "pcx-1" }],
}));

beforeEach(() => {
  ec2.reset();
  ec2.onAnyCommand().rejects(new Error("not expected in this test"));
  ec2.on(DeleteVpcPeeringConnectionCommand).resolves({});
  ec2.on(DescribeVpcPeeringConnectionsCommand).resolves({ VpcPeeringConnections: [] });
});

describe("peering, down", () => {
  it("deletes the connection, too, where a route to it may not be deleted, and says that it stays", async () => {
    ec2.on(DeleteRouteCommand).resolves({});
    ec2.on(DeleteRouteCommand, { RouteTableId: "rtb-1" }).rejects(refusal("UnauthorizedOperation", "no"));
    const { lab, told } = mockedLab();
    const inventory = { ...holding(["vpc-peering-connection", "pcx-1"]), routeTables };
    expect(await peering.down(lab, inventory)).toMatchObject([{ id: "pcx-1", outcome: "deleted" }]);
    expect(ec2.commandCalls(DeleteRouteCommand)).toHaveLength(2);
    expect(told.warnings).toEqual(["A route to pcx-1 stays with its table: no (UnauthorizedOperation)"]);
  });

  it("deletes no connection after Ctrl-C", async () => {
    const stop = new AbortController();
    ec2.on(DeleteRouteCommand).callsFake(() => {
      stop.abort(new Error("Interrupted."));
      return {};
    });
    const { lab } = mockedLab();
    const interrupted = { ...lab, aws: { ...lab.aws, signal: stop.signal } };
    const inventory = { ...holding(["vpc-peering-connection", "pcx-1"]), routeTables };
    expect(await peering.down(interrupted, inventory)).toMatchObject([
      { outcome: "failed", reason: "Interrupted." },
    ]);
    expect(ec2.commandCalls(DeleteVpcPeeringConnectionCommand)).toHaveLength(0);
  });
});
