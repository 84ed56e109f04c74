/** What both sides of an active peering connection allow each other beyond packets. */
import {
  ModifyVpcPeeringConnectionOptions$,
  type ModifyVpcPeeringConnectionOptionsRequest,
  type ModifyVpcPeeringConnectionOptionsResult,
  type PeeringConnectionOptions,
  type PeeringConnectionOptionsRequest,
} from "@aws-sdk/client-ec2";
import type { Context } from "../context.ts";
import { AwsError } from "../error.ts";
import { type Operation, operation } from "../operation.ts";
import { find, PEERING_CONNECTION } from "./resources.ts";
import type { PeeringConnectionState } from "./state.ts";

function modifyVpcPeeringConnectionOptions(
  context: Context,
  input: ModifyVpcPeeringConnectionOptionsRequest,
): ModifyVpcPeeringConnectionOptionsResult {
  const peering = find(context, PEERING_CONNECTION, input.VpcPeeringConnectionId);
  const { RequesterPeeringConnectionOptions: requester, AccepterPeeringConnectionOptions: accepter } = input;
  if (!requester && !accepter)
    throw new AwsError(
      "MissingParameter",
      "The request must contain the options of the requester or of the accepter",
    );
  if (peering.status !== "active")
    throw new AwsError(
      "OperationNotPermitted",
      `Peering ${peering.id} is not active. Peering options can be added only to active peerings.`,
    );
  return {
    ...(requester && { RequesterPeeringConnectionOptions: set(peering.requesterOptions, requester) }),
    ...(accepter && { AccepterPeeringConnectionOptions: set(peering.accepterOptions, accepter) }),
  };
}

function set(
  options: PeeringConnectionState["requesterOptions"],
  { AllowDnsResolutionFromRemoteVpc: allow }: PeeringConnectionOptionsRequest,
): PeeringConnectionOptions {
  options.allowDnsResolutionFromRemoteVpc = allow ?? options.allowDnsResolutionFromRemoteVpc;
  return { AllowDnsResolutionFromRemoteVpc: options.allowDnsResolutionFromRemoteVpc };
}

export const operations: readonly Operation[] = [
  operation(
    ModifyVpcPeeringConnectionOptions$,
    [
      "VpcPeeringConnectionId",
      "RequesterPeeringConnectionOptions.AllowDnsResolutionFromRemoteVpc",
      "AccepterPeeringConnectionOptions.AllowDnsResolutionFromRemoteVpc",
    ],
    modifyVpcPeeringConnectionOptions,
  ),
];
