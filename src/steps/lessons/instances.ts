/** What step 2 teaches. */
import { IMAGE_PARAMETER } from "../../aws/image.ts";
import type { Side } from "../../lab/spec.ts";
import type { Lesson } from "../step.ts";
import { untilItWorks } from "./in-shell.ts";
import { prepareLesson } from "./prepare.ts";

export const instancesLesson: Lesson = {
  goal: "By the end a small Linux machine starts in each VPC, behind a security group that lets pings in.",
  why: [
    "Two machines that will talk to each other, so that there is traffic to watch.",
    "They need a public address: the agent that runs our pings calls out through the internet gateway.",
    "Their security groups let in ICMP, the protocol of ping, from everywhere. For a lab; never in production.",
  ],
  concepts: [
    {
      term: "Security group",
      text: "A firewall around a network interface. It only has rules that allow; what no rule allows is dropped. It is stateful: the answer to something that was let through passes in the other direction without a rule of its own.",
    },
    {
      term: "Why ICMP from everywhere, and why only here",
      text: "We ping from another VPC, by a private and by a public address, and on a real account from your own machine too if you like, so the source is not known beforehand. In production you would name the addresses that need it: whoever may ping everything can map your network. SSH from 0.0.0.0/0 is worse, scanners find it within minutes; you will see them in the flow log.",
    },
    {
      term: "Public and private address",
      text: "An instance only ever knows its private address (10.1.x.x). The public one belongs to the internet gateway, which translates between the two. Flow logs show the private address of the instance's own side for the same reason.",
    },
    {
      term: "Instance profile",
      text: "What hands an IAM role to a machine, so that no password or key has to lie on it. With this role the Systems Manager agent may ask for commands; no port has to be open for that, and no key pair is needed.",
    },
    {
      term: "IMDSv2",
      text: "Programs on the instance get the role's credentials from the metadata service at 169.254.169.254. Version 2 wants a session token first, so a web server that can be talked into fetching an address does not give them away.",
    },
  ],
  byCli: (spec) => {
    const allow = (n: Side, rule: string) =>
      `aws ec2 authorize-security-group-ingress --group-id $SG_${n} ${rule}`;
    const commands = (n: Side) => [
      `# VPC ${n}`,
      `SG_${n}=$(aws ec2 create-security-group --group-name ${spec.nameOf(`security-group-${n}`)} --description 'lets ping in' --vpc-id $VPC_${n} --tag-specifications "$(named security-group ${spec.nameOf(`security-group-${n}`)})" --query GroupId --output text)`,
      `aws ec2 wait security-group-exists --group-ids $SG_${n}`,
      allow(n, "--protocol icmp --port -1 --cidr 0.0.0.0/0"),
      ...(spec.sshFrom === undefined ? [] : [allow(n, `--protocol tcp --port 22 --cidr ${spec.sshFrom}`)]),
      untilItWorks(
        `I_${n}=$(aws ec2 run-instances --image-id $AMI --instance-type $TYPE --subnet-id $SUBNET_${n} --security-group-ids $SG_${n} --iam-instance-profile Name=${spec.nameOf("instance-profile")} --metadata-options HttpTokens=required --tag-specifications "$(named instance '${spec.nameOf(`instance-${n}`)}')" --query 'Instances[0].InstanceId' --output text)`,
      ),
    ];
    return [
      ...prepareLesson.byCli(spec),
      "# The newest Amazon Linux 2023",
      `AMI=${IMAGE_PARAMETER}`,
      "AMI=$(aws ssm get-parameter --name $AMI --query Parameter.Value --output text)",
      ...commands(1),
      ...commands(2),
    ];
  },
  byConsole: (spec) => [
    ...prepareLesson.byConsole(spec),
    "Open EC2 › Instances › Launch instances.",
    `Name: ${spec.nameOf("instance-1")}. Amazon Linux 2023, ${spec.instanceType ?? "t2.micro (t3.micro if your account is not offered it)"}, proceed without a key pair.`,
    `Network settings › Edit: VPC ${spec.nameOf("vpc-1")}, its public subnet, auto-assign public IP: enable.`,
    `Create security group ${spec.nameOf("security-group-1")}: All ICMP - IPv4 from 0.0.0.0/0${spec.sshFrom === undefined ? "; remove the ssh rule that is there" : `, and ssh from ${spec.sshFrom}`}.`,
    // The console names the profile that it makes as the role (IAM User Guide, Use instance profiles).
    `Advanced details: IAM instance profile ${spec.nameOf("instance-role")}, metadata version V2 only. Launch.`,
    `Do the same once more for ${spec.nameOf("instance-2")} in ${spec.nameOf("vpc-2")}, with ${spec.nameOf("security-group-2")}.`,
  ],
};
