/** Elastic IPs: public addresses that belong to the account until it releases them. */
import {
  type Address,
  AllocateAddress$,
  type AllocateAddressRequest,
  type AllocateAddressResult,
  AssociateAddress$,
  type AssociateAddressRequest,
  type AssociateAddressResult,
  DescribeAddresses$,
  type DescribeAddressesRequest,
  type DescribeAddressesResult,
  DisassociateAddress$,
  type DisassociateAddressRequest,
  ReleaseAddress$,
  type ReleaseAddressRequest,
} from "@aws-sdk/client-ec2";
import type { Context } from "../context.ts";
import { AwsError } from "../error.ts";
import { type Operation, operation } from "../operation.ts";
import { type FilterFields, filtered } from "./filters.ts";
import { elasticAddressOf, newPublicAddress } from "./public-addresses.ts";
import { quotasOf } from "./quotas.ts";
import { ADDRESS, find, INSTANCE, NETWORK_INTERFACE } from "./resources.ts";
import type { AddressState, NetworkInterfaceState } from "./state.ts";
import { tagSet, tagsFrom } from "./tag-sets.ts";

function allocateAddress(context: Context, input: AllocateAddressRequest): AllocateAddressResult {
  if (input.Domain !== undefined && input.Domain !== "vpc")
    throw new AwsError("InvalidParameterValue", `Value (${input.Domain}) for parameter domain is invalid.`);
  const { addresses } = context.region.ec2;
  if (Object.keys(addresses).length >= quotasOf(context).elasticAddresses)
    throw new AwsError("AddressLimitExceeded", "The maximum number of addresses has been reached.");
  const address: AddressState = {
    allocationId: context.newId("eipalloc"),
    publicAddress: newPublicAddress(context),
    tags: tagsFrom(input.TagSpecifications, "elastic-ip"),
  };
  addresses[address.allocationId] = address;
  return {
    AllocationId: address.allocationId,
    PublicIp: address.publicAddress,
    PublicIpv4Pool: "amazon",
    NetworkBorderGroup: context.regionName,
    Domain: "vpc",
  };
}

/** @throws AwsError unless exactly one of the two names an address of the account */
function requestedAddress(
  context: Context,
  { AllocationId, PublicIp }: { AllocationId?: string | undefined; PublicIp?: string | undefined },
): AddressState {
  if (AllocationId !== undefined && PublicIp !== undefined)
    throw new AwsError(
      "InvalidParameterCombination",
      "You may specify public IP or allocation id, but not both",
    );
  if (AllocationId !== undefined) return find(context, ADDRESS, AllocationId);
  if (PublicIp === undefined)
    throw new AwsError("MissingParameter", "Either public IP or allocation id must be specified");
  const address = Object.values(context.region.ec2.addresses).find(
    (other) => other.publicAddress === PublicIp,
  );
  if (!address) throw new AwsError("InvalidAddress.NotFound", `Address '${PublicIp}' not found.`);
  return address;
}

function associateAddress(context: Context, input: AssociateAddressRequest): AssociateAddressResult {
  const { ec2 } = context.region;
  const address = requestedAddress(context, input);
  const networkInterface = requestedInterface(context, input);
  if (input.PrivateIpAddress !== undefined && input.PrivateIpAddress !== networkInterface.privateAddress)
    throw new AwsError(
      "InvalidParameterValue",
      `${input.PrivateIpAddress} is not a private address of ${networkInterface.id}`,
    );
  if (!Object.values(ec2.internetGateways).some(({ vpcId }) => vpcId === networkInterface.vpcId))
    throw new AwsError(
      "Gateway.NotAttached",
      `Network ${networkInterface.vpcId} is not attached to any internet gateway`,
    );
  if (address.associationId !== undefined && address.networkInterfaceId === networkInterface.id)
    return { AssociationId: address.associationId };
  const elsewhere = address.associationId === undefined ? undefined : address;
  const other = elasticAddressOf(ec2, networkInterface.id);
  const former = elsewhere ?? other;
  if (former && input.AllowReassociation === false)
    throw new AwsError(
      "Resource.AlreadyAssociated",
      `resource ${elsewhere?.allocationId ?? networkInterface.id} is already associated with associate-id ${former.associationId}`,
    );
  if (elsewhere) disassociate(context, elsewhere);
  if (other) disassociate(context, other);
  // Amazon takes the auto-assigned address back.
  delete networkInterface.publicAddress;
  address.networkInterfaceId = networkInterface.id;
  address.associationId = context.newId("eipassoc");
  return { AssociationId: address.associationId };
}

