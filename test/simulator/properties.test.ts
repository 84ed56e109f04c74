/** What holds in every network, whatever its shape: fast-check makes them up, and shrinks the one that breaks. */
import {
  DeleteFlowLogsCommand,
  DeleteInternetGatewayCommand,
  DeleteNetworkAclCommand,
  DeleteRouteCommand,
  DeleteRouteTableCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DeleteVpcPeeringConnectionCommand,
  DetachInternetGatewayCommand,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import fc from "fast-check";
import { expect, test } from "vitest";
import { sendPacket, sendReply } from "../../src/simulator/ec2/packets.ts";
import type { Ec2State } from "../../src/simulator/ec2/state.ts";
import { type Embedded, embedded } from "./embedded.ts";
import {
  answerFate,
  type Flow,
  type Party,
  partiesOf,
  requestFate,
  STRANGER,
  type Traffic,
} from "./expected-records.ts";
import { records } from "./lab.ts";
import {
  blockOf,
  type GroupRule,
  type MadeNetwork,
  make,
  networkSpec,
  permission,
} from "./random-network.ts";

/** More for whoever hunts: PROPERTY_RUNS=500 npx vitest run test/simulator/properties.test.ts */
const RUNS = { numRuns: Number(process.env.PROPERTY_RUNS ?? 12) };
const TIMEOUT_MS = 60_000 + 5_000 * RUNS.numRuns;
const REGION = "us-east-1";

const traffic: fc.Arbitrary<Traffic> = fc.record({
  from: fc.nat(5),
  to: fc.option(fc.nat(5), { nil: undefined, freq: 5 }),
  protocol: fc.constantFrom(1, 6, 17),
  port: fc.constantFrom(22, 80, 443, 9_999),
  packets: fc.integer({ min: 1, max: 20 }),
  bytes: fc.integer({ min: 28, max: 1_500 }),
  pauseMs: fc.integer({ min: 0, max: 100_000 }),
});

test(
  "the records' sums are what was sent, and their verdicts the groups' and ACLs', whatever the routes say",
  async () => {
    await fc.assert(
      fc.asyncProperty(
        networkSpec,
        fc.array(traffic, { minLength: 1, maxLength: 12 }),
        async (spec, sent) => {
          const aws = embedded();
          const network = await make(aws, spec);
          const parties = partiesOf(network);
          const expected = new Map<string, { packets: number; bytes: number }>();
          const count = (lines: readonly string[], bytes: number) => {
            for (const line of lines) {
              const sum = expected.get(line) ?? { packets: 0, bytes: 0 };
              expected.set(line, { packets: sum.packets + 1, bytes: sum.bytes + bytes });
            }
          };
          for (const [index, one] of sent.entries()) {
            await send(aws, network, parties, one, 40_000 + index, count);
            await aws.clock.sleep(one.pauseMs);
          }
          await aws.clock.sleep(1_800_000);
          expect(await recorded(aws, parties)).toEqual(Object.fromEntries([...expected].sort()));
        },
      ),
      RUNS,
    );
  },
  TIMEOUT_MS,
);

/** Sends the packets and holds their arrival against what is expected; `count` is told who has seen them. */
async function send(
  aws: Embedded,
  network: MadeNetwork,
  parties: readonly Party[],
  { from, to, protocol, port, packets, bytes }: Traffic,
  sourcePort: number,
  count: (lines: readonly string[], bytes: number) => void,
): Promise<void> {
  const sender = parties[from % parties.length];
  const receiver = to === undefined ? undefined : parties[to % parties.length];
  if (!sender || sender === receiver) return;
  const flow: Flow = {
    source: sender.subnet.privateAddress,
    destination: receiver?.subnet.privateAddress ?? STRANGER,
    sourcePort: protocol === 1 ? 0 : sourcePort,
    destinationPort: protocol === 1 ? 0 : port,
    protocol,
  };
  const request = requestFate(network, sender, receiver, flow);
  const answer = receiver && request.isDelivered ? answerFate(network, receiver, sender, flow) : undefined;
  await aws.world.change(REGION, (context) => {
    for (let number = 0; number < packets; number++) {
      const packet = { ...flow, ...(protocol === 1 && { icmp: { type: 8, code: 0 } }) };
      const there = sendPacket(context, packet, bytes, { from: sender.subnet.interfaceId });
      count(request.seen, bytes);
      if (!receiver) continue;
      expect(there.delivered).toBe(request.isDelivered);
      if (!answer) continue;
      expect(sendReply(context, there, bytes).delivered).toBe(answer.isDelivered);
      count(answer.seen, bytes);
    }
  });
}

/** The records of the network's own conversations, each flow summed up. */
async function recorded(aws: Embedded, parties: readonly Party[]) {
  const own = new Set([STRANGER, ...parties.map(({ subnet }) => subnet.privateAddress)]);
  const sums: Record<string, { packets: number; bytes: number }> = {};
  for (const record of await records(aws)) {
    if (record.logStatus !== "OK" || !own.has(record.srcAddr) || !own.has(record.dstAddr)) continue;
    const { interfaceId, srcAddr, srcPort, dstAddr, dstPort, protocol, action, packets, bytes } = record;
    const line = `${interfaceId} ${srcAddr}:${srcPort} > ${dstAddr}:${dstPort} ${protocol} ${action}`;
    const sum = sums[line] ?? { packets: 0, bytes: 0 };
    sums[line] = { packets: sum.packets + packets, bytes: sum.bytes + bytes };
  }
  return sums;
}

interface Deletion {
  readonly what: string;
  call(): Promise<unknown>;
}

/** Everything that takes the network down, in the order that AWS accepts (AWS-FACTS §1). */
function deletions({ ec2 }: Embedded, { vpcs, peerings }: MadeNetwork): Deletion[] {
  const subnets = vpcs.flatMap((vpc) => vpc.subnets);
  const peeringRoutes = peerings.flatMap(({ spec: { from, to, routes } }) => [
    ...(routes === "none"
      ? []
      : tablesOf(vpcs[from]).map((tableId) => ({ tableId, destination: blockOf(to) }))),
    ...(routes === "both"
      ? tablesOf(vpcs[to]).map((tableId) => ({ tableId, destination: blockOf(from) }))
      : []),
  ]);
  return [
    ...vpcs.map(({ flowLogId }) => ({
      what: "flow log",
      call: () => ec2.send(new DeleteFlowLogsCommand({ FlowLogIds: [flowLogId] })),
    })),
    ...subnets.map(({ instanceId }) => ({
      what: "instance",
      call: () => ec2.send(new TerminateInstancesCommand({ InstanceIds: [instanceId] })),
    })),
    ...peeringRoutes.map(({ tableId, destination }) => ({
      what: "route",
      call: () =>
        ec2.send(new DeleteRouteCommand({ RouteTableId: tableId, DestinationCidrBlock: destination })),
    })),
    ...peerings.map(({ id }) => ({
      what: "peering",
      call: () => ec2.send(new DeleteVpcPeeringConnectionCommand({ VpcPeeringConnectionId: id })),
    })),
    ...vpcs.flatMap((vpc) => referencesOf(vpc).map((call) => ({ what: "reference", call: () => call(ec2) }))),
    ...vpcs.flatMap(({ groupIds }) =>
      groupIds.map((GroupId) => ({
        what: "group",
        call: () => ec2.send(new DeleteSecurityGroupCommand({ GroupId })),
      })),
    ),
    ...vpcs.flatMap(({ id, gatewayId }) =>
      gatewayId === undefined
        ? []
        : [
            {
              what: "attachment",
              call: () =>
                ec2.send(new DetachInternetGatewayCommand({ InternetGatewayId: gatewayId, VpcId: id })),
            },
            {
              what: "gateway",
              call: () => ec2.send(new DeleteInternetGatewayCommand({ InternetGatewayId: gatewayId })),
            },
          ],
    ),
    ...subnets.map(({ id }) => ({
      what: "subnet",
      call: () => ec2.send(new DeleteSubnetCommand({ SubnetId: id })),
    })),
    ...vpcs.flatMap(tablesOf).map((RouteTableId) => ({
      what: "table",
      call: () => ec2.send(new DeleteRouteTableCommand({ RouteTableId })),
    })),
    ...subnets.flatMap(({ aclId }) =>
      aclId === undefined
        ? []
        : [{ what: "ACL", call: () => ec2.send(new DeleteNetworkAclCommand({ NetworkAclId: aclId })) }],
    ),
    ...vpcs.map(({ id }) => ({ what: "VPC", call: () => ec2.send(new DeleteVpcCommand({ VpcId: id })) })),
  ];
}

function tablesOf(vpc: MadeNetwork["vpcs"][number] | undefined): string[] {
  return (vpc?.subnets ?? []).flatMap(({ tableId }) => (tableId === undefined ? [] : [tableId]));
}

/** The rules by which the two groups of a VPC hold each other. */
function referencesOf({ spec, groupIds: [first, second] }: MadeNetwork["vpcs"][number]) {
  const isReference = ({ where }: GroupRule) => where === "other group";
  return spec.groups.flatMap(({ ingress, egress = [] }, index) => {
    const [GroupId, other] = index === 0 ? [first, second] : [second, first];
    const permissions = (rules: readonly GroupRule[]) =>
      rules.filter(isReference).map((rule) => permission(rule, other));
    return [
      ...permissions(ingress).map(
        (each) => (ec2: Embedded["ec2"]) =>
          ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions: [each] })),
      ),
      ...permissions(egress).map(
        (each) => (ec2: Embedded["ec2"]) =>
          ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: [each] })),
      ),
    ];
  });
}

