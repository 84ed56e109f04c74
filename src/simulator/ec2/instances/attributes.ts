/** What can be changed of an instance that exists. */
import {
  DescribeInstanceAttribute$,
  type DescribeInstanceAttributeRequest,
  ModifyInstanceAttribute$,
  type ModifyInstanceAttributeRequest,
} from "@aws-sdk/client-ec2";
import type { Context } from "../../context.ts";
import { AwsError } from "../../error.ts";
import { operation } from "../../operation.ts";
import { find, INSTANCE } from "../resources.ts";
import type { InstanceState, NetworkInterfaceState } from "../state.ts";
import { showVolume } from "./describe-instances.ts";
import { groupIdentifiers, securityGroupIdsFor } from "./network-interfaces.ts";
import { keepOrNot } from "./volumes.ts";

function liveInstance(context: Context, id: string | undefined) {
  const instance = find(context, INSTANCE, id);
  const networkInterface = context.region.ec2.networkInterfaces[instance.networkInterfaceId];
  if (instance.state === "terminated" || !networkInterface)
    throw new AwsError(
      "IncorrectInstanceState",
      `Unable to find or modify instance '${instance.id}' in state 'terminated'.`,
    );
  return { instance, networkInterface };
}

const modifyInstanceAttribute = operation<ModifyInstanceAttributeRequest, object>(
  ModifyInstanceAttribute$,
  [
    "InstanceId",
    "Groups",
    "DisableApiTermination",
    "InstanceInitiatedShutdownBehavior",
    "SourceDestCheck",
    "BlockDeviceMappings.DeviceName",
    "BlockDeviceMappings.Ebs.DeleteOnTermination",
  ],
  (context, input) => {
    const { instance, networkInterface } = liveInstance(context, input.InstanceId);
    const {
      Groups,
      DisableApiTermination,
      InstanceInitiatedShutdownBehavior: shutdown,
      SourceDestCheck,
      BlockDeviceMappings,
    } = input;
    const changes = [Groups, DisableApiTermination, shutdown, SourceDestCheck, BlockDeviceMappings];
    if (changes.filter((change) => change !== undefined).length !== 1)
      throw new AwsError(
        "InvalidParameterCombination",
        "Exactly one attribute must be specified to be modified.",
      );
    if (Groups) networkInterface.securityGroupIds = securityGroupIdsFor(context, instance, Groups);
    if (DisableApiTermination) instance.disableApiTermination = DisableApiTermination.Value ?? false;
    if (SourceDestCheck) networkInterface.sourceDestCheck = SourceDestCheck.Value ?? true;
    if (BlockDeviceMappings) keepOrNot(context, instance, BlockDeviceMappings);
    if (shutdown) {
      if (shutdown.Value !== "stop" && shutdown.Value !== "terminate")
        throw new AwsError("InvalidParameterValue", `Invalid value '${shutdown.Value}' for attribute.`);
      instance.shutdownBehavior = shutdown.Value;
    }
    return {};
  },
);

const SHOWN: Readonly<
  Record<
    string,
    (context: Context, instance: InstanceState, networkInterface: NetworkInterfaceState) => object
  >
> = {
  instanceType: (_, { instanceType }) => ({ InstanceType: { Value: instanceType } }),
  userData: (_, { userData }) => ({ UserData: { Value: userData } }),
  disableApiTermination: (_, instance) => ({
    DisableApiTermination: { Value: instance.disableApiTermination },
  }),
  instanceInitiatedShutdownBehavior: (_, { shutdownBehavior }) => ({
    InstanceInitiatedShutdownBehavior: { Value: shutdownBehavior },
  }),
  rootDeviceName: () => ({ RootDeviceName: { Value: "/dev/xvda" } }),
  blockDeviceMapping: (context, instance) => ({ BlockDeviceMappings: showVolume(context, instance) }),
  sourceDestCheck: (_, __, { sourceDestCheck }) => ({ SourceDestCheck: { Value: sourceDestCheck } }),
  groupSet: (context, _, networkInterface) => ({ Groups: groupIdentifiers(context, networkInterface) }),
};

const describeInstanceAttribute = operation<DescribeInstanceAttributeRequest, object>(
  DescribeInstanceAttribute$,
  ["InstanceId", "Attribute"],
  (context, input) => {
    const { instance, networkInterface } = liveInstance(context, input.InstanceId);
    const attribute = input.Attribute ?? "";
    const show = Object.hasOwn(SHOWN, attribute) ? SHOWN[attribute] : undefined;
    if (!show)
      throw new AwsError(
        "UnsupportedOperation",
        `The embedded AWS of vpclab does not model the attribute ${attribute} of instances.`,
      );
    return { InstanceId: instance.id, ...show(context, instance, networkInterface) };
  },
);

export const attributeOperations = [modifyInstanceAttribute, describeInstanceAttribute];
