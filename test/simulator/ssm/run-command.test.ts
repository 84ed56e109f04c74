import {
  DeleteRouteCommand,
  DescribeImagesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import {
  CancelCommandCommand,
  GetCommandInvocationCommand,
  GetParameterCommand,
  GetParametersCommand,
  ListCommandInvocationsCommand,
  ListCommandsCommand,
  SendCommandCommand,
  type SendCommandRequest,
} from "@aws-sdk/client-ssm";
import { beforeEach, describe, expect, it } from "vitest";
import { type Embedded, embedded } from "../embedded.ts";
import { type Lab, latestImageId, launch, makeLab, run } from "../lab.ts";
import { refusal } from "../refusal.ts";

const MINUTE = 60_000;

describe("Run Command", () => {
  let aws: Embedded;
  let lab: Lab;
  let id: string;

  beforeEach(async () => {
    aws = embedded();
    lab = await makeLab(aws);
    id = lab.instance1.InstanceId ?? "";
  });

  const send = async (script: string, more: Partial<SendCommandRequest> = {}) => {
    const { Command } = await aws.ssm.send(
      new SendCommandCommand({
        DocumentName: "AWS-RunShellScript",
        InstanceIds: [id],
        Parameters: { commands: [script] },
        ...more,
      }),
    );
    return Command?.CommandId ?? "";
  };
  const invocation = (CommandId: string, InstanceId = id) =>
    aws.ssm.send(new GetCommandInvocationCommand({ CommandId, InstanceId }));

  it("does not know a new command for about a second, then shows it run and end", async () => {
    const command = await send(`ping -c 3 ${lab.instance2.PublicIpAddress}`);
    expect((await refusal(invocation(command))).code).toBe("InvocationDoesNotExist");
    await aws.clock.sleep(1_500);
    expect(await invocation(command)).toMatchObject({
      Status: "InProgress",
      ResponseCode: -1,
      StandardOutputContent: "",
    });
    await aws.clock.sleep(3_000);
    const ended = await invocation(command);
    expect(ended).toMatchObject({ Status: "Success", StatusDetails: "Success", ResponseCode: 0 });
    expect(ended.ExecutionElapsedTime).toMatch(/^PT2\.\d+S$/);
    expect(ended.StandardOutputContent).toContain("3 packets transmitted, 3 received");
  });

  it("says Failed with the script's exit code", async () => {
    expect(await run(aws, id, "traceroute6 8.8.8.8")).toMatchObject({
      Status: "Failed",
      ResponseCode: 127,
      StandardErrorContent:
        "sh: line 1: traceroute6: command not found\nfailed to run commands: exit status 127",
    });
  });

  it("refuses instances whose agent has not registered, or that do not run", async () => {
    const { InstanceId: fresh = "" } = await launch(aws, lab.vpc1);
    const account = await aws.world.look("us-east-1", (context) => context.account);
    expect(await refusal(send("ping -c 1 8.8.8.8", { InstanceIds: [fresh] }))).toEqual({
      code: "InvalidInstanceId",
      message: `Instances [[${fresh}]] not in a valid state for account ${account}`,
    });
    await aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    expect((await refusal(send("ping -c 1 8.8.8.8"))).code).toBe("InvalidInstanceId");
  });

  it.each<[string, Partial<SendCommandRequest>, string]>([
    ["another document", { DocumentName: "AWS-RunPowerShellScript" }, "InvalidDocument"],
    ["a script that is not there", { Parameters: {} }, "InvalidParameters"],
    [
      "a parameter it does not model",
      { Parameters: { commands: ["true"], workingDirectory: ["/"] } },
      "InvalidParameters",
    ],
    ["too short a timeout", { TimeoutSeconds: 5 }, "ValidationException"],
    ["an output bucket", { OutputS3BucketName: "mine" }, "UnsupportedOperation"],
  ])("refuses %s", async (_, more, code) => {
    expect((await refusal(send("true", more))).code).toBe(code);
  });

  it("cannot deliver without a way to the instance, and gives up at the timeout", async () => {
    await aws.ec2.send(
      new DeleteRouteCommand({ RouteTableId: lab.vpc1.routeTableId, DestinationCidrBlock: "0.0.0.0/0" }),
    );
    const command = await send("ping -c 1 8.8.8.8", { TimeoutSeconds: 60 });
    await aws.clock.sleep(50_000);
    expect((await invocation(command)).Status).toBe("Delayed");
    const { Commands } = await aws.ssm.send(new ListCommandsCommand({ CommandId: command }));
    expect(Commands).toMatchObject([{ Status: "Pending" }]);
    await aws.clock.sleep(20_000);
    expect(await invocation(command)).toMatchObject({
      Status: "TimedOut",
      StatusDetails: "DeliveryTimedOut",
    });
  });

  it("ends a script that runs too long, with what it had printed", async () => {
    const command = await send("ping 8.8.8.8", {
      Parameters: { commands: ["ping 8.8.8.8"], executionTimeout: ["30"] },
    });
    await aws.clock.sleep(MINUTE);
    const ended = await invocation(command);
    expect(ended).toMatchObject({ Status: "TimedOut", StatusDetails: "ExecutionTimedOut", ResponseCode: -1 });
    expect(ended.StandardOutputContent).toContain("icmp_seq=29");
    expect(ended.StandardOutputContent).not.toContain("icmp_seq=35");
  });

  const stop = () => aws.ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));

  it("is in progress on an instance that has stopped, and fails once the agent is back and finds nothing of it", async () => {
    const command = await send("sleep 1000; echo awake");
    await aws.clock.sleep(5_000);
    await stop();
    await aws.clock.sleep(MINUTE);
    expect((await invocation(command)).Status).toBe("InProgress");
    await aws.ec2.send(new StartInstancesCommand({ InstanceIds: [id] }));
    await aws.clock.sleep(2 * MINUTE);
    const ended = await invocation(command);
    expect(ended).toMatchObject({ Status: "Failed", ResponseCode: -1 });
    expect(ended.StandardOutputContent).toMatch(/^document process failed unexpectedly/);
    expect(await run(aws, id, "echo next")).toMatchObject({ StandardOutputContent: "next\n" });
  });

  it("ends as undelivered where the agent is never heard of again, after both timeouts", async () => {
    const command = await send("", {
      TimeoutSeconds: 300,
      Parameters: { commands: ["sleep 1000"], executionTimeout: ["60"] },
    });
    await aws.clock.sleep(5_000);
    await stop();
    await aws.clock.sleep(5 * MINUTE);
    expect((await invocation(command)).Status).toBe("InProgress");
    await aws.clock.sleep(MINUTE);
    expect(await invocation(command)).toMatchObject({
      Status: "TimedOut",
      StatusDetails: "DeliveryTimedOut",
      StandardOutputContent: "",
    });
  });

  it("waits with a command for the agent of an instance that boots", async () => {
    const command = await send("echo late");
    await stop();
    await aws.clock.sleep(MINUTE);
    expect((await invocation(command)).Status).toBe("Delayed");
    await aws.ec2.send(new StartInstancesCommand({ InstanceIds: [id] }));
    await aws.clock.sleep(2 * MINUTE);
    expect(await invocation(command)).toMatchObject({ Status: "Success", StandardOutputContent: "late\n" });
  });

  it("cancels what still runs", async () => {
    const command = await send("ping 8.8.8.8");
    await aws.clock.sleep(5_000);
    await aws.ssm.send(new CancelCommandCommand({ CommandId: command }));
    await aws.clock.sleep(5_000);
    expect(await invocation(command)).toMatchObject({ Status: "Cancelled", ResponseCode: -1 });
    const unknown = new CancelCommandCommand({ CommandId: "00000000-0000-4000-8000-000000000000" });
    expect((await refusal(aws.ssm.send(unknown))).code).toBe("InvalidCommandId");
  });

  it("knows nothing of instances that it was not sent to, not even of one with a name that every object has", async () => {
    const command = await send("true");
    await aws.clock.sleep(5_000);
    for (const other of [lab.instance2.InstanceId ?? "", "constructor"]) {
      expect((await refusal(invocation(command, other))).code).toBe("InvocationDoesNotExist");
      const cancel = new CancelCommandCommand({ CommandId: command, InstanceIds: [other] });
      expect((await refusal(aws.ssm.send(cancel))).code).toBe("InvalidInstanceId");
    }
  });

  it("runs on several instances at once and lists them, latest command first", async () => {
    const both = [id, lab.instance2.InstanceId ?? ""];
    const first = await send("ping -c 1 8.8.8.8", { InstanceIds: both, Comment: "hello" });
    await aws.clock.sleep(5_000);
    const second = await send("nosuch");
    await aws.clock.sleep(5_000);
    const { Commands = [] } = await aws.ssm.send(new ListCommandsCommand({}));
    expect(Commands.map(({ CommandId, Status }) => [CommandId, Status])).toEqual([
      [second, "Failed"],
      [first, "Success"],
    ]);
    expect(Commands[1]).toMatchObject({ Comment: "hello", TargetCount: 2, CompletedCount: 2, ErrorCount: 0 });
    const list = new ListCommandInvocationsCommand({ CommandId: first, Details: true });
    const { CommandInvocations = [] } = await aws.ssm.send(list);
    expect(CommandInvocations.map(({ InstanceId }) => InstanceId)).toEqual(both);
    expect(CommandInvocations[0]?.CommandPlugins?.[0]?.Output).toContain("1 packets transmitted, 1 received");
    const failed = new ListCommandInvocationsCommand({ Filters: [{ key: "Status", value: "Failed" }] });
    expect((await aws.ssm.send(failed)).CommandInvocations).toMatchObject([
      { CommandId: second, CommandPlugins: [] },
    ]);
  });
});

