/** A teardown right after an `up` that was interrupted at its first VPC, while AWS's reads run behind. */
import { CreateVpcCommand, DescribeVpcsCommand } from "@aws-sdk/client-ec2";
import type { NodeHttpHandler } from "@smithy/node-http-handler";
import { expect, it } from "vitest";
import { openEmbedded } from "../../src/aws/embedded.ts";
import { whoAmI } from "../../src/aws/identity.ts";
import { tagSpecifications } from "../../src/aws/tags.ts";
import { teardown } from "../../src/commands/teardown.ts";
import { worldFolder } from "../../src/lab/home.ts";
import { labMemory } from "../../src/lab/memory.ts";
import { DEFAULT_OPTIONS, labSpec } from "../../src/lab/spec.ts";
import { byHand } from "./by-hand.ts";
import { labHome, SIMULATED, unwrapped } from "./in-process.ts";

const REGION = "us-east-1";
const spec = labSpec({ ...DEFAULT_OPTIONS, region: REGION, hours: undefined });

/** @param upAgoMs how long ago the `up` began that made the VPC */
async function tornDown(upAgoMs: number) {
  const home = labHome();
  const account = await byHand(home, async (aws) => {
    await aws.ec2.send(
      new CreateVpcCommand({
        CidrBlock: spec.cidr1,
        TagSpecifications: tagSpecifications(spec.tagsOf("vpc-1"), "vpc"),
      }),
    );
    return (await whoAmI(aws)).account;
  });
  labMemory(home.folder, () => undefined).remember({
    lab: spec.lab,
    target: "simulator",
    region: REGION,
    account,
    upAt: Date.now() - upAgoMs,
    options: { cidr1: spec.cidr1, cidr2: spec.cidr2, trafficType: "ALL", aggregationSeconds: 60 },
  });
  const { connection, ...embedded } = openEmbedded({ folder: worldFolder(home.folder), speed: "virtual" });
  const { clock } = connection;
  const requestHandler = connection.requestHandler as NodeHttpHandler;
  let hiddenUntil: number | undefined;
  const lagging = {
    ...requestHandler,
    async handle(request: Parameters<typeof requestHandler.handle>[0]) {
      hiddenUntil ??= clock.now() + 10_000;
      const isHidden = String(request.body).includes("Action=DescribeVpcs&") && clock.now() < hiddenUntil;
      const body = isHidden ? String(request.body).replace("Value.1=nextwork", "Value.1=none") : request.body;
      return requestHandler.handle(Object.assign(request, { body }));
    },
  };
  const { code, stdout, stderr } = await home.run((program) =>
    teardown(
      { ...program, embedded: { ...embedded, connection: { ...connection, requestHandler: lagging } } },
      { ...SIMULATED, yes: true },
    ),
  );
  const vpcs = await byHand(
    home,
    async ({ ec2 }) => (await ec2.send(new DescribeVpcsCommand({}))).Vpcs ?? [],
  );
  return { code, told: unwrapped(stdout + stderr), left: vpcs.filter(({ IsDefault }) => !IsDefault).length };
}

it("looks again where nothing shows of a lab that was begun a moment ago", async () => {
  const { code, told, left } = await tornDown(5_000);
  expect(told).toContain("Nothing shows of the lab that was begun a moment ago");
  expect(told).toContain("1 deleted · 0 left");
  expect([code, left]).toEqual([0, 0]);
});

it("does not where that was longer ago than any read runs behind", async () => {
  const { told } = await tornDown(300_000);
  expect(told).toContain("There is nothing to do.");
  expect(told).not.toContain("a moment ago");
});
