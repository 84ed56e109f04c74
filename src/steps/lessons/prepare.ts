/** What step 0 tells. */
import { IMAGE_PARAMETER } from "../../aws/image.ts";
import type { Lesson } from "../step.ts";

export const prepareLesson: Lesson = {
  goal: "We know the account, the instance type, the zone and the image, and the instances' role is begun.",
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
  byCli: (spec) => [
    "aws sts get-caller-identity",
    `aws ssm get-parameter --region ${spec.region} --name ${IMAGE_PARAMETER} --query Parameter.Value --output text`,
    `aws ec2 describe-instance-types --region ${spec.region} --filters Name=free-tier-eligible,Values=true --query 'InstanceTypes[].InstanceType'`,
    `aws iam create-role --role-name ${spec.nameOf("instance-role")} --assume-role-policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'`,
    `aws iam attach-role-policy --role-name ${spec.nameOf("instance-role")} --policy-arn arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore`,
    `aws iam create-instance-profile --instance-profile-name ${spec.nameOf("instance-profile")}`,
    `aws iam add-role-to-instance-profile --instance-profile-name ${spec.nameOf("instance-profile")} --role-name ${spec.nameOf("instance-role")}`,
  ],
  byConsole: (spec) => [
    "IAM › Roles › Create role",
    "Trusted entity: AWS service; use case: EC2 › EC2 Role for AWS Systems Manager; Next, Next",
    `Role name: ${spec.nameOf("instance-role")} › Create role (the console makes an instance profile of the same name along with it)`,
  ],
};
