/**
 * The shortest time in which AWS lets anybody do it: the longest chain of calls and waits of which none can be left
 * out, with the very waits that the world drew for this lab. What goes beside the chain, and ends sooner, costs nothing.
 *
 * The lab's order is part of it: the first pings come before the peering that mends them, because they are the lesson.
 */
import { DEFAULT_OPTIONS, labSpec } from "../src/lab/spec.ts";
import type { InstanceState } from "../src/simulator/ec2/state.ts";
import type { RegionState } from "../src/simulator/state.ts";
import { CALL_MS, type LabAccount, REGION, type Run } from "./lab-account.ts";

/** A link of the chain. */
export interface Term {
  readonly what: string;
  readonly ms: number;
  readonly why: string;
}

const call = (what: string, why: string): Term => ({ what, ms: CALL_MS, why });

export function sumOf(terms: readonly Term[]): number {
  return terms.reduce((sum, { ms }) => sum + ms, 0);
}

function longest(...chains: readonly (readonly Term[])[]): readonly Term[] {
  return chains.reduce((a, b) => (sumOf(b) > sumOf(a) ? b : a));
}

/** Whose lab, and which. */
export interface Of {
  readonly account: LabAccount;
  readonly lab: string;
}

/** @param run of `up`, before anything is taken down */
export async function upBound(of: Of, run: Run): Promise<readonly Term[]> {
  const drawn = await drawnFor(of, run);
  const [firstPing, publicPing, lastPing] = drawn.pings;
  const launched = longest(
    [
      call("CreateRole, beside it CreateInstanceProfile", "nothing comes before them"),
      call("AddRoleToInstanceProfile", "takes both"),
      {
        what: "EC2 knows the profile",
        ms: drawn.profileMs,
        why: "IAM's propagation: until then RunInstances is refused",
      },
    ],
    [
      call("CreateVpc", "nothing comes before it"),
      call("CreateSubnet, beside it CreateSecurityGroup", "take the VPC"),
      call("ModifySubnetAttribute", "takes the subnet; a public address is given at launch"),
    ],
  );
  const ready = longest(
    [
      call("RunInstances, both side by side", "takes subnet, group and profile"),
      { what: "instance 1 boots", ms: drawn.bootMs[0], why: "pending to running" },
      { what: "its agent registers", ms: drawn.agentMs, why: "running to Online" },
    ],
    [
      call("RunInstances, both side by side", "takes subnet, group and profile"),
      { what: "instance 2 boots", ms: drawn.bootMs[1], why: "it is to answer" },
    ],
    [
      call("CreateRole for the flow log", "step 4 comes before the pings"),
      call("AttachRolePolicy", "takes the role"),
      { what: "flow logs can take the role", ms: drawn.flowLogRoleMs, why: "IAM's propagation" },
      call("CreateFlowLogs", "takes the role"),
    ],
  );
  return [
    ...launched,
    ...ready,
    ...ping("private address, no reply", firstPing),
    ...ping("public address", publicPing),
    call("CreateVpcPeeringConnection", "the lab's order: the pings that it mends come before it"),
    { what: "it is pending acceptance", ms: drawn.requestedMs, why: "an acceptance before that is refused" },
    call("AcceptVpcPeeringConnection, beside it CreateRoute twice", "takes the request"),
    { what: "it is active", ms: drawn.activeMs, why: "until then the routes are blackholes" },
    ...ping("private address, replies", lastPing),
  ];
}

function ping(which: string, ms: number): readonly Term[] {
  return [
    call(`SendCommand: ping the ${which}`, "takes what comes before it"),
    { what: "Systems Manager runs it", ms, why: "ping -c 5: a packet a second, and its wait for the last" },
    call("GetCommandInvocation", "tells what came of it"),
  ];
}

/** What of the chain is there for the lesson's sake: the first pings are seen before the peering is asked for. */
export function lessonTerms(terms: readonly Term[]): readonly Term[] {
  const from = terms.findIndex(({ what }) => what.includes("public address"));
  const to = terms.findIndex(({ what }) => what === "it is active");
  return terms.slice(from, to + 1);
}

