/** RunInstances: everything is checked first, then instances, interfaces and volumes come into being together. */
import {
  type InstanceNetworkInterfaceSpecification,
  type Reservation,
  RunInstances$,
  type RunInstancesRequest,
} from "@aws-sdk/client-ec2";
import type { Context } from "../../context.ts";
import { AwsError } from "../../error.ts";
import { operation } from "../../operation.ts";
import { once } from "../client-tokens.ts";
import { find, SUBNET } from "../resources.ts";
import { defaultVpcOf } from "../security-groups.ts";
import type { InstanceState, SubnetState } from "../state.ts";
import { tagsFrom } from "../tag-sets.ts";
import { requireOffered, requireVcpus } from "./capacity.ts";
import { showReservation } from "./describe-instances.ts";
import { requireImage } from "./images.ts";
import { bootMs } from "./lifecycle.ts";
import { createNetworkInterface, securityGroupIdsFor } from "./network-interfaces.ts";
import { requireInstanceProfile } from "./profile.ts";
import { createVolume, rootVolume } from "./volumes.ts";

/** EC2's own bound on user data, before base64. */
const USER_DATA_BYTES = 16_384;
const DEFAULT_INSTANCE_TYPE = "m1.small";
const TAGGED = ["instance", "volume", "network-interface"] as const;

export const runInstances = operation<RunInstancesRequest, Reservation>(
  RunInstances$,
  [
    "MinCount",
    "MaxCount",
    "ImageId",
    "InstanceType",
    "KeyName",
    "SubnetId",
    "SecurityGroupIds",
    "PrivateIpAddress",
    "NetworkInterfaces.AssociatePublicIpAddress",
    "NetworkInterfaces.DeleteOnTermination",
    "NetworkInterfaces.Description",
    "NetworkInterfaces.DeviceIndex",
    "NetworkInterfaces.Groups",
    "NetworkInterfaces.PrivateIpAddress",
    "NetworkInterfaces.SubnetId",
    "Placement.AvailabilityZone",
    "IamInstanceProfile",
    "MetadataOptions.HttpTokens",
    "MetadataOptions.HttpEndpoint",
    "MetadataOptions.HttpPutResponseHopLimit",
    "BlockDeviceMappings.DeviceName",
    "BlockDeviceMappings.Ebs.VolumeSize",
    "BlockDeviceMappings.Ebs.VolumeType",
    "BlockDeviceMappings.Ebs.Encrypted",
    "BlockDeviceMappings.Ebs.DeleteOnTermination",
    "InstanceInitiatedShutdownBehavior",
    "DisableApiTermination",
    "UserData",
    "Monitoring",
    "TagSpecifications",
    "ClientToken",
  ],
  (context, input) => {
    const reservationId = once(context, "RunInstances", input, () => launch(context, input));
    const instances = Object.values(context.region.ec2.instances).filter(
      (instance) => instance.reservationId === reservationId,
    );
    if (instances.every(({ state }) => state === "terminated"))
      throw new AwsError(
        "IdempotentInstanceTerminated",
        "The request to launch an instance used a client token of an earlier request whose instance has been terminated.",
      );
    return showReservation(context, instances);
  },
);

/** @returns the reservation's id: the instances that were launched together */
function launch(context: Context, input: RunInstancesRequest): string {
  const {
    MinCount: least = 1,
    MaxCount: most = 1,
    InstanceType: instanceType = DEFAULT_INSTANCE_TYPE,
  } = input;
  if (least < 1 || most < least)
    throw new AwsError(
      "InvalidParameterValue",
      `Value (${least}) for parameter minCount is invalid. It must be at least 1 and not above maxCount (${most}).`,
    );
  checkOptions(input);
  if (!input.ImageId)
    throw new AwsError("MissingParameter", "The request must contain the parameter ImageId");
  const image = requireImage(context.regionName, input.ImageId);
  if (input.KeyName)
    throw new AwsError("InvalidKeyPair.NotFound", `The key pair '${input.KeyName}' does not exist`);
  const userData = userDataOf(input.UserData);
  const network = networkOf(context, input, most);
  requireOffered(context, instanceType, image, network.subnet.availabilityZone);
  const count = requireVcpus(context, instanceType, least, most);
  const profileArn = input.IamInstanceProfile && requireInstanceProfile(context, input.IamInstanceProfile);
  const root = rootVolume(image, input.BlockDeviceMappings);
  const reservationId = context.newId("r");

  for (let index = 0; index < count; index++) {
    const id = context.newId("i");
    const networkInterface = createNetworkInterface(context, {
      ...network,
      instanceId: id,
      tags: tagsFrom(input.TagSpecifications, "network-interface", TAGGED),
    });
    const volume = createVolume(context, {
      ...root,
      instanceId: id,
      deviceName: image.rootDeviceName,
      availabilityZone: network.subnet.availabilityZone,
      tags: tagsFrom(input.TagSpecifications, "volume", TAGGED),
    });
    const instance: InstanceState = {
      id,
      imageId: image.imageId,
      instanceType,
      state: "pending",
      launchedAt: context.now,
      stateChangedAt: context.now,
      subnetId: network.subnet.id,
      vpcId: network.subnet.vpcId,
      networkInterfaceId: networkInterface.id,
      volumeId: volume.id,
      shutdownBehavior: input.InstanceInitiatedShutdownBehavior ?? "stop",
      disableApiTermination: input.DisableApiTermination ?? false,
      monitoring: input.Monitoring?.Enabled ? "enabled" : "disabled",
      metadataOptions: {
        // The default that Amazon Linux 2023's image asks for.
        httpTokens: input.MetadataOptions?.HttpTokens ?? "required",
        httpEndpoint: input.MetadataOptions?.HttpEndpoint ?? "enabled",
        hopLimit: input.MetadataOptions?.HttpPutResponseHopLimit ?? 2,
      },
      reservationId,
      tags: tagsFrom(input.TagSpecifications, "instance", TAGGED),
    };
    if (profileArn !== undefined) instance.instanceProfileArn = profileArn;
    if (userData !== undefined) instance.userData = userData;
    if (input.ClientToken) instance.clientToken = input.ClientToken;
    context.region.ec2.instances[id] = instance;
    context.schedule(context.now + bootMs(context), {
      kind: "ec2.instance-running",
      region: context.regionName,
      subject: id,
    });
  }
  return reservationId;
}

