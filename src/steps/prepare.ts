/**
 * Step 0: who we are, what we may use, and the instances' role and profile, begun here because they take a while to
 * reach every part of AWS.
 */
import type { Ensured } from "../aws/ensure.ts";
import { whoAmI } from "../aws/identity.ts";
import { latestImage } from "../aws/image.ts";
import {
  addRoleToProfile,
  deleteInstanceProfile,
  ensureInstanceProfile,
  type InstanceProfile,
} from "../aws/instance-profile.ts";
import { choosePlacement, type Placement } from "../aws/placement.ts";
import { managedPolicyArn } from "../aws/policy.ts";
import { attachPolicy, deleteRole, ensureRole, type Role, trustPolicy } from "../aws/role.ts";
import { prepareLesson } from "./lessons/prepare.ts";
import { removal } from "./removal.ts";
import type { LabContext, Prepared, Step } from "./step.ts";
import { together } from "./together.ts";

/** What the Systems Manager agent on an instance needs, kept by AWS. */
const AGENT_POLICY = "AmazonSSMManagedInstanceCore";

export const prepare: Step = {
  id: "prepare",
  title: "Get ready",
  lesson: prepareLesson,
  // The instances go at the same time: what runs on them needs the role no more.
  downAfter: [],

  async up(lab) {
    await lookUp(lab);
    await makeRoleAndProfile(lab);
  },

  async down({ aws }, { resources }) {
    const ours = (part: string) => resources.filter((resource) => resource.part === part);
    // The profile lets go of the role first: IAM refuses to delete a role that is in one.
    const profiles = await Promise.all(
      ours("instance-profile").map((profile) =>
        removal(profile, () => deleteInstanceProfile(aws, profile.id)),
      ),
    );
    const roles = await Promise.all(
      ours("instance-role").map((role) => removal(role, () => deleteRole(aws, role.id))),
    );
    return [...profiles, ...roles];
  },

  state({ resources }) {
    const present = ["instance-role", "instance-profile"].filter((part) =>
      resources.some((resource) => resource.part === part),
    );
    return present.length === 2 ? "done" : present.length === 0 ? "todo" : "partial";
  },
};

/**
 * Looks up what later steps read, unless `up` has done so before it asked whether to build. Where an earlier run has
 * begun to build, it goes on with the same.
 */
async function lookUp({ aws, spec, prepared, narrator }: LabContext): Promise<void> {
  const [{ account }, imageId, { instanceType, availabilityZone }] = await Promise.all([
    prepared.account === undefined ? whoAmI(aws) : { account: prepared.account },
    prepared.imageId ?? latestImage(aws),
    placementOf(prepared) ?? choosePlacement(aws, spec),
  ]);
  Object.assign(prepared, { account, imageId, instanceType, availabilityZone });
  if (spec.instanceType !== undefined && spec.instanceType !== instanceType)
    narrator.warn(
      `This lab's instances are ${instanceType} already; ${spec.instanceType} would need a teardown first.`,
    );
}

function placementOf({ instanceType, availabilityZone }: Prepared): Placement | undefined {
  if (instanceType === undefined || availabilityZone === undefined) return undefined;
  return { instanceType, availabilityZone };
}

/** The instances carry this role, so that their agent may take our commands. */
async function makeRoleAndProfile(lab: LabContext): Promise<void> {
  const { aws, spec, narrator } = lab;
  const [role, profile] = await together<readonly [Ensured<Role>, Ensured<InstanceProfile>]>(lab, [
    ensureRole(aws, spec, "instance-role", {
      trust: trustPolicy("ec2.amazonaws.com"),
      description: "Lets the agent on the lab's instances talk to Systems Manager",
    }),
    ensureInstanceProfile(aws, spec),
  ]);
  const roleName = role.resource.name;
  const profileName = profile.resource.name;
  const isInProfile = profile.resource.roleNames.includes(roleName);
  await narrator.wait({ text: "IAM knows the role and the profile", usually: "0:00 to 0:10" }, () =>
    together(lab, [
      attachPolicy(aws, roleName, managedPolicyArn(aws.region, AGENT_POLICY)),
      isInProfile ? Promise.resolve() : addRoleToProfile(aws, profileName, roleName),
    ]),
  );
  if (!isInProfile) lab.prepared.profileMadeAt = aws.clock.now();
  narrator.resource({
    text: `role ${roleName} lets the instances talk to Systems Manager`,
    type: "iam-role",
    part: "instance-role",
    id: roleName,
    outcome: role.outcome,
    ms: role.ms,
  });
  narrator.resource({
    text: `instance profile ${profileName} hands them that role`,
    type: "instance-profile",
    part: "instance-profile",
    id: profileName,
    outcome: profile.outcome,
    ms: profile.ms,
  });
}
