/** The lab's two instances, as a ping sees them. */
import type { Instance } from "@aws-sdk/client-ec2";
import { LabError } from "../aws/errors.ts";
import { findInstances } from "../aws/instance.ts";
import type { Side } from "../lab/spec.ts";
import type { LabContext } from "./step.ts";

export interface Host {
  readonly part: `instance-${Side}`;
  readonly instanceId: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly networkInterfaceId: string;
  readonly privateAddress: string;
  /** Only while it runs. */
  readonly publicAddress: string | undefined;
}

/** @throws LabError "not-there" where one of them is missing */
export function findHosts(lab: Pick<LabContext, "aws" | "spec">): Promise<[Host, Host]> {
  return Promise.all([findHost(lab, 1), findHost(lab, 2)]);
}

async function findHost({ aws, spec }: Pick<LabContext, "aws" | "spec">, side: Side): Promise<Host> {
  const [instance] = await findInstances(aws, spec, side);
  if (instance) return hostOf(instance, side);
  throw new LabError("not-there", `There is no instance ${side} in ${aws.region}.`, {
    why: "It was never launched here, or has been terminated.",
    next: ["vpclab up"],
  });
}

function hostOf(instance: Instance, side: Side): Host {
  return {
    part: `instance-${side}`,
    instanceId: instance.InstanceId ?? "",
    vpcId: instance.VpcId ?? "",
    subnetId: instance.SubnetId ?? "",
    networkInterfaceId: instance.NetworkInterfaces?.[0]?.NetworkInterfaceId ?? "",
    privateAddress: instance.PrivateIpAddress ?? "",
    publicAddress: instance.PublicIpAddress,
  };
}
