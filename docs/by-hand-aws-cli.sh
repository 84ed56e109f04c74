#!/usr/bin/env bash
# The lab "VPC Monitoring with Flow Logs" by hand, with the AWS CLI alone: from step 1 to the clean-up.
#
#   On the embedded AWS:   npx vpclab simulator --memory        (leave it open; then, in another terminal)
#                          ENDPOINT=http://127.0.0.1:4566 bash docs/by-hand-aws-cli.sh
#   On AWS:                bash docs/by-hand-aws-cli.sh
#
# ON AWS THIS COSTS MONEY: two instances and their public addresses, about $0.03 an hour, from step 2 until the
# clean-up at the end. It takes about 25 minutes there. If it stops in the middle, everything made by then still
# stands: take it down by the clean-up's commands, or in the console.
#
# Needs bash and the AWS CLI (1 or 2), signed in (the embedded AWS takes any keys) and with a Region.
set -euo pipefail
trap 'echo "STOPPED at line $LINENO. What was made by now still stands; on AWS it costs until it is deleted." >&2' ERR

# Every call goes to AWS, or to $ENDPOINT if there is one. No pager: nobody is there to press q.
aws() { command aws ${ENDPOINT:+--endpoint-url "$ENDPOINT"} "$@"; }
export AWS_PAGER=""

# Seconds between two looks at something that takes its time.
PAUSE=${PAUSE:-10}

# Says the same again until it works: what was just made takes some seconds to be known everywhere at AWS.
until_it_works() {
  for _ in {1..60}; do
    if "$@"; then return; fi
    sleep "$PAUSE"
  done
  return 1
}

# A resource's Name, from the call that makes it: named VPC's, and so on.
named() { echo "ResourceType=$1,Tags=[{Key=Name,Value=\"$2\"}]"; }

echo "== Before the steps: who, where, which image, which instance type"
ACCOUNT=$(aws sts get-caller-identity --query Account --output text)
AMI=$(aws ssm get-parameter --name /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64 \
  --query Parameter.Value --output text)
# t2.micro is the lab's; accounts made since July 2025 may not have it for free, and some Regions not at all.
TYPE=$(aws ec2 describe-instance-types --filters Name=free-tier-eligible,Values=true \
  Name=instance-type,Values=t2.micro,t3.micro --query 'sort(InstanceTypes[].InstanceType)[0]' --output text)
AZ=$(aws ec2 describe-instance-type-offerings --location-type availability-zone \
  --filters "Name=instance-type,Values=$TYPE" --query 'sort(InstanceTypeOfferings[].Location)[0]' --output text)
echo "account $ACCOUNT, image $AMI, type $TYPE, zone $AZ"

# So that Systems Manager can run our pings: a role for the instances, in an instance profile.
aws iam create-role --role-name NextWorkInstanceRole --query Role.Arn --output text \
  --assume-role-policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
aws iam attach-role-policy --role-name NextWorkInstanceRole \
  --policy-arn arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore
aws iam create-instance-profile --instance-profile-name NextWorkInstanceProfile --query InstanceProfile.Arn --output text
aws iam add-role-to-instance-profile --instance-profile-name NextWorkInstanceProfile --role-name NextWorkInstanceRole
aws iam wait instance-profile-exists --instance-profile-name NextWorkInstanceProfile

echo "== Step 1: two VPCs, a public subnet in each"
for n in 1 2; do
  VPC=$(aws ec2 create-vpc --cidr-block "10.$n.0.0/16" --tag-specifications "$(named vpc "NextWork-$n-vpc")" \
    --query Vpc.VpcId --output text)
  aws ec2 wait vpc-available --vpc-ids "$VPC"
  aws ec2 modify-vpc-attribute --vpc-id "$VPC" --enable-dns-hostnames
  SUBNET=$(aws ec2 create-subnet --vpc-id "$VPC" --cidr-block "10.$n.0.0/20" --availability-zone "$AZ" \
    --tag-specifications "$(named subnet "NextWork-$n-subnet-public1-$AZ")" --query Subnet.SubnetId --output text)
  aws ec2 modify-subnet-attribute --subnet-id "$SUBNET" --map-public-ip-on-launch
  IGW=$(aws ec2 create-internet-gateway --tag-specifications "$(named internet-gateway "NextWork-$n-igw")" \
    --query InternetGateway.InternetGatewayId --output text)
  aws ec2 attach-internet-gateway --internet-gateway-id "$IGW" --vpc-id "$VPC"
  RTB=$(aws ec2 create-route-table --vpc-id "$VPC" --tag-specifications "$(named route-table "NextWork-$n-rtb-public")" \
    --query RouteTable.RouteTableId --output text)
  aws ec2 create-route --route-table-id "$RTB" --destination-cidr-block 0.0.0.0/0 --gateway-id "$IGW" > /dev/null
  aws ec2 associate-route-table --route-table-id "$RTB" --subnet-id "$SUBNET" --query AssociationId --output text
  # Kept as VPC_1, VPC_2 and so on, for the steps below.
  declare "VPC_$n=$VPC" "SUBNET_$n=$SUBNET" "IGW_$n=$IGW" "RTB_$n=$RTB"
  echo "VPC $n is $VPC, its subnet $SUBNET, gateway $IGW, route table $RTB"
