/** The lab's two instances, as a ping sees them. */
import type { Instance } from "@aws-sdk/client-ec2";
import { LabError } from "../aws/errors.ts";
import { findBothInstances } from "../aws/instance.ts";
import type { Side } from "../lab/spec.ts";
import type { LabContext } from "./step.ts";

export type InstancePart = `instance-${Side}`;

/** "instance 1", as everything says it but the options and JSON; what is no part stays as it is. */
export function inWords(part: string): string {
  return part.replace(/^instance-/, "instance ");
}

export interface Host {
  readonly part: InstancePart;
  readonly instanceId: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly networkInterfaceId: string;
  readonly privateAddress: string;
  /** Only while it runs. */
  readonly publicAddress: string | undefined;
  /** In ms of the service's time. */
  readonly launchedAt: number;
}

/** @throws LabError "not-there" where one of them is missing */
export async function findHosts({ aws, spec }: Pick<LabContext, "aws" | "spec">): Promise<[Host, Host]> {
  const [[one], [two]] = await findBothInstances(aws, spec);
  if (one && two) return [hostOf(one, 1), hostOf(two, 2)];
  const side: Side = one ? 2 : 1;
  throw noInstance(`instance-${side}`, aws.region);
}

/** For all that wants an instance which is not there. */
export function noInstance(part: InstancePart, region: string): LabError {
  return new LabError("not-there", `There is no instance ${part.slice(-1)} in ${region}.`, {
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
    launchedAt: instance.LaunchTime?.getTime() ?? 0,
  };
}