/** Ids by kind; of what goes on being shown for a while, none. */
function standing({ clientTokens: _, instances, peeringConnections, flowLogs, ...ec2 }: Ec2State) {
  return Object.fromEntries(
    Object.entries({ ...ec2, instances, peeringConnections, flowLogs }).map(([kind, all]) => [
      kind,
      Object.keys(all).sort(),
    ]),
  );
}

/** Whatever says that it belongs to something that is not there. */
function orphans(ec2: Ec2State): string[] {
  const found: string[] = [];
  const require = (owner: string, kind: keyof Ec2State, id: string | undefined) => {
    if (id !== undefined && !Object.hasOwn(ec2[kind], id)) found.push(`${owner} of ${id}`);
  };
  for (const kind of ["subnets", "routeTables", "networkAcls", "securityGroups", "internetGateways"] as const)
    for (const each of Object.values(ec2[kind])) require(each.id, "vpcs", each.vpcId);
  for (const { id, associations } of [...Object.values(ec2.routeTables), ...Object.values(ec2.networkAcls)])
    for (const { subnetId } of associations) require(`association with ${id}`, "subnets", subnetId);
  for (const subnet of Object.values(ec2.subnets)) {
    const acls = Object.values(ec2.networkAcls).filter(({ associations }) =>
      associations.some(({ subnetId }) => subnetId === subnet.id),
    );
    if (acls.length !== 1) found.push(`${subnet.id} with ${acls.length} network ACLs`);
  }
  for (const each of Object.values(ec2.networkInterfaces)) {
    require(each.id, "subnets", each.subnetId);
    require(each.id, "instances", each.attachment?.instanceId);
    for (const groupId of each.securityGroupIds) require(each.id, "securityGroups", groupId);
  }
  for (const { id, vpcId, rules } of Object.values(ec2.securityGroups))
    for (const { referencedGroupId } of rules)
      require(`rule of ${id} in ${vpcId}`, "securityGroups", referencedGroupId);
  for (const each of Object.values(ec2.instances)) {
    if (each.state === "terminated") continue;
    require(each.id, "subnets", each.subnetId);
    require(each.id, "networkInterfaces", each.networkInterfaceId);
    require(each.id, "volumes", each.volumeId);
  }
  for (const { id, status, requesterVpcId, accepterVpcId } of Object.values(ec2.peeringConnections))
    if (status === "active" || status === "pending-acceptance" || status === "provisioning")
      for (const vpcId of [requesterVpcId, accepterVpcId]) require(id, "vpcs", vpcId);
  for (const { id, resourceId, deletedAt } of Object.values(ec2.flowLogs))
    if (deletedAt === undefined) require(id, "vpcs", resourceId);
  return found;
}

