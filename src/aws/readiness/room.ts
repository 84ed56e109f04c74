/**
 * Whether there is room for the lab: what is in use, against AWS's default quotas. What this account was granted beyond
 * them is known to Service Quotas alone, which is not asked.
 */
import { type _InstanceType, paginateDescribeInstanceTypes } from "@aws-sdk/client-ec2";
import { type LabSpec, TAG_LAB } from "../../lab/spec.ts";
import type { Aws } from "../clients.ts";
import { describeInstances } from "../instance.ts";
import { describeInternetGateways } from "../internet-gateway.ts";
import { allPages, type DescribedTag, tagValue } from "../tags.ts";
import { describeVpcs } from "../vpc.ts";
import { type Check, type CheckId, check, look } from "./check.ts";

/** VPCs in a Region, the default VPC counted; the quota of internet gateways follows it (AWS-FACTS §2). */
const DEFAULT_VPC_QUOTA = 5;
/** Service Quotas' default for Running On-Demand Standard instances; many accounts were granted 32 or more. */
const DEFAULT_VCPU_QUOTA = 5;
/** The families of that quota; of letters like theirs, `inf`, `trn`, `mac`, `hpc` and `dl` have their own. */
const STANDARD_TYPE = /^(a|c|d|h|i|im|is|m|r|t|z)\d/;

/** VPC 1 and VPC 2, with a gateway and an instance each. */
const NEEDED = 2;

export interface RoomOptions {
  /** The account's own quota of VPCs in a Region (`--vpc-quota`); undefined: AWS's default. */
  readonly vpcQuota?: number | undefined;
  /** Whether it is not AWS's default quota that holds, but one that nobody here knows. Default: what is in use tells. */
  readonly isQuotaUnknown?: boolean | undefined;
  /** How to come by more VPCs and gateways than the quota allows, an entry each. Default: by AWS's Service Quotas. */
  readonly askForMore?: readonly string[] | undefined;
}

const ASK_SERVICE_QUOTAS = [
  "Or ask for more under Service Quotas › Amazon Virtual Private Cloud › VPCs per Region.",
  "If your quota is higher already, say so: --vpc-quota <n>",
];

/** VPCs and gateways: fails where the quota has no room for what the lab has not got yet. */
export async function lookForNetworks(
  aws: Aws,
  spec: LabSpec,
  options: RoomOptions = {},
): Promise<readonly [vpcs: Check, internetGateways: Check]> {
  const [vpcs, gateways] = [describeVpcs(aws, []), describeInternetGateways(aws, [])];
  const counts = Promise.all([vpcs, gateways].map((all) => all.then(({ length }) => length).catch(() => 0)));
  return Promise.all([
    look("vpcs", async () => countRoom("vpcs", "VPCs", await vpcs, spec, quotaSeen(await counts, options))),
    look("internet-gateways", async () =>
      countRoom(
        "internet-gateways",
        "internet gateways",
        await gateways,
        spec,
        quotaSeen(await counts, options),
      ),
    ),
  ]);
}

/** More VPCs or gateways than the default quota allows show that the account has another one, for both. */
function quotaSeen(counts: readonly number[], options: RoomOptions): RoomOptions {
  const isHigher = counts.some((count) => count > DEFAULT_VPC_QUOTA);
  return { ...options, isQuotaUnknown: options.isQuotaUnknown || isHigher };
}

function countRoom(
  id: CheckId,
  things: string,
  all: readonly { readonly Tags?: DescribedTag[] | undefined }[],
  spec: LabSpec,
  { vpcQuota, isQuotaUnknown = false, askForMore = ASK_SERVICE_QUOTAS }: RoomOptions,
): Check {
  const quota = vpcQuota ?? DEFAULT_VPC_QUOTA;
  const missing = Math.max(0, NEEDED - all.filter(({ Tags }) => isOfLab(Tags, spec)).length);
  const whose = vpcQuota === undefined ? "AWS's default quota" : "your quota";
  const inUse =
    vpcQuota === undefined && isQuotaUnknown
      ? `In use in ${spec.region}: ${all.length} ${things}`
      : `In use in ${spec.region}: ${all.length} of ${quota} ${things} (${whose})`;
  if (missing === 0) return check(id, "pass", `${inUse}; the lab has its ${NEEDED} already.`);
  if (all.length + missing <= quota) return check(id, "pass", `${inUse}; the lab needs ${missing} more.`);
  if (vpcQuota === undefined && isQuotaUnknown)
    return check(
      id,
      "warning",
      `${inUse}. Whether this account's quota has room for ${missing} more is not known (AWS's default is ${quota}).`,
      "If you know it, say it, and it is counted: --vpc-quota <n>",
    );
  return check(
    id,
    "fail",
    `${inUse}; the lab needs ${missing} more.`,
    `Delete ${things} that nobody needs, or take another Region by --region.`,
    ...askForMore,
  );
}

/** @param instanceType of the lab's two instances */
export function lookForVcpus(aws: Aws, spec: LabSpec, instanceType: string): Promise<Check> {
  return look("vcpus", async () => {
    const running = await describeInstances(aws, [
      { Name: "instance-state-name", Values: ["pending", "running"] },
    ]);
    const typesInUse = running
      // Spot Instances have a quota of their own.
      .filter(({ InstanceLifecycle }) => InstanceLifecycle !== "spot")
      .flatMap(({ InstanceType }) => InstanceType ?? [])
      .filter((type) => STANDARD_TYPE.test(type));
    const vcpus = await vcpusOf(aws, [...typesInUse, instanceType]);
    const inUse = typesInUse.reduce((sum, type) => sum + (vcpus.get(type) ?? 0), 0);
    const ours = running.filter(({ Tags }) => isOfLab(Tags, spec)).length;
    const needed = Math.max(0, NEEDED - ours) * (vcpus.get(instanceType) ?? 0);
    const text = `In use in ${spec.region}: ${inUse} of ${DEFAULT_VCPU_QUOTA} vCPUs of standard instances (AWS's default quota`;
    if (needed === 0 || inUse + needed <= DEFAULT_VCPU_QUOTA)
      return check("vcpus", "pass", `${text}); the lab needs ${needed} more.`);
    return check(
      "vcpus",
      "warning",
      `${text}, but many accounts have more); the lab needs ${needed} more.`,
      "See Service Quotas › Amazon EC2 › Running On-Demand Standard instances.",
    );
  });
}

function isOfLab(tags: readonly DescribedTag[] | undefined, spec: LabSpec): boolean {
  return tagValue(tags, TAG_LAB) === spec.lab;
}

async function vcpusOf(aws: Aws, types: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const described = await allPages(
    paginateDescribeInstanceTypes(
      { client: aws.ec2 },
      // The SDK lists the types of its day; AWS has newer ones.
      { InstanceTypes: [...new Set(types)] as _InstanceType[] },
    ),
    (page) => page.InstanceTypes,
  );
  return new Map(
    described.map(({ InstanceType = "", VCpuInfo }) => [InstanceType, VCpuInfo?.DefaultVCpus ?? 0]),
  );
}
