import {
  AcceptVpcPeeringConnectionCommand,
  AssociateRouteTableCommand,
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateNetworkAclEntryCommand,
  CreateRouteCommand,
  CreateSubnetCommand,
  CreateVpcPeeringConnectionCommand,
  DeleteNetworkAclEntryCommand,
  DeleteRouteCommand,
  DeleteVpcPeeringConnectionCommand,
  DescribeNetworkAclsCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeVpcPeeringConnectionsCommand,
  DisassociateRouteTableCommand,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  type RouteTable,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import type { Aws } from "../../src/aws/clients.ts";
import { describeInstances } from "../../src/aws/instance.ts";
import { tagSpecifications } from "../../src/aws/tags.ts";
import { waitFor } from "../../src/aws/waits.ts";
import { ping } from "../../src/commands/ping.ts";
import { up } from "../../src/commands/up.ts";
import { type WhyOptions, why } from "../../src/commands/why.ts";
import { DEFAULT_OPTIONS, labSpec } from "../../src/lab/spec.ts";
import { byHand, letTimePass } from "./by-hand.ts";
import { labHome, type RunOptions, refusal, SIMULATED, unwrapped } from "./in-process.ts";
import { standingLab } from "./standing-lab.ts";

const SPEC = labSpec({ ...DEFAULT_OPTIONS, region: "us-east-1", hours: undefined });

/** A lab of the caller's own that stands until a step, and short ways to ask about it and to meddle with it. */
function standing(until: string) {
  const home = standingLab(until);
  const ask = (target = "private", options: WhyOptions = {}, run: RunOptions = {}) =>
    home.run((program) => why(program, target, { ...SIMULATED, ...options }), { json: options.json, ...run });
  const json = async (target = "private", options: WhyOptions = {}) =>
    JSON.parse((await ask(target, { ...options, json: true })).stdout);
  const hand = <T>(work: (aws: Aws) => Promise<T>) => byHand(home, work);
  return { home, ask, json, hand };
}

async function routeTable({ ec2 }: Aws, side: 1 | 2): Promise<RouteTable> {
  const Filters = [{ Name: "tag:vpclab:part", Values: [`route-table-${side}`] }];
  const { RouteTables } = await ec2.send(new DescribeRouteTablesCommand({ Filters }));
  if (!RouteTables?.[0]) throw new Error("The lab has no such route table.");
  return RouteTables[0];
}

async function networkAcl(aws: Aws, side: 1 | 2): Promise<string> {
  const vpcId = (await routeTable(aws, side)).VpcId ?? "";
  const Filters = [{ Name: "vpc-id", Values: [vpcId] }];
  const { NetworkAcls } = await aws.ec2.send(new DescribeNetworkAclsCommand({ Filters }));
  return NetworkAcls?.[0]?.NetworkAclId ?? "";
}

describe("vpclab why, before the peering", () => {
  const { ask, json } = standing("first-ping");

  it("names the route that is missing, and the step that brings it", async () => {
    const { code, stdout } = await ask();
    expect(code).toBe(3);
    expect(stdout).toMatch(
      /^\nping instance 1 → 10\.2\.\d+\.\d+ \(instance 2, private\) +no reply: stopped at hop 4$/m,
    );
    expect(stdout).toMatch(/^ 1 security group NextWork-1-SG, out +allowed +all traffic$/m);
    expect(stdout).toMatch(/^ 2 network ACL acl-\S+, out +allowed +rule 100$/m);
    expect(stdout).toMatch(/^ 3 route table NextWork-1-rtb-public +→ igw-/m);
    expect(stdout).toContain("best match 0.0.0.0/0; nothing for 10.2.0.0/16");
    expect(stdout).toMatch(/^ 4 internet gateway NextWork-1-igw +dropped$/m);
    expect(stdout).toContain("IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS");
    expect(unwrapped(stdout)).toMatch(
      /ACCEPT 10\.1\.\S+ → 10\.2\.\S+ out, the request: 5 packets 420 bytes and nothing back/,
    );
    expect(unwrapped(stdout)).toMatch(/\(Instance - NextWork VPC 2\): not logged/);
    expect(stdout).toContain("→ vpclab up --until peering");
  });

  it.each<[string, WhyOptions, string]>([
    ["private", { protocol: "tcp", port: "23" }, "private --protocol tcp --port 23"],
    ["public", { port: "80", from: "instance-2" }, "public --from instance-2 --protocol tcp --port 80"],
  ])("has the question to %s with %o as a command, to be asked again", async (target, options, command) => {
    const { stdout } = await ask(target, options);
    expect(stdout).toMatch(new RegExp(`made, ask again:\\n  → vpclab why ${command}\\n`));
  });

  it.each([60, 80, 120, undefined])(
    "fits a terminal of %s columns, and reads without colour",
    async (columns) => {
      for (const target of ["private", "public", "8.8.8.8", "192.168.9.9"]) {
        const { stdout } = await ask(target, {}, { columns, color: false });
        const longest = Math.max(...stdout.split("\n").map((line) => [...line].length));
        expect(longest).toBeLessThanOrEqual(columns ?? 80);
        expect(stdout).not.toContain("\x1b");
      }
    },
  );

  it("leaves every id whole at 60 columns", async () => {
    const { stdout } = await ask("private", {}, { columns: 60, color: false });
    expect(stdout).toMatch(/^ 3 route table NextWork-1-rtb-public$\n^ {5}→ igw-[0-9a-f]{17}/m);
  });

  it("stays within ASCII where the terminal has no more", async () => {
    const { stdout } = await ask("private", {}, { env: { TERM: "xterm", LANG: "C" } });
    expect([...stdout].filter((character) => character > "~")).toEqual([]);
  });

  it("walks the public ping there and back, both seen by the flow log", async () => {
    const { code, stdout } = await ask("public");
    expect(code).toBe(0);
    expect(stdout).toMatch(/16 Instance - NextWork VPC 1 +delivered/);
    expect(stdout.match(/^ {4}ACCEPT /gm)).toHaveLength(2);
    expect(stdout).toContain("vpclab ping public");
  });

  it("gives all of it as JSON, the same by another flag for the protocol", async () => {
    const asked = await json("private", { from: "instance-2", port: "22" });
    expect(asked).toMatchObject({
      from: "instance-2",
      to: "instance-1",
      scope: "private",
      protocol: "tcp",
      port: 22,
      reachable: false,
      back: null,
      stop: { way: "there", number: 4, code: "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS" },
      changes: [
        { kind: "create-peering", command: expect.stringContaining("create-vpc-peering-connection") },
        { kind: "accept-peering" },
        { kind: "create-route", destination: "10.1.0.0/16" },
        { kind: "create-route", destination: "10.2.0.0/16" },
      ],
      suffices: true,
      repairedBy: "peering",
    });
    expect(asked.there.map(({ kind }: { kind: string }) => kind)).toEqual([
      "security-group-out",
      "network-acl-out",
      "route-table",
      "internet-gateway",
    ]);
    expect(await json("private", { protocol: "TCP" })).toMatchObject({ protocol: "tcp", port: 22 });
  });
});

describe("vpclab why, while the peering is made", () => {
  const { home, ask, json, hand } = standing("instances");

  it("tells a request that nobody accepted", async () => {
    const id = await hand(async (aws) => {
      const [one, two] = [await routeTable(aws, 1), await routeTable(aws, 2)];
      const { VpcPeeringConnection } = await aws.ec2.send(
        // As an `up` leaves it that is cut off between the request and its acceptance.
        new CreateVpcPeeringConnectionCommand({
          VpcId: one.VpcId,
          PeerVpcId: two.VpcId,
          TagSpecifications: tagSpecifications(SPEC.tagsOf("peering-connection"), "vpc-peering-connection"),
        }),
      );
      const VpcPeeringConnectionId = VpcPeeringConnection?.VpcPeeringConnectionId;
      for (const [table, DestinationCidrBlock] of [
        [one, "10.2.0.0/16"] as const,
        [two, "10.1.0.0/16"] as const,
      ])
        await aws.ec2.send(
          new CreateRouteCommand({
            RouteTableId: table.RouteTableId,
            DestinationCidrBlock,
            VpcPeeringConnectionId,
          }),
        );
      return VpcPeeringConnectionId ?? "";
    });
    await letTimePass(home, 20_000);
    expect(await json()).toMatchObject({
      stop: {
        kind: "route-table",
        code: "BAD_STATE_ROUTE",
        reason: expect.stringContaining("is pending-acceptance"),
      },
      changes: [{ kind: "accept-peering", peeringId: id }],
      repairedBy: "peering",
    });
    await hand((aws) => aws.ec2.send(new AcceptVpcPeeringConnectionCommand({ VpcPeeringConnectionId: id })));
    await letTimePass(home, 20_000);
    expect((await ask()).code).toBe(0);
  });
});

describe("vpclab why, once peered", () => {
  const { home, ask, json, hand } = standing("peering");

  it("walks there and back, every hop allowed, the route and what it lost against told", async () => {
    const { code, stdout } = await ask();
    expect(code).toBe(0);
    expect(stdout).toMatch(/private\) +replies$/m);
    expect(stdout.match(/best match 10\.[12]\.0\.0\/16, longer than 0\.0\.0\.0\/0/g)).toHaveLength(2);
    expect(stdout).not.toMatch(/dropped|denied/);
  });

  it.each(["127.0.0.1", "127.8.0.9"])("leaves %s on the instance itself, as its ping does", async (own) => {
    const { code, stdout } = await ask(own);
    expect(code).toBe(0);
    expect(stdout).toContain("a loopback address: the packet never leaves the instance");
    expect((await home.run((program) => ping(program, own, SIMULATED))).code).toBe(0);
  });

  it("names an instance that was made in a subnet of its own, as ping does", async () => {
    const own = await hand(async (aws) => {
      const { ec2 } = aws;
      const [two] = await describeInstances(aws, [{ Name: "tag:vpclab:part", Values: ["instance-2"] }]);
      const { Subnet } = await ec2.send(
        new CreateSubnetCommand({ VpcId: two?.VpcId, CidrBlock: "10.2.128.0/20" }),
      );
      const { Instances } = await ec2.send(
        new RunInstancesCommand({
          ImageId: two?.ImageId,
          InstanceType: two?.InstanceType,
          SubnetId: Subnet?.SubnetId,
          MinCount: 1,
          MaxCount: 1,
          TagSpecifications: tagSpecifications({ Name: "mine" }, "instance"),
        }),
      );
      return Instances?.[0] ?? {};
    });
    await letTimePass(home, 60_000);
    const address = own.PrivateIpAddress ?? "";
    expect((await json(address)).flowLog).toContainEqual(expect.objectContaining({ name: "mine" }));
    const pinged = await home.run((program) => ping(program, address, SIMULATED));
    expect(unwrapped(pinged.stdout)).toMatch(new RegExp(`${address} is mine, in the lab's VPCs .* Why: `));
    await hand(({ ec2 }) => ec2.send(new TerminateInstancesCommand({ InstanceIds: [own.InstanceId ?? ""] })));
  });

  it.each([
    [1, "10.2.0.0/16", "there"],
    [2, "10.1.0.0/16", "back"],
  ] as const)("names the one route of VPC %s that was deleted, and the command", async (side, cidr, way) => {
    const { RouteTableId } = await hand(async (aws) => {
      const table = await routeTable(aws, side);
      await aws.ec2.send(
        new DeleteRouteCommand({ RouteTableId: table.RouteTableId, DestinationCidrBlock: cidr }),
      );
      return table;
    });
    const asked = await json();
    expect(asked).toMatchObject({ reachable: false, stop: { way }, repairedBy: "peering" });
    expect(asked.changes).toHaveLength(1);
    expect(asked.changes[0].command).toMatch(
      new RegExp(
        `^aws ec2 create-route --route-table-id ${RouteTableId} --destination-cidr-block ${cidr} --vpc-peering-connection-id pcx-[0-9a-f]+ --region us-east-1$`,
      ),
    );
    const { code, stdout } = await ask();
    expect(code).toBe(3);
    expect(stdout).toContain(`NextWork-${side}-rtb-public`);
    await home.run((program) => up(program, { ...SIMULATED, yes: true, until: "peering" }));
    expect((await ask()).code).toBe(0);
  });

  it("makes by hand a peering connection that is the lab's, in place of a deleted one", async () => {
    const peerings = async ({ ec2 }: Aws) =>
      (await ec2.send(new DescribeVpcPeeringConnectionsCommand())).VpcPeeringConnections ?? [];
    await hand(async (aws) => {
      for (const { VpcPeeringConnectionId } of await peerings(aws))
        await aws.ec2.send(new DeleteVpcPeeringConnectionCommand({ VpcPeeringConnectionId }));
    });
    await letTimePass(home, 20_000);
    const pinged = await home.run((program) => ping(program, "private", SIMULATED));
    expect(unwrapped(pinged.stdout)).toMatch(/best match 10\.2\.0\.0\/16 is a blackhole: .* is deleted\. →/);
    const [create] = (await json()).changes;
    const tags = [...create.command.matchAll(/\{Key=([^,]+),Value="([^"]+)"\}/g)].map(([, key, value]) => [
      key,
      value,
    ]);
    await hand((aws) =>
      aws.ec2.send(
        new CreateVpcPeeringConnectionCommand({
          VpcId: create.requesterVpcId,
          PeerVpcId: create.accepterVpcId,
          TagSpecifications: tagSpecifications(Object.fromEntries(tags), "vpc-peering-connection"),
        }),
      ),
    );
    await letTimePass(home, 20_000);
    const { code, stdout } = await ask();
    expect(code).toBe(3);
    expect(unwrapped(stdout)).toContain("Or let the lab make them: → vpclab up --until peering");
    await home.run((program) => up(program, { ...SIMULATED, yes: true, until: "peering" }));
    expect((await ask()).code).toBe(0);
    const living = (await hand(peerings)).filter(({ Status }) => Status?.Code === "active");
    expect(living).toHaveLength(1);
  });

  it("tells a network ACL that denies the reply alone: ACCEPT out, REJECT in", async () => {
    const acl = { RuleNumber: 7, Egress: false };
    const NetworkAclId = await hand(async (aws) => {
      const id = await networkAcl(aws, 1);
      await aws.ec2.send(
        new CreateNetworkAclEntryCommand({
          ...acl,
          NetworkAclId: id,
          Protocol: "1",
          IcmpTypeCode: { Type: 0, Code: -1 },
          CidrBlock: "10.2.0.0/16",
          RuleAction: "deny",
        }),
      );
      return id;
    });
    const asked = await json();
    expect(asked).toMatchObject({
      stop: { way: "back", number: 12, kind: "network-acl-in", code: "SUBNET_ACL_RESTRICTION" },
      changes: [
        {
          kind: "delete-network-acl-entry",
          command: `aws ec2 delete-network-acl-entry --network-acl-id ${NetworkAclId} --rule-number 7 --ingress --region us-east-1`,
        },
      ],
      repairedBy: null,
    });
    expect(
      asked.flowLog[0].records.map(({ action, flow }: Record<string, string>) => `${action} ${flow}`),
    ).toEqual(["ACCEPT egress", "REJECT ingress"]);
    expect(unwrapped((await ask()).stdout)).toContain("REJECT: a security group or a network ACL said no.");
    await hand((aws) => aws.ec2.send(new DeleteNetworkAclEntryCommand({ ...acl, NetworkAclId })));
  });

  it.each([
    [40_001, 65_535, "32768-40000", "40001-60999"],
    [1024, 40_000, "40001-60999", "32768-40000"],
    // Around the one port that was tried, and within what others take.
    [50_000, 50_000, "32768-49999, 50001-60999", "50000"],
  ])("says that some source ports fail where an ACL denies %i to %i", async (From, To, open, closed) => {
    const acl = { RuleNumber: 7, Egress: true };
    const NetworkAclId = await hand(async (aws) => {
      const id = await networkAcl(aws, 2);
      await aws.ec2.send(
        new CreateNetworkAclEntryCommand({
          ...acl,
          NetworkAclId: id,
          Protocol: "6",
          PortRange: { From, To },
          CidrBlock: "0.0.0.0/0",
          RuleAction: "deny",
        }),
      );
      return id;
    });
    const { code, stdout } = await ask("private", { port: "22" });
    expect(code).toBe(3);
    expect(unwrapped(stdout)).toContain("from some source ports: stopped at hop 9");
    expect(unwrapped(stdout)).toContain(`Open both ways: ${open}. Stopped, as follows: ${closed}.`);
    expect(await json("private", { port: "22" })).toMatchObject({
      reachable: false,
      sourcePorts: expect.arrayContaining([expect.objectContaining({ reachable: true })]),
      stop: { way: "back", kind: "network-acl-out" },
      changes: [{ kind: "delete-network-acl-entry", networkAclId: NetworkAclId, ruleNumber: 7 }],
      suffices: true,
    });
    // Replies go to the port of who asked: pings have none.
    expect((await ask()).code).toBe(0);
    await hand((aws) => aws.ec2.send(new DeleteNetworkAclEntryCommand({ ...acl, NetworkAclId })));
    expect(await json("private", { port: "22" })).not.toHaveProperty("sourcePorts");
  });

  it("says flatly that there is no connection where no source port gets through", async () => {
    const NetworkAclId = await hand((aws) => networkAcl(aws, 2));
    const rules = [
      [7, 1024, 40_000],
      [8, 40_001, 65_535],
    ] as const;
    await hand(async ({ ec2 }) => {
      for (const [RuleNumber, From, To] of rules)
        await ec2.send(
          new CreateNetworkAclEntryCommand({
            NetworkAclId,
            RuleNumber,
            Egress: true,
            Protocol: "6",
            PortRange: { From, To },
            CidrBlock: "0.0.0.0/0",
            RuleAction: "deny",
          }),
        );
    });
    expect((await ask("private", { port: "22" })).stdout).toContain("no connection: stopped at hop 9");
    const asked = await json("private", { port: "22" });
    expect(asked).not.toHaveProperty("sourcePorts");
    // One of them would open some ports alone.
    expect(asked.changes).toMatchObject([{ ruleNumber: 7 }, { ruleNumber: 8 }]);
    await hand(async ({ ec2 }) => {
      for (const [RuleNumber] of rules)
        await ec2.send(new DeleteNetworkAclEntryCommand({ NetworkAclId, RuleNumber, Egress: true }));
    });
  });

  it("tells a group that no longer lets ping in, while SSH still passes", async () => {
    const rule = await hand(async (aws) => {
      const Filters = [{ Name: "tag:vpclab:part", Values: ["security-group-2"] }];
      const { SecurityGroups } = await aws.ec2.send(new DescribeSecurityGroupsCommand({ Filters }));
      const icmp = SecurityGroups?.[0]?.IpPermissions?.filter(({ IpProtocol }) => IpProtocol === "icmp");
      const found = { GroupId: SecurityGroups?.[0]?.GroupId, IpPermissions: icmp };
      await aws.ec2.send(new RevokeSecurityGroupIngressCommand(found));
      return found;
    });
    expect(await json()).toMatchObject({
      stop: { kind: "security-group-in", component: rule.GroupId, code: "ENI_SG_RULES_MISMATCH" },
      repairedBy: "instances",
    });
    expect((await ask("private", { port: "22" })).code).toBe(0);
    expect(await json("private", { port: "80" })).toMatchObject({
      changes: [{ command: expect.stringMatching(/--protocol tcp --port 80 --cidr 10\.1\.\S+\/32/) }],
      repairedBy: null,
    });
    await hand((aws) => aws.ec2.send(new AuthorizeSecurityGroupIngressCommand(rule)));
  });

  it("does not promise a ping where the sender's agent has no way out", async () => {
    const [group, table] = await hand(async (aws) => {
      const Filters = [{ Name: "tag:vpclab:part", Values: ["security-group-1"] }];
      const { SecurityGroups } = await aws.ec2.send(new DescribeSecurityGroupsCommand({ Filters }));
      const found = {
        GroupId: SecurityGroups?.[0]?.GroupId,
        IpPermissions: SecurityGroups?.[0]?.IpPermissionsEgress,
      };
      await aws.ec2.send(new RevokeSecurityGroupEgressCommand(found));
      return [found, await routeTable(aws, 1)] as const;
    });
    const closed = await ask();
    expect(closed.stdout).toContain("--protocol icmp");
    expect(unwrapped(closed.stdout)).toMatch(
      /But vpclab can send nothing from instance 1: .* stops at security group NextWork-1-SG, out: .* → vpclab why 52\.\S+ --port 443 $/,
    );
    const refused = await refusal(() => home.run((program) => ping(program, "private", SIMULATED)));
    expect(refused).toMatchObject({
      code: "command-undelivered",
      why: expect.stringContaining("no way out"),
    });
    expect(await json("52.119.160.1", { port: "443" })).toMatchObject({
      changes: [{ kind: "authorize-security-group", rule: { peer: { cidr: "0.0.0.0/0" } } }],
    });
    await hand((aws) => aws.ec2.send(new AuthorizeSecurityGroupEgressCommand(group)));
    expect((await ask()).stdout).not.toContain("But vpclab can send nothing");

    const way = { RouteTableId: table.RouteTableId, DestinationCidrBlock: "0.0.0.0/0" };
    await hand((aws) => aws.ec2.send(new DeleteRouteCommand(way)));
    const { code, stdout } = await ask();
    expect(code).toBe(0);
    expect(unwrapped(stdout)).toMatch(/But vpclab can send nothing from instance 1: .*no route for 52\./);
    expect(stdout).not.toContain("vpclab ping");
    // Where the change that is advised gives the agent its way, too, nothing has to be said of it.
    expect((await ask("public")).stdout).not.toContain("But vpclab can send nothing");
    const GatewayId = table.Routes?.find(
      (one) => one.DestinationCidrBlock === way.DestinationCidrBlock,
    )?.GatewayId;
    await hand((aws) => aws.ec2.send(new CreateRouteCommand({ ...way, GatewayId })));
    expect((await ask()).stdout).toContain("vpclab ping private");
  });

  it("tells a subnet that follows the main route table", async () => {
    const table = await hand(async (aws) => {
      const found = await routeTable(aws, 2);
      const AssociationId = found.Associations?.[0]?.RouteTableAssociationId;
      await aws.ec2.send(new DisassociateRouteTableCommand({ AssociationId }));
      return found;
    });
    const SubnetId = table.Associations?.[0]?.SubnetId;
    expect(await json()).toMatchObject({
      stop: {
        way: "back",
        code: "NO_ROUTE_TO_DESTINATION",
        reason: expect.stringContaining("main route table"),
      },
      changes: [{ kind: "associate-route-table", routeTableId: table.RouteTableId, subnetId: SubnetId }],
      repairedBy: "vpcs",
    });
    await hand((aws) =>
      aws.ec2.send(new AssociateRouteTableCommand({ RouteTableId: table.RouteTableId, SubnetId })),
    );
  });

  it("tells a stopped instance, by its private address and by the public one that it has no more", async () => {
    const id = await hand(async (aws) => {
      const [instance] = await describeInstances(aws, [{ Name: "tag:vpclab:part", Values: ["instance-2"] }]);
      const InstanceIds = [instance?.InstanceId ?? ""];
      await aws.ec2.send(new StopInstancesCommand({ InstanceIds }));
      await waitFor(aws, { what: "it to stop", atMostMs: 300_000, everyMs: 5_000 }, async () => {
        const [now] = await describeInstances(aws, [{ Name: "instance-id", Values: InstanceIds }]);
        return now?.State?.Name === "stopped" ? true : undefined;
      });
      return InstanceIds[0] ?? "";
    });
    const start = [{ kind: "start-instance", instanceId: id }];
    expect(await json("private")).toMatchObject({ stop: { code: "BAD_STATE" }, changes: start });
    expect(await json("public")).toMatchObject({
      address: null,
      stop: { code: "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS" },
      changes: start,
      suffices: true,
    });
    expect(await json("private", { from: "instance-2" })).toMatchObject({
      stop: { kind: "source", code: "BAD_STATE" },
    });
    expect((await ask("public")).stdout).toContain(`aws ec2 start-instances --instance-ids ${id}`);
    await hand((aws) => aws.ec2.send(new StartInstancesCommand({ InstanceIds: [id] })));
    await letTimePass(home, 60_000);
    expect((await ask()).code).toBe(0);
  });

  it("says of an address that nobody here has that no change helps", async () => {
    const asked = await json("192.168.9.9");
    expect(asked).toMatchObject({ reachable: false, changes: [], suffices: false, repairedBy: null });
    expect(asked.obstacle).toBe("No VPC of this lab has 192.168.9.9.");
  });
});

describe("vpclab why", () => {
  it.each<[string, WhyOptions]>([
    ["sideways", {}],
    ["10.2.0.300", {}],
    ["private; reboot", {}],
    ["private", { from: "local" }],
    ["private", { protocol: "gre" }],
    ["private", { protocol: "icmp", port: "22" }],
    ["private", { protocol: "udp" }],
    ["private", { port: "0" }],
    ["private", { port: "65536" }],
  ])("refuses %s %o before any call", async (target, options) => {
    const fresh = labHome();
    const error = await refusal(() =>
      fresh.run((program) => why(program, target, { ...SIMULATED, ...options })),
    );
    expect(error).toMatchObject({ code: "usage", exitCode: 2 });
  });

  it("says where there is no lab that there is none", async () => {
    const fresh = labHome();
    const error = await refusal(() => fresh.run((program) => why(program, "private", SIMULATED)));
    expect(error).toMatchObject({ code: "not-there", next: ["vpclab up"] });
  });
});
