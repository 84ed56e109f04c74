import {
  CancelCommandCommand,
  GetCommandInvocationCommand,
  ListCommandsCommand,
  SendCommandCommand,
  SSMClient,
} from "@aws-sdk/client-ssm";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, test } from "vitest";
import { connect } from "../../src/aws/clients.ts";
import { AnswerLostError } from "../../src/aws/middleware.ts";
import { pingFrom, pingScript } from "../../src/aws/ping.ts";
import { runCommand } from "../../src/aws/run-command.ts";
import { VirtualClock } from "../../src/simulator/clock.ts";
import { mockedLab } from "../steps/lab-context.ts";
import { refusal } from "./refusal.ts";

const ssm = mockClient(SSMClient);
const { aws } = mockedLab().lab;
const REQUEST = { instanceId: "i-1", address: "10.2.0.5", count: 5 };
const NO_REPLY = "5 packets transmitted, 0 received, 100% packet loss, time 4095ms\n";

beforeEach(() => {
  ssm.reset();
  ssm.on(SendCommandCommand).resolves({ Command: { CommandId: "c-1" } });
});

function endsWith(
  status: "Success" | "Failed" | "TimedOut" | "Cancelled",
  ResponseCode: number,
  stdout = "",
) {
  ssm
    .on(GetCommandInvocationCommand)
    .resolves({ Status: status, StatusDetails: status, ResponseCode, StandardOutputContent: stdout });
}

test("runs a fixed line that holds nothing of the address but its numbers", async () => {
  endsWith("Failed", 1, NO_REPLY);
  await pingFrom(aws, REQUEST);
  const [call] = ssm.commandCalls(SendCommandCommand);
  expect(call?.args[0].input).toMatchObject({
    DocumentName: "AWS-RunShellScript",
    InstanceIds: ["i-1"],
    Parameters: { commands: ["ping -c 5 -W 2 10.2.0.5"], executionTimeout: ["37"] },
  });
});

test("takes a ping without replies for a result", async () => {
  endsWith("Failed", 1, NO_REPLY);
  expect(await pingFrom(aws, REQUEST)).toEqual({
    sent: 5,
    received: 0,
    lossPercent: 100,
    rttMs: null,
    output: NO_REPLY,
  });
});

describe("refuses before any call", () => {
  test.each([
    "1.1.1.1;reboot",
    "10.2.0.256",
    "10.2.0",
    "$(id)",
    "010.2.0.5",
    "-f",
    "",
    "10.2.0.5 10.2.0.6",
    "::1",
  ])("the address %j", async (address) => {
    await expect(pingFrom(aws, { ...REQUEST, address })).rejects.toMatchObject({
      code: "bad-address",
      exitCode: 2,
    });
    expect(ssm.calls()).toHaveLength(0);
  });

  test.each([0, -1, 101, 2.5, Number.NaN])("%d packets", (count) => {
    expect(() => pingScript("10.2.0.5", count)).toThrow(expect.objectContaining({ code: "bad-count" }));
  });
});

test("waits while the invocation is not known yet, pending and in progress", async () => {
  ssm
    .on(GetCommandInvocationCommand)
    .rejectsOnce(refusal("InvocationDoesNotExist", ""))
    .resolvesOnce({ Status: "Pending" })
    .resolvesOnce({ Status: "InProgress" })
    .resolves({ Status: "Failed", ResponseCode: 1, StandardOutputContent: NO_REPLY });
  await pingFrom(aws, REQUEST);
  expect(ssm.commandCalls(GetCommandInvocationCommand)).toHaveLength(4);
});

test("tries again while the agent takes no commands yet", async () => {
  ssm
    .on(SendCommandCommand)
    .rejectsOnce(
      refusal("InvalidInstanceId", "Instances [[i-1]] not in a valid state for account 123456789012"),
    )
    .resolves({ Command: { CommandId: "c-1" } });
  endsWith("Failed", 1, NO_REPLY);
  expect((await pingFrom(aws, REQUEST)).sent).toBe(5);
});

test("says so when the agent never takes commands", async () => {
  ssm.on(SendCommandCommand).rejects(refusal("InvalidInstanceId", "not in a valid state"));
  await expect(pingFrom(aws, REQUEST)).rejects.toMatchObject({
    code: "timed-out",
    why: expect.stringContaining("not in a valid state"),
  });
});

test("finds the command whose answer was lost by its comment, and sends no second one", async () => {
  ssm.on(SendCommandCommand).rejects(new AnswerLostError("SendCommand", new Error("socket hang up")));
  ssm.on(ListCommandsCommand).callsFake(() => ({
    Commands: [
      { CommandId: "c-other", Comment: "somebody else's" },
      { CommandId: "c-ours", Comment: ssm.commandCalls(SendCommandCommand)[0]?.args[0].input.Comment },
    ],
  }));
  endsWith("Failed", 1, NO_REPLY);
  await pingFrom(aws, REQUEST);
  expect(ssm.commandCalls(SendCommandCommand)).toHaveLength(1);
  expect(ssm.commandCalls(GetCommandInvocationCommand)[0]?.args[0].input.CommandId).toBe("c-ours");
});

describe("is an error where ping itself did not run:", () => {
  test("no such command", async () => {
    endsWith("Failed", 127, "");
    await expect(pingFrom(aws, REQUEST)).rejects.toMatchObject({ code: "ping-failed" });
  });

  test.each([
    ["TimedOut", "ExecutionTimedOut", "command-timed-out"],
    ["TimedOut", "DeliveryTimedOut", "command-undelivered"],
    ["TimedOut", "Delivery Timed Out", "command-undelivered"],
    ["Failed", "Undeliverable", "command-undelivered"],
    ["Cancelled", "Cancelled", "command-cancelled"],
  ] as const)("%s, %s", async (Status, StatusDetails, code) => {
    ssm.on(GetCommandInvocationCommand).resolves({ Status, StatusDetails, ResponseCode: -1 });
    await expect(pingFrom(aws, REQUEST)).rejects.toMatchObject({ code });
  });
});

test("says of a command that the agent did not fetch that it may have no way out, and how to see that", async () => {
  ssm
    .on(GetCommandInvocationCommand)
    .resolves({ Status: "TimedOut", StatusDetails: "Delivery Timed Out", ResponseCode: -1 });
  await expect(pingFrom(aws, REQUEST)).rejects.toMatchObject({
    why: expect.stringMatching(/did not fetch it .*TCP port 443 on the internet.*no way out/),
    next: [expect.stringMatching(/^vpclab why 52\.\S+ --port 443 /), expect.stringContaining("mended")],
  });
});

test("cancels the command on Ctrl-C, although no other call goes out any more", async () => {
  const controller = new AbortController();
  const connected = connect({ region: "us-east-1", signal: controller.signal });
  ssm.on(GetCommandInvocationCommand).callsFake(() => {
    controller.abort(new Error("Ctrl-C"));
    return { Status: "InProgress" };
  });
  ssm.on(CancelCommandCommand).resolves({});
  const command = { instanceId: "i-1", script: "sleep 60", seconds: 60 };
  await expect(runCommand({ ...connected, clock: new VirtualClock() }, command)).rejects.toThrow("Ctrl-C");
  expect(ssm.commandCalls(CancelCommandCommand)[0]?.args[0].input).toEqual({
    CommandId: "c-1",
    InstanceIds: ["i-1"],
  });
});
