import { GetCommandInvocationCommand, ListCommandsCommand } from "@aws-sdk/client-ssm";
import { expect, test } from "vitest";
import { connect } from "../../src/aws/clients.ts";
import { openEmbedded } from "../../src/aws/embedded.ts";
import { runCommand } from "../../src/aws/run-command.ts";
import { memoryJournal } from "../../src/lab/journal.ts";
import { DEFAULT_OPTIONS, labSpec } from "../../src/lab/spec.ts";
import { findHosts } from "../../src/steps/hosts.ts";
import { walkUp } from "../../src/steps/walk.ts";
import { collectingNarrator } from "../steps/lab-context.ts";

/** On the embedded AWS, through the clients' whole middleware: mocks would skip it. */
test("Ctrl-C cancels the command that runs on the instance, and lets no other call out", async () => {
  const region = "us-east-1";
  const { connection } = openEmbedded({ folder: undefined, speed: "virtual" });
  const aws = connect({ region, signal: new AbortController().signal, embedded: connection });
  const spec = labSpec({ ...DEFAULT_OPTIONS, region, hours: undefined });
  const { narrator } = collectingNarrator();
  const lab = { spec, aws, journal: memoryJournal(), narrator, prepared: {} };
  await walkUp(lab, { until: "first-ping" });
  const [{ instanceId, privateAddress }] = await findHosts(lab);

  const controller = new AbortController();
  const interrupted = connect({ region, signal: controller.signal, embedded: connection });
  const script = `ping -c 90 ${privateAddress}`;
  const running = runCommand(interrupted, { instanceId, script, seconds: 120 });
  void aws.clock.sleep(10_000).then(() => controller.abort(new Error("Ctrl-C")));
  await expect(running).rejects.toThrow("Ctrl-C");
  await expect(interrupted.ssm.send(new ListCommandsCommand({}))).rejects.toThrow("Ctrl-C");

  await aws.clock.sleep(5_000);
  const { Commands = [] } = await aws.ssm.send(new ListCommandsCommand({ InstanceId: instanceId }));
  const ours = Commands.find(({ Parameters }) => Parameters?.commands?.[0] === script);
  const invocation = await aws.ssm.send(
    new GetCommandInvocationCommand({ CommandId: ours?.CommandId, InstanceId: instanceId }),
  );
  expect(invocation.Status).toBe("Cancelled");
});
