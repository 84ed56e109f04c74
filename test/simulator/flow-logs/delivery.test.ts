import {
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  GetLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  DeleteFlowLogsCommand,
  DescribeFlowLogsCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { DeleteRolePolicyCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { beforeEach, describe, expect, it } from "vitest";
import { parseRecord } from "../../../src/flow-logs/record.ts";
import { type Embedded, embedded } from "../embedded.ts";
import {
  FLOW_LOG_ROLE,
  icmpFlows,
  type Lab,
  LOG_GROUP,
  launch,
  makeFlowLog,
  makeLab,
  records,
  run,
} from "../lab.ts";

const MINUTE = 60_000;

describe("the records of a flow log", () => {
  let aws: Embedded;
  let lab: Lab;
  let eni: string;

  beforeEach(async () => {
    aws = embedded();
    lab = await makeLab(aws);
    eni = lab.instance1.NetworkInterfaces?.[0]?.NetworkInterfaceId ?? "";
    await aws.clock.sleep(MINUTE - (aws.clock.now() % MINUTE));
  });

  const ping = (count: number) =>
    run(aws, lab.instance1.InstanceId, `ping -c ${count} ${lab.instance2.PublicIpAddress}`);
  const groupNames = async () =>
    (await aws.logs.send(new DescribeLogGroupsCommand({}))).logGroups?.map(
      ({ logGroupName }) => logGroupName,
    );

  it("arrive five to six minutes after the first packet, in one stream an interface", async () => {
    await makeFlowLog(aws, lab.vpc1.vpcId);
    const sentAt = aws.clock.now();
    await ping(3);
    await aws.clock.sleep(sentAt + 5 * MINUTE - aws.clock.now());
    expect(await groupNames()).toEqual([]);
    await aws.clock.sleep(MINUTE);
    const { logStreams } = await aws.logs.send(new DescribeLogStreamsCommand({ logGroupName: LOG_GROUP }));
    expect(logStreams?.map(({ logStreamName }) => logStreamName)).toEqual([`${eni}-all`]);
    const stream = { logGroupName: LOG_GROUP, logStreamName: `${eni}-all` };
    const { events = [] } = await aws.logs.send(new GetLogEventsCommand(stream));
    for (const { timestamp, ingestionTime = 0, message = "" } of events) {
      const record = parseRecord(message);
      expect(timestamp).toBe(record.start * 1000);
      expect(record.end).toBeGreaterThanOrEqual(record.start);
      expect(record.end * 1000).toBeLessThan(ingestionTime - 4 * MINUTE);
    }
    expect(icmpFlows(events.map(({ message = "" }) => parseRecord(message)))).toMatchObject({
      [`${lab.instance1.PrivateIpAddress} > ${lab.instance2.PublicIpAddress} ACCEPT`]: {
        packets: 3,
        bytes: 252,
      },
    });
  });

  it("split a flow at the windows' ends, each packet in exactly one", async () => {
    await makeFlowLog(aws, lab.vpc1.vpcId);
    await aws.clock.sleep(50_000);
    await ping(30);
    await aws.clock.sleep(8 * MINUTE);
    const out = (await records(aws)).filter((record) => record.logStatus === "OK" && record.protocol === 1);
    const minutes = out.map(({ start, end }) => [Math.floor(start / 60), Math.floor(end / 60)]);
    expect(minutes.every(([first, last]) => first === last)).toBe(true);
    expect(out).toHaveLength(4);
    const sums = Object.values(icmpFlows(out));
    expect(sums).toEqual([
      { packets: 30, bytes: 30 * 84 },
      { packets: 30, bytes: 30 * 84 },
    ]);
  });

  it("hold nothing from before the flow log or after its deletion, but all between", async () => {
    await ping(2);
    const id = await makeFlowLog(aws, lab.vpc1.vpcId);
    await ping(3);
    await aws.ec2.send(new DeleteFlowLogsCommand({ FlowLogIds: [id] }));
    expect((await aws.ec2.send(new DescribeFlowLogsCommand({}))).FlowLogs).toEqual([]);
    await ping(4);
    await aws.clock.sleep(8 * MINUTE);
    expect(Object.values(icmpFlows(await records(aws)))).toEqual([
      { packets: 3, bytes: 252 },
      { packets: 3, bytes: 252 },
    ]);
  });

  it("make a deleted log group again, while the role may", async () => {
    await aws.logs.send(new CreateLogGroupCommand({ logGroupName: LOG_GROUP }));
    const id = await makeFlowLog(aws, lab.vpc1.vpcId);
    await ping(3);
    await aws.ec2.send(new DeleteFlowLogsCommand({ FlowLogIds: [id] }));
    await aws.logs.send(new DeleteLogGroupCommand({ logGroupName: LOG_GROUP }));
    expect(await groupNames()).toEqual([]);
    await aws.clock.sleep(6 * MINUTE);
    expect(await groupNames()).toEqual([LOG_GROUP]);
  });

  it("leave a deleted log group alone once the role's policy is gone", async () => {
    await aws.logs.send(new CreateLogGroupCommand({ logGroupName: LOG_GROUP }));
    const id = await makeFlowLog(aws, lab.vpc1.vpcId);
    await ping(3);
    await aws.ec2.send(new DeleteFlowLogsCommand({ FlowLogIds: [id] }));
    await aws.iam.send(new DeleteRolePolicyCommand({ RoleName: FLOW_LOG_ROLE, PolicyName: "logs" }));
    await aws.logs.send(new DeleteLogGroupCommand({ logGroupName: LOG_GROUP }));
    await aws.clock.sleep(10 * MINUTE);
    expect(await groupNames()).toEqual([]);
  });

  it("fail with Access error while the role may not write, and arrive again once it may", async () => {
    const document = (actions: string[]) =>
      JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: actions, Resource: "*" }],
      });
    const put = (actions: string[]) =>
      aws.iam.send(
        new PutRolePolicyCommand({
          RoleName: FLOW_LOG_ROLE,
          PolicyName: "logs",
          PolicyDocument: document(actions),
        }),
      );
    await put(["logs:CreateLogStream", "logs:PutLogEvents"]);
    await makeFlowLog(aws, lab.vpc1.vpcId);
    await ping(3);
    await aws.clock.sleep(6 * MINUTE);
    const status = async () => (await aws.ec2.send(new DescribeFlowLogsCommand({}))).FlowLogs;
    // No group, and no right to make one.
    expect(await status()).toMatchObject([
      { FlowLogStatus: "ACTIVE", DeliverLogsStatus: "FAILED", DeliverLogsErrorMessage: "Access error" },
    ]);
    await put(["logs:*"]);
    await aws.clock.sleep(2 * MINUTE);
    expect(await status()).toMatchObject([{ DeliverLogsStatus: "SUCCESS" }]);
    expect((await status())?.[0]?.DeliverLogsErrorMessage).toBeUndefined();
    expect(await groupNames()).toEqual([LOG_GROUP]);
  });

  it("fail with Access error where the group is there and the role may not put events into it", async () => {
    await aws.logs.send(new CreateLogGroupCommand({ logGroupName: LOG_GROUP }));
    const PolicyDocument =
      '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"logs:CreateLog*","Resource":"*"}]}';
    await aws.iam.send(
      new PutRolePolicyCommand({ RoleName: FLOW_LOG_ROLE, PolicyName: "logs", PolicyDocument }),
    );
    await makeFlowLog(aws, lab.vpc1.vpcId);
    await ping(3);
    await aws.clock.sleep(6 * MINUTE);
    const { FlowLogs } = await aws.ec2.send(new DescribeFlowLogsCommand({}));
    expect(FlowLogs).toMatchObject([
      { DeliverLogsStatus: "FAILED", DeliverLogsErrorMessage: "Access error" },
    ]);
    expect(await records(aws)).toEqual([]);
  });

  it.each(["ACCEPT", "REJECT"] as const)(
    "are of one kind only where the flow log asks for %s",
    async (kind) => {
      await makeFlowLog(aws, lab.vpc1.vpcId, { TrafficType: kind });
      await ping(2);
      await aws.clock.sleep(20 * MINUTE);
      const actions = (await records(aws)).map((record) =>
        record.logStatus === "OK" ? record.action : kind,
      );
      expect(actions.length).toBeGreaterThan(0);
      expect(new Set(actions)).toEqual(new Set([kind]));
    },
  );

  it("come from a subnet's or an interface's flow log as from the VPC's, once for each", async () => {
    await makeFlowLog(aws, lab.vpc1.subnetId, { ResourceType: "Subnet" });
    await makeFlowLog(aws, eni, { ResourceType: "NetworkInterface", LogGroupName: "other" });
    await makeFlowLog(aws, lab.vpc2.vpcId, { LogGroupName: "elsewhere" });
    await ping(5);
    await aws.clock.sleep(6 * MINUTE);
    expect(await groupNames()).toEqual([LOG_GROUP, "elsewhere", "other"]);
    expect(Object.values(icmpFlows(await records(aws)))).toEqual([
      { packets: 5, bytes: 420 },
      { packets: 5, bytes: 420 },
    ]);
  });

  it("keep a ten-minute window on t2, which is not Nitro, if the flow log asks for one", async () => {
    const made = await launch(aws, lab.vpc1, { InstanceType: "t2.micro" });
    await aws.clock.sleep(2 * MINUTE);
    await aws.clock.sleep(10 * MINUTE - (aws.clock.now() % (10 * MINUTE)));
    await makeFlowLog(aws, lab.vpc1.vpcId, { MaxAggregationInterval: 600 });
    const script = `ping -c 2 8.8.8.8; ping -c 1 -W 90 10.2.0.250; ping -c 2 8.8.8.8`;
    await run(aws, made.InstanceId, script);
    await run(aws, lab.instance1.InstanceId, script);
    await aws.clock.sleep(16 * MINUTE);
    const toGoogle = (await records(aws)).filter(
      (record) => record.logStatus === "OK" && record.dstAddr === "8.8.8.8",
    );
    const packets = (id: string | undefined) =>
      toGoogle.flatMap((record) =>
        record.logStatus === "OK" && record.interfaceId === id ? record.packets : [],
      );
    expect(packets(made.NetworkInterfaces?.[0]?.NetworkInterfaceId)).toEqual([4]);
    expect(packets(eni)).toEqual([2, 2]);
  });

  it("say NODATA for a window without a packet of their kind, at an interface that had some before", async () => {
    await makeFlowLog(aws, lab.vpc1.vpcId, { TrafficType: "REJECT" });
    await aws.clock.sleep(30 * MINUTE);
    const all = await records(aws);
    const empty = all.filter((record) => record.logStatus === "NODATA");
    expect(empty.length).toBeGreaterThan(0);
    expect(all[0]?.logStatus).toBe("OK");
    for (const { start, end, interfaceId } of empty) {
      expect({ start: start % 60, end: end % 60, interfaceId }).toEqual({
        start: 0,
        end: 59,
        interfaceId: eni,
      });
      expect(all.filter((other) => other.start >= start && other.end <= end)).toHaveLength(1);
    }
    const minutes = new Set(all.map(({ start }) => Math.floor(start / 60)));
    expect(minutes.size).toBe(Math.max(...minutes) - Math.min(...minutes) + 1);
  });

  it("end with the instance: nothing is noted of one that is stopped or gone", async () => {
    await makeFlowLog(aws, lab.vpc1.vpcId);
    await ping(1);
    await aws.ec2.send(new StopInstancesCommand({ InstanceIds: [lab.instance1.InstanceId ?? ""] }));
    await aws.clock.sleep(MINUTE);
    const stoppedAt = aws.clock.now();
    await aws.clock.sleep(10 * MINUTE);
    await aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [lab.instance1.InstanceId ?? ""] }));
    await aws.clock.sleep(20 * MINUTE);
    const late = (await records(aws)).filter(({ start }) => start * 1000 > stoppedAt);
    expect(late).toEqual([]);
  });
});