done

echo "== Step 2: an instance in each"
launch() { # number, VPC, subnet
  SG=$(aws ec2 create-security-group --group-name "NextWork-$1-SG" --description "ping and SSH" --vpc-id "$2" \
    --tag-specifications "$(named security-group "NextWork-$1-SG")" --query GroupId --output text)
  aws ec2 wait security-group-exists --group-ids "$SG"
  # From everywhere, so that the lab's pings come through. Never so in production.
  aws ec2 authorize-security-group-ingress --group-id "$SG" --protocol icmp --port -1 --cidr 0.0.0.0/0 > /dev/null
  aws ec2 authorize-security-group-ingress --group-id "$SG" --protocol tcp --port 22 --cidr 0.0.0.0/0 > /dev/null
  INSTANCE=$(until_it_works aws ec2 run-instances --image-id "$AMI" --instance-type "$TYPE" --subnet-id "$3" \
    --security-group-ids "$SG" --iam-instance-profile Name=NextWorkInstanceProfile \
    --metadata-options HttpTokens=required \
    --tag-specifications "$(named instance "Instance - NextWork VPC $1")" --query 'Instances[0].InstanceId' --output text)
  declare -g "SG_$1=$SG" "INSTANCE_$1=$INSTANCE"
  echo "instance $1 is $INSTANCE, its security group $SG"
}
launch 1 "$VPC_1" "$SUBNET_1"
launch 2 "$VPC_2" "$SUBNET_2"

echo "== Step 3: a log group"
aws logs create-log-group --log-group-name NextWorkVPCFlowLogsGroup

echo "== Step 4: permission for flow logs to write there, and the flow log"
POLICY=$(aws iam create-policy --policy-name NextWorkVPCFlowLogsPolicy --query Policy.Arn --output text \
  --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents","logs:DescribeLogGroups","logs:DescribeLogStreams"],"Resource":"*"}]}')
ROLE=$(aws iam create-role --role-name NextWorkVPCFlowLogsRole --query Role.Arn --output text \
  --assume-role-policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"vpc-flow-logs.amazonaws.com"},"Action":"sts:AssumeRole"}]}')
aws iam wait role-exists --role-name NextWorkVPCFlowLogsRole
aws iam attach-role-policy --role-name NextWorkVPCFlowLogsRole --policy-arn "$POLICY"
# For some seconds AWS cannot assume a new role: then the answer is "Unable to assume given IAM role", or the flow
# log is listed as unsuccessful.
create_flow_log() {
  FLOW_LOG=$(aws ec2 create-flow-logs --resource-type VPC --resource-ids "$VPC_1" --traffic-type ALL \
    --max-aggregation-interval 60 --log-destination-type cloud-watch-logs --log-group-name NextWorkVPCFlowLogsGroup \
    --deliver-logs-permission-arn "$ROLE" --tag-specifications "$(named vpc-flow-log NextWorkVPCFlowLog)" \
    --query 'FlowLogIds[0]' --output text) && [ "$FLOW_LOG" != None ]
}
until_it_works create_flow_log
echo "flow log $FLOW_LOG writes what passes in $VPC_1 to NextWorkVPCFlowLogsGroup"

