/**
 * The lab by hand, as docs/ tells it, by clients that know nothing of vpclab: the AWS CLI and boto3, each against a
 * fresh `vpclab simulator`. What they print is held against the pings that they sent.
 */
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  DescribeNetworkInterfacesCommand,
  DescribeVolumesCommand,
  DescribeVpcsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import {
  IAMClient,
  ListInstanceProfilesCommand,
  ListPoliciesCommand,
  ListRolesCommand,
} from "@aws-sdk/client-iam";
import { expect, test } from "vitest";
import { serve } from "../cli/serve.ts";
import { freshHome } from "../cli/vpclab.ts";
import { awsCli, pythonWithBoto3, runScript, type ScriptRun } from "./client-programs.ts";

/** World time against ours: an instance boots in a fraction of the second that the AWS CLI needs to start. */
const SPEED = "300";

const { vpclab } = freshHome();

async function byHand(program: string, script: string): Promise<ScriptRun> {
  const simulator = await serve(vpclab, "--memory", "--speed", SPEED);
  try {
    const run = await runScript(program, script, simulator.endpoint);
    expect(run.code, run.stdout + run.stderr).toBe(0);
    expect(await whatIsLeft(simulator.endpoint)).toEqual({
      vpcs: ["default"],
      networkInterfaces: 0,
      volumes: 0,
      iam: [],
      logGroups: 0,
    });
    return run;
  } finally {
    expect(await simulator.end()).toMatchObject({
      code: 0,
      stderr: expect.not.stringContaining("not answered"),
    });
  }
}

async function whatIsLeft(endpoint: string) {
  const configuration = {
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "nobody-checks-it" },
  };
  const ec2 = new EC2Client(configuration);
  const iam = new IAMClient(configuration);
  const { Vpcs: vpcs = [] } = await ec2.send(new DescribeVpcsCommand({}));
  const { NetworkInterfaces: networkInterfaces } = await ec2.send(new DescribeNetworkInterfacesCommand({}));
  const { Volumes: volumes } = await ec2.send(new DescribeVolumesCommand({}));
  const { logGroups } = await new CloudWatchLogsClient(configuration).send(new DescribeLogGroupsCommand({}));
  const { Roles: roles = [] } = await iam.send(new ListRolesCommand({}));
  const { Policies: policies = [] } = await iam.send(new ListPoliciesCommand({ Scope: "Local" }));
  const { InstanceProfiles: profiles = [] } = await iam.send(new ListInstanceProfilesCommand({}));
  return {
    vpcs: vpcs.map(({ IsDefault: isDefault, VpcId: id }) => (isDefault ? "default" : id)),
    networkInterfaces: networkInterfaces?.length,
    volumes: volumes?.length,
    iam: [...roles, ...policies, ...profiles].map(({ Arn: arn }) => arn),
    logGroups: logGroups?.length,
  };
}