describe("pages of commands", () => {
  it("repeat none, though another is sent before the next is asked for", async () => {
    const aws = embedded();
    const { instance1 } = await makeLab(aws);
    const echo = () => run(aws, instance1.InstanceId, "echo");
    for (let number = 1; number <= 3; number++) await echo();
    const list = async (NextToken?: string) =>
      aws.ssm.send(new ListCommandsCommand({ MaxResults: 2, NextToken }));
    const first = await list();
    await echo();
    const next = await list(first.NextToken);
    const ids = [first, next].flatMap(({ Commands = [] }) => Commands.map(({ CommandId }) => CommandId));
    expect(new Set(ids).size).toBe(3);
    expect(ids).toHaveLength(3);
    expect(next.NextToken).toBeUndefined();
  });
});

describe("the public image parameters", () => {
  const name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";

  it("name an image that the Region has, another in each Region", async () => {
    const [virginia, paris] = [embedded(), embedded({ region: "eu-west-3" })];
    const image = await latestImageId(virginia);
    const described = await virginia.ec2.send(new DescribeImagesCommand({ ImageIds: [image] }));
    expect(described.Images).toMatchObject([{ ImageId: image, Architecture: "x86_64", State: "available" }]);
    expect(await latestImageId(paris)).not.toBe(image);
    expect((await refusal(paris.ec2.send(new DescribeImagesCommand({ ImageIds: [image] })))).code).toBe(
      "InvalidAMIID.NotFound",
    );
  });

  it("say which names there are not", async () => {
    const { ssm } = embedded();
    expect((await refusal(ssm.send(new GetParameterCommand({ Name: "/nothing" })))).code).toBe(
      "ParameterNotFound",
    );
    const several = await ssm.send(new GetParametersCommand({ Names: [name, "/nothing"] }));
    expect(several.Parameters).toMatchObject([{ Name: name, Type: "String" }]);
    expect(several.InvalidParameters).toEqual(["/nothing"]);
  });
});
