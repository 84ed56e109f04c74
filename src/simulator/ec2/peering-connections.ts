/**
 * VPC peering connections: requested, accepted or rejected, active some seconds later, and visible for a while after
 * their end (AWS-FACTS §1 and §3; VPC peering guide, "lifecycle").
 */
import {
  AcceptVpcPeeringConnection$,
  type AcceptVpcPeeringConnectionRequest,
  type AcceptVpcPeeringConnectionResult,
  CreateVpcPeeringConnection$,
  type CreateVpcPeeringConnectionRequest,
  type CreateVpcPeeringConnectionResult,
  DeleteVpcPeeringConnection$,
  type DeleteVpcPeeringConnectionRequest,
  type DeleteVpcPeeringConnectionResult,
  DescribeVpcPeeringConnections$,
  type DescribeVpcPeeringConnectionsRequest,
  type DescribeVpcPeeringConnectionsResult,
  RejectVpcPeeringConnection$,
  type RejectVpcPeeringConnectionRequest,
  type RejectVpcPeeringConnectionResult,
} from "@aws-sdk/client-ec2";
import { overlaps } from "../../network/cidr.ts";
import type { Context, EventHandler } from "../context.ts";
import { AwsError } from "../error.ts";
import { type Operation, operation } from "../operation.ts";
import { select } from "./describe.ts";
import { describePeering, peeringFilterFields } from "./peering-descriptions.ts";
import { operations as peeringOptions } from "./peering-options.ts";
import { isLive, joins } from "./peering-states.ts";
import { quotasOf } from "./quotas.ts";
import { find, PEERING_CONNECTION, VPC } from "./resources.ts";
import type { PeeringConnectionState } from "./state.ts";
import { tagsFrom } from "./tag-sets.ts";

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;
/** A request that nobody accepts expires. */
const REQUEST_LIFETIME = 7 * DAY;
/** How long one that has ended stays visible. */
const FADES_AFTER = { failed: 2 * HOUR, deleted: 2 * HOUR, rejected: 2 * HOUR, expired: 2 * DAY } as const;

function createVpcPeeringConnection(
  context: Context,
  input: CreateVpcPeeringConnectionRequest,
): CreateVpcPeeringConnectionResult {
  const requester = find(context, VPC, input.VpcId);
  if (input.PeerVpcId === undefined)
    throw new AwsError("MissingParameter", "The request must contain the parameter peerVpcId");
  if (input.PeerOwnerId !== undefined && input.PeerOwnerId !== context.account)
    throw new AwsError(
      "UnsupportedOperation",
      "The embedded AWS of vpclab holds one account: peering stays in it.",
    );
  if (input.PeerRegion !== undefined && input.PeerRegion !== context.regionName)
    throw new AwsError(
      "UnsupportedOperation",
      "The embedded AWS of vpclab does not model peering between Regions.",
    );
  const accepter = find(context, VPC, input.PeerVpcId);
  const { peeringConnections } = context.region.ec2;
  const live = Object.values(peeringConnections).filter(isLive);
  // The other way round it is another connection.
  const present = live.find(
    ({ requesterVpcId, accepterVpcId }) => requesterVpcId === requester.id && accepterVpcId === accepter.id,
  );
  if (present) return { VpcPeeringConnection: describePeering(context, present) };
  if (live.filter(({ status }) => status !== "active").length >= quotasOf(context).pendingPeeringConnections)
    throw new AwsError(
      "OutstandingVpcPeeringConnectionLimitExceeded",
      "The maximum number of outstanding VPC peering connection requests has been reached.",
    );
  const peering: PeeringConnectionState = {
    id: context.newId("pcx"),
    requesterVpcId: requester.id,
    requesterCidr: requester.cidr,
    accepterVpcId: accepter.id,
    accepterCidr: accepter.cidr,
    status: "initiating-request",
    statusMessage: `Initiating Request to ${context.account}`,
    expiresAt: context.now + REQUEST_LIFETIME,
    requesterOptions: { allowDnsResolutionFromRemoteVpc: false },
    accepterOptions: { allowDnsResolutionFromRemoteVpc: false },
    tags: tagsFrom(input.TagSpecifications, "vpc-peering-connection"),
  };
  peeringConnections[peering.id] = peering;
  schedule(context, peering, "ec2.peering-requested", context.randomInteger(1, 2) * SECOND);
  return { VpcPeeringConnection: describePeering(context, peering) };
}

function describeVpcPeeringConnections(
  context: Context,
  input: DescribeVpcPeeringConnectionsRequest,
): DescribeVpcPeeringConnectionsResult {
  const fields = peeringFilterFields(context);
  const { items, NextToken } = select(
    context,
    PEERING_CONNECTION,
    input.VpcPeeringConnectionIds,
    input,
    fields,
  );
  return { VpcPeeringConnections: items.map((peering) => describePeering(context, peering)), NextToken };
}