echo "== Step 5: the first pings"
aws ec2 wait instance-running --instance-ids "$INSTANCE_1" "$INSTANCE_2"
agent_is_online() { # instance
  [ "$(aws ssm describe-instance-information --filters "Key=InstanceIds,Values=$1" \
    --query 'InstanceInformationList[0].PingStatus' --output text)" = Online ]
}
until_it_works agent_is_online "$INSTANCE_1"
# A flow log takes some minutes to begin: packets sent before that are in no record.
flow_log_has_begun() {
  [ "$(aws logs describe-log-streams --log-group-name NextWorkVPCFlowLogsGroup \
    --query 'length(logStreams)' --output text)" != 0 ]
}
until_it_works flow_log_has_begun

address() { aws ec2 describe-instances --instance-ids "$1" --query "Reservations[0].Instances[0].$2" --output text; }
PRIVATE_1=$(address "$INSTANCE_1" PrivateIpAddress)
PRIVATE_2=$(address "$INSTANCE_2" PrivateIpAddress)
PUBLIC_2=$(address "$INSTANCE_2" PublicIpAddress)

ping_from_instance_1() { # address
  COMMAND=$(aws ssm send-command --instance-ids "$INSTANCE_1" --document-name AWS-RunShellScript \
    --parameters "commands=ping -c 5 -W 2 $1" --query Command.CommandId --output text)
  # The waiter fails where the ping does: without a reply its exit code is 1.
  aws ssm wait command-executed --command-id "$COMMAND" --instance-id "$INSTANCE_1" || true
  aws ssm get-command-invocation --command-id "$COMMAND" --instance-id "$INSTANCE_1" \
    --query '[Status, StandardOutputContent]' --output text
}
echo "-- to the private address: no reply is expected"
ping_from_instance_1 "$PRIVATE_2"
echo "-- to the public address: replies"
ping_from_instance_1 "$PUBLIC_2"
echo "-- so groups and network ACLs let it pass. The ACL allows all; the route table knows no way to 10.2.0.0/16:"
aws ec2 describe-network-acls --filters "Name=association.subnet-id,Values=$SUBNET_1" \
  --query 'NetworkAcls[0].Entries[].[RuleNumber, Egress, RuleAction, CidrBlock]' --output text
aws ec2 describe-route-tables --route-table-ids "$RTB_1" \
  --query 'RouteTables[0].Routes[].[DestinationCidrBlock, GatewayId, State]' --output text

echo "== Step 6: peer the VPCs"
PEERING=$(aws ec2 create-vpc-peering-connection --vpc-id "$VPC_1" --peer-vpc-id "$VPC_2" \
  --tag-specifications "$(named vpc-peering-connection "VPC 1 <> VPC 2")" \
  --query VpcPeeringConnection.VpcPeeringConnectionId --output text)
aws ec2 wait vpc-peering-connection-exists --vpc-peering-connection-ids "$PEERING"
until_it_works aws ec2 accept-vpc-peering-connection --vpc-peering-connection-id "$PEERING" \
  --query VpcPeeringConnection.Status.Code --output text
aws ec2 create-route --route-table-id "$RTB_1" --destination-cidr-block 10.2.0.0/16 \
  --vpc-peering-connection-id "$PEERING" > /dev/null
aws ec2 create-route --route-table-id "$RTB_2" --destination-cidr-block 10.1.0.0/16 \
  --vpc-peering-connection-id "$PEERING" > /dev/null
peering_is_active() {
  [ "$(aws ec2 describe-vpc-peering-connections --vpc-peering-connection-ids "$PEERING" \
    --query 'VpcPeeringConnections[0].Status.Code' --output text)" = active ]
}
until_it_works peering_is_active
echo "-- to the private address again: now it replies"
ping_from_instance_1 "$PRIVATE_2"

echo "== Step 7: what the flow log says"
# From when the log group was made to a day later: a range by AWS's clock, whatever this machine's says.
BEGUN=$(aws logs describe-log-groups --log-group-name-prefix NextWorkVPCFlowLogsGroup \
  --query 'logGroups[0].creationTime' --output text)
insights() { # query
  QUERY=$(aws logs start-query --log-group-name NextWorkVPCFlowLogsGroup --start-time $((BEGUN / 1000)) \
    --end-time $((BEGUN / 1000 + 86400)) --query-string "$1" --query queryId --output text)
  while [[ $(aws logs get-query-results --query-id "$QUERY" --query status --output text) =~ Scheduled|Running ]]; do
    sleep 1
  done
  aws logs get-query-results --query-id "$QUERY" --query 'results[*][*].value' --output text
}
# Records come minutes after their packets. The last ping's replies are the last of all.
last_replies_are_there() {
  insights "filter srcAddr = '$PRIVATE_2' and dstAddr = '$PRIVATE_1' | stats sum(packets)" | grep -q '^5'
}
until_it_works last_replies_are_there