/** Values that the SDK's schemas leave open and AWS does not. */
function checkOptions({
  InstanceInitiatedShutdownBehavior,
  MetadataOptions = {},
}: RunInstancesRequest): void {
  const { HttpTokens, HttpEndpoint, HttpPutResponseHopLimit: hopLimit = 2 } = MetadataOptions;
  for (const [name, value, allowed] of [
    ["instanceInitiatedShutdownBehavior", InstanceInitiatedShutdownBehavior, ["stop", "terminate"]],
    ["metadataOptions.httpTokens", HttpTokens, ["optional", "required"]],
    ["metadataOptions.httpEndpoint", HttpEndpoint, ["enabled", "disabled"]],
  ] as const)
    if (value !== undefined && !allowed.some((other) => other === value))
      throw new AwsError("InvalidParameterValue", `Value (${value}) for parameter ${name} is invalid.`);
  if (hopLimit < 1 || hopLimit > 64)
    throw new AwsError(
      "InvalidParameterValue",
      `Value (${hopLimit}) for parameter metadataOptions.httpPutResponseHopLimit is invalid.`,
    );
}

/** The subnet, the groups and the addresses of the primary interface, said in either of RunInstances' two ways. */
function networkOf(context: Context, input: RunInstancesRequest, count: number) {
  const specification = primaryInterface(input);
  const subnet = subnetOf(
    context,
    specification?.SubnetId ?? input.SubnetId,
    input.Placement?.AvailabilityZone,
  );
  const privateAddress = specification?.PrivateIpAddress ?? input.PrivateIpAddress;
  if (privateAddress && count > 1)
    throw new AwsError(
      "InvalidParameterCombination",
      "A private IP address cannot be given to several instances.",
    );
  return {
    subnet,
    privateAddress,
    securityGroupIds: securityGroupIdsFor(
      context,
      { vpcId: subnet.vpcId, subnetId: subnet.id },
      specification?.Groups ?? input.SecurityGroupIds,
    ),
    description: specification?.Description ?? "",
    hasPublicAddress: specification?.AssociatePublicIpAddress ?? subnet.mapPublicIpOnLaunch,
    deleteOnTermination: specification?.DeleteOnTermination ?? true,
  };
}

function primaryInterface(input: RunInstancesRequest): InstanceNetworkInterfaceSpecification | undefined {
  const { NetworkInterfaces: interfaces = [] } = input;
  const [primary] = interfaces;
  if (!primary) return undefined;
  if (interfaces.length > 1)
    throw new AwsError(
      "UnsupportedOperation",
      "The embedded AWS of vpclab models one network interface an instance (NetworkInterfaces.1).",
    );
  if (primary.DeviceIndex === undefined)
    throw new AwsError("InvalidParameterValue", "Each network interface requires a device index.");
  if (primary.DeviceIndex !== 0)
    throw new AwsError(
      "InvalidParameterValue",
      "When specifying network interfaces, you must include a device at index 0",
    );
  for (const [isGiven, what] of [
    [input.SubnetId, "subnet ID"],
    [input.SecurityGroupIds?.length, "security groups"],
    [input.PrivateIpAddress, "private IP address"],
  ])
    if (isGiven)
      throw new AwsError(
        "InvalidParameterCombination",
        `Network interfaces and an instance-level ${what} may not be specified on the same request`,
      );
  return primary;
}

function subnetOf(context: Context, subnetId: string | undefined, zone: string | undefined): SubnetState {
  if (subnetId) {
    const subnet = find(context, SUBNET, subnetId);
    if (zone && zone !== subnet.availabilityZone)
      throw new AwsError(
        "InvalidParameterCombination",
        `Subnet ${subnetId} is not in Availability Zone ${zone}.`,
      );
    return subnet;
  }
  const defaultVpc = defaultVpcOf(context);
  if (!defaultVpc) throw new AwsError("VPCIdNotSpecified", "No default VPC for this user");
  const subnet = Object.values(context.region.ec2.subnets).find(
    (each) =>
      each.vpcId === defaultVpc.id && each.isDefaultForAz && (!zone || each.availabilityZone === zone),
  );
  if (!subnet)
    throw new AwsError(
      "MissingInput",
      `No subnets found for the default VPC '${defaultVpc.id}'. Please specify a subnet.`,
    );
  return subnet;
}

function userDataOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(text))
    throw new AwsError("InvalidParameterValue", "Invalid BASE64 encoding of user data.");
  if (Buffer.from(text, "base64").length > USER_DATA_BYTES)
    throw new AwsError("InvalidParameterValue", `User data is limited to ${USER_DATA_BYTES} bytes`);
  return text;
}
