/**
 * What an account may have in one Region. AWS's defaults (AWS-FACTS §2 and the VPC and EC2 quota pages); a world may
 * be made with others, as an account may be granted others.
 */
import type { Context } from "../context.ts";

export const DEFAULT_QUOTAS = {
  /** The default VPC counts. */
  vpcs: 5,
  /** Follows the quota of VPCs: AWS raises it with that one, and not by itself. */
  internetGateways: 5,
  subnetsPerVpc: 200,
  routeTablesPerVpc: 200,
  /** The local route does not count. */
  routesPerRouteTable: 50,
  securityGroupsPerVpc: 500,
  /** In each direction. */
  rulesPerSecurityGroup: 60,
  securityGroupsPerInterface: 5,
  networkAclsPerVpc: 200,
  /** In each direction; the final `*` entry does not count. */
  entriesPerNetworkAcl: 20,
  elasticAddresses: 5,
  activePeeringConnectionsPerVpc: 50,
  pendingPeeringConnections: 25,
  /** Of running On-Demand Standard instances (A, C, D, H, I, M, R, T, Z). */
  vcpus: 32,
  /** On one VPC, subnet or network interface. */
  flowLogsPerResource: 2,
};

export type Quotas = typeof DEFAULT_QUOTAS;

/** The quotas of this world's account. */
export function quotasOf({ state: { quotas = {} } }: Context): Quotas {
  const { vpcs } = quotas;
  return { ...DEFAULT_QUOTAS, ...(vpcs !== undefined && { internetGateways: vpcs }), ...quotas };
}

/** From now on the account has these; those that are not named stay as they are. */
export function grantQuotas({ state }: Context, quotas: Partial<Quotas>): void {
  state.quotas = { ...state.quotas, ...quotas };
}
