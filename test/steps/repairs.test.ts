/** Which step mends what: and that none is named that would not. */
import { expect, test } from "vitest";
import { DEFAULT_OPTIONS, labSpec } from "../../src/lab/spec.ts";
import { adviseOn } from "../../src/network/advice.ts";
import type { Change } from "../../src/network/change.ts";
import { echoRequest } from "../../src/network/packet.ts";
import type { Topology } from "../../src/network/topology.ts";
import { repairedBy, tagsOfNew } from "../../src/steps/repairs.ts";
import {
  INSTANCE_1,
  INSTANCE_2,
  LAB_GROUP_RULES,
  labTopology,
  peeredLab,
  tcp,
} from "../network/lab-topology.ts";

const ping = echoRequest(INSTANCE_1.private, INSTANCE_2.private);
const publicPing = echoRequest(INSTANCE_1.private, INSTANCE_2.public);
const ssh = tcp(INSTANCE_1.private, INSTANCE_2.private, 22);
const asked = labTopology({ peering: "pending-acceptance", peeringRoutes: [1, 2] });
const nameless = (lab: Topology): Topology => ({
  ...lab,
  peeringConnections: lab.peeringConnections.map((one) => ({ ...one, name: undefined })),
});
const spec = (sshFrom: string | undefined) =>
  labSpec({ ...DEFAULT_OPTIONS, region: "eu-west-3", hours: undefined, sshFrom });
const withSubnetNames = (lab: Topology): Topology => ({
  ...lab,
  subnets: lab.subnets.map((one) => ({
    ...one,
    name: `NextWork-${one.id.slice(-1)}-subnet-public1-eu-west-3a`,
  })),
});
/** A subnet beside the lab's in VPC 2, on the main table, with an instance. */
const OWN = "10.2.128.93";
const withOwnSubnet = peeredLab({
  more: {
    subnets: [{ id: "subnet-9", name: "mine", vpcId: "vpc-2", cidr: "10.2.128.0/20" }],
    networkInterfaces: labTopology()
      .networkInterfaces.filter(({ vpcId }) => vpcId === "vpc-2")
      .map((one) => ({
        ...one,
        id: "eni-9",
        subnetId: "subnet-9",
        privateAddress: OWN,
        publicAddress: undefined,
      })),
    networkAcls: labTopology()
      .networkAcls.filter(({ vpcId }) => vpcId === "vpc-2")
      .map((acl) => ({ ...acl, id: "acl-9", subnetIds: ["subnet-9"] })),
  },
});
const closed = peeredLab({ groupRules: { 2: LAB_GROUP_RULES.filter(({ egress }) => egress) } });

test.each([
  ["a missing peering", labTopology(), ping, "peering"],
  ["a request of the lab's own", asked, ping, "peering"],
  ["a request that somebody made by hand", nameless(asked), ping, undefined],
  ["a route to a connection made by hand", nameless(peeredLab({ peeringRoutes: [1] })), ping, undefined],
  ["a route missing in VPC 2", peeredLab({ peeringRoutes: [1] }), ping, "peering"],
  ["a subnet on the main table", withSubnetNames(peeredLab({ unassociatedSubnets: [1] })), ping, "vpcs"],
  ["a subnet that is not the lab's", withOwnSubnet, echoRequest(INSTANCE_1.private, OWN), undefined],
  ["detached gateways", labTopology({ detachedGateways: [1] }), publicPing, "vpcs"],
  ["a group that lets nothing in", closed, ping, "instances"],
  [
    "a group that lets no port 80 in",
    peeredLab(),
    tcp(INSTANCE_1.private, INSTANCE_2.private, 80),
    undefined,
  ],
  ["a stopped instance", peeredLab({ interfaces: { 2: { isUp: false } } }), ping, undefined],
  ["nothing", peeredLab(), ping, undefined],
] as const)("%s is mended by the step that makes it, or by none", (_, topology, packet, step) => {
  expect(repairedBy(adviseOn(topology, packet).changes, spec("0.0.0.0/0"), topology)).toBe(step);
});

test("a subnet that is not the lab's is associated by hand alone", () => {
  const { changes } = adviseOn(withOwnSubnet, echoRequest(INSTANCE_1.private, OWN));
  expect(changes).toEqual([{ kind: "associate-route-table", routeTableId: "rtb-2", subnetId: "subnet-9" }]);
});

test("SSH is let in again by the step only from where the learner said", () => {
  const { changes } = adviseOn(closed, ssh);
  expect(repairedBy(changes, spec("10.1.0.0/16"), closed)).toBe("instances");
  expect(repairedBy(changes, spec("203.0.113.0/24"), closed)).toBeUndefined();
  expect(repairedBy(changes, spec(undefined), closed)).toBeUndefined();
});

test("what is made by hand gets the tags of the part that it replaces", () => {
  const lab = labTopology();
  const tags = (change: Change) => tagsOfNew(change, spec(undefined), lab);
  const peering = { kind: "create-peering", requesterVpcId: "vpc-1", accepterVpcId: "vpc-2" } as const;
  expect(tags(peering)).toEqual(spec(undefined).tagsOf("peering-connection"));
  expect(tags({ kind: "create-internet-gateway", vpcId: "vpc-2" })).toEqual(
    spec(undefined).tagsOf("internet-gateway-2"),
  );
  expect(tags({ kind: "create-internet-gateway", vpcId: "vpc-9" })).toEqual({});
  expect(tags({ kind: "accept-peering", peeringId: "pcx-1" })).toEqual({});
});
