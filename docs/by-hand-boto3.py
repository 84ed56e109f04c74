#!/usr/bin/env python3
"""The lab "VPC Monitoring with Flow Logs" by hand, with boto3: from step 1 to the clean-up.

On the embedded AWS:   npx vpclab simulator --memory      (leave it open; then, in another terminal)
                       ENDPOINT=http://127.0.0.1:4566 python3 docs/by-hand-boto3.py
On AWS:                python3 docs/by-hand-boto3.py

ON AWS THIS COSTS MONEY: two instances and their public addresses, about $0.03 an hour, from step 2 until the clean-up
at the end. It takes about 25 minutes there. If it stops in the middle, everything made by then still stands: take it
down in the order of the clean-up below, or in the console.

Before the clean-up it tries everything in the wrong order, to show what AWS says to that; nothing is lost by it.

Needs Python 3.8 and boto3, with credentials (the embedded AWS takes any keys) and a Region.
"""

import json
import os
import sys
import time

import boto3
from botocore.exceptions import ClientError, WaiterError

# None is AWS.
ENDPOINT = os.environ.get("ENDPOINT") or None
# Seconds between two looks at something that takes its time.
PAUSE = float(os.environ.get("PAUSE", "10"))
WAIT = {"Delay": PAUSE, "MaxAttempts": 60}

ec2, iam, logs, ssm, sts = (
    boto3.client(service, endpoint_url=ENDPOINT) for service in ("ec2", "iam", "logs", "ssm", "sts")
)


def until(question, what):
    """Asks again until the answer is neither empty nor a refusal: what was just made takes seconds to be known."""
    for _ in range(60):
        try:
            answer = question()
            if answer:
                return answer
            reason = "not yet"
        except ClientError as error:
            reason = error.response["Error"]["Code"]
        print(f"   {what}: {reason}", file=sys.stderr)
        time.sleep(PAUSE)
    raise SystemExit(f"{what}: did not happen. What was made by now still stands; on AWS it costs until deleted.")


def named(resource_type, name):
    return [{"ResourceType": resource_type, "Tags": [{"Key": "Name", "Value": name}]}]


def trust(service):
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


print("== Before the steps: who, where, which image, which instance type")
account = sts.get_caller_identity()["Account"]
image = ssm.get_parameter(Name="/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64")["Parameter"]["Value"]
# t2.micro is the lab's; accounts made since July 2025 may not have it for free, and some Regions not at all.
eligible = ec2.describe_instance_types(
    Filters=[
        {"Name": "free-tier-eligible", "Values": ["true"]},
        {"Name": "instance-type", "Values": ["t2.micro", "t3.micro"]},
    ]
)["InstanceTypes"]
instance_type = min(found["InstanceType"] for found in eligible)
offerings = ec2.describe_instance_type_offerings(
    LocationType="availability-zone", Filters=[{"Name": "instance-type", "Values": [instance_type]}]
)["InstanceTypeOfferings"]
zone = min(offering["Location"] for offering in offerings)
print(f"account {account}, image {image}, type {instance_type}, zone {zone}")

# So that Systems Manager can run our pings: a role for the instances, in an instance profile.
iam.create_role(RoleName="NextWorkInstanceRole", AssumeRolePolicyDocument=trust("ec2.amazonaws.com"))
CORE = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
iam.attach_role_policy(RoleName="NextWorkInstanceRole", PolicyArn=CORE)
iam.create_instance_profile(InstanceProfileName="NextWorkInstanceProfile")
iam.add_role_to_instance_profile(InstanceProfileName="NextWorkInstanceProfile", RoleName="NextWorkInstanceRole")

