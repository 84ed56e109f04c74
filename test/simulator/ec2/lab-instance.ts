/** A running instance for tests that need an attached network interface. */
import { RunInstancesCommand, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import type { Embedded } from "../embedded.ts";
import { describe1, latestImageId } from "../lab.ts";
import { id } from "../lab-network.ts";

export interface Launched {
  readonly instanceId: string;
  readonly networkInterfaceId: string;
  readonly privateAddress: string;
  readonly publicAddress: string | undefined;
}

/** Launches a t2.micro and waits until it runs. */
export async function launch(
  aws: Embedded,
  subnetId: string,
  options: { publicAddress?: boolean; securityGroupIds?: string[] } = {},
): Promise<Launched> {
  const { Instances: [instance] = [] } = await aws.ec2.send(
    new RunInstancesCommand({
      ImageId: await latestImageId(aws),
      InstanceType: "t2.micro",
      MinCount: 1,
      MaxCount: 1,
      NetworkInterfaces: [
        {
          DeviceIndex: 0,
          SubnetId: subnetId,
          AssociatePublicIpAddress: options.publicAddress ?? false,
          ...(options.securityGroupIds && { Groups: options.securityGroupIds }),
        },
      ],
    }),
  );
  await aws.clock.sleep(60_000);
  const running = await describe1(aws, instance?.InstanceId);
  if (running.State?.Name !== "running") throw new Error(`the instance is ${running.State?.Name}`);
  return {
    instanceId: id(running.InstanceId),
    networkInterfaceId: id(running.NetworkInterfaces?.[0]?.NetworkInterfaceId),
    privateAddress: id(running.PrivateIpAddress),
    publicAddress: running.PublicIpAddress,
  };
}

/** Terminates an instance and waits until its interface has gone. */
export async function terminate({ ec2, clock }: Embedded, { instanceId }: Launched): Promise<void> {
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
  await clock.sleep(180_000);
}