echo "-- one stream for each network interface that saw a packet"
aws logs describe-log-streams --log-group-name NextWorkVPCFlowLogsGroup --query 'logStreams[].logStreamName' --output text
echo "-- bytes by source and destination"
insights 'stats sum(bytes) as bytesTransferred by srcAddr, dstAddr | sort bytesTransferred desc | limit 10'
echo "-- bytes of the pings"
insights 'filter protocol = 1 | stats sum(bytes) as bytesTransferred by srcAddr, dstAddr | sort bytesTransferred desc'
echo "-- packets of the pings"
insights 'filter protocol = 1 | stats sum(packets) as packetsTransferred by srcAddr, dstAddr | sort packetsTransferred desc | limit 15'
echo "-- who was rejected, and how often: strangers, not the ping"
insights 'filter action="REJECT" | stats count(*) as numRejections by srcAddr | sort numRejections desc | limit 20'

echo "== Clean up, in the order that AWS accepts"
aws ec2 delete-flow-logs --flow-log-ids "$FLOW_LOG" > /dev/null
# Without its policy the role cannot make the log group again from records that are still on their way.
aws iam detach-role-policy --role-name NextWorkVPCFlowLogsRole --policy-arn "$POLICY"
aws ec2 terminate-instances --instance-ids "$INSTANCE_1" "$INSTANCE_2" \
  --query 'TerminatingInstances[].[InstanceId, CurrentState.Name]' --output text
aws ec2 delete-route --route-table-id "$RTB_1" --destination-cidr-block 10.2.0.0/16
aws ec2 delete-route --route-table-id "$RTB_2" --destination-cidr-block 10.1.0.0/16
aws ec2 delete-vpc-peering-connection --vpc-peering-connection-id "$PEERING" > /dev/null
aws ec2 wait instance-terminated --instance-ids "$INSTANCE_1" "$INSTANCE_2"
clean_up_vpc() { # VPC, subnet, gateway, route table, security group
  # The network interface goes a while after its instance.
  until_it_works aws ec2 delete-security-group --group-id "$5"
  until_it_works aws ec2 detach-internet-gateway --internet-gateway-id "$3" --vpc-id "$1"
  aws ec2 delete-internet-gateway --internet-gateway-id "$3"
  until_it_works aws ec2 delete-subnet --subnet-id "$2"
  aws ec2 delete-route-table --route-table-id "$4"
  until_it_works aws ec2 delete-vpc --vpc-id "$1"
  echo "$1 and all in it is deleted"
}
clean_up_vpc "$VPC_1" "$SUBNET_1" "$IGW_1" "$RTB_1" "$SG_1"
clean_up_vpc "$VPC_2" "$SUBNET_2" "$IGW_2" "$RTB_2" "$SG_2"
aws iam remove-role-from-instance-profile --instance-profile-name NextWorkInstanceProfile --role-name NextWorkInstanceRole
aws iam delete-instance-profile --instance-profile-name NextWorkInstanceProfile
aws iam detach-role-policy --role-name NextWorkInstanceRole \
  --policy-arn arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore
aws iam delete-role --role-name NextWorkInstanceRole
aws iam delete-role --role-name NextWorkVPCFlowLogsRole
aws iam delete-policy --policy-arn "$POLICY"
aws logs delete-log-group --log-group-name NextWorkVPCFlowLogsGroup

echo "== Look again: nothing is left"
aws ec2 describe-vpcs --filters 'Name=tag:Name,Values=NextWork-*' --query 'length(Vpcs)' --output text
aws ec2 describe-instances --filters Name=tag:Name,Values='Instance - NextWork*' \
  Name=instance-state-name,Values=pending,running,shutting-down,stopping,stopped \
  --query 'length(Reservations)' --output text
aws logs describe-log-groups --log-group-name-prefix NextWork --query 'length(logGroups)' --output text
aws iam list-roles --query "length(Roles[?starts_with(RoleName, 'NextWork')])" --output text
echo "== Done"