/** Ping's own account of the three pings, and the two addresses that they went to. */
function pings({ stdout }: ScriptRun) {
  const targets = [...stdout.matchAll(/PING (\S+) \(/g)].map(([, address]) => address);
  const losses = [...stdout.matchAll(/(\d+)% packet loss/g)].map(([, percent]) => Number(percent));
  expect(losses).toEqual([100, 0, 0]);
  const [private2, public2] = targets;
  expect(targets).toEqual([private2, public2, private2]);
  expect(private2).toMatch(/^10\.2\./);
  expect(public2).not.toMatch(/^10\./);
  return { private2, public2 };
}

/** Three pings of five packets, one of them without replies, as instance 1's network interface saw them. */
function expectedPackets(private1: string | undefined, { private2, public2 }: ReturnType<typeof pings>) {
  return [
    { srcAddr: private1, dstAddr: private2, packets: 10 },
    { srcAddr: private1, dstAddr: public2, packets: 5 },
    { srcAddr: public2, dstAddr: private1, packets: 5 },
    { srcAddr: private2, dstAddr: private1, packets: 5 },
  ].sort(bySource);
}

interface Packets {
  readonly srcAddr: string | undefined;
  readonly dstAddr: string | undefined;
  readonly packets: number;
}

function bySource(a: Packets, b: Packets): number {
  return `${a.srcAddr} ${a.dstAddr}` < `${b.srcAddr} ${b.dstAddr}` ? -1 : 1;
}

const BYTES_OF_A_PING = 84;

test.skipIf(awsCli === undefined)("the AWS CLI does the lab from step 1 to the clean-up", async () => {
  const run = await byHand("bash", "docs/by-hand-aws-cli.sh");
  const { private2, public2 } = pings(run);
  const rows = (heading: string) =>
    run.section(heading).map((line) => {
      const [srcAddr, dstAddr, number] = line.split("\t");
      return { srcAddr, dstAddr, packets: Number(number) };
    });
  const packets = rows("-- packets of the pings").sort(bySource);
  const private1 = packets.find(({ dstAddr }) => dstAddr === private2)?.srcAddr;
  expect(private1).toMatch(/^10\.1\./);
  const expected = expectedPackets(private1, { private2, public2 });
  expect(packets).toEqual(expected);
  expect(rows("-- bytes of the pings").sort(bySource)).toEqual(
    expected.map((row) => ({ ...row, packets: row.packets * BYTES_OF_A_PING })),
  );
  const topTen = rows("-- bytes by source and destination").map(({ packets }) => packets);
  expect(topTen).toHaveLength(10);
  expect(topTen).toEqual(topTen.toSorted((a, b) => b - a));
  const rejected = run.section("-- who was rejected").map((line) => line.split("\t")[0]);
  expect(rejected.length).toBeGreaterThan(0);
  for (const address of [private1, private2, public2]) expect(rejected).not.toContain(address);
  expect(run.section("-- one stream")).toEqual([expect.stringMatching(/^eni-[0-9a-f]{17}-all$/)]);
  expect(run.section("== Look again")).toEqual(["0", "0", "0", "0"]);
});

test.skipIf(pythonWithBoto3 === undefined)(
  "boto3 does the lab, asks LAB.md's queries, and is refused the clean-up in the wrong order",
  async () => {
    const run = await byHand(pythonWithBoto3 ?? "", "docs/by-hand-boto3.py");
    const addresses = pings(run);
    const rows = (heading: string): Record<string, string>[] =>
      run.section(heading).map((line) => JSON.parse(line));
    const packets = rows("-- filter protocol=1 | stats sum(packets)").map(
      ({ srcAddr, dstAddr, packetsTransferred }) => ({
        srcAddr,
        dstAddr,
        packets: Number(packetsTransferred),
      }),
    );
    const private1 = packets.find(({ dstAddr }) => dstAddr === addresses.private2)?.srcAddr;
    const expected = expectedPackets(private1, addresses);
    expect(packets.sort(bySource)).toEqual(expected);
    expect(
      rows("-- filter protocol=1 | stats sum(bytes)")
        .map(({ srcAddr, dstAddr, bytesTransferred }) => ({
          srcAddr,
          dstAddr,
          packets: Number(bytesTransferred) / BYTES_OF_A_PING,
        }))
        .sort(bySource),
    ).toEqual(expected);
    const topTen = rows("-- stats sum(bytes) as bytesTransferred by srcAddr");
    expect(topTen).toHaveLength(10);
    const bytes = topTen.map(({ bytesTransferred }) => Number(bytesTransferred));
    expect(bytes).toEqual(bytes.toSorted((a, b) => b - a));
    expect(rows("-- filter protocol=1 and isIpv4InSubnet")).toEqual([
      { dstAddr: addresses.private2, bytesTransferred: "840" },
      { dstAddr: addresses.public2, bytesTransferred: "420" },
    ]);
    expect(
      rows('-- fields @timestamp, srcAddr, dstAddr, dstPort, action | filter action = "REJECT"'),
    ).toEqual(
      Array.from({ length: 5 }, () => expect.objectContaining({ action: "REJECT", dstAddr: private1 })),
    );
    expect(rows('-- filter logStatus="SKIPDATA"')).toEqual([]);
    expect(rows("-- stats sum(bytes) by bin(1m)").length).toBeGreaterThan(5);

    const refusals = run.section("== The wrong order").map((line) => /: (\w+): (.+)$/.exec(line)?.slice(1));
    expect(refusals).toEqual([
      ["DependencyViolation", expect.stringMatching(/^The vpc 'vpc-\w+' has dependencies/)],
      ["DependencyViolation", expect.stringMatching(/^The subnet 'subnet-\w+' has dependencies/)],
      ["DependencyViolation", expect.stringMatching(/^resource sg-\w+ has a dependent object/)],
      ["DependencyViolation", expect.stringMatching(/^Network vpc-\w+ has some mapped public address\(es\)/)],
      ["DependencyViolation", expect.stringMatching(/^The internetGateway 'igw-\w+' has dependencies/)],
      ["DependencyViolation", expect.stringMatching(/^The routeTable 'rtb-\w+' has dependencies/)],
      ["InvalidParameterValue", expect.stringMatching(/^cannot remove local route/)],
      ["DependencyViolation", expect.stringMatching(/^The routeTable 'rtb-\w+' has dependencies/)],
      ["InvalidParameterValue", expect.stringMatching(/in use/)],
      ["DeleteConflict", "Cannot delete a policy attached to entities."],
      ["DeleteConflict", "Cannot delete entity, must detach all policies first."],
      ["DeleteConflict", "Cannot delete entity, must remove roles from instance profile first."],
      ["DeleteConflict", "Cannot delete entity, must remove roles from instance profile first."],
    ]);
    expect(run.stdout).toContain("0 things are left");
  },
);
