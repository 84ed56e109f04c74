import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  DescribeAddressesCommand,
  DescribeNetworkInterfacesCommand,
  DetachInternetGatewayCommand,
  DisassociateAddressCommand,
  type EC2Client,
  ReleaseAddressCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { embedded } from "../embedded.ts";
import { createSide, id } from "../lab-network.ts";
import { refusal } from "../refusal.ts";
import { launch, terminate } from "./lab-instance.ts";

async function allocate(ec2: EC2Client): Promise<{ AllocationId: string; PublicIp: string }> {
  const { AllocationId, PublicIp } = await ec2.send(new AllocateAddressCommand({ Domain: "vpc" }));
  return { AllocationId: id(AllocationId), PublicIp: id(PublicIp) };
}

describe("an Elastic IP", () => {
  it("replaces the auto-assigned address of an instance, which gets another when it goes back to the account", async () => {
    const aws = embedded();
    const { ec2 } = aws;
    const side = await createSide(ec2, 1);
    const instance = await launch(aws, side.subnetId, { publicAddress: true });
    const { AllocationId, PublicIp } = await allocate(ec2);
    expect(AllocationId).toMatch(/^eipalloc-0[0-9a-f]{16}$/);
    expect(PublicIp).not.toBe(instance.publicAddress);
    const associate = { AllocationId, InstanceId: instance.instanceId };
    const { AssociationId } = await ec2.send(new AssociateAddressCommand(associate));
    const publicAddress = async () => {
      const NetworkInterfaceIds = [instance.networkInterfaceId];
      const answer = await ec2.send(new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds }));
      return answer.NetworkInterfaces?.[0]?.Association?.PublicIp;
    };
    expect(await publicAddress()).toBe(PublicIp);
    const Filters = [{ Name: "instance-id", Values: [instance.instanceId] }];
    expect((await ec2.send(new DescribeAddressesCommand({ Filters }))).Addresses).toMatchObject([
      { AllocationId, AssociationId, PrivateIpAddress: instance.privateAddress, Domain: "vpc" },
    ]);
    const release = new ReleaseAddressCommand({ AllocationId });
    expect(await refusal(ec2.send(release))).toEqual({
      code: "InvalidIPAddress.InUse",
      message: `Address ${PublicIp} is in use.`,
    });
    const detach = { InternetGatewayId: side.gatewayId, VpcId: side.vpcId };
    const refused = await refusal(ec2.send(new DetachInternetGatewayCommand(detach)));
    expect(refused.code).toBe("DependencyViolation");
    await ec2.send(new DisassociateAddressCommand({ AssociationId }));
    expect([undefined, PublicIp, instance.publicAddress]).not.toContain(await publicAddress());
    expect((await refusal(ec2.send(new DisassociateAddressCommand({ AssociationId })))).code).toBe(
      "InvalidAssociationID.NotFound",
    );
    await ec2.send(release);
    expect((await refusal(ec2.send(release))).code).toBe("InvalidAllocationID.NotFound");
  });

  it("moves to another interface, unless that is ruled out", async () => {
    const aws = embedded();
    const { ec2 } = aws;
    const { subnetId } = await createSide(ec2, 1);
    const [one, other] = [await launch(aws, subnetId), await launch(aws, subnetId)];
    const { AllocationId } = await allocate(ec2);
    const { AssociationId } = await ec2.send(
      new AssociateAddressCommand({ AllocationId, NetworkInterfaceId: one.networkInterfaceId }),
    );
    const move = { AllocationId, NetworkInterfaceId: other.networkInterfaceId };
    const staying = new AssociateAddressCommand({ ...move, AllowReassociation: false });
    expect(await refusal(ec2.send(staying))).toEqual({
      code: "Resource.AlreadyAssociated",
      message: `resource ${AllocationId} is already associated with associate-id ${AssociationId}`,
    });
    const second = {
      ...(await allocate(ec2)),
      PublicIp: undefined,
      NetworkInterfaceId: one.networkInterfaceId,
    };
    expect(
      (await refusal(ec2.send(new AssociateAddressCommand({ ...second, AllowReassociation: false }))))
        .message,
    ).toBe(`resource ${one.networkInterfaceId} is already associated with associate-id ${AssociationId}`);
    await ec2.send(new AssociateAddressCommand(move));
    const { Addresses } = await ec2.send(new DescribeAddressesCommand({ AllocationIds: [AllocationId] }));
    expect(Addresses?.[0]?.InstanceId).toBe(other.instanceId);
    await terminate(aws, other);
    await ec2.send(new ReleaseAddressCommand({ AllocationId }));
  });

  it("needs a gateway in the VPC", async () => {
    const aws = embedded();
    const side = await createSide(aws.ec2, 1);
    const { networkInterfaceId: NetworkInterfaceId } = await launch(aws, side.subnetId);
    const detach = { InternetGatewayId: side.gatewayId, VpcId: side.vpcId };
    await aws.ec2.send(new DetachInternetGatewayCommand(detach));
    const { AllocationId } = await allocate(aws.ec2);
    const associate = new AssociateAddressCommand({ AllocationId, NetworkInterfaceId });
    expect(await refusal(aws.ec2.send(associate))).toEqual({
      code: "Gateway.NotAttached",
      message: `Network ${side.vpcId} is not attached to any internet gateway`,
    });
  });

  it("is refused beyond five, and where the request says nothing or too much", async () => {
    const { ec2 } = embedded();
    for (let number = 1; number < 5; number++) await allocate(ec2);
    const { AllocationId, PublicIp } = await allocate(ec2);
    expect(await refusal(allocate(ec2))).toEqual({
      code: "AddressLimitExceeded",
      message: "The maximum number of addresses has been reached.",
    });
    const release = (input: object) => refusal(ec2.send(new ReleaseAddressCommand(input)));
    expect((await release({})).code).toBe("MissingParameter");
    expect((await release({ AllocationId, PublicIp })).code).toBe("InvalidParameterCombination");
    expect((await release({ PublicIp: "192.0.2.1" })).code).toBe("InvalidAddress.NotFound");
    expect((await release({ AllocationId: "eipalloc-?" })).code).toBe("InvalidAllocationID.Malformed");
    expect((await ec2.send(new DescribeAddressesCommand({ PublicIps: [PublicIp] }))).Addresses).toHaveLength(
      1,
    );
  });
});
