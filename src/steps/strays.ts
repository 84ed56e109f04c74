/**
 * Takes strays down: what others put into the lab's own VPCs. Only where the learner asked for it, and only what
 * readStrays has found there.
 */
import type { Aws } from "../aws/clients.ts";
import type { Deletion } from "../aws/deletion.ts";
import { releaseAddress } from "../aws/elastic-ip.ts";
import { LabError } from "../aws/errors.ts";
import { terminateInstance } from "../aws/instance.ts";
import { deleteInternetGateway } from "../aws/internet-gateway.ts";
import { deleteNatGateway } from "../aws/nat-gateway.ts";
import { deleteNetworkAcl } from "../aws/network-acl.ts";
import { deleteNetworkInterface } from "../aws/network-interface.ts";
import { deletePeeringConnection } from "../aws/peering-connection.ts";
import { deleteRouteTable } from "../aws/route-table.ts";
import { deleteSecurityGroup, forgetOtherGroups } from "../aws/security-group.ts";
import type { Stray } from "../aws/strays.ts";
import { deleteSubnet } from "../aws/subnet.ts";
import { deleteVpcEndpoint } from "../aws/vpc-endpoint.ts";
import type { LabSpec, ResourceType } from "../lab/spec.ts";
import { removal } from "./removal.ts";
import type { LabContext, Removal } from "./step.ts";

type Delete = (aws: Aws, id: string, spec: LabSpec) => Promise<Deletion>;

/**
 * Before anything of the lab goes: what takes minutes by itself, and keeps interfaces and addresses. An Elastic IP can
 * be released once its NAT gateway is gone.
 */
const FIRST: readonly Partial<Record<ResourceType, Delete>>[] = [
  {
    instance: terminateInstance,
    "vpc-endpoint": deleteVpcEndpoint,
    natgateway: deleteNatGateway,
    "vpc-peering-connection": deletePeeringConnection,
  },
  { "elastic-ip": releaseAddress },
];

/**
 * While the lab goes: each waits for what of the lab still uses it (a group on the lab's instance, an ACL on its subnet),
 * and the lab's VPC in turn for them.
 */
const ALONGSIDE: Partial<Record<ResourceType, Delete>> = {
  "network-interface": deleteNetworkInterface,
  "security-group": async (aws, id, spec) => {
    await forgetOtherGroups(aws, id);
    return deleteSecurityGroup(aws, spec, id);
  },
  subnet: (aws, id, spec) => deleteSubnet(aws, spec, id),
  "route-table": deleteRouteTable,
  "network-acl": deleteNetworkAcl,
  "internet-gateway": (aws, id, spec) => deleteInternetGateway(aws, spec, id),
};

/** To be waited for before the lab's own go. */
export async function removeFirst(lab: LabContext, strays: readonly Stray[]): Promise<Removal[]> {
  const removals: Removal[] = [];
  for (const deletions of FIRST) removals.push(...(await removeEach(lab, strays, deletions)));
  return removals;
}

/** To be begun with the lab's own. */
export function removeAlongside(lab: LabContext, strays: readonly Stray[]): Promise<Removal[]> {
  return removeEach(lab, strays, ALONGSIDE);
}

function removeEach(
  { aws, spec }: LabContext,
  strays: readonly Stray[],
  deletions: Partial<Record<ResourceType, Delete>>,
): Promise<Removal[]> {
  return Promise.all(
    strays.flatMap((stray) => {
      const remove = deletions[stray.type];
      if (remove === undefined) return [];
      const { type, id, name } = stray;
      return removal({ type, part: "", id, name, state: "present" }, () => {
        if (!stray.goesAlone) throw goesWithItsService(stray);
        return remove(aws, id, spec);
      });
    }),
  );
}

function goesWithItsService({ plantedBy }: Stray): LabError {
  return new LabError(
    "not-alone",
    `It belongs to ${plantedBy}, and AWS lets it go only with what it serves there.`,
  );
}