print("== Step 1: two VPCs, a public subnet in each")
vpcs, subnets, gateways, tables = {}, {}, {}, {}
for n in (1, 2):
    vpcs[n] = ec2.create_vpc(
        CidrBlock=f"10.{n}.0.0/16", TagSpecifications=named("vpc", f"NextWork-{n}-vpc")
    )["Vpc"]["VpcId"]
    ec2.get_waiter("vpc_available").wait(VpcIds=[vpcs[n]], WaiterConfig=WAIT)
    ec2.modify_vpc_attribute(VpcId=vpcs[n], EnableDnsHostnames={"Value": True})
    subnets[n] = ec2.create_subnet(
        VpcId=vpcs[n],
        CidrBlock=f"10.{n}.0.0/20",
        AvailabilityZone=zone,
        TagSpecifications=named("subnet", f"NextWork-{n}-subnet-public1-{zone}"),
    )["Subnet"]["SubnetId"]
    ec2.modify_subnet_attribute(SubnetId=subnets[n], MapPublicIpOnLaunch={"Value": True})
    gateways[n] = ec2.create_internet_gateway(
        TagSpecifications=named("internet-gateway", f"NextWork-{n}-igw")
    )["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateways[n], VpcId=vpcs[n])
    tables[n] = ec2.create_route_table(
        VpcId=vpcs[n], TagSpecifications=named("route-table", f"NextWork-{n}-rtb-public")
    )["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=tables[n], DestinationCidrBlock="0.0.0.0/0", GatewayId=gateways[n])
    ec2.associate_route_table(RouteTableId=tables[n], SubnetId=subnets[n])
    print(f"VPC {n} is {vpcs[n]}, its subnet {subnets[n]}, gateway {gateways[n]}, route table {tables[n]}")

print("== Step 2: an instance in each")
groups, instances = {}, {}
for n in (1, 2):
    groups[n] = ec2.create_security_group(
        GroupName=f"NextWork-{n}-SG",
        Description="ping and SSH",
        VpcId=vpcs[n],
        TagSpecifications=named("security-group", f"NextWork-{n}-SG"),
    )["GroupId"]
    # From everywhere, so that the lab's pings come through. Never so in production.
    everywhere = [{"CidrIp": "0.0.0.0/0"}]
    ec2.authorize_security_group_ingress(
        GroupId=groups[n],
        IpPermissions=[
            {"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1, "IpRanges": everywhere},
            {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": everywhere},
        ],
    )
    launched = until(
        lambda: ec2.run_instances(
            ImageId=image,
            InstanceType=instance_type,
            MinCount=1,
            MaxCount=1,
            SubnetId=subnets[n],
            SecurityGroupIds=[groups[n]],
            IamInstanceProfile={"Name": "NextWorkInstanceProfile"},
            MetadataOptions={"HttpTokens": "required"},
            TagSpecifications=named("instance", f"Instance - NextWork VPC {n}"),
        ),
        f"instance {n}",
    )
    instances[n] = launched["Instances"][0]["InstanceId"]
    print(f"instance {n} is {instances[n]}, its security group {groups[n]}")

print("== Step 3: a log group")
GROUP = "NextWorkVPCFlowLogsGroup"
logs.create_log_group(logGroupName=GROUP)

print("== Step 4: permission for flow logs to write there, and the flow log")
actions = ["CreateLogGroup", "CreateLogStream", "PutLogEvents", "DescribeLogGroups", "DescribeLogStreams"]
permission = {"Effect": "Allow", "Action": [f"logs:{action}" for action in actions], "Resource": "*"}
policy = iam.create_policy(
    PolicyName="NextWorkVPCFlowLogsPolicy",
    PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [permission]}),
)["Policy"]["Arn"]
role = iam.create_role(
    RoleName="NextWorkVPCFlowLogsRole", AssumeRolePolicyDocument=trust("vpc-flow-logs.amazonaws.com")
)["Role"]["Arn"]
iam.attach_role_policy(RoleName="NextWorkVPCFlowLogsRole", PolicyArn=policy)
# For some seconds AWS cannot assume a new role: then it refuses, or lists the flow log as unsuccessful.
flow_log = until(
    lambda: ec2.create_flow_logs(
        ResourceType="VPC",
        ResourceIds=[vpcs[1]],
        TrafficType="ALL",
        MaxAggregationInterval=60,
        LogDestinationType="cloud-watch-logs",
        LogGroupName=GROUP,
        DeliverLogsPermissionArn=role,
        TagSpecifications=named("vpc-flow-log", "NextWorkVPCFlowLog"),
    )["FlowLogIds"],
    "flow log",
)[0]
print(f"flow log {flow_log} writes what passes in {vpcs[1]} to {GROUP}")

print("== Step 5: the first pings")
ec2.get_waiter("instance_running").wait(InstanceIds=list(instances.values()), WaiterConfig=WAIT)
until(
    lambda: [
        agent
        for agent in ssm.describe_instance_information(
            Filters=[{"Key": "InstanceIds", "Values": [instances[1]]}]
        )["InstanceInformationList"]
        if agent["PingStatus"] == "Online"
    ],
    "the agent on instance 1",
)
# A flow log takes some minutes to begin: packets sent before that are in no record.
until(lambda: logs.describe_log_streams(logGroupName=GROUP)["logStreams"], "the first records")


def addresses(instance):
    found = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
    return found["PrivateIpAddress"], found["PublicIpAddress"]


private1, public1 = addresses(instances[1])
private2, public2 = addresses(instances[2])


def ping_from_instance_1(address):
    command = ssm.send_command(
        InstanceIds=[instances[1]],
        DocumentName="AWS-RunShellScript",
        Parameters={"commands": [f"ping -c 5 -W 2 {address}"]},
    )["Command"]["CommandId"]
    target = {"CommandId": command, "InstanceId": instances[1]}
    try:
        ssm.get_waiter("command_executed").wait(**target, WaiterConfig=WAIT)
    except WaiterError as error:
        # Without a reply ping's exit code is 1, and the command counts as failed.
        if error.last_response.get("Status") != "Failed":
            raise
    print(ssm.get_command_invocation(**target)["StandardOutputContent"].strip())


print("-- to the private address: no reply is expected")
ping_from_instance_1(private2)
print("-- to the public address: replies")
ping_from_instance_1(public2)
print("-- so groups and network ACLs let it pass; the route table knows no way to 10.2.0.0/16:")
for route in ec2.describe_route_tables(RouteTableIds=[tables[1]])["RouteTables"][0]["Routes"]:
    print(f"   {route['DestinationCidrBlock']} -> {route['GatewayId']} ({route['State']})")

print("== Step 6: peer the VPCs")
peering = ec2.create_vpc_peering_connection(
    VpcId=vpcs[1],
    PeerVpcId=vpcs[2],
    TagSpecifications=named("vpc-peering-connection", "VPC 1 <> VPC 2"),
)["VpcPeeringConnection"]["VpcPeeringConnectionId"]
ec2.get_waiter("vpc_peering_connection_exists").wait(VpcPeeringConnectionIds=[peering], WaiterConfig=WAIT)
until(lambda: ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=peering), "accepting the peering")
ec2.create_route(RouteTableId=tables[1], DestinationCidrBlock="10.2.0.0/16", VpcPeeringConnectionId=peering)
ec2.create_route(RouteTableId=tables[2], DestinationCidrBlock="10.1.0.0/16", VpcPeeringConnectionId=peering)
until(
    lambda: ec2.describe_vpc_peering_connections(VpcPeeringConnectionIds=[peering])["VpcPeeringConnections"][0][
        "Status"
    ]["Code"]
    == "active",
    "the peering",
)
print("-- to the private address again: now it replies")
ping_from_instance_1(private2)

print("== Step 7: what the flow log says")
# From when the log group was made to a day later: a range by AWS's clock, whatever this machine's says.
begun = logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"][0]["creationTime"] // 1000


def insights(query):
    """The answer's rows, each a dict of field and value."""
    query_id = logs.start_query(
        logGroupName=GROUP, startTime=begun, endTime=begun + 86_400, queryString=query
    )["queryId"]
    while True:
        answer = logs.get_query_results(queryId=query_id)
        if answer["status"] not in ("Scheduled", "Running"):
            return [{cell["field"]: cell["value"] for cell in row} for row in answer["results"]]
        time.sleep(min(1, PAUSE))


# Records come minutes after their packets. The last ping's replies are the last of all.
until(
    lambda: insights(f"filter srcAddr = '{private2}' and dstAddr = '{private1}' | stats sum(packets) as n")
    == [{"n": "5"}],
    "the records of the last ping",
)
for query in [
    "stats sum(bytes) as bytesTransferred by srcAddr, dstAddr | sort bytesTransferred desc | limit 10",
    "fields @timestamp, srcAddr, dstAddr, bytes | stats sum(bytes) as totalBytes by srcAddr, dstAddr"
    " | sort totalBytes desc | limit 10",
    'fields @timestamp, srcAddr, dstAddr, dstPort, action | filter action = "REJECT" | sort @timestamp desc | limit 5',
    "filter protocol=1 | stats sum(bytes) as bytesTransferred by srcAddr, dstAddr | sort bytesTransferred desc",
    "filter protocol=1 | stats avg(bytes), min(bytes), max(bytes) by srcAddr, dstAddr",
    "filter protocol=17 | stats count(*) by srcAddr",
    'filter action="REJECT" | stats count(*) as numRejections by srcAddr | sort numRejections desc | limit 20',
    "filter protocol=1 | stats sum(packets) as packetsTransferred by srcAddr, dstAddr"
    " | sort packetsTransferred desc | limit 15",
    'filter protocol=1 and isIpv4InSubnet(srcAddr, "10.1.0.0/16") | stats sum(bytes) as bytesTransferred by dstAddr'
    " | sort bytesTransferred desc | limit 15",
    'filter logStatus="SKIPDATA" | stats count(*) by bin(1h) as t | sort t',
    "stats sum(bytes) by bin(1m)",
]:
    print(f"-- {query}")
    for row in insights(query):
        print("   " + json.dumps({field: value for field, value in row.items() if field != "@ptr"}))

print("== The wrong order: what AWS says to it")


def refused(what, call):
    try:
        call()
    except ClientError as error:
        print(f"   {what}: {error.response['Error']['Code']}: {error.response['Error']['Message']}")
    else:
        raise SystemExit(f"{what} was not refused")


refused("VPC with everything in it", lambda: ec2.delete_vpc(VpcId=vpcs[1]))
refused("subnet with an instance", lambda: ec2.delete_subnet(SubnetId=subnets[1]))
refused("security group in use", lambda: ec2.delete_security_group(GroupId=groups[1]))
refused(
    "gateway with public addresses behind it",
    lambda: ec2.detach_internet_gateway(InternetGatewayId=gateways[1], VpcId=vpcs[1]),
)
refused("gateway still attached", lambda: ec2.delete_internet_gateway(InternetGatewayId=gateways[1]))
refused("route table of a subnet", lambda: ec2.delete_route_table(RouteTableId=tables[1]))
refused(
    "the local route", lambda: ec2.delete_route(RouteTableId=tables[1], DestinationCidrBlock="10.1.0.0/16")
)
main = ec2.describe_route_tables(
    Filters=[{"Name": "vpc-id", "Values": [vpcs[1]]}, {"Name": "association.main", "Values": ["true"]}]
)["RouteTables"][0]["RouteTableId"]
refused("the main route table", lambda: ec2.delete_route_table(RouteTableId=main))
interface = ec2.describe_network_interfaces(
    Filters=[{"Name": "attachment.instance-id", "Values": [instances[1]]}]
)["NetworkInterfaces"][0]["NetworkInterfaceId"]
refused(
    "network interface of an instance", lambda: ec2.delete_network_interface(NetworkInterfaceId=interface)
)
refused("policy of a role", lambda: iam.delete_policy(PolicyArn=policy))
refused("role with a policy", lambda: iam.delete_role(RoleName="NextWorkVPCFlowLogsRole"))
refused("role in an instance profile", lambda: iam.delete_role(RoleName="NextWorkInstanceRole"))
refused(
    "instance profile with a role",
    lambda: iam.delete_instance_profile(InstanceProfileName="NextWorkInstanceProfile"),
)

print("== Clean up, in the order that AWS accepts")
ec2.delete_flow_logs(FlowLogIds=[flow_log])
# Without its policy the role cannot make the log group again from records that are still on their way.
iam.detach_role_policy(RoleName="NextWorkVPCFlowLogsRole", PolicyArn=policy)
ec2.terminate_instances(InstanceIds=list(instances.values()))
ec2.delete_route(RouteTableId=tables[1], DestinationCidrBlock="10.2.0.0/16")
ec2.delete_route(RouteTableId=tables[2], DestinationCidrBlock="10.1.0.0/16")
ec2.delete_vpc_peering_connection(VpcPeeringConnectionId=peering)
ec2.get_waiter("instance_terminated").wait(InstanceIds=list(instances.values()), WaiterConfig=WAIT)
for n in (1, 2):
    # The network interface goes a while after its instance.
    until(lambda: ec2.delete_security_group(GroupId=groups[n]), f"security group {n}")
    until(
        lambda: ec2.detach_internet_gateway(InternetGatewayId=gateways[n], VpcId=vpcs[n]),
        f"gateway {n}",
    )
    ec2.delete_internet_gateway(InternetGatewayId=gateways[n])
    until(lambda: ec2.delete_subnet(SubnetId=subnets[n]), f"subnet {n}")
    ec2.delete_route_table(RouteTableId=tables[n])
    until(lambda: ec2.delete_vpc(VpcId=vpcs[n]), f"VPC {n}")
    print(f"{vpcs[n]} and all in it is deleted")
iam.remove_role_from_instance_profile(
    InstanceProfileName="NextWorkInstanceProfile", RoleName="NextWorkInstanceRole"
)
iam.delete_instance_profile(InstanceProfileName="NextWorkInstanceProfile")
iam.detach_role_policy(RoleName="NextWorkInstanceRole", PolicyArn=CORE)
iam.delete_role(RoleName="NextWorkInstanceRole")
iam.delete_role(RoleName="NextWorkVPCFlowLogsRole")
iam.delete_policy(PolicyArn=policy)
logs.delete_log_group(logGroupName=GROUP)

print("== Look again")
left = (
    ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["NextWork-*"]}])["Vpcs"]
    + logs.describe_log_groups(logGroupNamePrefix="NextWork")["logGroups"]
    + [r for r in iam.list_roles()["Roles"] if r["RoleName"].startswith("NextWork")]
)
print(f"{len(left)} things are left")
print("== Done")
