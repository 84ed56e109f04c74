/** Which step of the lab makes a change, so that walking up to it mends what is amiss. */
import { type LabSpec, type Side, STEP_IDS, type StepId } from "../lab/spec.ts";
import { type Change, NEW_PEERING } from "../network/change.ts";
import { contains } from "../network/cidr.ts";
import { ICMP, TCP } from "../network/packet.ts";
import type { Named, Topology } from "../network/topology.ts";

/** The last step that it takes to make all of the changes; undefined where one of them is made by no step. */
export function repairedBy(changes: readonly Change[], spec: LabSpec, network: Topology): StepId | undefined {
  const steps = changes.map((change) => stepThatMakes(change, spec, network));
  if (steps.length === 0 || steps.includes(undefined)) return undefined;
  return STEP_IDS.findLast((step) => steps.includes(step));
}

/**
 * The tags of what a change makes for the lab, so that by hand, too, it becomes the lab's: `up` takes it for its own,
 * and `teardown` deletes it. Empty where it makes nothing that the lab has.
 */
export function tagsOfNew(change: Change, spec: LabSpec, network: Topology): Record<string, string> {
  if (change.kind === "create-peering") return spec.tagsOf("peering-connection");
  if (change.kind !== "create-internet-gateway") return {};
  const name = network.vpcs.find(({ id }) => id === change.vpcId)?.name;
  const side = ([1, 2] satisfies Side[]).find((one) => name === spec.nameOf(`vpc-${one}`));
  return side === undefined ? {} : spec.tagsOf(`internet-gateway-${side}`);
}

function stepThatMakes(change: Change, spec: LabSpec, network: Topology): StepId | undefined {
  // The lab associates its own subnets alone: one that was made beside them stays as it is.
  const isLabsSubnet = (id: string) => {
    const name = network.subnets.find((subnet) => subnet.id === id)?.name;
    return ([1, 2] satisfies Side[]).some((side) => name?.startsWith(spec.nameOf(`subnet-${side}`)) === true);
  };
  const isLabs = (things: readonly Named[], id: string, part: "route-table" | "security-group") => {
    const name = things.find((thing) => thing.id === id)?.name;
    return ([1, 2] satisfies Side[]).some((side) => name === spec.nameOf(`${part}-${side}` as const));
  };
  // Step 6 wants a connection of its own, and AWS has no second one between the same two VPCs.
  const isLabsPeering = (id: string) =>
    id === NEW_PEERING ||
    network.peeringConnections.find((one) => one.id === id)?.name === spec.nameOf("peering-connection");
  switch (change.kind) {
    case "create-peering":
      return "peering";
    case "accept-peering":
      return isLabsPeering(change.peeringId) ? "peering" : undefined;
    case "create-internet-gateway":
    case "attach-internet-gateway":
      return "vpcs";
    case "associate-route-table":
      return isLabs(network.routeTables, change.routeTableId, "route-table") && isLabsSubnet(change.subnetId)
        ? "vpcs"
        : undefined;
    case "create-route":
    case "replace-route": {
      if (!isLabs(network.routeTables, change.routeTableId, "route-table")) return undefined;
      if (change.target.startsWith("igw-")) return change.destination === "0.0.0.0/0" ? "vpcs" : undefined;
      const isBlock = network.vpcs.some(({ cidrs }) => cidrs[0] === change.destination);
      return isBlock && isLabsPeering(change.target) ? "peering" : undefined;
    }
    case "authorize-security-group": {
      const { rule, groupId } = change;
      if (rule.egress || !isLabs(network.securityGroups, groupId, "security-group")) return undefined;
      const isSsh = rule.protocol === TCP && rule.ports?.from === 22;
      const from = rule.peer.cidr.split("/")[0] ?? "";
      const isLetIn = isSsh && spec.sshFrom !== undefined && contains(spec.sshFrom, from);
      return rule.protocol === ICMP || isLetIn ? "instances" : undefined;
    }
    default:
      return undefined;
  }
}
