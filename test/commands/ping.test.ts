/** `vpclab ping` has a result of its own: what AWS says besides only explains it. */
import { DescribeRouteTablesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { afterEach, expect, it, vi } from "vitest";
import { ping } from "../../src/commands/ping.ts";
import { refusal as awsRefusal } from "../aws/refusal.ts";
import { refusal, SIMULATED, unwrapped } from "./in-process.ts";
import { standingLab } from "./standing-lab.ts";

const home = standingLab("first-ping");

afterEach(() => void vi.restoreAllMocks());

/** @param work what happens instead of the reading of route tables, which a ping itself needs not */
function insteadOfRouteTables(work: () => never): void {
  const send = EC2Client.prototype.send as (command: object) => Promise<unknown>;
  vi.spyOn(EC2Client.prototype, "send").mockImplementation(async function (this: EC2Client, command: object) {
    return command instanceof DescribeRouteTablesCommand ? work() : send.call(this, command);
  });
}

it.each(["UnauthorizedOperation", "ServiceUnavailable"])(
  "is told without the packet's way where that cannot be read: %s",
  async (code) => {
    insteadOfRouteTables(() => {
      throw awsRefusal(code, "not now");
    });
    const pinged = await home.run((program) => ping(program, "private", SIMULATED));
    expect(pinged.code).toBe(3);
    expect(unwrapped(pinged.stdout)).toContain("No reply on the private address: a route, a rule, a gateway");
    expect(unwrapped(pinged.stderr)).toContain("Note: without the packet's way (not now).");
  },
);

it("ends at Ctrl-C while the packet's way is read", async () => {
  const interruption = new AbortController();
  insteadOfRouteTables(() => {
    interruption.abort(new Error("Ctrl-C"));
    throw awsRefusal("AbortError", "aborted");
  });
  const { signal } = interruption;
  const pinged = refusal(() => home.run((program) => ping(program, "private", SIMULATED), { signal }));
  expect(await pinged).toMatchObject({ message: "Ctrl-C" });
});
