/** What step 0 tells. */
import { managedPolicyArn } from "../../aws/policy.ts";
import { trustPolicy } from "../../aws/role.ts";
import type { Lesson } from "../step.ts";
import { variable } from "./in-shell.ts";

export const prepareLesson: Lesson = {
  goal: "By the end we know the account, the instance type, the zone and the image, and the instances have a role.",
  why: [
    "Not every account may use every instance type, and not every zone offers it, so we ask before we build.",
    "The role is made first because IAM is worldwide and takes some seconds to tell all of AWS.",
  ],
  concepts: [
    {
      term: "Instance role and instance profile",
      text: "A role is a set of permissions that something may take on for a while. An instance takes one through an instance profile, a small wrapper around it. So no key is ever stored on the machine.",
    },
    {
      term: "Systems Manager and Run Command",
      text: "An agent on the instance calls out to Systems Manager and asks for work. That is how we run ping on it without a key pair and without logging in.",
    },
    {
      term: "AMI",
      text: "The disk image that an instance starts from. AWS keeps the id of the newest Amazon Linux 2023 in a public parameter, another one in each Region.",
    },
    {
      term: "Instance type",
      text: "How much machine you rent. t2.micro is the lab's own; accounts opened since July 2025 get t3.micro for free instead, and are refused t2.micro.",
    },
  ],
  byCli: (spec) => {
    const role = spec.nameOf("instance-role");
    const profile = spec.nameOf("instance-profile");
    return [
      "# A role by which the instances reach Systems Manager",
      ...variable("TRUST", trustPolicy("ec2.amazonaws.com")),
      `aws iam create-role --role-name ${role} --assume-role-policy-document "$TRUST"`,
      `aws iam attach-role-policy --role-name ${role} --policy-arn ${managedPolicyArn(spec.region, "AmazonSSMManagedInstanceCore")}`,
      `aws iam create-instance-profile --instance-profile-name ${profile}`,
      `aws iam add-role-to-instance-profile --instance-profile-name ${profile} --role-name ${role}`,
      `aws iam wait instance-profile-exists --instance-profile-name ${profile}`,
    ];
  },
  byConsole: (spec) => [
    "IAM › Roles › Create role",
    "Trusted entity: AWS service; use case: EC2 › Next › permissions policy AmazonSSMManagedInstanceCore › Next",
    `Role name: ${spec.nameOf("instance-role")} › Create role (the console makes an instance profile of the same name along with it)`,
  ],
};
