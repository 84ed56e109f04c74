import { expect, it } from "vitest";
import type { LabNetwork } from "../../src/aws/topology.ts";
import { explain } from "../../src/commands/why-explain.ts";
import { DEFAULT_OPTIONS, labSpec } from "../../src/lab/spec.ts";
import { INSTANCE_1, INSTANCE_2, peeredLab } from "../network/lab-topology.ts";

const SPEC = labSpec({ ...DEFAULT_OPTIONS, region: "eu-west-3", hours: undefined });
const instance = (InstanceId: string, side: 1 | 2, launched: string) => ({
  InstanceId,
  LaunchTime: new Date(launched),
  State: { Name: "running" as const },
  Tags: [{ Key: "vpclab:part", Value: `instance-${side}` }],
});

/** Two of instance 2, as an `up` leaves them whose answer was lost: i-3 came later. */
const network: LabNetwork = {
  topology: peeredLab({
    more: {
      networkInterfaces: [
        {
          id: "eni-3",
          vpcId: "vpc-2",
          subnetId: "subnet-2",
          privateAddress: "10.2.9.81",
          securityGroupIds: ["sg-2"],
          instanceId: "i-3",
          isUp: true,
        },
      ],
    },
  }),
  instances: [
    instance("i-3", 2, "2026-01-05T10:00:00Z"),
    instance("i-2", 2, "2026-01-05T09:00:00Z"),
    instance("i-1", 1, "2026-01-05T09:00:00Z"),
  ],
  flowLogs: [],
};
const ask = (target: string, from: "instance-1" | "instance-2" = "instance-1") =>
  explain(SPEC, network, { target, from, protocol: "icmp", port: 0 });

it("means the older of two instances by private and public, as the steps do", () => {
  expect(ask("private")).toMatchObject({ address: INSTANCE_2.private, to: "instance-2", scope: "private" });
  expect(ask("public")).toMatchObject({ address: INSTANCE_2.public, to: "instance-2", scope: "public" });
  expect(ask("private", "instance-2")).toMatchObject({ address: INSTANCE_1.private, to: "instance-1" });
});

it("knows the lab's own addresses when they are written out", () => {
  expect(ask(INSTANCE_2.private)).toMatchObject({ to: "instance-2", scope: "private" });
  expect(ask(INSTANCE_2.public)).toMatchObject({ to: "instance-2", scope: "public" });
  expect(ask("8.8.8.8")).toMatchObject({ to: undefined, scope: "other" });
});
