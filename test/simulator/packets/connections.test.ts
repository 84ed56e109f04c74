import { AuthorizeSecurityGroupIngressCommand } from "@aws-sdk/client-ec2";
import { beforeEach, describe, expect, it } from "vitest";
import type { TrafficRecord } from "../../../src/flow-logs/record.ts";
import { type Embedded, embedded } from "../embedded.ts";
import { type Lab, makeFlowLog, makeLab, records, run } from "../lab.ts";

const DELIVERY_MS = 6 * 60_000 + 5_000;

describe("TCP from instance 1", () => {
  let aws: Embedded;
  let lab: Lab;
  let far: string;

  beforeEach(async () => {
    aws = embedded();
    lab = await makeLab(aws);
    far = lab.instance2.PublicIpAddress ?? "";
    await makeFlowLog(aws, lab.vpc1.vpcId);
    await makeFlowLog(aws, lab.vpc2.vpcId);
  });

  const shell = (script: string) => run(aws, lab.instance1.InstanceId, script);

  /** Records of one port's traffic between the two instances, by interface. */
  const recordsOfPort = async (port: number) => {
    await aws.clock.sleep(DELIVERY_MS);
    const addresses = [lab.instance1, lab.instance2].flatMap((each) => [
      each.PrivateIpAddress,
      each.PublicIpAddress,
    ]);
    const ofPort = (await records(aws)).filter(
      (record): record is TrafficRecord =>
        record.logStatus === "OK" &&
        [record.srcPort, record.dstPort].includes(port) &&
        [record.srcAddr, record.dstAddr].every((address) => addresses.includes(address)),
    );
    const of = (instance: Lab["instance1"]) =>
      ofPort.filter(({ interfaceId }) => interfaceId === instance.NetworkInterfaces?.[0]?.NetworkInterfaceId);
    return { near: of(lab.instance1), far: of(lab.instance2) };
  };
  const sum = (all: TrafficRecord[], key: "packets" | "bytes") =>
    all.reduce((total, record) => total + record[key], 0);

  it("finds SSH open, and both sides' records count the same packets and bytes", async () => {
    const result = await shell(`nc -zv -w 3 ${far} 22`);
    expect(result).toMatchObject({ Status: "Success" });
    expect(result.StandardErrorContent).toContain(`Ncat: Connected to ${far}:22.`);
    const { near, far: there } = await recordsOfPort(22);
    expect(near.map(({ action }) => action)).toEqual(["ACCEPT", "ACCEPT"]);
    expect(sum(near, "packets")).toBe(6);
    expect(sum(there, "packets")).toBe(6);
    expect(sum(there, "bytes")).toBe(sum(near, "bytes"));
  });

  it("times out on a port that the group does not let in: a REJECT there, silence here", async () => {
    const result = await shell(`nc -zv -w 8 ${far} 80`);
    expect(result).toMatchObject({ Status: "Failed", ResponseCode: 1 });
    expect(result.StandardErrorContent).toContain("Ncat: TIMEOUT.");
    const { near, far: there } = await recordsOfPort(80);
    // The first segment, and again after one, three and seven seconds.
    expect(near).toMatchObject([{ action: "ACCEPT", packets: 4, bytes: 240 }]);
    expect(there).toMatchObject([
      { action: "REJECT", packets: 4, bytes: 240, srcAddr: lab.instance1.PublicIpAddress, dstPort: 80 },
    ]);
  });

  it("is refused where the group lets it in and nothing listens: ACCEPT both ways", async () => {
    await aws.ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId: lab.vpc2.securityGroupId,
        IpPermissions: [{ IpProtocol: "tcp", FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
      }),
    );
    const result = await shell(`curl -s -S -m 5 http://${far}/`);
    expect(result).toMatchObject({ Status: "Failed", ResponseCode: 7 });
    expect(result.StandardErrorContent).toMatch(
      /^curl: \(7\) Failed to connect to \S+ port 80 after \d+ ms: Could not connect to server\n/,
    );
    const { near, far: there } = await recordsOfPort(80);
    expect(near.map(({ action, packets }) => [action, packets])).toEqual([
      ["ACCEPT", 1],
      ["ACCEPT", 1],
    ]);
    expect(sum(there, "bytes")).toBe(sum(near, "bytes"));
  });

  it("gets as far as the missing key with ssh, and says timed out or refused where AWS would", async () => {
    expect((await shell(`ssh -o StrictHostKeyChecking=no ec2-user@${far}`)).StandardErrorContent).toContain(
      `ec2-user@${far}: Permission denied (publickey,`,
    );
    expect((await shell(`ssh -o BatchMode=yes ${far} true`)).StandardErrorContent).toContain(
      "Host key verification failed.",
    );
    const lost = await shell(`ssh -o ConnectTimeout=3 ec2-user@${lab.instance2.PrivateIpAddress}`);
    expect(lost).toMatchObject({ ResponseCode: 255 });
    expect(lost.StandardErrorContent).toContain(
      `ssh: connect to host ${lab.instance2.PrivateIpAddress} port 22: Connection timed out`,
    );
    expect((await shell("ssh -p 2222 localhost")).StandardErrorContent).toContain(
      "ssh: connect to host localhost port 2222: Connection refused",
    );
  });

  it("reaches the few web servers there are, by name, and nobody else", async () => {
    const found = await shell(`curl -s -o /dev/null -w "%{http_code}\\n" https://aws.amazon.com/`);
    expect(found).toMatchObject({ Status: "Success", StandardOutputContent: "200\n" });
    const { StandardErrorContent: unknown } = await shell("curl -sS https://no.such.host/");
    expect(unknown).toContain("curl: (6) Could not resolve host: no.such.host");
    const { StandardErrorContent: silent } = await shell("curl -sS --connect-timeout 4 http://203.0.114.7/");
    expect(silent).toContain("curl: (28) Connection timed out after 4000 milliseconds");
  });

  it("knows EC2's own names: the public one leads to the private address inside the VPC only", async () => {
    const { PrivateDnsName: own, PublicDnsName: ownPublic, PrivateIpAddress: address } = lab.instance1;
    expect((await shell(`ping -c 1 ${own}`)).StandardOutputContent).toContain(
      `64 bytes from ${own} (${address}): icmp_seq=1`,
    );
    expect(ownPublic).toBe("");
    expect((await shell("ping -c 1 nobody.internal")).StandardErrorContent).toContain(
      "ping: nobody.internal: Name or service not known",
    );
  });
});
