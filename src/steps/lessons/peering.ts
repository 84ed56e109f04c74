/** What step 6 teaches. */
import type { Lesson } from "../step.ts";
import { untilItSays, untilItWorks } from "./in-shell.ts";

export const peeringLesson: Lesson = {
  goal: "By the end the two VPCs have a private way to each other.",
  why: [
    "A peering connection joins two VPCs inside AWS's own network: no gateway, no public address, no internet.",
    "It takes three things: VPC 1 asks, VPC 2 accepts, and each side gets a route to the other.",
    "One route alone is not enough: the reply needs its way back.",
  ],
  concepts: [
    {
      term: "VPC peering connection",
      text: "A private line between exactly two VPCs, of one account or of two, in one Region or in two. The owner of the second must accept; until then it is pending-acceptance and carries nothing. Making it costs nothing; neither does traffic within one Availability Zone.",
    },
    {
      term: "A connection is not a route",
      text: "An active connection changes nothing by itself: packets follow route tables. VPC 1's table needs VPC 2's range with the connection as target, and VPC 2's table the reverse. With the first alone, requests arrive and the replies go to VPC 2's internet gateway, which drops them; from instance 1 that looks just like no peering at all.",
    },
    {
      term: "Most specific route wins",
      text: "Both 0.0.0.0/0 and 10.2.0.0/16 match 10.2.9.80. The longer prefix wins, so adding the route is enough; the way to the internet stays as it was.",
    },
    {
      term: "Not transitive",
      text: "If A is peered with B and B with C, A still does not reach C. For many VPCs one uses a transit gateway.",
    },
    {
      term: "Why ranges must differ",
      text: "If both VPCs had 10.1.0.0/16, the local route would win for every address and nothing would ever take the peering connection. AWS refuses it: the connection goes to failed.",
    },
  ],
  byCli: (spec) => [
    `PCX=$(aws ec2 create-vpc-peering-connection --vpc-id $VPC_1 --peer-vpc-id $VPC_2 --tag-specifications "$(named vpc-peering-connection '${spec.nameOf("peering-connection")}')" --query VpcPeeringConnection.VpcPeeringConnectionId --output text)`,
    "aws ec2 wait vpc-peering-connection-exists --vpc-peering-connection-ids $PCX",
    untilItWorks("aws ec2 accept-vpc-peering-connection --vpc-peering-connection-id $PCX"),
    untilItSays(
      "aws ec2 describe-vpc-peering-connections --vpc-peering-connection-ids $PCX --query 'VpcPeeringConnections[0].Status.Code'",
      "active",
    ),
    `aws ec2 create-route --route-table-id $RTB_1 --destination-cidr-block ${spec.cidr2} --vpc-peering-connection-id $PCX`,
    `aws ec2 create-route --route-table-id $RTB_2 --destination-cidr-block ${spec.cidr1} --vpc-peering-connection-id $PCX`,
    "ping_from_1 $PRIVATE_2",
  ],
  byConsole: (spec) => [
    "Open VPC › Peering connections › Create peering connection.",
    `Name: ${spec.nameOf("peering-connection")}. Requester: ${spec.nameOf("vpc-1")}. Accepter: my account, this Region, ${spec.nameOf("vpc-2")}.`,
    "Actions › Accept request.",
    `Route tables › ${spec.nameOf("route-table-1")} › Routes › Edit routes › Add route: ${spec.cidr2}, Peering Connection.`,
    `Route tables › ${spec.nameOf("route-table-2")} › the same: ${spec.cidr1}, Peering Connection.`,
  ],
};
