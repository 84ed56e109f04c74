/** What step 5 tells. */
import type { Lesson } from "../step.ts";

export const firstPingLesson: Lesson = {
  goal: "One ping fails, one works, and we know why.",
  why: [
    "Ping asks a machine to answer: the simplest question there is, and it leaves traces in the flow log.",
    "We ask instance 2 twice, by its private address and by its public one, and learn from the difference.",
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
      text: "A flow log notes what security groups and network ACLs decided. A packet that merely has no route was let pass, so it is an ACCEPT with no reply. REJECT means that a rule said no.",
    },
    {
      term: "From your own machine",
      text: "Try `ping` with the public address from your own terminal: it answers too, only slower: within a Region it takes about half a millisecond, over the internet the distance counts.",
    },
  ],
  byCli: (spec) => {
    const region = `--region ${spec.region}`;
    const instance = (side: 1 | 2, field: string) =>
      `$(aws ec2 describe-instances ${region} --filters 'Name=tag:Name,Values=${spec.nameOf(`instance-${side}`)}' Name=instance-state-name,Values=running --query 'Reservations[0].Instances[0].${field}' --output text)`;
    return [
      `I1=${instance(1, "InstanceId")}`,
      `PRIVATE2=${instance(2, "PrivateIpAddress")}`,
      `PUBLIC2=${instance(2, "PublicIpAddress")}`,
      `COMMAND=$(aws ssm send-command ${region} --instance-ids $I1 --document-name AWS-RunShellScript --parameters "commands=ping -c 5 -W 2 $PRIVATE2" --query Command.CommandId --output text)`,
      `aws ssm get-command-invocation ${region} --command-id $COMMAND --instance-id $I1 --query StandardOutputContent --output text`,
      "# The same again with $PUBLIC2; then see where packets go:",
      `aws ec2 describe-route-tables ${region} --filters Name=tag:Name,Values=${spec.nameOf("route-table-1")} --query 'RouteTables[0].Routes'`,
      `aws ec2 describe-network-acls ${region} --filters Name=association.subnet-id,Values=${instance(1, "SubnetId")} --query 'NetworkAcls[0].Entries'`,
    ];
  },
  byConsole: (spec) => [
    `EC2 › Instances › ${spec.nameOf("instance-1")} › Connect › EC2 Instance Connect (a terminal in the browser)`,
    "ping <the private IPv4 address of instance 2>: nothing comes; stop it with Ctrl-C",
    "ping <the public IPv4 address of instance 2>: replies",
    `VPC › Subnets › ${spec.nameOf("vpc-1")}'s subnet › tabs Route table and Network ACL`,
  ],
};
