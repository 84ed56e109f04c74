/** Step 2: an instance in each VPC, and the security group that lets pings reach it. */
import type { Instance, IpPermission, SecurityGroup } from "@aws-sdk/client-ec2";
import { given } from "../aws/answer.ts";
import { availabilityZones } from "../aws/availability-zone.ts";
import { isCode, LabError } from "../aws/errors.ts";
import { beginTermination, findInstances, runInstance, waitUntilTerminated } from "../aws/instance.ts";
import { type Inventory, type InventoryResource, ofPart } from "../aws/inventory.ts";
import { describeNetworkInterfaces, waitUntilReleased } from "../aws/network-interface.ts";
import {
  authorizeIngress,
  createSecurityGroup,
  deleteSecurityGroup,
  findSecurityGroups,
  hasRule,
  inboundRules,
  otherSources,
} from "../aws/security-group.ts";
import { deleteSubnet, findSubnets } from "../aws/subnet.ts";
import { onceShown } from "../aws/visible.ts";
import { deleteVolume } from "../aws/volume.ts";
import { findVpcs } from "../aws/vpc.ts";
import { plural } from "../lab/figures.ts";
import type { LabSpec, Side } from "../lab/spec.ts";
import { ensurePart } from "./ensure-part.ts";
import { instancesLesson } from "./lessons/instances.ts";
import { reasonOf, removal } from "./removal.ts";
import type { LabContext, Removal, Step } from "./step.ts";
import { bothSides } from "./together.ts";
import { setUpNetwork } from "./vpcs.ts";

const EVERYWHERE = "0.0.0.0/0";

export const instances: Step = {
  id: "instances",
  title: "Launch an instance in each VPC",
  lesson: instancesLesson,

  async up(lab) {
    const outcomes = await lab.narrator.wait(
      { text: "both instances are on their way", usually: "0:05 to 0:20, until their new profile is known" },
      () => bothSides(lab, (side) => launch(lab, side)),
    );
    if (lab.spec.sshFrom === EVERYWHERE)
      lab.narrator.say(
        "Mind: SSH (port 22) is open to the whole internet, as the lab has it. The instances have no key, so nobody " +
          "gets in; elsewhere, name your own address (--ssh-from).",
      );
    if (lab.spec.hours !== undefined) lab.narrator.say(whenTheyEnd(outcomes, lab.spec.hours));
  },

  downAfter: [],

  async down(lab, inventory) {
    const { aws, spec, narrator } = lab;
    const machines = inventory.resources.filter(({ type }) => type === "instance");
    const terminated =
      machines.length === 0
        ? []
        : await narrator.wait({ text: "the instances terminate", usually: "0:30 to 1:30" }, () =>
            terminate(lab, machines),
          );
    // A group is held by the network interfaces of its members, which go some time after these are terminated.
    const groups = inventory.resources.filter(({ type }) => type === "security-group");
    // Those that were not to go with their instance, or had left it: free once it is terminated.
    const volumes = inventory.resources.filter(({ type }) => type === "volume");
    const deleted = await Promise.all([
      ...volumes.map((volume) => removal(volume, () => deleteVolume(aws, spec, volume.id))),
      ...groups.map((group) => removal(group, () => deleteSecurityGroup(aws, spec, group.id))),
    ]);
    return [...terminated, ...deleted];
  },

  state(inventory, _journal, spec) {
    if (([1, 2] as const).every((side) => isLaunched(inventory, side, spec))) return "done";
    return inventory.instances.length + inventory.securityGroups.length > 0 ? "partial" : "todo";
  },
};

