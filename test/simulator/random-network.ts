/** Networks of any shape on an embedded AWS, made by plain SDK calls from a specification that fast-check makes up. */
import {
  AcceptVpcPeeringConnectionCommand,
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateInternetGatewayCommand,
  CreateNetworkAclCommand,
  CreateNetworkAclEntryCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcPeeringConnectionCommand,
  DescribeNetworkAclsCommand,
  type IpPermission,
  ReplaceNetworkAclAssociationCommand,
  RevokeSecurityGroupEgressCommand,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import fc from "fast-check";
import type { Embedded } from "./embedded.ts";
import { latestImageId, makeFlowLog, makeFlowLogRole } from "./lab.ts";

/** Where a rule is about: a block, or in security groups the other group of the same VPC. */
type Where = string | "other group";

export interface GroupRule {
  readonly protocol: "-1" | "icmp" | "tcp" | "udp";
  readonly ports: readonly [from: number, to: number];
  readonly where: Where;
}

export interface AclEntry {
  readonly number: number;
  readonly isEgress: boolean;
  readonly isAllow: boolean;
  readonly protocol: "-1" | "1" | "6" | "17";
  readonly ports: readonly [from: number, to: number];
  readonly cidr: string;
}

export interface GroupSpec {
  readonly ingress: readonly GroupRule[];
  /** Undefined: all, as every group has it at first. */
  readonly egress: readonly GroupRule[] | undefined;
}

export interface SubnetSpec {
  /** Undefined: the VPC's default one, which allows all. */
  readonly acl: readonly AclEntry[] | undefined;
  /** Else the main route table. */
  readonly hasOwnTable: boolean;
}

export interface VpcSpec {
  readonly subnets: readonly SubnetSpec[];
  /** The instance of subnet n is in group n. */
  readonly groups: readonly [GroupSpec, GroupSpec];
  readonly hasGateway: boolean;
  readonly flowLogSeconds: 60 | 600;
}

export interface PeeringSpec {
  readonly from: number;
  readonly to: number;
  readonly isAccepted: boolean;
  readonly routes: "none" | "there" | "both";
}

export interface NetworkSpec {
  readonly vpcs: readonly VpcSpec[];
  readonly peerings: readonly PeeringSpec[];
}

const PORTS = [0, 22, 80, 443, 8080, 30_000, 65_535];
const ports = fc
  .tuple(fc.constantFrom(...PORTS), fc.constantFrom(...PORTS))
  .map(([a, b]): [number, number] => (a < b ? [a, b] : [b, a]));
const cidr = fc.constantFrom(
  "0.0.0.0/0",
  "10.0.0.0/8",
  "10.1.0.0/16",
  "10.2.0.0/16",
  "10.3.0.0/17",
  "10.1.0.0/20",
);

const groupRule: fc.Arbitrary<GroupRule> = fc.record({
  protocol: fc.constantFrom("-1", "icmp", "tcp", "udp"),
  ports,
  where: fc.oneof({ weight: 4, arbitrary: cidr }, { weight: 1, arbitrary: fc.constant("other group") }),
});

/** AWS takes no rule twice. */
const groupRules = fc.uniqueArray(groupRule, {
  maxLength: 3,
  selector: ({ protocol, ports, where }) => `${protocol} ${/tcp|udp/.test(protocol) ? ports : ""} ${where}`,
});

const aclEntries: fc.Arbitrary<AclEntry[]> = fc.uniqueArray(
  fc.record({
    number: fc.integer({ min: 1, max: 300 }),
    isEgress: fc.boolean(),
    isAllow: fc.boolean(),
    protocol: fc.constantFrom("-1", "1", "6", "17"),
    ports,
    cidr,
  }),
  { minLength: 2, maxLength: 8, selector: ({ number, isEgress }) => `${number} ${isEgress}` },
);

const group: fc.Arbitrary<GroupSpec> = fc.record({
  ingress: groupRules,
  egress: fc.option(groupRules, { nil: undefined, freq: 3 }),
});

const vpc: fc.Arbitrary<VpcSpec> = fc.record({
  subnets: fc.array(
    fc.record({ acl: fc.option(aclEntries, { nil: undefined, freq: 2 }), hasOwnTable: fc.boolean() }),
    { minLength: 1, maxLength: 2 },
  ),
  groups: fc.tuple(group, group),
  hasGateway: fc.boolean(),
  flowLogSeconds: fc.constantFrom(60, 600),
});

/** Two VPCs at least: of one there is no other to peer with. */
const peerings = (vpcs: number) =>
  fc.uniqueArray(
    fc
      .record({
        from: fc.nat(vpcs - 1),
        distance: fc.integer({ min: 1, max: vpcs - 1 }),
        isAccepted: fc.boolean(),
        routes: fc.constantFrom("none" as const, "there" as const, "both" as const),
      })
      .map(({ from, distance, ...rest }): PeeringSpec => ({ from, to: (from + distance) % vpcs, ...rest })),
    { maxLength: 2, selector: ({ from, to }) => [from, to].sort().join() },
  );

/** One to three VPCs 10.N.0.0/16, peered with each other or not. */
export const networkSpec: fc.Arbitrary<NetworkSpec> = fc
  .array(vpc, { minLength: 1, maxLength: 3 })
  .chain((vpcs) =>
    fc.record({
      vpcs: fc.constant(vpcs),
      peerings: vpcs.length > 1 ? peerings(vpcs.length) : fc.constant([]),
    }),
  );

export interface MadeSubnet {
  readonly id: string;
  readonly spec: SubnetSpec;
  /** Its own, or the VPC's main one (then undefined). */
  readonly tableId: string | undefined;
  readonly aclId: string | undefined;
  readonly instanceId: string;
  readonly interfaceId: string;
  readonly privateAddress: string;
  /** Of the group that its instance is in. */
  readonly groupIndex: 0 | 1;
}

export interface MadeVpc {
  readonly id: string;
  readonly spec: VpcSpec;
  readonly gatewayId: string | undefined;
  readonly groupIds: readonly [string, string];
  readonly subnets: readonly MadeSubnet[];
  readonly flowLogId: string;
}

export interface MadeNetwork {
  readonly vpcs: readonly MadeVpc[];
  readonly peerings: readonly { readonly id: string; readonly spec: PeeringSpec }[];
}

/** Makes it and waits until everything stands that will. */
export async function make(aws: Embedded, spec: NetworkSpec): Promise<MadeNetwork> {
  await makeFlowLogRole(aws, ["CreateLogGroup", "CreateLogStream", "PutLogEvents"]);
  await aws.clock.sleep(30_000);
  const vpcs: MadeVpc[] = [];
  for (const [index, vpcSpec] of spec.vpcs.entries()) vpcs.push(await makeVpc(aws, index, vpcSpec));
  await aws.clock.sleep(60_000);
  const peerings = [];
  for (const peeringSpec of spec.peerings)
    peerings.push({ id: await makePeering(aws, vpcs, peeringSpec), spec: peeringSpec });
  await aws.clock.sleep(30_000);
  return { vpcs, peerings };
}

export const blockOf = (index: number) => `10.${index + 1}.0.0/16`;

async function makeVpc(aws: Embedded, index: number, spec: VpcSpec): Promise<MadeVpc> {
  const { ec2 } = aws;
  const made = await ec2.send(new CreateVpcCommand({ CidrBlock: blockOf(index) }));
  const id = made.Vpc?.VpcId ?? "";
  let gatewayId: string | undefined;
  if (spec.hasGateway) {
    const gateway = await ec2.send(new CreateInternetGatewayCommand({}));
    gatewayId = gateway.InternetGateway?.InternetGatewayId;
    await ec2.send(new AttachInternetGatewayCommand({ VpcId: id, InternetGatewayId: gatewayId }));
  }
  const groupIds = await makeGroups(aws, id, spec.groups);
  const flowLogId = await makeFlowLog(aws, id, { MaxAggregationInterval: spec.flowLogSeconds });
  const subnets: MadeSubnet[] = [];
  for (const [number, subnet] of spec.subnets.entries()) {
    const groupIndex = number === 0 ? 0 : 1;
    subnets.push(
      await makeSubnet(aws, subnet, {
        vpcId: id,
        cidr: `10.${index + 1}.${16 * number}.0/20`,
        gatewayId,
        groupId: groupIds[groupIndex],
        groupIndex,
      }),
    );
  }
  return { id, spec, gatewayId, groupIds, subnets, flowLogId };
}

async function makeGroups(
  { ec2 }: Embedded,
  vpcId: string,
  specs: readonly GroupSpec[],
): Promise<[string, string]> {
  const ids: string[] = [];
  for (const [index] of specs.entries()) {
    const made = await ec2.send(
      new CreateSecurityGroupCommand({ GroupName: `group-${index}`, Description: "any", VpcId: vpcId }),
    );
    ids.push(made.GroupId ?? "");
  }
  const [first = "", second = ""] = ids;
  for (const [index, spec] of specs.entries()) {
    const [GroupId, other] = index === 0 ? [first, second] : [second, first];
    const permissions = (rules: readonly GroupRule[]) => rules.map((rule) => permission(rule, other));
    if (spec.ingress.length > 0)
      await ec2.send(
        new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: permissions(spec.ingress) }),
      );
    if (spec.egress) {
      await ec2.send(
        new RevokeSecurityGroupEgressCommand({
          GroupId,
          IpPermissions: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
        }),
      );
      if (spec.egress.length > 0)
        await ec2.send(
          new AuthorizeSecurityGroupEgressCommand({ GroupId, IpPermissions: permissions(spec.egress) }),
        );
    }
  }
  return [first, second];
}

