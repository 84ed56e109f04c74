import {
  CreateNetworkAclEntryCommand,
  DeleteNetworkAclEntryCommand,
  DescribeNetworkAclsCommand,
  RevokeSecurityGroupIngressCommand,
} from "@aws-sdk/client-ec2";
import { beforeEach, describe, expect, it } from "vitest";
import { type Embedded, embedded } from "../embedded.ts";
import { addRoute, icmpFlows, type Lab, makeFlowLog, makeLab, records, run } from "../lab.ts";
import { peer } from "../lab-network.ts";

const SIX_MINUTES = 6 * 60_000 + 5_000;

describe("pings from instance 1 and VPC 1's flow log", () => {
  let aws: Embedded;
  let lab: Lab;
  let from: string;
  let privateAddress: string;
  let publicAddress: string;

  beforeEach(async () => {
    aws = embedded();
    lab = await makeLab(aws);
    await makeFlowLog(aws, lab.vpc1.vpcId);
    from = lab.instance1.PrivateIpAddress ?? "";
    privateAddress = lab.instance2.PrivateIpAddress ?? "";
    publicAddress = lab.instance2.PublicIpAddress ?? "";
  });

  const ping = (address: string, count: number) =>
    run(aws, lab.instance1.InstanceId, `ping -c ${count} ${address}`);
  const flowsAfterDelivery = async () => {
    await aws.clock.sleep(SIX_MINUTES);
    return icmpFlows(await records(aws));
  };

  it("gets no reply from the private address without a peering: out ACCEPT, nothing back", async () => {
    const result = await ping(privateAddress, 5);
    expect(result).toMatchObject({
      Status: "Failed",
      ResponseCode: 1,
      StandardErrorContent: "failed to run commands: exit status 1",
    });
    expect(result.StandardOutputContent).toContain("5 packets transmitted, 0 received, 100% packet loss");
    expect(await flowsAfterDelivery()).toEqual({
      [`${from} > ${privateAddress} ACCEPT`]: { packets: 5, bytes: 420 },
    });
  });

  it("gets replies from the public address: out and back ACCEPT, the far side by its public address", async () => {
    const result = await ping(publicAddress, 7);
    expect(result).toMatchObject({ Status: "Success", ResponseCode: 0, StandardErrorContent: "" });
    expect(result.StandardOutputContent).toContain("7 packets transmitted, 7 received, 0% packet loss");
    expect(await flowsAfterDelivery()).toEqual({
      [`${from} > ${publicAddress} ACCEPT`]: { packets: 7, bytes: 588 },
      [`${publicAddress} > ${from} ACCEPT`]: { packets: 7, bytes: 588 },
    });
  });

  it("gets replies from the private address once peered with both routes", async () => {
    const peering = await peer(aws, lab.vpc1.vpcId, lab.vpc2.vpcId);
    await addRoute(aws, lab.vpc1, "10.2.0.0/16", peering);
    await addRoute(aws, lab.vpc2, "10.1.0.0/16", peering);
    const result = await ping(privateAddress, 5);
    expect(result.StandardOutputContent).toContain("5 packets transmitted, 5 received, 0% packet loss");
    expect(result.StandardOutputContent).toContain("ttl=127");
    expect(await flowsAfterDelivery()).toEqual({
      [`${from} > ${privateAddress} ACCEPT`]: { packets: 5, bytes: 420 },
      [`${privateAddress} > ${from} ACCEPT`]: { packets: 5, bytes: 420 },
    });
  });

  it("gets no reply while VPC 2 lacks the way back: as without a peering", async () => {
    const peering = await peer(aws, lab.vpc1.vpcId, lab.vpc2.vpcId);
    await addRoute(aws, lab.vpc1, "10.2.0.0/16", peering);
    const result = await ping(privateAddress, 3);
    expect(result.StandardOutputContent).toContain("100% packet loss");
    expect(await flowsAfterDelivery()).toEqual({
      [`${from} > ${privateAddress} ACCEPT`]: { packets: 3, bytes: 252 },
    });
  });

  it("turns from silence to replies in the middle of a ping when the last route is made", async () => {
    const peering = await peer(aws, lab.vpc1.vpcId, lab.vpc2.vpcId);
    await addRoute(aws, lab.vpc1, "10.2.0.0/16", peering);
    const running = ping(privateAddress, 10);
    await aws.clock.sleep(4_500);
    await addRoute(aws, lab.vpc2, "10.1.0.0/16", peering);
    const { StandardOutputContent: output = "", Status } = await running;
    const received = output.match(/icmp_seq=/g)?.length ?? 0;
    expect(Status).toBe("Success");
    expect(received).toBeGreaterThan(0);
    expect(received).toBeLessThan(10);
    expect(output).not.toContain("icmp_seq=1 ");
    expect(await flowsAfterDelivery()).toEqual({
      [`${from} > ${privateAddress} ACCEPT`]: { packets: 10, bytes: 840 },
      [`${privateAddress} > ${from} ACCEPT`]: { packets: received, bytes: 84 * received },
    });
  });

  it("notes a REJECT where VPC 1's own network ACL refuses to let the ping out", async () => {
    const { NetworkAcls = [] } = await aws.ec2.send(
      new DescribeNetworkAclsCommand({ Filters: [{ Name: "vpc-id", Values: [lab.vpc1.vpcId] }] }),
    );
    const NetworkAclId = NetworkAcls[0]?.NetworkAclId;
    await aws.ec2.send(
      new CreateNetworkAclEntryCommand({
        NetworkAclId,
        RuleNumber: 50,
        Egress: true,
        Protocol: "1",
        IcmpTypeCode: { Type: -1, Code: -1 },
        CidrBlock: "0.0.0.0/0",
        RuleAction: "deny",
      }),
    );
    await ping(publicAddress, 2);
    expect(await flowsAfterDelivery()).toEqual({
      [`${from} > ${publicAddress} REJECT`]: { packets: 2, bytes: 168 },
    });
    await aws.ec2.send(new DeleteNetworkAclEntryCommand({ NetworkAclId, RuleNumber: 50, Egress: true }));
    expect((await ping(publicAddress, 1)).Status).toBe("Success");
  });

  it("notes one REJECT at the far side where its group lets no ping in", async () => {
    await makeFlowLog(aws, lab.vpc2.vpcId);
    await aws.ec2.send(
      new RevokeSecurityGroupIngressCommand({
        GroupId: lab.vpc2.securityGroupId,
        IpPermissions: [
          { IpProtocol: "icmp", FromPort: -1, ToPort: -1, IpRanges: [{ CidrIp: "0.0.0.0/0" }] },
        ],
      }),
    );
    await ping(publicAddress, 4);
    expect(await flowsAfterDelivery()).toEqual({
      [`${from} > ${publicAddress} ACCEPT`]: { packets: 4, bytes: 336 },
      [`${lab.instance1.PublicIpAddress} > ${privateAddress} REJECT`]: { packets: 4, bytes: 336 },
    });
  });
});