/** All side by side, and waited for together; until AWS lets go of what they were in, too. */
async function terminate({ aws }: LabContext, machines: readonly InventoryResource[]): Promise<Removal[]> {
  const begun = await Promise.all(
    machines.map((instance) => removal(instance, () => beginTermination(aws, instance.id))),
  );
  const going = begun.flatMap(({ id, outcome }) => (outcome === "deleted" ? id : []));
  if (going.length === 0) return begun;
  try {
    await waitUntilTerminated(aws, going);
  } catch (error) {
    const failed = { outcome: "failed", reason: reasonOf(error) } as const;
    return begun.map((each) => (each.outcome === "deleted" ? { ...each, ...failed } : each));
  }
  // This wait only spares AWS the asking: what still holds a group or a subnet is told where that cannot be deleted.
  await waitUntilReleased(aws, going).catch(() => aws.signal.throwIfAborted());
  return begun;
}

type Outcome = "made" | "found";

async function launch(lab: LabContext, side: Side): Promise<Outcome> {
  const { aws, spec } = lab;
  const { imageId, instanceType, profileMadeAt } = lab.prepared;
  if (imageId === undefined || instanceType === undefined) throw new Error("Step 0, prepare, has not run.");
  const { vpcId, ...subnet } = await findNetwork(lab, side);
  const securityGroupId = await setUpSecurityGroup(lab, side, vpcId);
  let outcome: Outcome = "found";
  const instance = await ensurePart(lab, {
    part: `instance-${side}`,
    type: "instance",
    text: `${spec.nameOf(`instance-${side}`)} starts (${instanceType}, AL2023)`,
    find: () => findInstances(aws, spec, side),
    create: () => {
      outcome = "made";
      return launchWhereThereIsRoom(lab, side, subnet, ({ subnetId }) =>
        runInstance(aws, spec, side, { imageId, instanceType, subnetId, securityGroupId, profileMadeAt }),
      );
    },
    idOf: ({ InstanceId }) => InstanceId,
  });
  const state = instance.State?.Name;
  if (state !== undefined && !runsOrStarts(instance))
    throw new LabError("instance-stopped", `Instance ${side} (${instance.InstanceId}) is ${state}.`, {
      why: "Somebody stopped it; the lab needs it running.",
      next: [
        // One that is still stopping cannot be started.
        ...(state === "stopping"
          ? [`aws ec2 wait instance-stopped --instance-ids ${instance.InstanceId} --region ${aws.region}`]
          : []),
        `aws ec2 start-instances --instance-ids ${instance.InstanceId} --region ${aws.region}`,
        "Then run the same command again: it goes on from here.",
      ],
    });
  return outcome;
}

interface LabSubnet {
  readonly subnetId: string;
  readonly availabilityZone: string;
}

/** Where all else stood already, the subnet was made a moment ago: not visible yet is not absent. */
function findNetwork({ aws, spec }: LabContext, side: Side): Promise<LabSubnet & { readonly vpcId: string }> {
  const find = async () => {
    const [vpc] = await findVpcs(aws, spec, side);
    const [subnet] = vpc?.VpcId === undefined ? [] : await findSubnets(aws, spec, side, vpc.VpcId);
    if (vpc?.VpcId === undefined || subnet?.SubnetId === undefined) return undefined;
    return {
      vpcId: vpc.VpcId,
      subnetId: subnet.SubnetId,
      availabilityZone: subnet.AvailabilityZone ?? "",
    };
  };
  const missing = () =>
    new LabError("no-network", `There is no VPC ${side} with a subnet to start an instance in.`, {
      next: ["Run `vpclab up`: it makes what is missing, in order."],
    });
  return onceShown(aws, `VPC ${side} and its subnet`, find, missing);
}

/**
 * A zone may have no machine to spare (AWS-FACTS §2), and a subnet is in one zone for good. While it is empty it is made
 * anew in the next zone that offers the type; the other VPC's stays where it is: peering reaches over zones.
 */