function acceptVpcPeeringConnection(
  context: Context,
  input: AcceptVpcPeeringConnectionRequest,
): AcceptVpcPeeringConnectionResult {
  const peering = find(context, PEERING_CONNECTION, input.VpcPeeringConnectionId);
  if (peering.status !== "pending-acceptance") throw invalidTransition(peering, "provisioning");
  const { requesterVpcId, accepterVpcId } = peering;
  const active = Object.values(context.region.ec2.peeringConnections).filter(
    ({ status }) => status === "active" || status === "provisioning",
  );
  if (active.some((other) => joins(other, requesterVpcId) && joins(other, accepterVpcId)))
    throw new AwsError(
      "VpcPeeringConnectionAlreadyExists",
      `A VPC peering connection already exists between ${requesterVpcId} and ${accepterVpcId}`,
    );
  for (const vpcId of [requesterVpcId, accepterVpcId]) {
    const ofVpc = active.filter((other) => joins(other, vpcId));
    if (ofVpc.length >= quotasOf(context).activePeeringConnectionsPerVpc)
      throw new AwsError(
        "ActiveVpcPeeringConnectionPerVpcLimitExceeded",
        `The maximum number of active VPC peering connections for ${vpcId} has been reached.`,
      );
  }
  change(peering, "provisioning", "Provisioning");
  context.unschedule(peering.id, "ec2.peering-expired");
  schedule(context, peering, "ec2.peering-active", context.randomInteger(3000, 7000));
  return { VpcPeeringConnection: describePeering(context, peering) };
}

function rejectVpcPeeringConnection(
  context: Context,
  input: RejectVpcPeeringConnectionRequest,
): RejectVpcPeeringConnectionResult {
  const peering = find(context, PEERING_CONNECTION, input.VpcPeeringConnectionId);
  if (peering.status !== "pending-acceptance") throw invalidTransition(peering, "rejected");
  end(context, peering, "rejected", "Rejected");
  return { Return: true };
}

function deleteVpcPeeringConnection(
  context: Context,
  input: DeleteVpcPeeringConnectionRequest,
): DeleteVpcPeeringConnectionResult {
  const peering = find(context, PEERING_CONNECTION, input.VpcPeeringConnectionId);
  if (!isLive(peering)) throw invalidTransition(peering, "deleting");
  change(peering, "deleting", `Deleting by ${context.account}`);
  context.unschedule(peering.id, "ec2.peering-requested", "ec2.peering-active", "ec2.peering-expired");
  schedule(context, peering, "ec2.peering-deleted", context.randomInteger(1, 3) * SECOND);
  return { Return: true };
}

function invalidTransition(peering: PeeringConnectionState, to: PeeringConnectionState["status"]): AwsError {
  return new AwsError(
    "InvalidStateTransition",
    `Invalid state transition for ${peering.id}, attempted to transition from ${peering.status} to ${to}`,
  );
}

function change(
  peering: PeeringConnectionState,
  status: PeeringConnectionState["status"],
  message: string,
): void {
  peering.status = status;
  peering.statusMessage = message;
  // AWS names a time of expiry only while it can expire.
  if (status !== "pending-acceptance") delete peering.expiresAt;
}

function end(
  context: Context,
  peering: PeeringConnectionState,
  status: keyof typeof FADES_AFTER,
  message: string,
): void {
  change(peering, status, message);
  context.unschedule(peering.id, "ec2.peering-expired");
  schedule(context, peering, "ec2.peering-faded", FADES_AFTER[status]);
}

function schedule(context: Context, peering: PeeringConnectionState, kind: string, delay: number): void {
  context.schedule(context.now + delay, { kind, region: context.regionName, subject: peering.id });
}

/** Does something to the peering connection that an event is about, unless it has faded. */
function about(work: (context: Context, peering: PeeringConnectionState) => void): EventHandler {
  return (context, event) => {
    const peering = context.region.ec2.peeringConnections[event.subject];
    if (peering) work(context, peering);
  };
}

export const events: Readonly<Record<string, EventHandler>> = {
  "ec2.peering-requested": about((context, peering) => {
    const { requesterCidr, accepterCidr, expiresAt = context.now } = peering;
    if (overlaps(requesterCidr, accepterCidr)) {
      const message = "Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range";
      return end(context, peering, "failed", message);
    }
    change(peering, "pending-acceptance", `Pending Acceptance by ${context.account}`);
    schedule(context, peering, "ec2.peering-expired", expiresAt - context.now);
  }),
  "ec2.peering-active": about((_context, peering) => change(peering, "active", "Active")),
  "ec2.peering-expired": about((context, peering) => end(context, peering, "expired", "Expired")),
  "ec2.peering-deleted": about((context, peering) =>
    end(context, peering, "deleted", `Deleted by ${context.account}`),
  ),
  "ec2.peering-faded": about((context, peering) => {
    delete context.region.ec2.peeringConnections[peering.id];
  }),
};

export const operations: readonly Operation[] = [
  operation(
    CreateVpcPeeringConnection$,
    ["VpcId", "PeerVpcId", "PeerOwnerId", "PeerRegion", "TagSpecifications"],
    createVpcPeeringConnection,
  ),
  operation(
    DescribeVpcPeeringConnections$,
    ["VpcPeeringConnectionIds", "Filters", "MaxResults", "NextToken"],
    describeVpcPeeringConnections,
  ),
  operation(AcceptVpcPeeringConnection$, ["VpcPeeringConnectionId"], acceptVpcPeeringConnection),
  operation(RejectVpcPeeringConnection$, ["VpcPeeringConnectionId"], rejectVpcPeeringConnection),
  operation(DeleteVpcPeeringConnection$, ["VpcPeeringConnectionId"], deleteVpcPeeringConnection),
  ...peeringOptions,
];