function requestedInterface(context: Context, input: AssociateAddressRequest): NetworkInterfaceState {
  const { InstanceId, NetworkInterfaceId } = input;
  if (InstanceId !== undefined && NetworkInterfaceId !== undefined)
    throw new AwsError(
      "InvalidParameterCombination",
      "You may specify either instance id or network interface id, but not both",
    );
  if (InstanceId === undefined) return find(context, NETWORK_INTERFACE, NetworkInterfaceId);
  const instance = find(context, INSTANCE, InstanceId);
  if (instance.state !== "running" && instance.state !== "stopped")
    throw new AwsError(
      "InvalidInstanceID",
      `The ${instance.state} instance '${instance.id}' is not in a valid state for this operation.`,
    );
  return find(context, NETWORK_INTERFACE, instance.networkInterfaceId);
}

/** An instance that got a public address at its launch gets another in place of the Elastic IP (EC2 user guide). */
function disassociate(context: Context, address: AddressState): void {
  const networkInterface = interfaceOf(context, address);
  delete address.networkInterfaceId;
  delete address.associationId;
  const instance = context.region.ec2.instances[networkInterface?.attachment?.instanceId ?? ""];
  if (networkInterface?.hasAutoAssignedAddress && instance?.state === "running")
    networkInterface.publicAddress = newPublicAddress(context);
}

function disassociateAddress(context: Context, input: DisassociateAddressRequest): object {
  const { AssociationId: id, PublicIp } = input;
  if (id === undefined) {
    disassociate(context, requestedAddress(context, { PublicIp }));
    return {};
  }
  const address = Object.values(context.region.ec2.addresses).find((other) => other.associationId === id);
  if (!address)
    throw new AwsError("InvalidAssociationID.NotFound", `The association ID '${id}' does not exist`);
  disassociate(context, address);
  return {};
}

function releaseAddress(context: Context, input: ReleaseAddressRequest): object {
  const address = requestedAddress(context, input);
  if (address.associationId !== undefined)
    throw new AwsError("InvalidIPAddress.InUse", `Address ${address.publicAddress} is in use.`);
  delete context.region.ec2.addresses[address.allocationId];
  return {};
}

function describe(context: Context, address: AddressState): Address {
  const networkInterface = interfaceOf(context, address);
  return {
    AllocationId: address.allocationId,
    PublicIp: address.publicAddress,
    Domain: "vpc",
    PublicIpv4Pool: "amazon",
    NetworkBorderGroup: context.regionName,
    AssociationId: address.associationId,
    NetworkInterfaceId: networkInterface?.id,
    NetworkInterfaceOwnerId: networkInterface && context.account,
    PrivateIpAddress: networkInterface?.privateAddress,
    InstanceId: networkInterface?.attachment?.instanceId,
    Tags: tagSet(address.tags),
  };
}

function interfaceOf(context: Context, address: AddressState): NetworkInterfaceState | undefined {
  return context.region.ec2.networkInterfaces[address.networkInterfaceId ?? ""];
}

function filterFields(context: Context): FilterFields<AddressState> {
  return {
    "allocation-id": (address) => address.allocationId,
    "association-id": (address) => address.associationId,
    domain: () => "vpc",
    "instance-id": (address) => interfaceOf(context, address)?.attachment?.instanceId,
    "network-border-group": () => context.regionName,
    "network-interface-id": (address) => address.networkInterfaceId,
    "network-interface-owner-id": (address) => interfaceOf(context, address) && context.account,
    "private-ip-address": (address) => interfaceOf(context, address)?.privateAddress,
    "public-ip": (address) => address.publicAddress,
  };
}

/** Not paged: AWS answers with all addresses at once. */
function describeAddresses(context: Context, input: DescribeAddressesRequest): DescribeAddressesResult {
  const named = [
    ...(input.AllocationIds ?? []).map((AllocationId) => requestedAddress(context, { AllocationId })),
    ...(input.PublicIps ?? []).map((PublicIp) => requestedAddress(context, { PublicIp })),
  ];
  const all = named.length > 0 ? [...new Set(named)] : Object.values(context.region.ec2.addresses);
  const passing = filtered(all, input.Filters, filterFields(context));
  return { Addresses: passing.map((address) => describe(context, address)) };
}

export const operations: readonly Operation[] = [
  operation(AllocateAddress$, ["Domain", "TagSpecifications"], allocateAddress),
  operation(
    AssociateAddress$,
    [
      "AllocationId",
      "PublicIp",
      "InstanceId",
      "NetworkInterfaceId",
      "PrivateIpAddress",
      "AllowReassociation",
    ],
    associateAddress,
  ),
  operation(DisassociateAddress$, ["AssociationId", "PublicIp"], disassociateAddress),
  operation(ReleaseAddress$, ["AllocationId", "PublicIp"], releaseAddress),
  operation(DescribeAddresses$, ["AllocationIds", "PublicIps", "Filters"], describeAddresses),
];
