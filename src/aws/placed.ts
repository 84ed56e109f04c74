/**
 * Which of what carries the lab's tag is where the lab is. A tag can be copied, by hand or by a script, to something in
 * another VPC: that is not the lab's, whatever it says of itself.
 */
import type { FlowLog, InternetGateway, Volume, Vpc, VpcPeeringConnection } from "@aws-sdk/client-ec2";
import { TAG_PART } from "../lab/spec.ts";
import type { Tagged } from "./tagged.ts";
import { tagValue } from "./tags.ts";
import { holdersOf } from "./volume.ts";

/**
 * Parts what is in the lab's own VPCs from what is in others. The lab's own were made as `vpc-1` or `vpc-2`, a tag of
 * the call that made them. What says of no VPC that it is in it (a gateway that is not attached yet, a volume whose
 * instance is gone) is the lab's if it has a part in it.
 */
export function byPlace(tagged: Tagged): { readonly inside: Tagged; readonly outside: Tagged } {
  const isOwn = (vpc: Vpc) => /^vpc-[12]$/.test(tagValue(vpc.Tags, TAG_PART) ?? "");
  const own = new Set(tagged.vpcs.filter(isOwn).map(({ VpcId }) => VpcId));
  const inOwnVpc = ({ VpcId }: { readonly VpcId?: string | undefined }) =>
    VpcId === undefined || own.has(VpcId);
  const hasPart = (tags: Volume["Tags"]) => (tagValue(tags, TAG_PART) ?? "") !== "";
  const gatewayIsInside = ({ Attachments = [], Tags }: InternetGateway) =>
    Attachments.length === 0 ? hasPart(Tags) : Attachments.some((attachment) => own.has(attachment.VpcId));
  const ownInstances = new Set(tagged.instances.filter(inOwnVpc).map(({ InstanceId }) => InstanceId));
  const volumeIsInside = (volume: Volume) => {
    const holders = holdersOf(volume);
    return holders.length === 0 ? hasPart(volume.Tags) : holders.every((id) => ownInstances.has(id));
  };
  const connectionIsInside = ({ RequesterVpcInfo, AccepterVpcInfo }: VpcPeeringConnection) =>
    own.has(RequesterVpcInfo?.VpcId) || own.has(AccepterVpcInfo?.VpcId);
  const ownSubnets = new Set(tagged.subnets.filter(inOwnVpc).map(({ SubnetId }) => SubnetId));
  const flowLogIsInside = ({ ResourceId }: FlowLog) =>
    ResourceId === undefined || own.has(ResourceId) || ownSubnets.has(ResourceId);

  const pick = (where: boolean): Tagged => ({
    vpcs: tagged.vpcs.filter((each) => isOwn(each) === where),
    subnets: tagged.subnets.filter((each) => inOwnVpc(each) === where),
    internetGateways: tagged.internetGateways.filter((each) => gatewayIsInside(each) === where),
    routeTables: tagged.routeTables.filter((each) => inOwnVpc(each) === where),
    securityGroups: tagged.securityGroups.filter((each) => inOwnVpc(each) === where),
    instances: tagged.instances.filter((each) => inOwnVpc(each) === where),
    volumes: tagged.volumes.filter((each) => volumeIsInside(each) === where),
    peeringConnections: tagged.peeringConnections.filter((each) => connectionIsInside(each) === where),
    flowLogs: tagged.flowLogs.filter((each) => flowLogIsInside(each) === where),
  });
  return { inside: pick(true), outside: pick(false) };
}