export function permission(
  { protocol, ports: [from, to], where }: GroupRule,
  otherGroupId: string,
): IpPermission {
  return {
    IpProtocol: protocol,
    ...(protocol === "icmp" && { FromPort: -1, ToPort: -1 }),
    ...(/tcp|udp/.test(protocol) && { FromPort: from, ToPort: to }),
    ...(where === "other group"
      ? { UserIdGroupPairs: [{ GroupId: otherGroupId }] }
      : { IpRanges: [{ CidrIp: where }] }),
  };
}

interface Surroundings {
  readonly vpcId: string;
  readonly cidr: string;
  readonly gatewayId: string | undefined;
  readonly groupId: string;
  readonly groupIndex: 0 | 1;
}

async function makeSubnet(aws: Embedded, spec: SubnetSpec, around: Surroundings): Promise<MadeSubnet> {
  const { ec2 } = aws;
  const made = await ec2.send(
    new CreateSubnetCommand({
      VpcId: around.vpcId,
      CidrBlock: around.cidr,
      AvailabilityZone: "us-east-1a",
    }),
  );
  const id = made.Subnet?.SubnetId ?? "";
  let tableId: string | undefined;
  if (spec.hasOwnTable) {
    tableId = (await ec2.send(new CreateRouteTableCommand({ VpcId: around.vpcId }))).RouteTable?.RouteTableId;
    await ec2.send(new AssociateRouteTableCommand({ RouteTableId: tableId, SubnetId: id }));
    if (around.gatewayId !== undefined)
      await ec2.send(
        new CreateRouteCommand({
          RouteTableId: tableId,
          DestinationCidrBlock: "0.0.0.0/0",
          GatewayId: around.gatewayId,
        }),
      );
  }
  const aclId = spec.acl && (await makeAcl(aws, around.vpcId, id, spec.acl));
  const launched = await ec2.send(
    new RunInstancesCommand({
      MinCount: 1,
      MaxCount: 1,
      ImageId: await latestImageId(aws),
      InstanceType: "t3.micro",
      SubnetId: id,
      SecurityGroupIds: [around.groupId],
    }),
  );
  const instance = launched.Instances?.[0];
  return {
    id,
    spec,
    tableId,
    aclId,
    instanceId: instance?.InstanceId ?? "",
    interfaceId: instance?.NetworkInterfaces?.[0]?.NetworkInterfaceId ?? "",
    privateAddress: instance?.PrivateIpAddress ?? "",
    groupIndex: around.groupIndex,
  };
}

