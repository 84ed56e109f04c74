import { AuthorizeSecurityGroupIngressCommand } from "@aws-sdk/client-ec2";
import { beforeEach, describe, expect, it } from "vitest";
import { type Embedded, embedded } from "../embedded.ts";
import { addRoute, type Lab, makeFlowLog, makeLab, records, run } from "../lab.ts";
import { peer } from "../lab-network.ts";

describe("tracepath", () => {
  let aws: Embedded;
  let lab: Lab;

  beforeEach(async () => {
    aws = embedded();
    lab = await makeLab(aws);
  });

  const tracepath = (words: string) => run(aws, lab.instance1.InstanceId, `tracepath ${words}`);

  const letProbesIn = () =>
    aws.ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId: lab.vpc2.securityGroupId,
        IpPermissions: [
          { IpProtocol: "udp", FromPort: 44_444, ToPort: 44_600, IpRanges: [{ CidrIp: "10.0.0.0/8" }] },
        ],
      }),
    );

  it("finds the peered instance one hop away, with jumbo frames, once its group lets the probes in", async () => {
    const peeringId = await peer(aws, lab.vpc1.vpcId, lab.vpc2.vpcId);
    await addRoute(aws, lab.vpc1, "10.2.0.0/16", peeringId);
    await addRoute(aws, lab.vpc2, "10.1.0.0/16", peeringId);
    const { PrivateIpAddress: far, PrivateDnsName: name = "" } = lab.instance2;
    expect((await tracepath(`-n -m 2 ${far}`)).StandardOutputContent).toBe(
      " 1?: [LOCALHOST]                      pmtu 9001\n 1:  no reply\n 2:  no reply\n" +
        "     Too many hops: pmtu 9001\n     Resume: pmtu 9001 \n",
    );
    await letProbesIn();
    const found = await tracepath(`-n ${far}`);
    expect(found.Status).toBe("Success");
    expect(found.StandardOutputContent).toMatch(
      /\n 1: {2}10\.2\.\S+ +\d\.\d{3}ms reached\n {5}Resume: pmtu 9001 hops 1 back 1 \n$/,
    );
    expect((await tracepath(`${far}`)).StandardOutputContent).toContain(` 1:  ${name}`);
  });

  it("learns of 1500 bytes at the internet gateway, and nothing of what lies behind", async () => {
    await makeFlowLog(aws, lab.vpc1.vpcId);
    await makeFlowLog(aws, lab.vpc2.vpcId);
    const { StandardOutputContent: text } = await tracepath(`-n -m 1 ${lab.instance2.PublicIpAddress}`);
    expect(text).toMatch(
      /\n 1: {2}10\.1\.0\.1 +\d\.\d{3}ms pmtu 1500\n 1: {2}no reply\n {5}Too many hops: pmtu 1500\n/,
    );
    await aws.clock.sleep(6 * 60_000);
    const probes = (await records(aws)).flatMap((record) =>
      record.logStatus === "OK" &&
      record.protocol === 17 &&
      record.dstPort >= 44_444 &&
      record.dstPort < 44_460
        ? [{ action: record.action, bytes: record.bytes, isFar: record.dstAddr.startsWith("10.2.") }]
        : [],
    );
    // The one that was too long has only been seen where it left.
    const short = Array(3).fill(1_500);
    expect(
      probes
        .filter(({ isFar }) => !isFar)
        .map(({ bytes }) => bytes)
        .sort(),
    ).toEqual([...short, 9_001]);
    expect(probes.filter(({ isFar }) => isFar)).toEqual(
      short.map((bytes) => ({ action: "REJECT", bytes, isFar: true })),
    );
  });

  it("leaves traceroute to those who install it", async () => {
    expect(await run(aws, lab.instance1.InstanceId, "traceroute 10.2.0.9")).toMatchObject({
      ResponseCode: 127,
    });
  });
});
