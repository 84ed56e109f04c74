import { describe, expect, it } from "vitest";
import type { LabNetwork } from "../../src/aws/topology.ts";
import { explain } from "../../src/commands/why-explain.ts";
import { showWhy } from "../../src/commands/why-show.ts";
import { DEFAULT_OPTIONS, labSpec } from "../../src/lab/spec.ts";
import type { FlowLogScope } from "../../src/network/flow-log-forecast.ts";
import type { InstancePart } from "../../src/steps/hosts.ts";
import {
  INSTANCE_1,
  INSTANCE_2,
  type LabTopologyOptions,
  OUT_ALL,
  peeredLab,
} from "../network/lab-topology.ts";
import { fakeTerminal } from "../ui/fake-terminal.ts";

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

describe("what is shown last", () => {
  /** As one who asks reads it, from instance 1 unless another is named. */
  function shown(
    target: string,
    {
      flowLogs = [],
      port = 0,
      from = "instance-1",
      ...lab
    }: LabTopologyOptions & { flowLogs?: FlowLogScope[]; port?: number; from?: InstancePart },
  ): string {
    const terminal = fakeTerminal({ columns: 80, color: false });
    const question = { target, from, protocol: port === 0 ? "icmp" : "tcp", port } as const;
    const found = { ...network, topology: peeredLab(lab), flowLogs };
    showWhy(terminal, explain(SPEC, found, question));
    return terminal.stdout.written;
  }
  const closed = { groupRules: { 2: [OUT_ALL] } };
  const denied = { networkAclEntries: { 1: [], 2: [] } };

  it.each([
    ["private", 0, "  → vpclab ping private\n"],
    ["public", 0, "  → vpclab ping public\n"],
    [INSTANCE_2.public, 0, "  → vpclab ping public\n"],
    ["8.8.8.8", 0, "  → vpclab ping 8.8.8.8\n"],
    ["private", 22, "Whether something listens there, the network does not tell.\n"],
  ])("of %s, port %i, that is reached: %j", (target, port, last) => {
    expect(shown(target, { port }).endsWith(`\n\n${last}`)).toBe(true);
  });

  it.each([
    ["private", "  → vpclab ping private --from instance-2\n"],
    [INSTANCE_1.private, "  → vpclab ping private --from instance-2\n"],
    [INSTANCE_2.private, `  → vpclab ping ${INSTANCE_2.private} --from instance-2\n`],
  ])("of %s, from instance 2, is a ping from there: %j", (target, last) => {
    expect(shown(target, { from: "instance-2" }).endsWith(`\n\n${last}`)).toBe(true);
  });

  it("is the one change, and the question again", () => {
    const text = shown("private", { ...closed, port: 23 });
    expect(text).toMatch(/\nThe one change that would let it pass\n {2}\S/);
    expect(text).toMatch(
      /\nOnce it is made, ask again:\n {2}→ vpclab why private --protocol tcp --port 23\n$/,
    );
  });

  it("is each of several changes by its number", () => {
    const text = shown("private", denied);
    expect(text).toMatch(/\nThe 4 changes that would let it pass\n {2}1 \S.*\n {2}2 \S.*\n {2}4 \S/s);
    expect(text).toMatch(
      /\nOnce they are made, ask again:\n {2}→ vpclab why private\nBut vpclab can send nothing from instance 1: /,
    );
  });

  it("is what stands in the way where no change helps, and where to look", () => {
    expect(shown("192.168.9.9", {})).toMatch(
      /\n\nNo VPC of this lab has 192\.168\.9\.9\.\n {2}→ vpclab status\n$/,
    );
    expect(shown("192.168.9.9", { networkAclEntries: { 1: [] } })).toMatch(/change that it takes at least\n/);
  });

  it("is of the flow log what it keeps, and what it does not deliver", () => {
    const flowLog = { id: "fl-1", resourceId: "vpc-1", trafficType: "REJECT" } as const;
    expect(shown("private", { flowLogs: [flowLog] }).replace(/\s+/g, " ")).toContain(
      `ACCEPT ${INSTANCE_1.private} → ${INSTANCE_2.private} out, the request: 5 packets 420 bytes; not kept: the flow log takes REJECT alone`,
    );
    expect(shown("private", { flowLogs: [{ ...flowLog, failure: "Access error" }] })).toContain(
      "\n    fl-1 delivers nothing: Access error\n",
    );
    expect(shown("private", { port: 22, flowLogs: [flowLog] })).not.toContain("packets");
  });

  it("is of an interface that the packet never meets, that it sees nothing of it", () => {
    const flowLogs = [{ id: "fl-1", resourceId: "vpc-2", trafficType: "ALL" } as const];
    const text = shown("private", { networkAclEntries: { 1: [] }, flowLogs });
    expect(text).toMatch(/\n {2}eni-2\n {4}sees nothing of it\n/);
  });
});
