/** Peering connections as answers show them, and what they can be filtered by. */
import type { VpcPeeringConnection } from "@aws-sdk/client-ec2";
import type { Context } from "../context.ts";
import type { FilterFields } from "./filters.ts";
import type { PeeringConnectionState } from "./state.ts";
import { tagSet } from "./tag-sets.ts";

export function describePeering(context: Context, peering: PeeringConnectionState): VpcPeeringConnection {
  const side = (
    VpcId: string,
    cidr: string | undefined,
    options: PeeringConnectionState["requesterOptions"],
  ) => ({
    VpcId,
    OwnerId: context.account,
    Region: context.regionName,
    ...(cidr !== undefined && { CidrBlock: cidr, CidrBlockSet: [{ CidrBlock: cidr }] }),
    PeeringOptions: {
      AllowDnsResolutionFromRemoteVpc: options.allowDnsResolutionFromRemoteVpc,
      AllowEgressFromLocalClassicLinkToRemoteVpc: false,
      AllowEgressFromLocalVpcToRemoteClassicLink: false,
    },
  });
  // Nobody is told the accepter's block before it has accepted (API reference; the examples of create and accept).
  const isAccepted = peering.status === "provisioning" || peering.status === "active";
  return {
    VpcPeeringConnectionId: peering.id,
    RequesterVpcInfo: side(peering.requesterVpcId, peering.requesterCidr, peering.requesterOptions),
    AccepterVpcInfo: side(
      peering.accepterVpcId,
      isAccepted ? peering.accepterCidr : undefined,
      peering.accepterOptions,
    ),
    Status: { Code: peering.status, Message: peering.statusMessage },
    ExpirationTime: peering.expiresAt === undefined ? undefined : new Date(peering.expiresAt),
    Tags: tagSet(peering.tags),
  };
}

export function peeringFilterFields(context: Context): FilterFields<PeeringConnectionState> {
  return {
    "accepter-vpc-info.cidr-block": (peering) => peering.accepterCidr,
    "accepter-vpc-info.owner-id": () => context.account,
    "accepter-vpc-info.vpc-id": (peering) => peering.accepterVpcId,
    "expiration-time": ({ expiresAt }) =>
      expiresAt === undefined ? undefined : new Date(expiresAt).toISOString(),
    "requester-vpc-info.cidr-block": (peering) => peering.requesterCidr,
    "requester-vpc-info.owner-id": () => context.account,
    "requester-vpc-info.vpc-id": (peering) => peering.requesterVpcId,
    "status-code": (peering) => peering.status,
    "status-message": (peering) => peering.statusMessage,
    "vpc-peering-connection-id": (peering) => peering.id,
  };
}
