/** What step 5 tells. */
import type { Lesson } from "../step.ts";
import { untilItSays } from "./in-shell.ts";

export const firstPingLesson: Lesson = {
  goal: "By the end we know at which of its addresses instance 2 answers instance 1, and why.",
  why: [
    "Ping asks a machine to answer: the simplest question there is, and it leaves traces in the flow log.",
    "We ask instance 2 twice, by its private address and by its public one, and look at what comes back.",
    "Whoever can tell what is in the way from what is missing has half of networking behind them.",
  ],
  concepts: [
    {
      term: "ICMP and ping",
      text: "Ping sends an echo request and waits for an echo reply. Both are ICMP, which has no ports; security groups and network ACLs name it as a protocol of its own.",
    },
    {
      term: "Private and public address",
      text: "10.x.x.x means something only inside its own network. The public address is known to the whole internet, and the internet gateway translates it to the private one.",
    },
    {
      term: "Route table",
      text: "Each packet that leaves a subnet follows the most exact route that matches its destination. 0.0.0.0/0 matches everything, and so it also catches what nobody thought of.",
    },
    {
      term: "Security group against network ACL",
      text: "A security group stands at the instance and remembers: a reply to what was let through passes. A network ACL stands at the subnet's edge and forgets: both ways need a rule. The default one allows all.",
    },
    {
      term: "ACCEPT and silence",
      text: "A flow log notes what the security groups and network ACLs of its VPC decided. A packet that none of them stopped and that got lost further on, here by routing, is an ACCEPT with no reply. REJECT means that no rule let it in or out, or that a network ACL denied it.",
    },
    {
      term: "From your own machine",
      text: "On a real AWS account you can ask the same of instance 2 from your own computer: vpclab ping public --from local. Within a Region a reply takes about half a millisecond; over the internet the distance counts. On the embedded AWS the public addresses exist inside this program only: outside, they are somebody else's.",
    },
  ],
  byCli: () => {
    const address = (field: string) =>
      `$(aws ec2 describe-instances --instance-ids $I_2 --query 'Reservations[0].Instances[0].${field}' --output text)`;
    return [
      "aws ec2 wait instance-running --instance-ids $I_1 $I_2",
      "# Until the agent on instance 1 asks for work",
      untilItSays(
        "aws ssm describe-instance-information --filters Key=InstanceIds,Values=$I_1 --query 'InstanceInformationList[0].PingStatus'",
        "Online",
      ),
      `PRIVATE_2=${address("PrivateIpAddress")}`,
      `PUBLIC_2=${address("PublicIpAddress")}`,
      "# Instance 1 pings; where no reply comes, ping fails, and so does the wait",
      "ping_from_1() {",
      '  COMMAND=$(aws ssm send-command --instance-ids $I_1 --document-name AWS-RunShellScript --parameters "commands=ping -c 5 -W 2 $1" --query Command.CommandId --output text)',
      "  aws ssm wait command-executed --command-id $COMMAND --instance-id $I_1 || true",
      "  aws ssm get-command-invocation --command-id $COMMAND --instance-id $I_1 --query StandardOutputContent --output text",
      "}",
      "ping_from_1 $PRIVATE_2",
      "ping_from_1 $PUBLIC_2",
      "# Is something in the way? Is there a way?",
      "aws ec2 describe-network-acls --filters Name=association.subnet-id,Values=$SUBNET_1 --query 'NetworkAcls[0].Entries'",
      "aws ec2 describe-route-tables --route-table-ids $RTB_1 --query 'RouteTables[0].Routes'",
    ];
  },
  byConsole: (spec) => [
    // Instance Connect comes in by SSH, from addresses of AWS's; Session Manager by the agent (EC2 User Guide, Connect).
    `EC2 › Instances › ${spec.nameOf("instance-1")} › Connect › ${spec.sshFrom === "0.0.0.0/0" ? "EC2 Instance Connect" : "Session Manager"} (a terminal in the browser)`,
    "ping -c 5 <the private IPv4 address of instance 2>",
    "ping -c 5 <the public IPv4 address of instance 2>",
    `VPC › Subnets › ${spec.nameOf("vpc-1")}'s subnet › tabs Route table and Network ACL`,
  ],
};