async function makeAcl(
  { ec2 }: Embedded,
  vpcId: string,
  subnetId: string,
  entries: readonly AclEntry[],
): Promise<string | undefined> {
  const made = await ec2.send(new CreateNetworkAclCommand({ VpcId: vpcId }));
  const id = made.NetworkAcl?.NetworkAclId;
  for (const {
    number,
    isEgress,
    isAllow,
    protocol,
    ports: [From, To],
    cidr,
  } of entries)
    await ec2.send(
      new CreateNetworkAclEntryCommand({
        NetworkAclId: id,
        RuleNumber: number,
        Egress: isEgress,
        RuleAction: isAllow ? "allow" : "deny",
        Protocol: protocol,
        CidrBlock: cidr,
        ...(protocol === "1" && { IcmpTypeCode: { Type: -1, Code: -1 } }),
        ...(/^(6|17)$/.test(protocol) && { PortRange: { From, To } }),
      }),
    );
  const { NetworkAcls: acls } = await ec2.send(
    new DescribeNetworkAclsCommand({ Filters: [{ Name: "association.subnet-id", Values: [subnetId] }] }),
  );
  const association = acls?.[0]?.Associations?.find((each) => each.SubnetId === subnetId);
  await ec2.send(
    new ReplaceNetworkAclAssociationCommand({
      AssociationId: association?.NetworkAclAssociationId,
      NetworkAclId: id,
    }),
  );
  return id;
}

async function makePeering(
  { ec2, clock }: Embedded,
  vpcs: readonly MadeVpc[],
  { from, to, isAccepted, routes }: PeeringSpec,
): Promise<string> {
  const made = await ec2.send(
    new CreateVpcPeeringConnectionCommand({ VpcId: vpcs[from]?.id, PeerVpcId: vpcs[to]?.id }),
  );
  const id = made.VpcPeeringConnection?.VpcPeeringConnectionId ?? "";
  await clock.sleep(10_000);
  if (isAccepted) await ec2.send(new AcceptVpcPeeringConnectionCommand({ VpcPeeringConnectionId: id }));
  const route = async (vpc: MadeVpc | undefined, destination: string) => {
    for (const { tableId } of vpc?.subnets ?? [])
      if (tableId !== undefined)
        await ec2.send(
          new CreateRouteCommand({
            RouteTableId: tableId,
            DestinationCidrBlock: destination,
            VpcPeeringConnectionId: id,
          }),
        );
  };
  if (routes !== "none") await route(vpcs[from], blockOf(to));
  if (routes === "both") await route(vpcs[to], blockOf(from));
  return id;
}
