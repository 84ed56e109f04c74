/** Internet gateways: the way between a VPC and the internet. */
import {
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  DeleteInternetGatewayCommand,
  DetachInternetGatewayCommand,
  type Filter,
  type InternetGateway,
  type NetworkInterface,
  paginateDescribeInternetGateways,
} from "@aws-sdk/client-ec2";
import { type LabSpec, type Side, TAG_LAB } from "../lab/spec.ts";
import { given } from "./answer.ts";
import { giveUpWhenBlocked, lastingNetworkInterfaces } from "./blockers.ts";
import type { Aws } from "./clients.ts";
import { type Deletion, deleteUntilGone } from "./deletion.ts";
import { isCode, isNotFound, LabError } from "./errors.ts";
import { allPages, lowestIdFirst, paging, partFilters, tagSpecifications, tagValue } from "./tags.ts";
import { onceShown, onceVisible } from "./visible.ts";

export function describeInternetGateways(aws: Aws, filters: Filter[]): Promise<InternetGateway[]> {
  return allPages(
    paginateDescribeInternetGateways(paging(aws, filters), { Filters: filters }),
    (page) => page.InternetGateways,
  );
}

/** Those of a VPC: the attached one, else those that are not attached yet. The first is the one to use. */
export async function findInternetGateways(
  aws: Aws,
  spec: LabSpec,
  side: Side,
  vpcId: string,
): Promise<InternetGateway[]> {
  const gateways = await describeInternetGateways(aws, partFilters(spec, `internet-gateway-${side}`));
  const attached = gateways.filter((gateway) => isAttachedTo(gateway, vpcId));
  if (attached.length > 0) return attached;
  const free = gateways.filter((gateway) => (gateway.Attachments ?? []).length === 0);
  return lowestIdFirst(free, ({ InternetGatewayId }) => InternetGatewayId);
}

/** Whether it is the way out of this VPC. */
export function isAttachedTo(gateway: InternetGateway, vpcId: string): boolean {
  return gateway.Attachments?.some((attachment) => attachment.VpcId === vpcId) ?? false;
}

/** @throws LabError "InternetGatewayLimitExceeded" */
export async function createInternetGateway(aws: Aws, spec: LabSpec, side: Side): Promise<InternetGateway> {
  const tags = spec.tagsOf(`internet-gateway-${side}`);
  const command = new CreateInternetGatewayCommand({
    TagSpecifications: tagSpecifications(tags, "internet-gateway"),
  });
  try {
    const { InternetGateway } = await aws.ec2.send(command);
    return given(InternetGateway, "the new internet gateway");
  } catch (error) {
    if (!isCode(error, "InternetGatewayLimitExceeded")) throw error;
    throw new LabError(
      "InternetGatewayLimitExceeded",
      `The account has no room for another internet gateway in ${aws.region}.`,
      {
        why: "AWS allows as many internet gateways a Region as VPCs: 5 unless asked for more.",
        next: [
          "Delete an internet gateway that you no longer need, then run the same command again.",
          "Or use another Region: --region <region>.",
          "See what is in use: vpclab doctor",
        ],
        cause: error,
      },
    );
  }
}

/**
 * Attaches a gateway to a VPC, which can have one.
 * @returns the id of the gateway that is attached in the end: another of this lab's where another run was quicker
 * @throws LabError "not-ours" where somebody else's is attached; "gateway-taken" where this one has gone to another VPC
 */
export async function attachInternetGateway(
  aws: Aws,
  spec: LabSpec,
  gatewayId: string,
  vpcId: string,
): Promise<string> {
  const command = new AttachInternetGatewayCommand({ InternetGatewayId: gatewayId, VpcId: vpcId });
  try {
    await onceVisible(aws, `internet gateway ${gatewayId}`, () => aws.ec2.send(command));
    return gatewayId;
  } catch (error) {
    if (!isAttachedAlready(error)) throw error;
    // The read may lag behind the refusal: that none shows at once does not mean that there is none.
    const attachment = [{ Name: "attachment.vpc-id", Values: [vpcId] }];
    const find = async () => (await describeInternetGateways(aws, attachment))[0];
    const attached = await onceShown(aws, `the internet gateway of ${vpcId}`, find, () =>
      takenByAnotherRun(gatewayId, error),
    );
    if (tagValue(attached.Tags, TAG_LAB) === spec.lab)
      return given(attached.InternetGatewayId, "the internet gateway's id");
    throw new LabError(
      "not-ours",
      `${vpcId} has an internet gateway already, ${attached.InternetGatewayId}, and it is not this lab's.`,
      {
        why: "A VPC can have one. It does not carry the lab's tag, so it is left alone.",
        next: [`Detach ${attached.InternetGatewayId} from ${vpcId}, then run the same command again.`],
        cause: error,
      },
    );
  }
}

/** Two runs at once may each have made a VPC 1, and the other was quicker to attach the one gateway to its own. */
function takenByAnotherRun(gatewayId: string, cause: unknown): LabError {
  return new LabError(
    "gateway-taken",
    `Internet gateway ${gatewayId} was attached to another VPC meanwhile.`,
    {
      why: "It seems that another `vpclab up` of the same lab is running.",
      next: ["When that has ended, run the same command again: it goes on from what it finds."],
      cause,
    },
  );
}

/** This gateway to this VPC (our first answer was lost), or another one to it. */
function isAttachedAlready(error: unknown): boolean {
  return (
    isCode(error, "Resource.AlreadyAssociated") ||
    (isCode(error, "InvalidParameterValue") &&
      error instanceof Error &&
      error.message.includes("already has an internet gateway attached"))
  );
}

/** Detaches and deletes; waits up to 20 minutes for the public addresses mapped through it to go. */
export function deleteInternetGateway(aws: Aws, spec: LabSpec, gatewayId: string): Promise<Deletion> {
  const look = () => describeInternetGateways(aws, [{ Name: "internet-gateway-id", Values: [gatewayId] }]);
  const vpcIds = async () => {
    const [gateway] = await look();
    return (gateway?.Attachments ?? []).flatMap(({ VpcId }) => VpcId ?? []);
  };
  return deleteUntilGone(aws, {
    what: `internet gateway ${gatewayId}`,
    atMostMs: 1_200_000,
    // Both in each try: the first read may not show yet what was attached a moment ago.
    delete: async () => {
      for (const vpcId of await vpcIds()) await detach(aws, gatewayId, vpcId);
      await aws.ec2.send(new DeleteInternetGatewayCommand({ InternetGatewayId: gatewayId }));
    },
    isThere: async () => (await look()).length > 0,
    lookForBlockers: giveUpWhenBlocked(
      `Internet gateway ${gatewayId}`,
      async () => {
        const Values = await vpcIds();
        if (Values.length === 0) return [];
        return lastingNetworkInterfaces(aws, spec, [{ Name: "vpc-id", Values }], hasPublicAddress);
      },
      "public addresses are mapped through it",
    ),
  });
}

function hasPublicAddress({ Association }: NetworkInterface): boolean {
  return Association?.PublicIp !== undefined;
}

async function detach(aws: Aws, InternetGatewayId: string, VpcId: string): Promise<void> {
  try {
    await aws.ec2.send(new DetachInternetGatewayCommand({ InternetGatewayId, VpcId }));
  } catch (error) {
    if (!isNotFound(error) && !isCode(error, "Gateway.NotAttached")) throw error;
  }
}
