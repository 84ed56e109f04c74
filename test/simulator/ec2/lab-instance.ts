/** A running instance for tests that need an attached network interface. */
import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import type { embedded } from "../embedded.ts";
import { id } from "./lab-network.ts";

type Embedded = ReturnType<typeof embedded>;

export interface Launched {
  readonly instanceId: string;
  readonly networkInterfaceId: string;
  readonly privateAddress: string;
  readonly publicAddress: string | undefined;
}

/** Launches a t2.micro and waits until it runs. */
export async function launch(
  { ec2, clock }: Embedded,
  subnetId: string,
  options: { publicAddress?: boolean; securityGroupIds?: string[] } = {},
): Promise<Launched> {
  const { Images: [image] = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ["amazon"] }));
  const { Instances: [instance] = [] } = await ec2.send(
    new RunInstancesCommand({
      ImageId: id(image?.ImageId),
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
  await clock.sleep(60_000);
  const { Reservations: [reservation] = [] } = await ec2.send(
    new DescribeInstancesCommand({ InstanceIds: [id(instance?.InstanceId)] }),
  );
  const running = reservation?.Instances?.[0];
  if (running?.State?.Name !== "running") throw new Error(`the instance is ${running?.State?.Name}`);
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