/** To be asked for after a teardown. */
export async function teardownBound({ account, lab }: Of): Promise<readonly Term[]> {
  const { ec2 } = await account.region();
  const releasedMs = instancesOf(ec2, lab).map(
    ({ id, stateChangedAt }) => plannedAt(account, "ec2.instance-interface-released", id) - stateChangedAt,
  );
  return [
    call("one read of what carries the lab's tag", "ids are known to AWS alone"),
    call("TerminateInstances", "takes their ids"),
    {
      what: "both are terminated and their interfaces gone",
      ms: Math.max(...releasedMs),
      why: "until then neither group nor subnet can be deleted",
    },
    call("DeleteSubnet, beside it DeleteSecurityGroup", "wait for the interfaces"),
    call("DeleteVpc", "waits for what is in it"),
    call("one read that shows nothing", "the lab ends with a second look"),
  ];
}

/** The waits that the world drew, in ms. */
interface Drawn {
  readonly profileMs: number;
  readonly flowLogRoleMs: number;
  readonly bootMs: readonly [number, number];
  /** Of instance 1. */
  readonly agentMs: number;
  readonly pings: readonly [number, number, number];
  readonly requestedMs: number;
  readonly activeMs: number;
}

async function drawnFor({ account, lab }: Of, { calls }: Run): Promise<Drawn> {
  const { iam } = await account.state();
  const { ec2, ssm } = await account.region();
  const spec = labSpec({ ...DEFAULT_OPTIONS, lab, region: REGION, hours: undefined });
  /** When a call took effect. */
  const effectOf = (operation: string, naming = "") => {
    const made = calls.find(
      (each) => each.operation === operation && !each.isRefused && each.body.includes(naming),
    );
    if (made === undefined) throw new Error(`There was no ${operation} that took effect.`);
    return made.at;
  };
  const [one, two] = instancesOf(ec2, lab);
  const [peering] = Object.values(ec2.peeringConnections).filter(({ tags }) => tags["vpclab:lab"] === lab);
  const profile = iam.instanceProfiles[spec.nameOf("instance-profile")];
  const role = iam.roles[spec.nameOf("flow-log-role")];
  if (!one || !two || !peering || !profile || !role) throw new Error("The lab is not complete.");
  const runsAt = ({ id }: InstanceState) => plannedAt(account, "ec2.instance-running", id);
  const commands = Object.values(ssm.commands)
    .filter(({ instanceIds }) => instanceIds.includes(one.id))
    .sort((a, b) => a.requestedAt - b.requestedAt)
    .map(({ requestedAt, invocations }) => (invocations[one.id]?.endedAt ?? Number.NaN) - requestedAt);
  if (commands.length !== 3) throw new Error(`Three pings were to be sent, not ${commands.length}.`);
  return {
    profileMs: profile.propagatedAt - effectOf("iam:AddRoleToInstanceProfile"),
    flowLogRoleMs: role.propagatedAt - effectOf("iam:AttachRolePolicy", spec.nameOf("flow-log-role")),
    bootMs: [runsAt(one) - one.launchedAt, runsAt(two) - two.launchedAt],
    agentMs: plannedAt(account, "ssm.agent-starts", one.id) - runsAt(one),
    pings: commands as unknown as Drawn["pings"],
    requestedMs:
      plannedAt(account, "ec2.peering-requested", peering.id) - effectOf("ec2:CreateVpcPeeringConnection"),
    activeMs:
      plannedAt(account, "ec2.peering-active", peering.id) - effectOf("ec2:AcceptVpcPeeringConnection"),
  };
}

/** In the order of their VPCs. */
function instancesOf(ec2: RegionState["ec2"], lab: string): InstanceState[] {
  const part = ({ tags }: InstanceState) => tags["vpclab:part"] ?? "";
  return Object.values(ec2.instances)
    .filter(({ tags }) => tags["vpclab:lab"] === lab)
    .sort((a, b) => part(a).localeCompare(part(b)));
}

function plannedAt(account: LabAccount, kind: string, id: string): number {
  const at = account.planned.get(`${kind} ${id}`);
  if (at === undefined) throw new Error(`${kind} was never planned for ${id}.`);
  return at;
}