const ec2State = (aws: Embedded) => aws.world.look(REGION, (context) => structuredClone(context.region.ec2));

/** By then everything that AWS goes on showing for a while has faded. */
const FADED_MS = 3 * 3_600_000;

test(
  "deleting in the order that AWS accepts is never refused, and ends empty",
  async () => {
    await fc.assert(
      fc.asyncProperty(networkSpec, async (spec) => {
        const aws = embedded();
        const before = standing(await ec2State(aws));
        const network = await make(aws, spec);
        let last = "";
        for (const { what, call } of deletions(aws, network)) {
          // The one wait: interfaces hold groups, subnets and gateways until some time after their instances' end.
          if (last === "instance" && what !== "instance") await aws.clock.sleep(150_000);
          await call();
          last = what;
        }
        await aws.clock.sleep(FADED_MS);
        expect(standing(await ec2State(aws))).toEqual(before);
      }),
      RUNS,
    );
  },
  TIMEOUT_MS,
);

/** What AWS says to a deletion that comes too early; anything else is a mistake. */
const TOO_EARLY = new Set(["DependencyViolation"]);

test(
  "in whatever order things are deleted, nothing is ever left that belongs to nothing, and it ends empty",
  async () => {
    await fc.assert(
      fc.asyncProperty(
        networkSpec,
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        async (spec, dice) => {
          const aws = embedded();
          const before = standing(await ec2State(aws));
          const network = await make(aws, spec);
          let left = deletions(aws, network);
          for (let round = 0; left.length > 0; round++) {
            // A round gets at least what the order asks for next; a network has 12 kinds of things.
            expect(round, `left: ${left.map(({ what }) => what)}`).toBeLessThan(15);
            const order = left
              .map((deletion) => ({ deletion, at: dice.next().value }))
              .sort((a, b) => a.at - b.at);
            for (const { deletion } of order) {
              const refusal = await deletion.call().then(
                () => undefined,
                (error: Error) => error.name,
              );
              expect(
                orphans(await ec2State(aws)),
                `after ${deletion.what} (${refusal ?? "deleted"})`,
              ).toEqual([]);
              // What went with its table, group or VPC is gone too.
              const isGone = refusal === undefined || /NotFound$/.test(refusal);
              if (!isGone) expect(TOO_EARLY).toContain(refusal);
              if (isGone) left = left.filter((other) => other !== deletion);
            }
            await aws.clock.sleep(60_000);
          }
          await aws.clock.sleep(FADED_MS);
          expect(standing(await ec2State(aws))).toEqual(before);
        },
      ),
      RUNS,
    );
  },
  TIMEOUT_MS,
);
