import {
  DetachInternetGatewayCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import type { FlowLogRecord, TrafficRecord } from "../../../src/flow-logs/record.ts";
import { embedded } from "../embedded.ts";
import { launch, makeFlowLog, makeLab, makeRoles, makeVpc, records } from "../lab.ts";

const HOUR = 3_600_000;
const traffic = (all: FlowLogRecord[]): TrafficRecord[] => all.filter((record) => record.logStatus === "OK");

describe("what goes on by itself at a logged interface", () => {
  it("is the agent's HTTPS both ways, time over NTP, and strangers that are turned away", async () => {
    const aws = embedded();
    const lab = await makeLab(aws);
    await makeFlowLog(aws, lab.vpc1.vpcId);
    await aws.clock.sleep(HOUR / 2);
    const all = traffic(await records(aws));
    const own = lab.instance1.PrivateIpAddress;

    const agent = all.filter((record) => record.dstPort === 443 && record.srcAddr === own);
    expect(agent.length).toBeGreaterThan(10);
    for (const { srcPort, dstAddr } of agent)
      expect(
        all.some((other) => other.srcAddr === dstAddr && other.srcPort === 443 && other.dstPort === srcPort),
      ).toBe(true);
    const time = all.filter(({ protocol, dstPort }) => protocol === 17 && dstPort === 123);
    expect(time.length).toBeGreaterThan(0);
    expect(new Set(time.map(({ bytes, packets }) => bytes / packets))).toEqual(new Set([76]));

    const rejected = all.filter(({ action }) => action === "REJECT");
    expect(rejected.length).toBeGreaterThan(5);
    for (const { dstAddr, srcAddr, bytes, packets } of rejected) {
      expect(dstAddr).toBe(own);
      expect(srcAddr).not.toMatch(/^(10|172|192)\./);
      expect(bytes / packets).toBeLessThanOrEqual(60);
    }
    expect(all.filter(({ protocol }) => protocol === 1)).toEqual([]);
  });

  it("is no agent without a registration, and no strangers without a public address", async () => {
    const aws = embedded();
    await makeRoles(aws);
    const vpc = await makeVpc(aws, 1);
    const hidden = await launch(aws, vpc, {
      SubnetId: undefined,
      SecurityGroupIds: undefined,
      NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: vpc.subnetId, AssociatePublicIpAddress: false }],
    });
    await makeFlowLog(aws, vpc.vpcId);
    await aws.clock.sleep(HOUR / 2);
    const all = traffic(await records(aws));
    // It asks for the time and tries to reach its service; nothing ever comes back.
    expect(all.length).toBeGreaterThan(0);
    expect(all.every(({ srcAddr }) => srcAddr === hidden.PrivateIpAddress)).toBe(true);
  });

  it("stops strangers where the gateway is gone", async () => {
    const aws = embedded();
    await makeRoles(aws);
    const vpc = await makeVpc(aws, 1);
    const first = await launch(aws, vpc);
    await aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [first.InstanceId ?? ""] }));
    await aws.clock.sleep(100_000);
    await aws.ec2.send(
      new DetachInternetGatewayCommand({ VpcId: vpc.vpcId, InternetGatewayId: vpc.gatewayId }),
    );
    await launch(aws, vpc);
    await makeFlowLog(aws, vpc.vpcId);
    await aws.clock.sleep(HOUR / 2);
    expect(traffic(await records(aws)).filter(({ action }) => action === "REJECT")).toEqual([]);
  });

  it("begins when an instance runs, not before it was launched", async () => {
    for (const seed of [1, 7, 8]) {
      const aws = embedded({ seed });
      await makeRoles(aws);
      const vpc = await makeVpc(aws, 1);
      await makeFlowLog(aws, vpc.vpcId);
      await aws.clock.sleep(seed * 7_000);
      const launchedAt = aws.clock.now();
      await launch(aws, vpc);
      await aws.clock.sleep(HOUR / 4);
      const starts = traffic(await records(aws)).map(({ start }) => start * 1000);
      expect(starts.length).toBeGreaterThan(5);
      // It takes 10 s at least to come to run.
      expect(Math.min(...starts)).toBeGreaterThanOrEqual(launchedAt + 10_000);
    }
  });

  it("has the agent's part from when the agent is back after a stop", async () => {
    for (const seed of [1, 7, 8]) {
      const aws = embedded({ seed });
      const lab = await makeLab(aws);
      const InstanceIds = [lab.instance1.InstanceId ?? ""];
      await makeFlowLog(aws, lab.vpc1.vpcId);
      await aws.clock.sleep(HOUR / 4);
      await aws.ec2.send(new StopInstancesCommand({ InstanceIds }));
      await aws.clock.sleep(90_000);
      await aws.ec2.send(new StartInstancesCommand({ InstanceIds }));
      const startedAt = aws.clock.now();
      await aws.clock.sleep(HOUR / 4);
      const agent = traffic(await records(aws))
        .filter(({ dstPort, start }) => dstPort === 443 && start * 1000 >= startedAt - 45_000)
        .map(({ start }) => start * 1000);
      expect(agent.length).toBeGreaterThan(5);
      // 10 s to run, 20 s more until the agent starts: at least.
      expect(Math.min(...agent)).toBeGreaterThanOrEqual(startedAt + 29_000);
    }
  });

  it("is the same again from the same seed, and another from another", async () => {
    const once = async (seed: number) => {
      const aws = embedded({ seed });
      const lab = await makeLab(aws);
      await makeFlowLog(aws, lab.vpc1.vpcId);
      await aws.clock.sleep(15 * 60_000);
      return records(aws);
    };
    const [first, again, other] = [await once(7), await once(7), await once(8)];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });
});