async function launchWhereThereIsRoom<T>(
  lab: LabContext,
  side: Side,
  first: LabSubnet,
  launch: (subnet: LabSubnet) => Promise<T>,
): Promise<T> {
  const { aws, spec, narrator, prepared } = lab;
  const full = new Set<string>();
  for (let subnet = first; ; subnet = await findNetwork(lab, side)) {
    try {
      return await launch(subnet);
    } catch (error) {
      if (!isCode(error, "InsufficientInstanceCapacity", "Unsupported")) throw error;
      full.add(subnet.availabilityZone);
      const zones = await availabilityZones(aws, prepared.instanceType ?? "");
      const next = zones.find((zone) => !full.has(zone));
      if (next === undefined) throw error;
      const inside = await describeNetworkInterfaces(aws, [{ Name: "subnet-id", Values: [subnet.subnetId] }]);
      if (inside.length > 0) throw error;
      narrator.warn(
        `${subnet.availabilityZone} has no ${prepared.instanceType} for us: VPC ${side}'s subnet is made anew in ${next}.`,
      );
      await deleteSubnet(aws, spec, subnet.subnetId);
      await setUpNetwork({ ...lab, prepared: { ...prepared, availabilityZone: next } }, side);
    }
  }
}

async function setUpSecurityGroup(lab: LabContext, side: Side, vpcId: string): Promise<string> {
  const { aws, spec, narrator } = lab;
  const name = spec.nameOf(`security-group-${side}`);
  let outcome: Outcome = "found";
  const group = await ensurePart(lab, {
    part: `security-group-${side}`,
    type: "security-group",
    text: `security group ${name} lets in ${spec.sshFrom === undefined ? "ICMP" : "ICMP and SSH"}`,
    find: () => findSecurityGroups(aws, spec, side, vpcId),
    create: () => {
      outcome = "made";
      return createSecurityGroup(aws, spec, side, vpcId);
    },
    idOf: ({ GroupId }) => GroupId,
  });
  const groupId = given(group.GroupId, "the security group's id");
  const missing = inboundRules(spec).filter((rule) => !hasRule(group, rule));
  if (missing.length > 0) await authorizeIngress(aws, spec, side, groupId, missing);
  // Without an instance, an `up` that was interrupted had not come to them yet.
  if (outcome === "found" && missing.length > 0 && (await findInstances(aws, spec, side)).length > 0)
    narrator.warn(
      `Security group ${name} did not let in ${missing.map(inWords).join(" and ")}; now it does.`,
    );
  for (const rule of inboundRules(spec)) {
    const others = otherSources(group, rule);
    if (others.length > 0)
      narrator.warn(
        `Security group ${name} also lets in ${rule.IpProtocol} from ${others.join(", ")}; left as it is.`,
      );
  }
  return groupId;
}

function inWords({ IpProtocol, IpRanges }: IpPermission): string {
  return `${IpProtocol === "icmp" ? "ICMP" : "SSH"} from ${IpRanges?.[0]?.CidrIp}`;
}

/** The hours go into an instance when it is started: one that stood already keeps those that it was given then. */
function whenTheyEnd([one, two]: readonly [Outcome, Outcome], hours: number): string {
  const after = plural(hours, "hour");
  if (one === "made" && two === "made") return `They power off and terminate by themselves after ${after}.`;
  if (one === "found" && two === "found")
    return "They stood already: whether and when they power off was settled when they were started.";
  const [made, found] = one === "made" ? [1, 2] : [2, 1];
  return (
    `Instance ${made} powers off and terminates by itself after ${after}. ` +
    `Instance ${found} stood already: whether and when it does so was settled when it was started.`
  );
}

/** Whether a VPC has its security group, which lets in what the lab needs, and an instance that runs or starts. */
function isLaunched(inventory: Inventory, side: Side, spec: LabSpec): boolean {
  return (
    ofPart(inventory.securityGroups, `security-group-${side}`).some((group) =>
      inboundRules(spec).every((rule) => hasRule(group, rule) || isSshFromElsewhere(group, rule)),
    ) && ofPart(inventory.instances, `instance-${side}`).some(runsOrStarts)
  );
}

/** From where SSH is let in was said to `up`, perhaps on another machine. */
function isSshFromElsewhere(group: SecurityGroup, rule: IpPermission): boolean {
  return rule.IpProtocol === "tcp" && otherSources(group, rule).length > 0;
}

function runsOrStarts({ State }: Instance): boolean {
  return State?.Name === "pending" || State?.Name === "running";
}
